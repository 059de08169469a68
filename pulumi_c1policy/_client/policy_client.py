"""The calls of the policy API.

Policies travel as the JSON trees of the wire, with nothing dropped: fields that this package does
not know must survive a read. This module knows paths and envelopes, and no retries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import chain
from types import TracebackType
from typing import Any, Self, TypeAlias, TypeVar
from urllib.parse import quote

import httpx
import pydantic

from pulumi_c1policy._client import bodies, envelopes
from pulumi_c1policy._client.answers import Call
from pulumi_c1policy._client.clock import Clock
from pulumi_c1policy._client.envelopes import AccountProvisionResult, EditorMarker
from pulumi_c1policy._client.retries import Kind
from pulumi_c1policy._client.settings import Settings
from pulumi_c1policy._client.transport import Look, Request, Settled, Transport
from pulumi_c1policy.errors import APIError, NotFoundError

_POLICIES = "/api/v1/policies"
_MAX_PAGES = 1_000
# Inside the class, `list` is the API call of that name.
_Markers: TypeAlias = list[EditorMarker]
_Page: TypeAlias = list[dict[str, Any]]
_Message = TypeVar("_Message", bound=pydantic.BaseModel)


class PolicyClient:
    """A tenant's policies. Thread-safe; share one client, because it holds one pool."""

    def __init__(
        self,
        settings: Settings,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Prepare the connections; nothing is sent before the first call.

        Args:
            settings: The server, the credential and the deadline.
            transport: The transport for httpx instead of the network, for tests.
            clock: The time, for tests.

        Raises:
            SettingsError: The environment names a proxy or certificates that cannot be used.
        """
        self._transport = Transport(settings, transport=transport, clock=clock)

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
        """End the waits of all threads, and close the connections.

        A connection in use stays open until its answer has arrived, or until `cut`.
        """
        self._transport.close()

    def cut(self) -> None:
        """End the requests in progress; a write among them may have taken effect."""
        self._transport.cut()

    def operation(self) -> AbstractContextManager[None]:
        """Let all calls of a block share one deadline, as those of one operation do."""
        return self._transport.operation()

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """End the calls of a block after this many seconds, if not earlier."""
        return self._transport.within(seconds)

    def rest(self, seconds: float) -> bool:
        """Wait; return False, and early, if the client is closed meanwhile."""
        return self._transport.rest(seconds)

    def create(self, policy: Mapping[str, Any]) -> dict[str, Any]:
        """Create a policy; return it as the tenant answered.

        Raises:
            APIError: It was not created. With `ambiguous`, it may have been created: look before
                another call.
        """
        call = Call(Kind.CREATE, "POST", _POLICIES)
        created = self._policy(Request(call, body=dict(policy)))
        if not isinstance(created.get("id"), str) or not created["id"]:
            raise self._transport.unreadable(call, "a policy without an id")
        return created

    def get(self, policy_id: str) -> dict[str, Any]:
        """Return a policy; a softly deleted one has its `deletedAt`.

        Raises:
            NotFoundError: The tenant has no such policy.
        """
        call = Call(Kind.READ, "GET", _path_of(policy_id, "GET"), has_id=True)
        return self._same_policy(policy_id, Request(call))

    def update(
        self,
        policy_id: str,
        mask: Sequence[str],
        body_for: Callable[[dict[str, Any]], Mapping[str, Any] | None],
    ) -> dict[str, Any]:
        """Replace the fields in the mask; return the policy as the tenant answered.

        Each attempt follows a GET of the policy that is younger than the last wait of any kind.

        Args:
            policy_id: The policy's id.
            mask: Top-level fields in lowerCamelCase, at least one.
            body_for: Return the new values for the policy as it is now, or None if it has them
                already, and nothing is to be sent. A field in the mask without a value is reset. It
                may raise to prevent the update, and may be called several times.

        Raises:
            ValueError: The mask is empty, which the tenant would take for every field.
            NotFoundError: The tenant has no such policy.
            APIError: It was not updated. With `ambiguous`, it may have been updated.
        """
        if not mask:
            raise ValueError("an empty mask would rewrite the whole policy")
        call = Call(Kind.UPDATE, "POST", _path_of(policy_id, "POST"), has_id=True)

        def decide(policy: dict[str, Any]) -> object:
            body = body_for(policy)
            if body is None:
                return Settled({"policy": policy})
            return {"policy": dict(body), "updateMask": ",".join(mask)}

        return self._same_policy(policy_id, Request(call, look=self._look(policy_id, decide)))

    def delete(self, policy_id: str, may: Callable[[dict[str, Any]], bool]) -> None:
        """Delete a policy.

        Each attempt follows a GET of the policy that is younger than the last wait of any kind.

        Args:
            policy_id: The policy's id.
            may: Return whether the policy as it is now may be deleted. It may be called several
                times.

        Raises:
            NotFoundError: The tenant has no such policy, perhaps because an earlier attempt of
                this call deleted it before its answer was lost.
            APIError: It was not deleted. With `ambiguous`, it may have been deleted.
        """
        call = Call(Kind.DELETE, "DELETE", _path_of(policy_id, "DELETE"), has_id=True)

        def decide(policy: dict[str, Any]) -> object:
            return None if may(policy) else Settled({})

        self._transport.send(Request(call, look=self._look(policy_id, decide)))

    def _look(self, policy_id: str, decide: Callable[[dict[str, Any]], object]) -> Look:
        call = Call(Kind.READ, "GET", _path_of(policy_id, "GET"), has_id=True)

        def decided(value: dict[str, Any]) -> object:
            return decide(self._checked(policy_id, call, value))

        return Look(call, decided)

    def list(self, page_size: int = 100) -> Iterator[dict[str, Any]]:
        """Yield every policy that is not scoped to an app or entitlement."""
        return chain.from_iterable(self._listed(page_size))

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
        page_size: int = 100,
    ) -> Iterator[dict[str, Any]]:
        """Yield the policies that match every given filter.

        Args:
            query: Free text.
            display_name: A name.
            policy_types: Types such as `POLICY_TYPE_GRANT`.
            refs: Ids, of any scope.
            exclude_policy_ids: Ids to leave out.
            include_deleted: Also yield softly deleted policies.
            scope_view: The scopes, such as `POLICY_SCOPE_VIEW_ALL`. Default: global policies only.
            scope_object_type: The kind of object of the scope.
            scope_app_id: The app of the scope.
            scope_app_entitlement_id: The entitlement of the scope.
            scope_slot: The slot of the scope.
            page_size: The number of policies to ask for with each request, at most 100. A page may
                contain more, fewer or none; the tenant raises small numbers to a minimum of its
                own.
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
        return chain.from_iterable(self._searched(filters, page_size))

    def everything(self) -> Iterator[dict[str, Any]]:
        """Yield every policy; scoped ones are missing if the credential may list but not search."""
        return chain.from_iterable(self.pages())

    def pages(self) -> Iterator[_Page]:
        """Yield the policies of `everything` page by page, one request each."""
        found = self._searched({"scopeView": "POLICY_SCOPE_VIEW_ALL"})
        try:
            first = next(found, None)
        except APIError as error:
            if error.status not in (400, 403, 404):
                raise
            yield from self._listed()
            return
        if first is not None:
            yield first
            yield from found

    def test_account_provision(self, cel: str) -> AccountProvisionResult:
        """Return the tenant's result of an account provisioning expression."""
        call = Call(Kind.READ, "POST", f"{_POLICIES}/test-account-provision-policy")
        return self._message(AccountProvisionResult, Request(call, body={"cel": cel}))

    def validate_cel(self, text: str) -> _Markers:
        """Return the tenant's remarks on a CEL expression; none means that it is valid."""
        call = Call(Kind.READ, "POST", f"{_POLICIES}/validate/cel")
        request = Request(call, body={"text": text})
        return self._message(envelopes.CelValidation, request).markers or []

    def _policy(self, request: Request) -> dict[str, Any]:
        return self._message(envelopes.PolicyEnvelope, request).policy

    def _same_policy(self, policy_id: str, request: Request) -> dict[str, Any]:
        return self._checked(policy_id, request.call, self._transport.send(request))

    def _checked(self, policy_id: str, call: Call, value: dict[str, Any]) -> dict[str, Any]:
        policy = self._shaped(envelopes.PolicyEnvelope, call, value).policy
        if policy.get("id", policy_id) != policy_id:
            raise self._transport.unreadable(call, "another policy")
        return policy

    def _listed(self, page_size: int = 100) -> Iterator[_Page]:
        call = Call(Kind.READ, "GET", _POLICIES)

        budget = bodies.Budget()

        def request(token: str) -> Request:
            params = {"page_size": str(page_size)} | ({"page_token": token} if token else {})
            return Request(call, params=params, budget=budget)

        return self._pages(request)

    def _searched(self, filters: Mapping[str, object], page_size: int = 100) -> Iterator[_Page]:
        call = Call(Kind.READ, "POST", "/api/v1/search/policies")
        fixed = {name: value for name, value in filters.items() if value}
        budget = bodies.Budget()

        def request(token: str) -> Request:
            page = {"pageSize": page_size} | ({"pageToken": token} if token else {})
            return Request(call, body=fixed | page, budget=budget)

        return self._pages(request)

    def _pages(self, request: Callable[[str], Request]) -> Iterator[_Page]:
        token, seen, stopwatch = "", {""}, self._transport.stopwatch()
        for _ in range(_MAX_PAGES):
            asked = request(token)
            with stopwatch.running():
                page = self._message(envelopes.PolicyPage, asked)
            yield page.policies or []
            token = page.next_page_token
            if not token:
                return
            if token in seen:
                raise self._transport.unreadable(asked.call, "a page token that came before")
            seen.add(token)
        raise self._transport.unreadable(asked.call, f"more than {_MAX_PAGES} pages")

    def _message(self, model: type[_Message], request: Request) -> _Message:
        return self._shaped(model, request.call, self._transport.send(request))

    def _shaped(self, model: type[_Message], call: Call, value: dict[str, Any]) -> _Message:
        try:
            return model.model_validate(value)
        except pydantic.ValidationError as error:
            place = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
            what = f"JSON of another shape (at `{place}`)"
            raise self._transport.unreadable(call, what) from error


def _path_of(policy_id: str, method: str) -> str:
    # A tenant answers "", "/" and "." with a redirect to the collection, and a URL cannot contain
    # half a surrogate pair: none of them is a policy's id.
    if not policy_id.strip("./ ") or _has_surrogates(policy_id):
        raise NotFoundError(
            f"There is no policy with the id {policy_id!a}.",
            "Give the policy's id as the tenant shows it.",
            method=method,
        )
    return f"{_POLICIES}/{quote(policy_id, safe='')}"


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
