"""Faults hit the requests that they name, before or after the effect; the journal records them."""

from __future__ import annotations

import json
import signal
import ssl
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator, Fault
from pulumi_c1policy._emulator.faults import Faults, parse
from tests.emulator.test_emulator_command import read_first_line, run_command

# Plain HTTP needs no authorities, and loading them takes longer than most tests.
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
POLICIES = "/api/v1/policies"
PLAIN = {
    "displayName": "Plain",
    "policyType": "POLICY_TYPE_GRANT",
    "policySteps": {"grant": {"steps": [{"accept": {}}]}},
}
Create = Callable[..., dict[str, Any]]


def count_stored(tenant: Emulator) -> int:
    """Count the tenant's policies that are not builtin."""
    return sum(1 for record in tenant.policies if not record.builtin)


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_cut_sends_no_byte_before_or_after_the_effect(after: bool, tls: bool) -> None:
    with Emulator(tls=tls, faults=[Fault(do="cut", after_effect=after)]) as tenant:
        context = ssl.create_default_context(cafile=tenant.ca_file) if tls else NO_AUTHORITIES
        with httpx.Client(base_url=tenant.url, headers=tenant.headers, verify=context) as http:
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                http.post(POLICIES, json=PLAIN)
            assert count_stored(tenant) == int(after)
            assert http.get(POLICIES).status_code == 200
        [first, second] = tenant.requests
        assert first.fault == f"cut {'after' if after else 'before'} the effect"
        assert first.status is None
        assert second.fault is None


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("status", [401, 429, 500, 502, 503, 504])
def test_an_answer_fault_comes_before_or_after_the_effect(
    status: int, after: bool, c1_tenant: Emulator, http: httpx.Client
) -> None:
    c1_tenant.set_faults(Fault(do="answer", status=status, after_effect=after))
    answer = http.post(POLICIES, json=PLAIN)
    assert answer.status_code == status
    assert sorted(answer.json()) == ["code", "details", "message"]
    assert answer.headers["x-request-id"]
    assert "retry-after" not in answer.headers
    assert count_stored(c1_tenant) == int(after)
    [entry] = c1_tenant.requests
    assert (entry.status, entry.fault) == (
        status, f"answer {status} {'after' if after else 'before'} the effect",
    )  # fmt: skip


def test_retry_after_can_be_a_number(c1_tenant: Emulator, http: httpx.Client) -> None:
    c1_tenant.set_faults(Fault(do="answer", status=429, retry_after=7))
    assert http.get(POLICIES).headers["retry-after"] == "7"


@pytest.mark.parametrize("skew", [0, 7200, -7200])
def test_retry_after_can_be_a_date_on_the_clock_of_the_tenant(
    skew: int, c1_tenant: Emulator, http: httpx.Client
) -> None:
    c1_tenant.advance(skew)
    c1_tenant.set_faults(Fault(do="answer", status=429, retry_after=30, retry_after_form="date"))
    headers = http.get(POLICIES).headers
    until, said = (parsedate_to_datetime(headers[name]) for name in ("retry-after", "date"))
    assert 30 <= (until - said).total_seconds() <= 31
    assert said.timestamp() == pytest.approx(time.time() + skew, abs=5)


def test_an_html_fault_is_not_json(c1_tenant: Emulator, http: httpx.Client) -> None:
    c1_tenant.set_faults(Fault(do="html"), Fault(do="html", status=502, nth=2))
    answers = [http.get(POLICIES) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 502]
    assert all(answer.text.startswith("<!DOCTYPE html>") for answer in answers)


def test_a_truncated_answer_comes_after_the_effect(c1_tenant: Emulator, http: httpx.Client) -> None:
    c1_tenant.set_faults(Fault(do="truncate"))
    with http.stream("POST", POLICIES, json=PLAIN) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError, match="complete message"):
            answer.read()
    assert count_stored(c1_tenant) == 1
    assert c1_tenant.requests[0].fault == "truncate after the effect"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_delay_makes_an_impatient_client_time_out(
    after: bool, c1_tenant: Emulator, http: httpx.Client
) -> None:
    c1_tenant.set_faults(Fault(do="delay", seconds=60, after_effect=after))
    with pytest.raises(httpx.ReadTimeout):
        http.post(POLICIES, json=PLAIN, timeout=0.3)
    while not c1_tenant.requests or count_stored(c1_tenant) != int(after):
        pass
    [entry] = c1_tenant.requests
    assert (entry.status, entry.fault) == (
        None, f"delay 60s {'after' if after else 'before'} the effect",
    )  # fmt: skip


def test_a_delayed_answer_is_unchanged(c1_tenant: Emulator, http: httpx.Client) -> None:
    c1_tenant.set_faults(Fault(do="delay", seconds=0.05))
    begun = time.perf_counter()
    assert http.post(POLICIES, json=PLAIN).json()["policy"]["displayName"] == "Plain"
    assert time.perf_counter() - begun >= 0.05


def test_a_fault_expires_tokens_during_a_run(c1_tenant: Emulator) -> None:
    token = c1_tenant.tenant.tokens
    assertion = {"Authorization": f"Bearer {_issue_token(c1_tenant)}"}
    c1_tenant.set_faults(Fault(do="expire_tokens", path=POLICIES, nth=2))
    with httpx.Client(base_url=c1_tenant.url, headers=assertion, verify=NO_AUTHORITIES) as http:
        assert [http.get(POLICIES).status_code for _ in range(3)] == [200, 401, 401]
        http.headers["Authorization"] = f"Bearer {token.access_token}"
        assert http.get(POLICIES).status_code == 200


def test_a_skewed_clock_shows_in_dates_and_in_the_end_of_tokens(c1_tenant: Emulator) -> None:
    headers = {"Authorization": f"Bearer {_issue_token(c1_tenant)}"}
    c1_tenant.set_faults(Fault(do="skew_clock", seconds=4000, nth=2))
    with httpx.Client(base_url=c1_tenant.url, headers=headers, verify=NO_AUTHORITIES) as http:
        assert http.get(POLICIES).status_code == 200
        late = http.get(POLICIES)
    assert late.status_code == 401
    said = parsedate_to_datetime(late.headers["date"])
    assert said.timestamp() == pytest.approx(time.time() + 4000, abs=5)
    assert c1_tenant.requests[-1].fault == "skew_clock 4000s before the effect"


def _issue_token(tenant: Emulator) -> str:
    """Issue an access token that expires, as a client gets it."""
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "client_id": tenant.client_id,
        "subject_token": tenant.oidc_token,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
    }
    url = f"{tenant.url}/auth/v1/token"
    return str(httpx.post(url, data=form, verify=NO_AUTHORITIES).json()["access_token"])


@pytest.mark.parametrize(
    ("fault", "hit"),
    [
        ({}, [0]),
        ({"nth": 3}, [2]),
        ({"nth": 2, "times": 2}, [1, 2]),
        ({"times": None}, [0, 1, 2, 3]),
        ({"nth": 3, "times": None}, [2, 3]),
        ({"method": "GET", "times": None}, [0, 2]),
        ({"method": "get", "nth": 2}, [2]),
        ({"path": "search", "times": None}, [3]),
        ({"path": r"/policies/[^/]+$", "times": None}, [2]),
        ({"probability": 0.0, "times": None}, []),
    ],
    ids=str,
)
def test_a_fault_hits_the_requests_that_it_names(
    fault: dict[str, Any], hit: list[int], c1_tenant: Emulator, http: httpx.Client
) -> None:
    c1_tenant.set_faults(Fault(do="answer", status=503, **fault))
    http.get(POLICIES)
    http.post(POLICIES, json=PLAIN)
    http.get(f"{POLICIES}/none")
    http.post("/api/v1/search/policies", json={})
    assert [n for n, entry in enumerate(c1_tenant.requests) if entry.fault] == hit


def test_several_faults_can_hit_one_request(c1_tenant: Emulator, http: httpx.Client) -> None:
    c1_tenant.set_faults(
        Fault(do="delay", seconds=0.01), Fault(do="answer", status=500, after_effect=True)
    )
    assert http.post(POLICIES, json=PLAIN).status_code == 500
    assert count_stored(c1_tenant) == 1
    assert c1_tenant.requests[0].fault == (
        "delay 0.01s before the effect, answer 500 after the effect"
    )


def test_faults_hit_the_token_endpoint_and_not_the_control_endpoints(
    c1_tenant: Emulator, http: httpx.Client
) -> None:
    c1_tenant.set_faults(Fault(do="answer", status=503, times=None))
    assert http.post("/auth/v1/token").status_code == 503
    assert http.get("/_emulator/faults").status_code == 200


def test_the_same_seed_gives_the_same_faults() -> None:
    chance = Fault(do="cut", probability=0.5, times=None)

    def drawn(seed: int) -> list[bool]:
        faults = Faults([chance], seed)
        return [bool(faults.find_hitting("GET", "/")) for _ in range(64)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 16 < sum(drawn(1)) < 48


def test_faults_are_set_shown_and_cleared_over_http(
    c1_tenant: Emulator, http: httpx.Client
) -> None:
    sent = {"faults": [{"do": "answer", "status": 429, "times": None}], "seed": 3}
    shown = http.post("/_emulator/faults", json=sent).json()
    assert shown["seed"] == 3
    assert shown["faults"][0].items() >= sent["faults"][0].items()  # type: ignore[index]
    assert http.get(POLICIES).status_code == 429
    assert http.put("/_emulator/faults", json=shown).json() == shown
    assert http.delete("/_emulator/faults").status_code == 200
    assert http.get("/_emulator/faults").json() == {"faults": [], "seed": 0}
    assert http.get(POLICIES).status_code == 200


WRONG: dict[str, tuple[object, str]] = {
    "no list": ({"faults": "cut"}, "faults must be a list"),
    "an invalid seed": ({"faults": [], "seed": "x"}, "seed a whole number"),
    "another key": ({"faults": [], "fault": []}, "there is nothing"),
    "no object": (["cut"], r"faults\[0\] must be an object"),
    "no `do`": ([{"nth": 1}], "what to `do`"),
    "unknown thing": ([{"do": "cut"}, {"do": "burn"}], r"faults\[1\]: do must be one of cut"),
    "unknown key": ([{"do": "cut", "often": 1}], r"faults\[0\] has no often"),
    "text for a number": ([{"do": "cut", "nth": "1"}], "nth must be int, not '1'"),
    "true for a number": ([{"do": "cut", "nth": True}], "nth must be int"),
    "nth of zero": ([{"do": "cut", "nth": 0}], "nth counts from 1"),
    "times of zero": ([{"do": "cut", "times": 0}], "times must be at least 1"),
    "an impossible probability": ([{"do": "cut", "probability": 2}], "probability"),
    "an invalid status": ([{"do": "answer", "status": 42}], "status must be"),
    "a negative wait": ([{"do": "answer", "retry_after": -1}], "retry_after must be"),
    "an invalid form": ([{"do": "answer", "retry_after_form": "x"}], "retry_after_form must be"),
    "an endless delay": ([{"do": "delay", "seconds": 1e9}], "seconds of a delay"),
    "a skew of decades": ([{"do": "skew_clock", "seconds": -1e9}], "ten years"),
    "an invalid regular expression": ([{"do": "cut", "path": "("}], "no regular expression"),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_impossible_fault_raises_an_error_of_one_sentence(case: str) -> None:
    source, sentence = WRONG[case]
    with pytest.raises(ValueError, match=sentence):
        parse(source)


def test_an_impossible_fault_over_http_changes_nothing(
    c1_tenant: Emulator, http: httpx.Client
) -> None:
    c1_tenant.set_faults(Fault(do="cut", nth=9))
    answer = http.post("/_emulator/faults", json={"faults": [{"do": "burn"}]})
    assert answer.status_code == 400
    assert "faults[0]: do must be one of" in answer.json()["message"]
    assert http.get("/_emulator/faults").json()["faults"][0]["nth"] == 9


def test_a_reset_restores_the_faults_of_the_start() -> None:
    with (
        Emulator(faults=[Fault(do="answer", status=500)]) as tenant,
        httpx.Client(base_url=tenant.url, headers=tenant.headers, verify=NO_AUTHORITIES) as http,
    ):
        tenant.set_faults()
        assert http.get(POLICIES).status_code == 200
        tenant.reset()
        assert [http.get(POLICIES).status_code for _ in range(2)] == [500, 200]


@pytest.mark.parametrize("form", ["inline", "file"])
def test_the_command_takes_faults(form: str, tmp_path: Path) -> None:
    text = json.dumps({"faults": [{"do": "answer", "status": 500, "times": None}], "seed": 1})
    if form == "file":
        (tmp_path / "faults.json").write_text(text)
        text = str(tmp_path / "faults.json")
    with run_command("--json", "--faults", text) as process:
        url = json.loads(read_first_line(process))["serverUrl"]
        assert httpx.get(f"{url}{POLICIES}", verify=NO_AUTHORITIES).status_code == 500
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)


@pytest.mark.parametrize("text", ['[{"do": "burn"}]', "[", "/nowhere/faults.json"])
def test_the_command_reports_impossible_faults(text: str) -> None:
    with run_command("--faults", text) as process:
        _, errors = process.communicate(timeout=10)
        assert process.returncode == 2
        assert "--faults" in errors
        assert "Traceback" not in errors
