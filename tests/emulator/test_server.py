"""The server: its life, TLS, threads and layers."""

from __future__ import annotations

import ssl
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_c1policy._emulator import Emulator, Quirks
from pulumi_c1policy._emulator.tenant import Tenant

# Plain HTTP needs no authorities, and loading them takes longer than most tests.
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def test_the_server_listens_on_loopback_from_start_to_stop() -> None:
    emulator = Emulator()
    with pytest.raises(RuntimeError, match="not running"):
        _ = emulator.url
    emulator.start()
    url = emulator.url
    assert urlsplit(url).hostname == "127.0.0.1"
    assert httpx.get(url).status_code == 404
    with pytest.raises(RuntimeError, match="already"):
        emulator.start()
    emulator.stop()
    emulator.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_the_server_starts_and_stops_without_delay() -> None:
    with Emulator():
        pass
    begun = time.perf_counter()
    with Emulator() as tenant, httpx.Client(base_url=tenant.url, verify=NO_AUTHORITIES) as http:
        http.get("/")
    assert time.perf_counter() - begun < 1


def test_a_stop_does_not_wait_for_slow_answers() -> None:
    with ThreadPoolExecutor() as pool, httpx.Client(verify=NO_AUTHORITIES) as http:
        with Emulator() as tenant:
            tenant.set_quirks(delay=30)
            pending = pool.submit(http.get, f"{tenant.url}/api/v1/policies")
            while not tenant.requests:
                pass
        with pytest.raises(httpx.TransportError):
            pending.result(timeout=10)


def test_a_taken_port_raises_an_error() -> None:
    with Emulator() as first:
        port = urlsplit(first.url).port
        assert port
        with pytest.raises(OSError, match="use"):
            Emulator(port=port).start()


def test_a_port_can_be_chosen_again_after_a_stop() -> None:
    with Emulator() as first:
        port = urlsplit(first.url).port
        httpx.get(first.url)
    assert port
    with Emulator(port=port) as second:
        assert httpx.get(second.url).status_code == 404


def test_a_client_trusts_tls_with_the_temporary_authority() -> None:
    with Emulator(tls=True) as tenant:
        assert tenant.url.startswith("https://")
        assert tenant.ca_file
        context = ssl.create_default_context(cafile=str(tenant.ca_file))
        answer = httpx.get(f"{tenant.url}/api/v1/policies", headers=tenant.headers, verify=context)
        assert answer.status_code == 200
        with pytest.raises(httpx.ConnectError, match="certificate"):
            httpx.get(tenant.url)
    assert tenant.ca_file is None


def test_all_concurrent_creates_are_stored(c1_tenant: Emulator) -> None:
    before = len(c1_tenant.policies)
    with httpx.Client(
        base_url=c1_tenant.url, headers=c1_tenant.headers, verify=NO_AUTHORITIES
    ) as http, ThreadPoolExecutor(8) as pool:  # fmt: skip

        def create(index: int) -> str:
            body = {"displayName": f"P{index}", "policyType": "POLICY_TYPE_GRANT"}
            policy_id: str = http.post("/api/v1/policies", json=body).json()["policy"]["id"]
            return policy_id

        created = set(pool.map(create, range(100)))
    assert len(created) == 100
    assert len(c1_tenant.policies) == before + 100
    assert len(c1_tenant.requests) == 100
    assert {entry.status for entry in c1_tenant.requests} == {200}


def test_all_concurrent_edits_of_one_policy_are_stored(c1_tenant: Emulator) -> None:
    policy = c1_tenant.policies.create({"displayName": "P", "policyType": "POLICY_TYPE_GRANT"})

    def annotate(index: int) -> None:
        c1_tenant.api_edit(policy.id, {"annotations": {f"key-{index}": "v"}})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(annotate, range(16)))
    assert len(c1_tenant.policy(policy.id)["annotations"]) == 16


class AnsweringLayer:
    """A layer that answers every request itself."""

    def __init__(self, app: ASGIApp, tenant: Tenant) -> None:
        self.inner = app
        self.tenant = tenant

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await JSONResponse({"code": 14}, 503)(scope, receive, send)


def test_the_journal_records_answers_of_a_layer() -> None:
    with Emulator(middleware=[AnsweringLayer]) as tenant:
        assert httpx.get(f"{tenant.url}/api/v1/policies").status_code == 503
        assert [entry.status for entry in tenant.requests] == [503]


def test_the_seed_determines_the_ids() -> None:
    def random_parts(seed: int) -> list[str]:
        with Emulator(seed=seed) as tenant:
            return [record.id[-18:] for record in tenant.policies]

    assert random_parts(1) == random_parts(1)
    assert random_parts(1) != random_parts(2)


def test_the_pytest_plugin_loads_no_server() -> None:
    heavy = ["starlette", "uvicorn", "jwt", "cryptography", "pulumi", "httpx", "pydantic"]
    script = (
        "import sys, pulumi_c1policy._emulator.pytest_plugin\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_request_from_before_a_reset_has_no_effect() -> None:
    with Emulator(Quirks(delay=0.3)) as tenant, ThreadPoolExecutor() as threads:
        builtin = len(tenant.policies)
        body = {
            "displayName": "late",
            "policyType": "POLICY_TYPE_GRANT",
            "policySteps": {"grant": {"steps": [{"accept": {}}]}},
        }
        late = threads.submit(
            httpx.post,
            f"{tenant.url}/api/v1/policies",
            json=body,
            headers=tenant.headers,
            trust_env=False,
        )
        while not tenant.requests:
            pass
        tenant.reset()
        assert late.result().status_code == 503
        assert len(tenant.policies) == builtin
