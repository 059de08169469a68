"""The checks of the way to a tenant: authorities, proxy, connection, TLS and clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from pulumi_c1policy._client import server_probe, tenant_address
from pulumi_c1policy._client.server_probe import ServerProbe, TlsFacts
from pulumi_c1policy._client.settings import Settings
from pulumi_c1policy._doctor.findings import CHECKS, DoctorFinding
from pulumi_c1policy.errors import APIError, SettingsError

_MAX_SECONDS = 10.0
_MAX_SKEW_SECONDS = 60.0
_EXPIRES_SOON_SECONDS = 3 * 86_400.0
_AFTER_CONNECTION: Final = CHECKS[CHECKS.index("connection") + 1 :]
"""The checks that need a connection."""


def check_connection(
    settings: Settings, env: Mapping[str, str], now: float
) -> tuple[ServerProbe | None, list[DoctorFinding]]:
    """Check the way to a tenant; return the answer of its server if there is one.

    Args:
        settings: The settings.
        env: The environment variables.
        now: Seconds since 1970.
    """
    found = [_check_authorities(env)]
    try:
        found.append(_check_proxy(settings, env))
        answer = server_probe.probe(settings.server_url, min(_MAX_SECONDS, settings.deadline))
    except (APIError, SettingsError) as error:
        rest = f"Without a connection, {', '.join(_AFTER_CONNECTION)} were not checked."
        return None, [
            *found,
            DoctorFinding(
                "connection",
                "not-right",
                f"{error.summary} {rest}",
                error.advice,
                {"unchecked": _AFTER_CONNECTION},
            ),
        ]
    text = f"{settings.tenant} answers."
    found.append(DoctorFinding("connection", "right", text, details={"status": answer.status}))
    return answer, [*found, check_tls(settings, answer.tls, now), check_clock(answer.skew)]


def _check_authorities(env: Mapping[str, str]) -> DoctorFinding:
    name = server_probe.find_authorities(env)
    path = env.get(name, "")
    text = (
        f"Certificates are verified with the authorities in {name}: {path}."
        if name
        else "Certificates are verified with the authorities of the package certifi."
    )
    return DoctorFinding("authorities", "right", text, details={"variable": name, "path": path})


def _check_proxy(settings: Settings, env: Mapping[str, str]) -> DoctorFinding:
    proxy = server_probe.find_proxy(settings.server_url)
    name = server_probe.find_proxy_variable(proxy, env)
    source = f", from {name}" if name else ""
    text = f"Requests go through the proxy {proxy}{source}." if proxy else "No proxy is used."
    return DoctorFinding("proxy", "right", text, details={"proxy": proxy, "variable": name})


def check_tls(settings: Settings, tls: TlsFacts | None, now: float) -> DoctorFinding:
    """Check the TLS of a connection, and the end of the server's certificate."""
    if tls is None:
        if tenant_address.is_loopback(tenant_address.get_host(settings.server_url)):
            text = "The server is on this machine and speaks plain http."
            return DoctorFinding("tls", "right", text)
        text = "The server speaks plain http, so the credential is sent unencrypted."
        return DoctorFinding("tls", "not-right", text, "Use https in c1policy:serverUrl.")
    end = datetime.fromtimestamp(tls.expires_at, UTC)
    left = tls.expires_at - now
    text = (
        f"{tls.version}, with a certificate of {tls.issuer or 'an unnamed issuer'} that ends on "
        f"{end:%Y-%m-%d}."
    )
    details = {"version": tls.version, "issuer": tls.issuer, "expires_at": end.isoformat()}
    if left < _EXPIRES_SOON_SECONDS:
        advice = "Renew the certificate of the server, or tell its owner."
        text += f" It ends in {max(left, 0) / 3600:.0f} hours."
        return DoctorFinding("tls", "not-right", text, advice, details)
    return DoctorFinding("tls", "right", text, details=details)


def check_clock(skew: float | None) -> DoctorFinding:
    """Check the difference between this machine's clock and the tenant's."""
    if skew is None:
        text = "The tenant does not tell its time (no usable `Date` header)."
        return DoctorFinding("clock", "cannot-tell", text, details={"skew_seconds": None})
    details = {"skew_seconds": round(skew, 1)}
    if abs(skew) < _MAX_SKEW_SECONDS:
        text = f"This machine's clock agrees with the tenant's to {max(abs(skew), 1):.0f} s."
        return DoctorFinding("clock", "right", text, details=details)
    way = "ahead of" if skew > 0 else "behind"
    text = f"This machine's clock is {abs(skew):.0f} s {way} the tenant's."
    advice = "Set the clock, such as with NTP: the tenant rejects tokens with wrong times."
    return DoctorFinding("clock", "not-right", text, advice, details)
