"""The address of a tenant's server, parsed from the forms that users write.

Pure. The rules for host, scheme and loopback are separate from the settings, because they decide
whether a credential may be sent to a server. This module must not import httpx.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from pulumi_c1policy.errors import SettingsError

_DOMAINS = ("conductor.one", "c1eu.ai")
"""The domains of tenants: the general one, then the one for tenants in the EU."""

_HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
_API_PATHS = frozenset({"", "/api", "/api/v1"})


def parse_server(text: str, *, setting: str, allow_http: bool, client_host: str = "") -> str:
    """Return the root URL of a server.

    Args:
        text: `acme`, `acme.conductor.one`, `host:port` or a URL. A trailing `/` or `/api/v1` is
            accepted, because the vendor's documentation shows it.
        setting: The setting of the text, for the error.
        allow_http: Permit plain http to a host other than this machine.
        client_host: The host part of the client id. It completes a bare tenant name (`acme`) if it
            starts with that name.

    Raises:
        SettingsError: The text is not a server, or the credential would be sent unencrypted.
    """
    parts, host, port = _split(text, setting)
    if parts.scheme == "http" and not (allow_http or is_loopback(host)):
        raise SettingsError(
            f"{setting} is a plain http URL, so the credential would be sent unencrypted.",
            f"Use https in {setting}. To permit plain http, set c1policy:allowInsecureHttp "
            "(environment: CONDUCTORONE_ALLOW_INSECURE_HTTP) to true.",
        )
    if "://" not in text and port is None and _is_bare(host):
        if not client_host.lower().startswith(f"{host}."):
            raise _build_incomplete_error(host, setting)
        setting = "The host in c1policy:clientId"
        return parse_server(client_host, setting=setting, allow_http=allow_http)
    authority = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{authority}" + (f":{port}" if port is not None else "")


def parse_client_id(client_id: str) -> str:
    """Return the host part of a client id, `<random-id>@<host>/<use>`; `""` if it has none."""
    _, _, place = client_id.partition("@")
    return place.partition("/")[0]


def get_host(server_url: str) -> str:
    """Return the host of a server root, without its port."""
    return urlsplit(server_url).hostname or ""


def get_authority(server_url: str) -> str:
    """Return the host of a server root, with its port unless that is the scheme's default."""
    parts = urlsplit(server_url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    default = {"https": 443, "http": 80}.get(parts.scheme)
    return host if parts.port in (None, default) else f"{host}:{parts.port}"


def is_same_host(one: str, other: str) -> bool:
    """Return whether two hosts are the same, ports aside; all loopback names are the same."""
    try:
        first, second = (urlsplit(f"//{each}").hostname or "" for each in (one, other))
    except ValueError:
        return False
    same = first.rstrip(".") == second.rstrip(".")
    return bool(first) and (same or (is_loopback(first) and is_loopback(second)))


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine: 127.0.0.0/8, ::1 or localhost."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(text: str, setting: str) -> tuple[SplitResult, str, int | None]:
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _build_malformed_error(setting) from None
    extras = parts.username or parts.password or parts.query or parts.fragment
    # To drop a path silently would turn a wrong address into the error "no such policy".
    if parts.scheme not in ("http", "https") or extras or parts.path.rstrip("/") not in _API_PATHS:
        raise _build_malformed_error(setting)
    if not (_HOST_NAME.fullmatch(host) or _is_address(host)):
        raise _build_malformed_error(setting)
    return parts, host, port


def _is_bare(host: str) -> bool:
    return "." not in host and host != "localhost" and not _is_address(host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _build_incomplete_error(name: str, setting: str) -> SettingsError:
    hosts = [f"`{name}.{domain}`" for domain in _DOMAINS]
    place = setting if setting.startswith("c1policy:") else "c1policy:tenantDomain"
    return SettingsError(
        f"{setting} is a tenant name without a domain, and the client id has no host for it.",
        f"Write the whole host in {place}: {hosts[0]}, or {hosts[1]} for a tenant in the EU.",
    )


def _build_malformed_error(setting: str) -> SettingsError:
    return SettingsError(
        f"{setting} is not a valid server.",
        f"Write {setting} as a host (`acme.conductor.one`, or `acme.c1eu.ai` for a tenant in the "
        "EU) or as a URL (`https://acme.conductor.one`), without a user, a path or a query.",
    )
