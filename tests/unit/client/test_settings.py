"""The settings from the stack's config and the environment."""

from __future__ import annotations

import logging

import pytest

from pulumi_c1policy._client import credentials, settings
from pulumi_c1policy._client.credentials import AccessToken, ClientSecret, OidcExchange, Secret
from pulumi_c1policy.errors import SettingsError

CONFIG = {"clientId": "fox@acme.conductor.one/spc", "accessToken": "canary-access"}


def test_the_credentials_have_the_documented_priority(client_secret: str) -> None:
    everything = {**CONFIG, "oidcToken": "canary-oidc", "clientSecret": client_secret}
    kinds = []
    for dropped in ("", "accessToken", "oidcToken"):
        everything.pop(dropped, None)
        kinds.append(type(settings.load(everything, {}).credential))
    assert kinds == [AccessToken, OidcExchange, ClientSecret]


def test_each_setting_is_read_from_the_environment(client_secret: str) -> None:
    env = {
        "CONDUCTORONE_CLIENT_ID": "fox@acme.conductor.one/spc",
        "CONDUCTORONE_CLIENT_SECRET": client_secret,
        "CONDUCTORONE_SERVER_URL": "http://tenant.example",
        "CONDUCTORONE_ALLOW_INSECURE_HTTP": "true",
        "CONDUCTORONE_REQUEST_DEADLINE": "7.5",
    }
    assert settings.load({}, env) == settings.Settings(
        server_url="http://tenant.example",
        credential=credentials.parse_client_secret("fox@acme.conductor.one/spc", client_secret),
        deadline=7.5,
        source="CONDUCTORONE_CLIENT_SECRET",
    )


def test_a_config_value_precedes_that_of_the_environment() -> None:
    env = {"CONDUCTORONE_ACCESS_TOKEN": "from-env", "CONDUCTORONE_TENANT_DOMAIN": "a.example"}
    config = {"accessToken": "from-config", "tenantDomain": "b.example", "requestDeadline": None}
    loaded = settings.load(config, {**env, "CONDUCTORONE_REQUEST_DEADLINE": "7"})
    assert loaded.credential == AccessToken(Secret("from-config"))
    assert loaded.server_url == "https://b.example"
    assert loaded.deadline == 7
    assert loaded.source == "c1policy:accessToken"


@pytest.mark.parametrize("empty", ["", "  \n", None])
def test_an_empty_value_counts_as_unset(empty: str | None) -> None:
    env = {
        "CONDUCTORONE_ACCESS_TOKEN": "from-env",
        "CONDUCTORONE_TENANT_DOMAIN": "a.example",
    }
    loaded = settings.load({"accessToken": empty}, env)
    assert loaded.credential == AccessToken(Secret("from-env"))


SECRET = "CONDUCTORONE_CLIENT_SECRET"
CLIENT = "CONDUCTORONE_CLIENT_ID"
MIXED: dict[str, tuple[dict[str, str], dict[str, str], tuple[str, str] | None]] = {
    "tenant and client from config, secret from the environment": (
        {"tenantDomain": "acme.conductor.one", "clientId": "fox@acme.conductor.one/spc"},
        {SECRET: "the secret"},
        None,
    ),
    "the same host, ports aside": (
        {"serverUrl": "https://acme.conductor.one:8443"},
        {CLIENT: "fox@acme.conductor.one:443/spc", SECRET: "the secret"},
        None,
    ),
    "two names of this machine": (
        {"serverUrl": "http://localhost:8080"},
        {CLIENT: "fox@127.0.0.1/spc", SECRET: "the secret"},
        None,
    ),
    "another host": (
        {"serverUrl": "https://acme.conductor.one"},
        {CLIENT: "fox@other.conductor.one/spc", SECRET: "the secret"},
        ("c1policy:serverUrl", CLIENT),
    ),
    "another tenant's domain": (
        {"clientId": "fox@acme.conductor.one/spc"},
        {"CONDUCTORONE_TENANT_DOMAIN": "other.conductor.one", SECRET: "the secret"},
        ("CONDUCTORONE_TENANT_DOMAIN", "c1policy:clientId"),
    ),
    "a token from the environment for a server from config": (
        {"serverUrl": "https://acme.conductor.one"},
        {"CONDUCTORONE_ACCESS_TOKEN": "token"},
        ("c1policy:serverUrl", "CONDUCTORONE_ACCESS_TOKEN"),
    ),
    "a token from the environment for a client from config": (
        {"clientId": "fox@acme.conductor.one/spc"},
        {"CONDUCTORONE_ACCESS_TOKEN": "token"},
        ("c1policy:clientId", "CONDUCTORONE_ACCESS_TOKEN"),
    ),
    "a token from config for a server from the environment": (
        {"accessToken": "token"},
        {"CONDUCTORONE_SERVER_URL": "https://acme.conductor.one"},
        ("CONDUCTORONE_SERVER_URL", "c1policy:accessToken"),
    ),
}


@pytest.mark.parametrize("case", MIXED)
def test_settings_from_two_places_must_belong_to_one_tenant(case: str, client_secret: str) -> None:
    config, env, refused = MIXED[case]
    env = {key: client_secret if key == SECRET else value for key, value in env.items()}
    if refused is None:
        assert settings.load(config, env).source == SECRET
        return
    with pytest.raises(SettingsError) as caught:
        settings.load(config, env)
    assert all(place in caught.value.summary for place in refused)


def test_line_breaks_in_a_pasted_secret_are_removed(client_secret: str) -> None:
    pasted = f" {client_secret[:40]}\n  {client_secret[40:]}\r\n"
    config = {"clientId": "fox@acme.conductor.one/spc", "clientSecret": pasted}
    assert settings.load(config, {}).credential == credentials.parse_client_secret(
        "fox@acme.conductor.one/spc", client_secret
    )


@pytest.mark.parametrize(
    ("config", "missing"),
    [
        ({}, "clientSecret"),
        ({"clientId": "fox@acme.conductor.one/spc"}, "clientSecret"),
        ({"clientSecret": "canary", "tenantDomain": "acme"}, "clientId"),
        ({"oidcToken": "canary", "tenantDomain": "acme"}, "clientId"),
        ({"accessToken": "canary"}, "tenantDomain"),
    ],
)
def test_the_error_for_a_missing_setting_names_its_key_and_its_variable(
    config: dict[str, str], missing: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        settings.load(config, {})
    last_line = str(caught.value).splitlines()[-1]
    assert f"c1policy:{missing}`" in last_line
    assert settings.ENVIRONMENT[missing] in last_line
    assert "canary" not in str(caught.value)


def test_secrets_are_set_with_the_secret_option() -> None:
    with pytest.raises(SettingsError, match="config set --secret c1policy:clientSecret`"):
        settings.load({"clientId": "fox@acme.conductor.one/spc"}, {})


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "1e300", "soon"])
def test_an_invalid_deadline_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="requestDeadline"):
        settings.load({**CONFIG, "requestDeadline": text}, {})


def test_the_default_deadline_is_two_minutes() -> None:
    assert settings.load(CONFIG, {}).deadline == 120
    assert settings.load({**CONFIG, "requestDeadline": "5"}, {}).deadline == 5


def test_a_token_that_is_not_ascii_is_refused() -> None:
    with pytest.raises(SettingsError, match="accessToken") as caught:
        settings.load({**CONFIG, "accessToken": "canary\u2026"}, {})
    assert "canary" not in str(caught.value)


def test_an_ignored_credential_causes_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    env = {"CONDUCTORONE_OIDC_TOKEN": "canary-oidc"}
    with caplog.at_level(logging.WARNING):
        settings.load(CONFIG, env)
        settings.load(CONFIG, env)
    assert len(caplog.records) == 1
    assert "CONDUCTORONE_OIDC_TOKEN" in caplog.text
    assert "canary" not in caplog.text


def test_a_single_credential_causes_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        settings.load(CONFIG, {})
    assert caplog.text == ""
