"""The server and the credential, from the stack's config and the environment.

Pure, apart from one warning in the log. Each start of the plugin reads the settings, so this module
must not import httpx, pydantic or PyJWT.
"""

from __future__ import annotations

import functools
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pulumi_c1policy._client import credentials, server_address
from pulumi_c1policy.errors import SettingsError

DEFAULT_DEADLINE_SECONDS: Final = 120.0

ENVIRONMENT: Final[Mapping[str, str]] = {
    "accessToken": "CONDUCTORONE_ACCESS_TOKEN",
    "oidcToken": "CONDUCTORONE_OIDC_TOKEN",
    "clientId": "CONDUCTORONE_CLIENT_ID",
    "clientSecret": "CONDUCTORONE_CLIENT_SECRET",
    "tenantDomain": "CONDUCTORONE_TENANT_DOMAIN",
    "serverUrl": "CONDUCTORONE_SERVER_URL",
    "allowInsecureHttp": "CONDUCTORONE_ALLOW_INSECURE_HTTP",
    "requestDeadline": "CONDUCTORONE_REQUEST_DEADLINE",
}
"""Each config key, without its namespace, and its environment variable."""

SECRET_KEYS: Final = frozenset({"accessToken", "oidcToken", "clientSecret"})
"""The keys whose value is a secret."""

_MAX_DEADLINE_SECONDS = 86_400.0
_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_log = logging.getLogger("pulumi_c1policy")


class MixedSettingsError(SettingsError):
    """A server and a credential come from different places and may be of different tenants."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The server, the credential, and the time that an operation may take.

    Attributes:
        server_url: The root of the tenant's server, without `/api/v1`.
        credential: The credential of the requests.
        deadline: Seconds that one operation may take, with all its requests and waits.
        source: The place where the credential was found, for people.
    """

    server_url: str
    credential: credentials.Credential
    deadline: float = DEFAULT_DEADLINE_SECONDS
    source: str = ""

    @property
    def tenant(self) -> str:
        """The host of the server, with its port if that is not the scheme's default."""
        return server_address.get_authority(self.server_url)

    @property
    def token_url(self) -> str:
        """The token endpoint of the same server."""
        return f"{self.server_url}/auth/v1/token"

    @property
    def audience(self) -> str:
        """The host that a signed assertion is made out to, without a port.

        It is the host of the server, as in the vendor's Go SDK, and not the client id's: a server
        could pass an assertion for another host on to that host.
        """
        return server_address.get_host(self.server_url)


def load(config: Mapping[str, str | None], env: Mapping[str, str]) -> Settings:
    """Return the settings in a stack's config; the environment provides what the config leaves out.

    Args:
        config: Values by config key without namespace (`accessToken`, `clientId`, ...).
        env: The environment variables.

    Raises:
        SettingsError: A setting is missing or malformed.
    """
    values = {key: _value(key, config, env) for key in ENVIRONMENT}
    places = {key: _place(key, config) for key in ENVIRONMENT}
    credential, server_url = _credential(values), _server_url(values)
    _require_agreement(values, places, server_url)
    return Settings(
        credential=credential,
        server_url=server_url,
        deadline=_deadline(values["requestDeadline"]),
        source=places[_kinds(values)[0]],
    )


def explain_setting(key: str) -> str:
    """Return how a user sets a config key, as the end of a sentence."""
    option = "--secret " if key in SECRET_KEYS else ""
    return (
        f"set it with `pulumi config set {option}c1policy:{key}` (environment: {ENVIRONMENT[key]})"
    )


def _value(key: str, config: Mapping[str, str | None], env: Mapping[str, str]) -> str | None:
    for text in (config.get(key), env.get(ENVIRONMENT[key])):
        value = (text or "").strip()
        if key in SECRET_KEYS:
            # Pasted secrets contain line breaks if a terminal wrapped them.
            value = "".join(value.split())
        if value:
            return value
    return None


def _place(key: str, config: Mapping[str, str | None]) -> str:
    """Return the place where a value is found: the stack's config comes first."""
    return f"c1policy:{key}" if (config.get(key) or "").strip() else ENVIRONMENT[key]


def _kinds(values: Mapping[str, str | None]) -> list[str]:
    """List the kinds of credential that are set, by precedence."""
    return [key for key in ("accessToken", "oidcToken", "clientSecret") if values[key]]


def _require_agreement(
    values: Mapping[str, str | None], places: Mapping[str, str], server_url: str
) -> None:
    """Refuse a server and a credential from different places that may belong to different tenants.

    Raises:
        MixedSettingsError: Nothing shows that they belong together.
    """
    server = next((key for key in ("serverUrl", "tenantDomain") if values[key]), "clientId")
    kind = _kinds(values)[0]
    other = "accessToken" if kind == "accessToken" else "clientId"
    if _is_config(places[server]) == _is_config(places[other]):
        return
    if other == "clientId":
        client_host = server_address.get_client_host(values["clientId"] or "")
        if server_address.is_same_host(client_host, server_address.get_host(server_url)):
            return
        why = "name different hosts"
    else:
        why = "come from different places, and nothing shows that they are of the same tenant"
    raise MixedSettingsError(
        f"{places[server]} and {places[other]} {why}, so nothing is sent.",
        "Set the server and the credential in one place: both in the stack's config, or both in "
        "the environment.",
    )


def _is_config(place: str) -> bool:
    return place.startswith("c1policy:")


def _credential(values: Mapping[str, str | None]) -> credentials.Credential:
    present = _kinds(values)
    if not present:
        raise _no_credential(client_id=values["clientId"])
    for key in present:
        _require_ascii(key, values[key] or "")
    kind, *shadowed = present
    for other in shadowed:
        _warn_shadowed(kind, other)
    text = values[kind] or ""
    if kind == "accessToken":
        return credentials.AccessToken(credentials.Secret(text))
    client_id = values["clientId"]
    if client_id is None:
        raise SettingsError(
            f"c1policy:{kind} is set, but the client id that belongs to it is not.",
            f"The client id is missing: {explain_setting('clientId')}.",
        )
    if kind == "oidcToken":
        return credentials.OidcExchange(client_id, credentials.Secret(text))
    return credentials.parse_client_secret(client_id, text)


def _no_credential(client_id: str | None) -> SettingsError:
    if client_id is not None:
        return SettingsError(
            "c1policy:clientId is set, but the client secret that belongs to it is not.",
            f"The client secret is missing: {explain_setting('clientSecret')}.",
        )
    return SettingsError(
        "No ConductorOne credential is set: neither c1policy:accessToken, nor c1policy:oidcToken "
        "with c1policy:clientId, nor c1policy:clientSecret with c1policy:clientId.",
        f"The client id is missing: {explain_setting('clientId')}; and so is the client secret: "
        f"{explain_setting('clientSecret')}.",
    )


def _require_ascii(key: str, text: str) -> None:
    if not (text.isascii() and text.isprintable()):
        raise SettingsError(
            f"c1policy:{key} holds characters that no such value has.",
            f"Copy the value of c1policy:{key} again and {explain_setting(key)}.",
        )


@functools.cache
def _warn_shadowed(used: str, ignored: str) -> None:
    # Cached: a program with hundreds of resources would otherwise log it hundreds of times.
    _log.warning(
        "c1policy:%s (or %s) is set and wins over c1policy:%s (or %s), which is not used.",
        used,
        ENVIRONMENT[used],
        ignored,
        ENVIRONMENT[ignored],
    )


def _server_url(values: Mapping[str, str | None]) -> str:
    allow_http = _flag("allowInsecureHttp", values["allowInsecureHttp"])
    client_id = values["clientId"]
    client_host = server_address.get_client_host(client_id or "")
    for key in ("serverUrl", "tenantDomain"):
        text = values[key]
        if text:
            return server_address.parse_server_root(
                text,
                setting=f"c1policy:{key}",
                allow_http=allow_http,
                client_host=client_host,
            )
    if client_id is None:
        raise SettingsError(
            "Nothing says which ConductorOne tenant to talk to.",
            f"The tenant is missing: {explain_setting('tenantDomain')}.",
        )
    if not client_host:
        raise SettingsError(
            "c1policy:clientId does not have the form `<random-id>@<host>/<use>`, so it names no "
            "tenant.",
            f"Copy the client id again and {explain_setting('clientId')}.",
        )
    return server_address.parse_server_root(
        client_host, setting="The host in c1policy:clientId", allow_http=allow_http
    )


def _flag(key: str, text: str | None) -> bool:
    if text is None:
        return False
    if text.lower() not in _FLAGS:
        raise SettingsError(
            f"c1policy:{key} is neither true nor false.",
            f"Choose true or false for c1policy:{key} and {explain_setting(key)}.",
        )
    return _FLAGS[text.lower()]


def _deadline(text: str | None) -> float:
    try:
        seconds = DEFAULT_DEADLINE_SECONDS if text is None else float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= _MAX_DEADLINE_SECONDS:
        raise SettingsError(
            "c1policy:requestDeadline is not a number of seconds above zero, at most a day.",
            f"Choose a number such as 120 for c1policy:requestDeadline and "
            f"{explain_setting('requestDeadline')}.",
        )
    return seconds
