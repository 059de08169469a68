"""The checks of the settings: tenant, credential, and the config of the selected stack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pulumi_c1policy._client import credentials, settings, tenant_address, token_times
from pulumi_c1policy._client.settings import Settings
from pulumi_c1policy._doctor.findings import Detail, DoctorFinding
from pulumi_c1policy._doctor.project import PREFIX, Project, StackConfig
from pulumi_c1policy.errors import SettingsError

_MAX_OIDC_AGE_SECONDS = 600
_CREDENTIAL_KEYS: Final = frozenset(settings.ENVIRONMENT) - {"allowInsecureHttp", "requestDeadline"}
_KINDS: Final[Mapping[type, str]] = {
    credentials.AccessToken: "an access token",
    credentials.OidcExchange: "an OIDC token (workload federation)",
    credentials.ClientSecret: "a client secret",
}
_USES: Final[Mapping[str, str]] = {
    "wfe": "workload federation",
    "spc": "service principal",
    "pcc": "personal API key",
}


def check_config(
    project: Project | None, config: StackConfig, problems: Sequence[str] | None
) -> list[DoctorFinding]:
    """Check the config of the selected stack.

    Args:
        project: The project of the current folder.
        config: Its config.
        problems: A sentence for each unknown key; None if they are not known.
    """
    if project is None:
        text = "The current folder has no Pulumi project, so only the environment was read."
        return [DoctorFinding("config", "right", text)]
    if config.problem:
        text = f"The config of the selected stack cannot be read: {config.problem}."
        advice = "Select a stack with `pulumi stack select`, and sign in to its backend."
        return [DoctorFinding("config", "cannot-tell", text, advice)]
    found = [
        DoctorFinding(
            "config",
            "not-right",
            f"{PREFIX}{key} is in the stack's config as plain text.",
            f"Encrypt it with `pulumi config set --secret {PREFIX}{key}`, and replace a secret "
            "that others may have read.",
            {"key": key},
        )
        for key in config.plain_secrets
    ]
    for each in problems or ():
        text, _, advice = each.partition(". ")
        found.append(DoctorFinding("config", "not-right", f"{text}.", advice))
    if problems is None and config.keys:
        text = "Unknown config keys were not searched, because the check of Pulumi's SDK failed."
        found.append(DoctorFinding("config", "cannot-tell", text))
    names = ", ".join(PREFIX + key for key in config.keys)
    text = (
        f"The selected stack sets {names}." if names else f"The selected stack sets no {PREFIX}*."
    )
    return found or [DoctorFinding("config", "right", text, details={"keys": config.keys})]


def check_settings(
    config: StackConfig, env: Mapping[str, str], now: float
) -> tuple[Settings | None, list[DoctorFinding]]:
    """Check the tenant and the credential; return the settings if they are whole.

    Args:
        config: The config of the selected stack.
        env: The environment variables.
        now: Seconds since 1970.
    """
    if hidden := [PREFIX + key for key in config.hidden if key in _CREDENTIAL_KEYS]:
        text = f"{', '.join(hidden)} of the selected stack cannot be decrypted."
        advice = (
            "Set PULUMI_CONFIG_PASSPHRASE, or sign in to the stack's secrets provider. In a folder "
            "without a project, the credential comes from the environment."
        )
        return None, [DoctorFinding("credential", "cannot-tell", text, advice)]
    try:
        loaded = settings.load(config.values, env)
    except SettingsError as error:
        return None, [DoctorFinding("credential", "not-right", error.summary, error.advice)]
    place = settings.find_server_place(config.values, env)
    text = f"The tenant is {loaded.tenant}, from {place}."
    tenant = DoctorFinding("tenant", "right", text, details={"source": place})
    return loaded, [tenant, _check_credential(loaded, now)]


def _check_credential(loaded: Settings, now: float) -> DoctorFinding:
    credential = loaded.credential
    kind = _KINDS[type(credential)]
    details: dict[str, Detail] = {"kind": kind, "source": loaded.source}
    text = f"The credential is {kind}, from {loaded.source}."
    if isinstance(credential, credentials.ClientSecret):
        if use := _USES.get(credential.client_id.rpartition("/")[2]):
            text = f"The credential is {kind} ({use}), from {loaded.source}."
    else:
        times = token_times.read_times(credential.token.reveal())
        is_oidc = isinstance(credential, credentials.OidcExchange)
        key = "oidcToken" if is_oidc else "accessToken"
        advice = f"Get a new token and {settings.advise_to_set(key)}."
        if times.expires_at is not None and times.expires_at <= now:
            text += f" It expired {_format_seconds(now - times.expires_at)} ago."
            return DoctorFinding("credential", "not-right", text, advice, details)
        age = None if times.issued_at is None else now - times.issued_at
        if is_oidc and age is not None and age > _MAX_OIDC_AGE_SECONDS:
            text += f" It is {_format_seconds(age)} old; a tenant accepts ten minutes."
            return DoctorFinding("credential", "not-right", text, advice, details)
    if not isinstance(credential, credentials.AccessToken):
        host = tenant_address.parse_client_id(credential.client_id)
        details["client_host"] = host
        server = tenant_address.get_host(loaded.server_url)
        if host and not tenant_address.is_same_host(host, server):
            text += f" Its client id is of {host}, but the server is {server}."
            advice = "Make sure that both are the same tenant."
            return DoctorFinding("credential", "cannot-tell", text, advice, details)
    return DoctorFinding("credential", "right", text, details=details)


def _format_seconds(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"
