"""The checks of a credential at the tenant: access token, identity, and the right to read."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

from pulumi_c1policy._client import auth_client, credentials, token_times
from pulumi_c1policy._client.auth_client import Identity
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._client.settings import Settings
from pulumi_c1policy._doctor.findings import Check, DoctorFinding
from pulumi_c1policy.errors import APIError, AuthenticationError

_MAX_SECONDS = 15.0
_SHOWN_ITEMS = 5
_Value = TypeVar("_Value")


def check_identity(client: PolicyClient, settings: Settings, now: float) -> list[DoctorFinding]:
    """Check the access token, the identity, and the right to read policies.

    Args:
        client: The client.
        settings: Its settings.
        now: Seconds since 1970.
    """
    seconds, found = _check_token(client, settings, now)
    if seconds is None:
        return [found]
    return [found, _check_client(client), _check_reading(client)]


def _check_token(
    client: PolicyClient, settings: Settings, now: float
) -> tuple[float | None, DoctorFinding]:
    """Return the lifetime of the access token, None if there is no token, and the finding."""
    answer = _ask("access-token", client, client.transport.get_token_seconds)
    if isinstance(answer, DoctorFinding):
        return None, answer
    lifetime = answer
    if isinstance(settings.credential, credentials.AccessToken):
        end = token_times.read_times(settings.credential.token.reveal()).expires_at
        lifetime = math.inf if end is None else end - now
    if math.isinf(lifetime):
        text = "The access token of the settings does not tell its end."
        finding = DoctorFinding("access-token", "cannot-tell", text, "Renew it when it expires.")
        return lifetime, finding
    text = f"The access token is valid for {_format_seconds(lifetime)}."
    details = {"seconds": round(lifetime)}
    return lifetime, DoctorFinding("access-token", "right", text, details=details)


def _check_client(client: PolicyClient) -> DoctorFinding:
    answer = _ask("client", client, lambda: auth_client.introspect(client.transport))
    return answer if isinstance(answer, DoctorFinding) else describe_identity(answer)


def describe_identity(identity: Identity) -> DoctorFinding:
    """Describe an identity; roles are told and not judged, because their ids vary by tenant."""
    details = {
        "client": identity.principle_id,
        "user": identity.user_id,
        "tenant_id": identity.tenant_id,
        "roles": identity.roles,
        "permissions": identity.permissions,
        "features": identity.features,
    }
    if not (identity.principle_id or identity.user_id):
        text = "The tenant does not tell which client and which user the credential belongs to."
        return DoctorFinding("client", "cannot-tell", text, details=details)
    text = (
        f"Client {identity.principle_id or '(not told)'}, user {identity.user_id or '(not told)'}, "
        f"roles {_join(identity.roles)}, permissions {_join(identity.permissions)}."
    )
    return DoctorFinding("client", "right", text, details=details)


def _join(items: Sequence[str]) -> str:
    if not items:
        return "(none told)"
    rest = f" and {len(items) - _SHOWN_ITEMS} more" if len(items) > _SHOWN_ITEMS else ""
    return ", ".join(items[:_SHOWN_ITEMS]) + rest


def _check_reading(client: PolicyClient) -> DoctorFinding:
    answer = _ask("policies", client, lambda: next(client.list(page_size=1), None))
    if isinstance(answer, DoctorFinding):
        return answer
    return DoctorFinding("policies", "right", "The credential may read policies.")


def _ask(
    check: Check, client: PolicyClient, request: Callable[[], _Value]
) -> _Value | DoctorFinding:
    """Send a request; an error is a finding of the check."""
    try:
        with client.limit_time(_MAX_SECONDS):
            return request()
    except APIError as error:
        # Identity helps only, and a credential that manages policies may not be allowed to ask.
        is_help = check == "client" and not isinstance(error, AuthenticationError)
        return DoctorFinding(
            check,
            "cannot-tell" if is_help else "not-right",
            error.summary,
            error.advice,
            {"status": error.status},
        )


def _format_seconds(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"
