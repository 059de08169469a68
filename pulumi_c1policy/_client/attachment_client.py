"""The calls about apps and entitlements, to which policies are attached.

An object is the JSON tree of the wire. This module knows paths and filters, and no retries.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from pulumi_c1policy._client import answers, decoding, object_paths, paging
from pulumi_c1policy._client.answer_models import AppEnvelope, EntitlementEnvelope, Page
from pulumi_c1policy._client.api_requests import ApiRequest, Body, Decision, Look, SendNothing
from pulumi_c1policy._client.outcomes import Call, Failure, OutcomeKind, unwrap
from pulumi_c1policy._client.transport import Transport
from pulumi_c1policy._model.attachment_fields import (
    ENTITLEMENT_POLICIES,
    OVERRIDE,
    AttachmentTarget,
)
from pulumi_c1policy.errors import (
    APIError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
)

APPS_PATH = "/api/v1/apps"
_SEARCH_APPS_PATH = "/api/v1/search/apps"
_SEARCH_ENTITLEMENTS_PATH = "/api/v1/search/entitlements"
# The documentation advises pages of 10 entitlements, because each row is large.
MAX_ENTITLEMENTS: Final = 10
"""The number of entitlements to ask for with each request."""
_OVERRIDE = ENTITLEMENT_POLICIES.fields[OVERRIDE].wire

_Rows = list[dict[str, Any]]
Fields = Mapping[str, Any]
"""Fields of an object, by their names on the wire."""


class AttachmentClient:
    """The apps and entitlements of a tenant."""

    def __init__(self, transport: Transport) -> None:
        """Use the transport of another client."""
        self._transport = transport

    def limit_time(self, seconds: float) -> contextlib.AbstractContextManager[None]:
        """End the calls of a block after this time, if not earlier."""
        return self._transport.limit_time(seconds)

    def get(self, target: AttachmentTarget) -> dict[str, Any]:
        """Return an app or an entitlement.

        Raises:
            NotFoundError: The tenant has no such object.
            APIError: It could not be read.
        """
        with _advise(target):
            call = Call(OutcomeKind.READ, "GET", _build_path(target, "GET"), has_id=True)
            value = unwrap(self._transport.send(ApiRequest(call)))
            return unwrap(_decode(target, call, value))

    def update(
        self, target: AttachmentTarget, fields_for: Callable[[dict[str, Any]], Fields | None]
    ) -> dict[str, Any]:
        """Replace fields of an object; return the object after the update.

        The update mask names exactly these fields. A GET of the object precedes each attempt. It is
        younger than the last wait of any kind.

        Args:
            target: The object.
            fields_for: Returns the new values for the object as it is now. None sends nothing. It
                may be called several times, and raises an error if the update must not be sent.

        Raises:
            NotFoundError: The tenant has no such object.
            APIError: It was not updated. With `ambiguous`, it may have been.
        """
        with _advise(target):
            call = Call(OutcomeKind.UPDATE, "POST", _build_path(target, "POST"), has_id=True)
            seen = Call(OutcomeKind.READ, "GET", call.path, has_id=True)

            def decide(value: dict[str, Any]) -> Decision:
                live = _decode(target, seen, value)
                if isinstance(live, Failure):
                    return live
                fields = fields_for(live)
                return SendNothing(value) if fields is None else Body(_build_body(target, fields))

            value = unwrap(self._transport.send(ApiRequest(call, look=Look(seen, decide))))
            return unwrap(_decode(target, call, value))

    def search(self, targets: Sequence[AttachmentTarget]) -> Iterator[dict[str, Any]]:
        """Yield those of these objects (all apps, or all entitlements) that exist."""
        if targets and not targets[0].entitlement_id:
            filters = {"appIds": [target.app_id for target in targets]}
            pages = paging.search_pages(
                self._transport, _SEARCH_APPS_PATH, Page[dict[str, Any]], filters, 100
            )
        else:
            refs = [{"appId": each.app_id, "id": each.entitlement_id} for each in targets]
            pages = self._search_entitlements({"refs": refs})
        for page in pages:
            yield from page

    def list_entitlement_pages(self, app_id: str) -> Iterator[_Rows]:
        """Yield the entitlements of an app in pages, one request each, which only saves GETs."""
        return self._search_entitlements({"appIds": [app_id]}, OutcomeKind.HELP)

    def _search_entitlements(
        self, filters: Mapping[str, object], kind: OutcomeKind = OutcomeKind.READ
    ) -> Iterator[_Rows]:
        path, page_model = _SEARCH_ENTITLEMENTS_PATH, Page[dict[str, Any]]
        pages = paging.search_pages(
            self._transport, path, page_model, filters, MAX_ENTITLEMENTS, kind
        )
        for page in pages:
            rows = (row.get("appEntitlement") for row in page)
            yield [row for row in rows if isinstance(row, dict)]


def _build_body(target: AttachmentTarget, fields: Fields) -> dict[str, Any]:
    """Return the JSON of an update.

    The request carries the override as well: a field of the request has no presence on the wire, so
    that only the mask can reset it.

    Raises:
        ValueError: The mask would be empty; the tenant might replace every field.
    """
    if not fields:
        raise ValueError("an empty mask might rewrite the whole object")
    beside = {name: value for name, value in fields.items() if name == _OVERRIDE}
    return {target.noun: dict(fields), "updateMask": ",".join(sorted(fields)), **beside}


def _decode(
    target: AttachmentTarget, call: Call, value: dict[str, Any]
) -> dict[str, Any] | Failure:
    """Return the object in the answer to a get or an update; a failure if it is another one."""
    if target.entitlement_id:
        view = decoding.decode(EntitlementEnvelope, call, value)
        if isinstance(view, Failure):
            return view
        found, own_id = view.app_entitlement_view.app_entitlement, target.entitlement_id
        is_asked = found.get("appId", target.app_id) == target.app_id
    else:
        envelope = decoding.decode(AppEnvelope, call, value)
        if isinstance(envelope, Failure):
            return envelope
        found, own_id, is_asked = envelope.app, target.app_id, True
    if not is_asked or found.get("id", own_id) != own_id:
        return answers.describe_unreadable(call, f"another {target.noun}")
    return found


def _build_path(target: AttachmentTarget, method: str) -> str:
    path = object_paths.build_path(APPS_PATH, target.app_id, method, "app")
    if not target.entitlement_id:
        return path
    collection = f"{path}/entitlements"
    return object_paths.build_path(collection, target.entitlement_id, method, target.noun)


@contextlib.contextmanager
def _advise(target: AttachmentTarget) -> Iterator[None]:
    """Replace the advice of errors about policies by advice about the object."""
    try:
        yield
    except APIError as error:
        texts: dict[type[APIError], str] = {
            NotFoundError: f"Check the id of the {target.noun}, and that the settings name the "
            f"tenant that has this {target.noun}.",
            PermissionDeniedError: "Give the credential's owner a role that may manage this "
            f"{target.noun}, or use another credential.",
            ConflictError: f"Check the {target.noun} in the tenant, or run `pulumi up --refresh`, "
            "and try again.",
        }
        advice = texts.get(type(error))
        if advice is None or error.status is None or error.ambiguous:
            raise
        raise error.replace(advice=advice) from error
