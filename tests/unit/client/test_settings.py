"""Where to talk to and as whom, from config and environment."""

from __future__ import annotations

import logging

import pytest

from pulumi_c1policy._client import credentials, settings
from pulumi_c1policy._client.credentials import AccessToken, ClientSecret, OidcExchange, Secret
from pulumi_c1policy.errors import SettingsError

CONFIG = {"clientId": "fox@acme.conductor.one/spc", "accessToken": "canary-access"}


@pytest.mark.parametrize(
    ("config", "root"),
    [
        ({"tenantDomain": "acme.conductor.one"}, "https://acme.conductor.one"),
        ({"tenantDomain": " Acme.conductor.one\n"}, "https://acme.conductor.one"),
        ({"tenantDomain": "https://acme.conductor.one"}, "https://acme.conductor.one"),
        ({"tenantDomain": "acme.c1eu.ai"}, "https://acme.c1eu.ai"),
        ({"tenantDomain": "https://acme.c1eu.ai"}, "https://acme.c1eu.ai"),
        ({"serverUrl": "https://acme.c1eu.ai/api/v1"}, "https://acme.c1eu.ai"),
        ({"clientId": "fox@acme.c1eu.ai/spc"}, "https://acme.c1eu.ai"),
        ({"tenantDomain": "acme.example.com:2443"}, "https://acme.example.com:2443"),
        ({"serverUrl": "https://acme.conductor.one/"}, "https://acme.conductor.one"),
        ({"serverUrl": "https://acme.conductor.one/api/v1"}, "https://acme.conductor.one"),
        ({"serverUrl": "https://acme.conductor.one/api/v1/"}, "https://acme.conductor.one"),
        ({"serverUrl": "http://127.0.0.1:8080"}, "http://127.0.0.1:8080"),
        ({"serverUrl": "http://127.9.9.9:8080"}, "http://127.9.9.9:8080"),
        ({"serverUrl": "http://localhost:8080"}, "http://localhost:8080"),
        ({"serverUrl": "http://[::1]:8080"}, "http://[::1]:8080"),
        ({"serverUrl": "localhost:8080"}, "https://localhost:8080"),
        ({"serverUrl": "https://a.example", "tenantDomain": "b"}, "https://a.example"),
        ({"tenantDomain": "b.c1eu.ai", "clientId": "fox@a.example/spc"}, "https://b.c1eu.ai"),
        ({"clientId": "fox@a.example/spc"}, "https://a.example"),
        ({"clientId": "fox@a.example:2443/spc"}, "https://a.example:2443"),
        (
            {"serverUrl": "http://tenant.example", "allowInsecureHttp": "true"},
            "http://tenant.example",
        ),
    ],
)
def test_every_form_of_a_tenant_gives_its_root(config: dict[str, str], root: str) -> None:
    loaded = settings.load({"accessToken": "canary-access", **config}, {})
    assert loaded.server_url == root
    assert loaded.token_url == f"{root}/auth/v1/token"


@pytest.mark.parametrize(
    ("name", "client_id", "root"),
    [
        ("acme", "fox@acme.conductor.one/spc", "https://acme.conductor.one"),
        ("acme", "fox@acme.c1eu.ai/spc", "https://acme.c1eu.ai"),
        (" Acme\n", "fox@acme.c1eu.ai/spc", "https://acme.c1eu.ai"),
        ("acme", "fox@ACME.c1eu.ai/pcc", "https://acme.c1eu.ai"),
        ("acme", "fox@acme.example.com:2443/wfe", "https://acme.example.com:2443"),
    ],
)
@pytest.mark.parametrize("setting", ["tenantDomain", "serverUrl"])
def test_a_bare_tenant_name_is_completed_from_the_client_id(
    setting: str, name: str, client_id: str, root: str
) -> None:
    config = {"accessToken": "canary-access", setting: name, "clientId": client_id}
    assert settings.load(config, {}).server_url == root


@pytest.mark.parametrize(
    ("config", "place"),
    [
        ({"tenantDomain": "acme"}, "c1policy:tenantDomain"),
        ({"serverUrl": "acme"}, "c1policy:serverUrl"),
        ({"clientId": "fox@acme/spc"}, "c1policy:tenantDomain"),
        ({"tenantDomain": "acme", "clientId": "fox@acme/spc"}, "c1policy:tenantDomain"),
        ({"tenantDomain": "acme", "clientId": "fox"}, "c1policy:tenantDomain"),
        (
            {"tenantDomain": "acme", "clientId": "fox@acme2.conductor.one/spc"},
            "c1policy:tenantDomain",
        ),
    ],
)
def test_a_bare_tenant_name_that_nothing_completes_is_refused_with_both_hosts(
    config: dict[str, str], place: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        settings.load({"accessToken": "canary-access", **config}, {})
    assert caught.value.advice == (
        f"Write the whole host in {place}: `acme.conductor.one`, or `acme.c1eu.ai` for a tenant in "
        "the EU."
    )


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"serverUrl": "http://acme.conductor.one"}, "allowInsecureHttp"),
        ({"serverUrl": "http://128.0.0.1"}, "allowInsecureHttp"),
        ({"serverUrl": "http://localhost.example.com"}, "allowInsecureHttp"),
        ({"serverUrl": "http://x", "allowInsecureHttp": "perhaps"}, "allowInsecureHttp"),
        ({"serverUrl": "ftp://acme.conductor.one"}, "serverUrl"),
        ({"serverUrl": "https://user:canary@acme.conductor.one"}, "serverUrl"),
        ({"serverUrl": "https://acme.conductor.one/policies"}, "serverUrl"),
        ({"serverUrl": "https://acme.conductor.one?a=b"}, "serverUrl"),
        ({"serverUrl": "https://acme.conductor.one:99999"}, "serverUrl"),
        ({"serverUrl": "https://[::1"}, "serverUrl"),
        ({"serverUrl": "https://"}, "serverUrl"),
        ({"serverUrl": "https://a\x00b.example"}, "serverUrl"),
        ({"tenantDomain": "acme corp"}, "tenantDomain"),
        ({"tenantDomain": "acmé"}, "tenantDomain"),
        ({"clientId": "no-host"}, "clientId"),
        ({"clientId": "fox@/spc"}, "clientId"),
        ({"clientId": "fox@a b/spc"}, "clientId"),
        ({}, "tenantDomain"),
    ],
)
def test_what_names_no_safe_server_is_refused_by_name(config: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings.load({"accessToken": "canary-access", **config}, {})
    assert named in str(caught.value)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("server_url", "audience"),
    [
        ("https://acme.conductor.one", "acme.conductor.one"),
        ("https://acme.c1eu.ai", "acme.c1eu.ai"),
        ("https://acme.example.com:2443", "acme.example.com"),
        ("http://127.0.0.1:8080", "127.0.0.1"),
        ("http://[::1]:8080", "::1"),
    ],
)
def test_the_audience_is_the_host_that_is_asked_without_its_port(
    server_url: str, audience: str
) -> None:
    assert settings.load({**CONFIG, "serverUrl": server_url}, {}).audience == audience


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


def test_config_wins_over_the_environment_value_by_value() -> None:
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
def test_settings_of_two_places_have_to_belong_together(case: str, client_secret: str) -> None:
    config, env, refused = MIXED[case]
    env = {key: client_secret if key == SECRET else value for key, value in env.items()}
    if refused is None:
        assert settings.load(config, env).source == SECRET
        return
    with pytest.raises(SettingsError) as caught:
        settings.load(config, env)
    assert all(place in caught.value.summary for place in refused)


@pytest.mark.parametrize(
    ("server_url", "tenant"),
    [
        ("https://acme.conductor.one", "acme.conductor.one"),
        ("https://ACME.conductor.one:443/api/v1", "acme.conductor.one"),
        ("https://acme.conductor.one:8443", "acme.conductor.one:8443"),
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://[::1]:8080", "[::1]:8080"),
        ("http://localhost:80", "localhost"),
    ],
)
def test_the_tenant_is_the_host_with_a_port_of_its_own(server_url: str, tenant: str) -> None:
    assert settings.load({**CONFIG, "serverUrl": server_url}, {}).tenant == tenant


def test_line_breaks_of_a_pasted_secret_are_taken_out(client_secret: str) -> None:
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
def test_a_missing_setting_is_named_with_its_two_places(
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
def test_a_deadline_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="requestDeadline"):
        settings.load({**CONFIG, "requestDeadline": text}, {})


def test_the_deadline_is_two_minutes_unless_set() -> None:
    assert settings.load(CONFIG, {}).deadline == 120
    assert settings.load({**CONFIG, "requestDeadline": "5"}, {}).deadline == 5


def test_a_token_that_cannot_stand_in_a_header_is_refused() -> None:
    with pytest.raises(SettingsError, match="accessToken") as caught:
        settings.load({**CONFIG, "accessToken": "canary\u2026"}, {})
    assert "canary" not in str(caught.value)


def test_a_shadowed_credential_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    env = {"CONDUCTORONE_OIDC_TOKEN": "canary-oidc"}
    with caplog.at_level(logging.WARNING):
        settings.load(CONFIG, env)
        settings.load(CONFIG, env)
    assert len(caplog.records) == 1
    assert "CONDUCTORONE_OIDC_TOKEN" in caplog.text
    assert "canary" not in caplog.text


def test_one_credential_alone_is_no_reason_to_warn(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        settings.load(CONFIG, {})
    assert caplog.text == ""
