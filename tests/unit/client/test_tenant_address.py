"""The address of a tenant, from each form that a user can write."""

from __future__ import annotations

import pytest

from pulumi_c1policy._client import settings
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
def test_each_form_of_a_tenant_gives_its_root_url(config: dict[str, str], root: str) -> None:
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
def test_the_error_for_an_incomplete_tenant_name_suggests_both_domains(
    config: dict[str, str], place: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        settings.load({"accessToken": "canary-access", **config}, {})
    for fact in (place, "`acme.conductor.one`", "`acme.c1eu.ai`"):
        assert fact in caught.value.advice


@pytest.mark.parametrize(
    ("config", "setting"),
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
def test_the_error_for_an_invalid_server_names_its_setting(
    config: dict[str, str], setting: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        settings.load({"accessToken": "canary-access", **config}, {})
    assert setting in str(caught.value)
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
def test_the_audience_is_the_host_of_the_server_without_its_port(
    server_url: str, audience: str
) -> None:
    assert settings.load({**CONFIG, "serverUrl": server_url}, {}).audience == audience


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
def test_the_tenant_is_the_host_with_a_port_unless_it_is_the_default(
    server_url: str, tenant: str
) -> None:
    assert settings.load({**CONFIG, "serverUrl": server_url}, {}).tenant == tenant
