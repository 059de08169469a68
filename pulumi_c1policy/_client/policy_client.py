"""The calls of the policy API.

Policies are the JSON trees of the wire, with nothing dropped: a field that this package does not
know must survive a read. This module knows paths and filters, and no retries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import chain
from types import TracebackType
from typing import Any, Self, TypeAlias

import httpx

from pulumi_c1policy._client import answers, decoding, object_paths, paging
from pulumi_c1policy._client.answer_models import (
    AccountProvisionResult,
    CelValidation,
    EditorMarker,
    PolicyEnvelope,
)
from pulumi_c1policy._client.api_requests import ApiRequest, Body, Decision, Look, SendNothing
from pulumi_c1policy._client.clock import ClientClock
from pulumi_c1policy._client.directory_client import DirectoryClient
from pulumi_c1policy._client.outcomes import Call, Failure, OutcomeKind, unwrap
from pulumi_c1policy._client.paging import POLICIES_PATH
from pulumi_c1policy._client.settings import Settings
from pulumi_c1policy._client.transport import Transport
from pulumi_c1policy._client.usage_client import UsageClient
from pulumi_c1policy.errors import APIError

_MAX_PAGE_SIZE = 100
# Inside the class, `list` is the call of that name.
_Markers: TypeAlias = list[EditorMarker]


class PolicyClient:
    """The policies of a tenant. Threads should share one client, because it owns one pool.

    Attributes:
        usage: The requests about the use of policies, over the same pool.
        directory: The objects that policies name, over the same pool.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: ClientClock | None = None,
    ) -> None:
        """Prepare the pool; nothing is sent before the first call.

        Args:
            settings: The server, the credential and the deadline of an operation.
            transport: The transport for httpx instead of the network, for tests.
            clock: The time, for tests.

        Raises:
            SettingsError: A proxy or the certificates in the environment cannot be used.
        """
        self._transport = Transport(settings, transport=transport, clock=clock)
        self.usage = UsageClient(self._transport)
        self.directory = DirectoryClient(self._transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the waits of all threads, refuse new requests, and close the connections.

        A request under way keeps its connection until it is answered, or until `cut`.
        """
        self._transport.close()

    def cut(self) -> None:
        """End the requests under way; a write among them may have taken effect."""
        self._transport.cut()

    @property
    def transport(self) -> Transport:
        """The transport, for the clients of other objects."""
        return self._transport

    def share_deadline(self) -> AbstractContextManager[None]:
        """Make all calls of a block share one deadline, that of the settings."""
        return self._transport.share_deadline()

    def limit_time(self, seconds: float, share: float = 1.0) -> AbstractContextManager[None]:
        """End the calls of a block after this time, if not earlier.

        Args:
            seconds: The time.
            share: The share of the settings' deadline that the block may take at most.
        """
        return self._transport.limit_time(seconds, share)

    def wait(self, seconds: float) -> bool:
        """Wait; return False, at once, when the client is closed."""
        return self._transport.wait(seconds)

    def create(self, policy: Mapping[str, Any]) -> dict[str, Any]:
        """Create a policy; return it as the tenant created it.

        Raises:
            APIError: It was not created. With `ambiguous`, it may have been: look for it before
                the next call.
        """
        call = Call(OutcomeKind.CREATE, "POST", POLICIES_PATH)
        request = ApiRequest(call, body=dict(policy))
        created = decoding.request_model(self._transport, PolicyEnvelope, request).policy
        if not isinstance(created.get("id"), str) or not created["id"]:
            raise answers.describe_unreadable(call, "a policy without an id").to_error()
        return created

    def get(self, policy_id: str) -> dict[str, Any]:
        """Return a policy; one that was deleted softly has a `deletedAt`.

        Raises:
            NotFoundError: The tenant has no such policy.
            APIError: It could not be read.
        """
        call = Call(OutcomeKind.READ, "GET", _build_path(policy_id, "GET"), has_id=True)
        return self._send_for_policy(policy_id, ApiRequest(call))

    def update(
        self,
        policy_id: str,
        mask: Sequence[str],
        body_for: Callable[[dict[str, Any]], Mapping[str, Any] | None],
    ) -> dict[str, Any]:
        """Replace the fields in the mask; return the policy after the update.

        A GET of the policy precedes each attempt. It is younger than the last wait of any kind.

        Args:
            policy_id: The policy's id.
            mask: Top-level fields in lowerCamelCase, at least one.
            body_for: Returns the new values for the policy as it is now. The tenant resets a field
                in the mask without a value. None sends nothing. It may be called several times,
                and raises an error if the update must not be sent.

        Raises:
            ValueError: The mask is empty; the tenant would replace every field.
            NotFoundError: The tenant has no such policy.
            APIError: It was not updated. With `ambiguous`, it may have been.
        """
        if not mask:
            raise ValueError("an empty mask would rewrite the whole policy")
        call = Call(OutcomeKind.UPDATE, "POST", _build_path(policy_id, "POST"), has_id=True)

        def decide(policy: dict[str, Any]) -> Decision:
            body = body_for(policy)
            if body is None:
                return SendNothing({"policy": policy})
            return Body({"policy": dict(body), "updateMask": ",".join(mask)})

        request = ApiRequest(call, look=_build_look(policy_id, decide))
        return self._send_for_policy(policy_id, request)

    def delete(self, policy_id: str, may_delete: Callable[[dict[str, Any]], bool]) -> None:
        """Delete a policy.

        A GET of the policy precedes each attempt. It is younger than the last wait of any kind.

        Args:
            policy_id: The policy's id.
            may_delete: Returns whether to delete the policy as it is now. It may be called several
                times.

        Raises:
            NotFoundError: The tenant has no such policy. An earlier attempt of this call may have
                deleted it, and its answer was lost.
            APIError: It was not deleted. With `ambiguous`, it may have been.
        """
        call = Call(OutcomeKind.DELETE, "DELETE", _build_path(policy_id, "DELETE"), has_id=True)

        def decide(policy: dict[str, Any]) -> Decision:
            return Body(None) if may_delete(policy) else SendNothing({})

        unwrap(self._transport.send(ApiRequest(call, look=_build_look(policy_id, decide))))

    def list(self, page_size: int = _MAX_PAGE_SIZE) -> Iterator[dict[str, Any]]:
        """Yield every policy that is not scoped to an app or entitlement."""
        return chain.from_iterable(paging.list_pages(self._transport, page_size))

    def search(
        self,
        *,
        query: str | None = None,
        display_name: str | None = None,
        policy_types: Sequence[str] = (),
        refs: Sequence[str] = (),
        exclude_policy_ids: Sequence[str] = (),
        include_deleted: bool = False,
        scope_view: str | None = None,
        scope_object_type: str | None = None,
        scope_app_id: str | None = None,
        scope_app_entitlement_id: str | None = None,
        scope_slot: str | None = None,
        page_size: int = _MAX_PAGE_SIZE,
    ) -> Iterator[dict[str, Any]]:
        """Yield the policies that match all filters.

        Args:
            query: Free text.
            display_name: The display name.
            policy_types: Types such as `POLICY_TYPE_GRANT`.
            refs: Policy ids, of any scope.
            exclude_policy_ids: Ids to leave out.
            include_deleted: Also yield policies that were deleted softly.
            scope_view: The scopes, such as `POLICY_SCOPE_VIEW_ALL`; global policies by default.
            scope_object_type: The kind of the scope.
            scope_app_id: The app of the scope.
            scope_app_entitlement_id: The entitlement of the scope.
            scope_slot: The slot of the scope.
            page_size: The number of policies to ask for with each request, at most 100. The tenant
                raises small numbers to its own minimum. A page may have more policies or none.
        """
        filters = {
            "query": query,
            "displayName": display_name,
            "policyTypes": [*policy_types],
            "refs": [{"id": policy_id} for policy_id in refs],
            "excludePolicyIds": [*exclude_policy_ids],
            "includeDeleted": include_deleted,
            "scopeView": scope_view,
            "scopeObjectType": scope_object_type,
            "scopeAppId": scope_app_id,
            "scopeAppEntitlementId": scope_app_entitlement_id,
            "scopeSlot": scope_slot,
        }
        return chain.from_iterable(paging.search_policies(self._transport, filters, page_size))

    def list_all(self) -> Iterator[dict[str, Any]]:
        """Yield every policy; only global ones if the credential may list but not search."""
        return chain.from_iterable(self.list_pages())

    def list_pages(self) -> Iterator[paging.Policies]:
        """Yield the pages of `list_all`, one request each."""
        filters = {"scopeView": "POLICY_SCOPE_VIEW_ALL"}
        pages = paging.search_policies(self._transport, filters, _MAX_PAGE_SIZE)
        try:
            first = next(pages, None)
        except APIError as error:
            if error.status not in (400, 403, 404):
                raise
            yield from paging.list_pages(self._transport, _MAX_PAGE_SIZE)
            return
        if first is not None:
            yield first
            yield from pages

    def test_account_provision(self, cel: str) -> AccountProvisionResult:
        """Return the value of an account provisioning expression."""
        call = Call(OutcomeKind.READ, "POST", f"{POLICIES_PATH}/test-account-provision-policy")
        request = ApiRequest(call, body={"cel": cel})
        return decoding.request_model(self._transport, AccountProvisionResult, request)

    def validate_cel(self, text: str) -> _Markers:
        """Return the tenant's remarks on a CEL expression; a valid one has none."""
        call = Call(OutcomeKind.READ, "POST", f"{POLICIES_PATH}/validate/cel")
        request = ApiRequest(call, body={"text": text})
        return decoding.request_model(self._transport, CelValidation, request).markers or []

    def _send_for_policy(self, policy_id: str, request: ApiRequest) -> dict[str, Any]:
        value = unwrap(self._transport.send(request))
        return unwrap(decoding.decode_policy(policy_id, request.call, value))


def _build_look(policy_id: str, decide: Callable[[dict[str, Any]], Decision]) -> Look:
    """Return the look at a policy, whose decision gets the policy instead of the answer."""
    call = Call(OutcomeKind.READ, "GET", _build_path(policy_id, "GET"), has_id=True)

    def decide_on_answer(value: dict[str, Any]) -> Decision:
        policy = decoding.decode_policy(policy_id, call, value)
        return policy if isinstance(policy, Failure) else decide(policy)

    return Look(call, decide_on_answer)


def _build_path(policy_id: str, method: str) -> str:
    return object_paths.build_path(POLICIES_PATH, policy_id, method, "policy")
