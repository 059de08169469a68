"""The settings of the client, from the stack's config and the environment.

Pure, apart from one warning in the log. The plugin reads the settings at every start, so this
module must not import httpx or PyJWT.
"""

from __future__ import annotations

import functools
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pulumi_c1policy._client import credentials, tenant_address
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
"""The environment variable of each config key; the keys have no namespace."""

SECRET_KEYS: Final = frozenset({"accessToken", "oidcToken", "clientSecret"})
"""The keys whose values are secrets."""

_MAX_DEADLINE_SECONDS = 86_400.0
_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_log = logging.getLogger("pulumi_c1policy")


class MixedSettingsError(SettingsError):
    """A server and a credential come from different places and may belong to different tenants."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a client.

    Attributes:
        server_url: The root of the tenant's server, without `/api/v1`.
        credential: The credential of the requests.
        deadline: The seconds that one operation may take, with all its requests and waits.
        source: The config key or environment variable of the credential, for messages.
    """

    server_url: str
    credential: credentials.Credential
    deadline: float = DEFAULT_DEADLINE_SECONDS
    source: str = ""

    @property
    def tenant(self) -> str:
        """The host of the server, with its port unless that is the default of the scheme."""
        return tenant_address.get_authority(self.server_url)

    @property
    def token_url(self) -> str:
        """The token endpoint of the same server."""
        return f"{self.server_url}/auth/v1/token"

    @property
    def audience(self) -> str:
        """The audience of a signed assertion: the host of the server, without a port.

        It is not the host in the client id, because the server that receives an assertion for
        another host could use it there. The vendor's Go SDK does the same.
        """
        return tenant_address.get_host(self.server_url)


def load(config: Mapping[str, str | None], env: Mapping[str, str]) -> Settings:
    """Return the settings; a value in the stack's config precedes one in the environment.

    Args:
        config: Values by config key without namespace (`accessToken`, `clientId`, ...).
        env: Environment variables.

    Raises:
        SettingsError: A setting is missing or malformed.
    """
    values = {key: _find_value(key, config, env) for key in ENVIRONMENT}
    places = {key: _name_place(key, config) for key in ENVIRONMENT}
    credential, server_url = _build_credential(values), _find_server_url(values)
    _require_agreement(values, places, server_url)
    return Settings(
        credential=credential,
        server_url=server_url,
        deadline=_parse_deadline(values["requestDeadline"]),
        source=places[_list_credentials(values)[0]],
    )


def find_server_place(config: Mapping[str, str | None], env: Mapping[str, str]) -> str:
    """Return the config key or the environment variable that names the server.

    Args:
        config: Values by config key without namespace.
        env: Environment variables.
    """
    keys = ("serverUrl", "tenantDomain", "clientId")
    key = next((each for each in keys if _find_value(each, config, env)), "clientId")
    return _name_place(key, config)


def advise_to_set(key: str) -> str:
    """Return the advice to set a config key, as the end of a sentence."""
    option = "--secret " if key in SECRET_KEYS else ""
    return (
        f"set it with `pulumi config set {option}c1policy:{key}` (environment: {ENVIRONMENT[key]})"
    )


def _find_value(key: str, config: Mapping[str, str | None], env: Mapping[str, str]) -> str | None:
    for text in (config.get(key), env.get(ENVIRONMENT[key])):
        value = (text or "").strip()
        if key in SECRET_KEYS:
            # A secret pasted from a terminal has line breaks where the terminal wrapped it.
            value = "".join(value.split())
        if value:
            return value
    return None


def _name_place(key: str, config: Mapping[str, str | None]) -> str:
    """Return the place of a value: the config key, or else the environment variable."""
    return f"c1policy:{key}" if (config.get(key) or "").strip() else ENVIRONMENT[key]


def _list_credentials(values: Mapping[str, str | None]) -> list[str]:
    """Return the keys of the credentials that are set, in the order of their precedence."""
    return [key for key in ("accessToken", "oidcToken", "clientSecret") if values[key]]


def _require_agreement(
    values: Mapping[str, str | None], places: Mapping[str, str], server_url: str
) -> None:
    """Refuse a server and a credential that may belong to different tenants.

    Raises:
        MixedSettingsError: They come from different places, and their hosts differ or are unknown.
    """
    server = next((key for key in ("serverUrl", "tenantDomain") if values[key]), "clientId")
    kind = _list_credentials(values)[0]
    other = "accessToken" if kind == "accessToken" else "clientId"
    if _is_config(places[server]) == _is_config(places[other]):
        return
    if other == "clientId":
        client_host = tenant_address.parse_client_id(values["clientId"] or "")
        if tenant_address.is_same_host(client_host, tenant_address.get_host(server_url)):
            return
        why = "name different hosts"
    else:
        why = "come from different places and may belong to different tenants"
    raise MixedSettingsError(
        f"{places[server]} and {places[other]} {why}, so no request is sent.",
        "Set the server and the credential in the same place: both in the stack's config, or both "
        "in the environment.",
    )


def _is_config(place: str) -> bool:
    return place.startswith("c1policy:")


def _build_credential(values: Mapping[str, str | None]) -> credentials.Credential:
    present = _list_credentials(values)
    if not present:
        raise _build_missing_credential_error(values["clientId"])
    for key in present:
        _require_printable_ascii(key, values[key] or "")
    kind, *shadowed = present
    for other in shadowed:
        _warn_shadowed(kind, other)
    text = values[kind] or ""
    if kind == "accessToken":
        return credentials.AccessToken(credentials.Secret(text))
    client_id = values["clientId"]
    if client_id is None:
        raise SettingsError(
            f"c1policy:{kind} is set without its client id.",
            f"The client id is missing: {advise_to_set('clientId')}.",
        )
    if kind == "oidcToken":
        return credentials.OidcExchange(client_id, credentials.Secret(text))
    return credentials.parse_client_secret(client_id, text)


def _build_missing_credential_error(client_id: str | None) -> SettingsError:
    if client_id is not None:
        return SettingsError(
            "c1policy:clientId is set without its client secret.",
            f"The client secret is missing: {advise_to_set('clientSecret')}.",
        )
    return SettingsError(
        "No ConductorOne credential is set. A credential is c1policy:accessToken, or "
        "c1policy:oidcToken with c1policy:clientId, or c1policy:clientSecret with "
        "c1policy:clientId.",
        f"The client id is missing: {advise_to_set('clientId')}. "
        f"The client secret is missing, too: {advise_to_set('clientSecret')}.",
    )


def _require_printable_ascii(key: str, text: str) -> None:
    if not (text.isascii() and text.isprintable()):
        raise SettingsError(
            f"c1policy:{key} has characters that are not printable ASCII.",
            f"Copy the value of c1policy:{key} again and {advise_to_set(key)}.",
        )


@functools.cache
def _warn_shadowed(used: str, ignored: str) -> None:
    # Cached, because a program reads its settings once for each of its resources.
    _log.warning(
        "c1policy:%s (or %s) is set, so c1policy:%s (or %s) is ignored.",
        used,
        ENVIRONMENT[used],
        ignored,
        ENVIRONMENT[ignored],
    )


def _find_server_url(values: Mapping[str, str | None]) -> str:
    allow_http = _parse_flag("allowInsecureHttp", values["allowInsecureHttp"])
    client_id = values["clientId"]
    client_host = tenant_address.parse_client_id(client_id or "")
    for key in ("serverUrl", "tenantDomain"):
        text = values[key]
        if text:
            return tenant_address.parse_server(
                text,
                setting=f"c1policy:{key}",
                allow_http=allow_http,
                client_host=client_host,
            )
    if client_id is None:
        raise SettingsError(
            "No ConductorOne tenant is set.",
            f"The tenant is missing: {advise_to_set('tenantDomain')}.",
        )
    if not client_host:
        raise SettingsError(
            "c1policy:clientId does not have the form `<random-id>@<host>/<use>`, so its tenant is "
            "unknown.",
            f"Copy the client id again and {advise_to_set('clientId')}.",
        )
    return tenant_address.parse_server(
        client_host, setting="The host in c1policy:clientId", allow_http=allow_http
    )


def _parse_flag(key: str, text: str | None) -> bool:
    if text is None:
        return False
    if text.lower() not in _FLAGS:
        raise SettingsError(
            f"c1policy:{key} is neither true nor false.",
            f"Choose true or false for c1policy:{key} and {advise_to_set(key)}.",
        )
    return _FLAGS[text.lower()]


def _parse_deadline(text: str | None) -> float:
    try:
        seconds = DEFAULT_DEADLINE_SECONDS if text is None else float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= _MAX_DEADLINE_SECONDS:
        raise SettingsError(
            "c1policy:requestDeadline is not a number of seconds above 0 and up to 86400.",
            f"Choose a number such as 120 for c1policy:requestDeadline and "
            f"{advise_to_set('requestDeadline')}.",
        )
    return seconds
