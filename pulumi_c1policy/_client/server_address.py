"""The address of a tenant's server, from the forms that people type.

Pure. It is separate from the settings because host, scheme and loopback rules decide whether a
credential may be sent at all. It must not import httpx.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from pulumi_c1policy.errors import SettingsError

_DOMAINS = ("conductor.one", "c1eu.ai")
"""The domains of tenants: the general one, then the EU's."""

_HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
_API_PATHS = frozenset({"", "/api", "/api/v1"})


def parse_server_root(text: str, *, setting: str, allow_http: bool, client_host: str = "") -> str:
    """Return the root of the server that a tenant name, a host or a URL names.

    Args:
        text: `acme`, `acme.conductor.one`, `host:port` or a URL. A trailing `/` or `/api/v1` is
            accepted, because documentation shows it.
        setting: The setting that the text comes from, for the error.
        allow_http: Permit plain http to a host other than this machine.
        client_host: The host part of the client id. It completes a bare tenant name (`acme`) with
            which it begins.

    Raises:
        SettingsError: The text names no server, two servers, or one to which credentials would go
            unprotected.
    """
    parts, host, port = _split(text, setting)
    if parts.scheme == "http" and not (allow_http or is_loopback(host)):
        raise SettingsError(
            f"{setting} names a plain-http server, which would get the credentials unprotected.",
            f"Use https in {setting}, or, if this is really meant, set c1policy:allowInsecureHttp "
            "(environment: CONDUCTORONE_ALLOW_INSECURE_HTTP) to true.",
        )
    if "://" not in text and port is None and _is_bare(host):
        if not client_host.lower().startswith(f"{host}."):
            raise _incomplete(host, setting)
        setting = "The host in c1policy:clientId"
        return parse_server_root(client_host, setting=setting, allow_http=allow_http)
    authority = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{authority}" + (f":{port}" if port is not None else "")


def get_client_host(client_id: str) -> str:
    """Return the host part of a client id, `<random-id>@<host>/<use>`, or `""` without one."""
    _, _, place = client_id.partition("@")
    return place.partition("/")[0]


def get_host(server_url: str) -> str:
    """Return the host of a server root, without its port."""
    return urlsplit(server_url).hostname or ""


def get_authority(server_url: str) -> str:
    """Return the host of a server root, with its port if that is not the scheme's default."""
    parts = urlsplit(server_url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    default = {"https": 443, "http": 80}.get(parts.scheme)
    return host if parts.port in (None, default) else f"{host}:{parts.port}"


def is_same_host(one: str, other: str) -> bool:
    """Return whether two hosts, with or without ports, are the same; all loopback names are."""
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
        raise _malformed(setting) from None
    extras = parts.username or parts.password or parts.query or parts.fragment
    # Dropping a path silently would turn a wrong address into "this policy is gone".
    if parts.scheme not in ("http", "https") or extras or parts.path.rstrip("/") not in _API_PATHS:
        raise _malformed(setting)
    if not (_HOST_NAME.fullmatch(host) or _is_address(host)):
        raise _malformed(setting)
    return parts, host, port


def _is_bare(host: str) -> bool:
    return "." not in host and host != "localhost" and not _is_address(host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _incomplete(name: str, setting: str) -> SettingsError:
    hosts = [f"`{name}.{domain}`" for domain in _DOMAINS]
    place = setting if setting.startswith("c1policy:") else "c1policy:tenantDomain"
    return SettingsError(
        f"{setting} is a tenant's name without its domain, and the client id does not complete it.",
        f"Write the whole host in {place}: {hosts[0]}, or {hosts[1]} for a tenant in the EU.",
    )


def _malformed(setting: str) -> SettingsError:
    return SettingsError(
        f"{setting} names no server.",
        f"Write {setting} as a host (`acme.conductor.one`, or `acme.c1eu.ai` for a tenant in the "
        "EU) or as a URL (`https://acme.conductor.one`), without a user, a path or a query.",
    )
