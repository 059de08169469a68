"""The conformance suite confirms the emulator, and finds out an emulator that breaks a fact."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from acceptance.__main__ import main
from acceptance.fact import Fact
from acceptance.facts import FACTS
from acceptance.run import Tried, as_json, try_all
from acceptance.tenant import MARK, Tenant
from pulumi_c1policy._client.settings import load
from pulumi_c1policy._emulator import Emulator

HTTP = [fact.id for fact in FACTS if fact.case and not fact.id.startswith("cli-")]


def run(*arguments: str, env: dict[str, str] | None = None) -> int:
    return main(arguments, env or {})


def live(tenant: Emulator) -> list[str]:
    return [
        str(record.stored["displayName"])
        for record in tenant.policies
        if record.deleted_at is None and not record.builtin
    ]


@pytest.fixture
def tenant(c1_tenant: Emulator) -> Iterator[Tenant]:
    with Tenant(load({}, c1_tenant.environment), "run1") as tenant:
        yield tenant


def test_there_are_more_than_sixty_facts_with_ids_of_their_own() -> None:
    assert len(HTTP) > 60
    assert len({fact.id for fact in FACTS}) == len(FACTS)


def test_the_emulator_confirms_every_fact(tmp_path: Path) -> None:
    report = tmp_path / "facts.json"
    only = [argument for fact in HTTP for argument in ("--only", fact)]
    assert run(*only, "--json", str(report)) == 0
    verdicts = json.loads(report.read_text())["facts"]
    assert {name for name, verdict in verdicts.items() if verdict == "not tried"} <= {
        # The emulator has no people.
        "approval-users",
        "approval-fallback",
    }


@pytest.mark.e2e
def test_the_cli_confirms_its_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    tools = Path(__file__).parents[2] / ".tools" / "bin"
    monkeypatch.setenv("PATH", str(tools), prepend=":")
    assert run("--only", "cli-accepted", "--only", "cli-rests") == 0


@pytest.mark.parametrize(
    ("options", "fact"),
    [
        (["--quirk", "deleted_get=not_found"], "deleted-get"),
        (["--quirk", "steps_on_update=accepted"], "provision-step-on-update"),
        (["--quirk", "unique_names=true"], "names-may-repeat"),
        (["--fault", "do=answer,status=500,path=/search/,times=null"], "search-refs"),
        (["--fault", "do=answer,status=200,method=POST,path=/policies$,times=null"], "empty-list"),
        (["--fault", "do=html,path=/validate/cel,times=null"], "cel-valid"),
    ],
)
def test_an_emulator_that_breaks_a_fact_is_found_out(
    options: list[str], fact: str, tmp_path: Path
) -> None:
    report = tmp_path / "facts.json"
    assert run(*options, "--only", fact, "--json", str(report)) == 1
    assert json.loads(report.read_text())["facts"] == {fact: "contradicted"}


def test_a_report_holds_ids_and_verdicts_alone(tenant: Tenant, tmp_path: Path) -> None:
    report = json.loads(as_json(try_all(tenant, FACTS[:20])))
    assert report.keys() == {"version", "facts"}
    assert set(report["facts"]) <= {fact.id for fact in FACTS}
    assert set(report["facts"].values()) <= {"confirmed", "contradicted", "not tried"}
    secret = Fact("x", "s", "live", "s")
    assert "acme" not in as_json([Tried(secret, "contradicted", "acme.conductor.one said no")])


def test_a_case_that_breaks_leaves_nothing(c1_tenant: Emulator, tenant: Tenant) -> None:
    def case(tenant: Tenant) -> None:
        tenant.create()
        raise KeyError("id")

    [tried] = try_all(tenant, [Fact("broken", "It breaks.", "live", "here", case)])
    assert tried.verdict == "contradicted"
    assert live(c1_tenant) == []


def test_an_interrupted_run_leaves_nothing(c1_tenant: Emulator, tenant: Tenant) -> None:
    def case(tenant: Tenant) -> None:
        tenant.create()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        try_all(tenant, [Fact("broken", "It is interrupted.", "live", "here", case)])
    assert live(c1_tenant) == []


def test_what_a_kill_left_is_removed_and_nothing_else(
    c1_tenant: Emulator, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = tenant.create()
    tenant.create(policySteps=None, baselinePolicyId=base["id"])
    tenant.create(displayName=f"Not {MARK} run1 2")
    with Tenant(tenant.settings, "run11") as other:
        other.create()
        kept = sorted(name for name in live(c1_tenant) if not name.startswith(f"{MARK} run1 "))
        assert len(tenant.clean_run("run1")) == 2
        assert sorted(live(c1_tenant)) == kept


CREDENTIALS = {
    "CONDUCTORONE_ACCESS_TOKEN": "token",
    "CONDUCTORONE_TENANT_DOMAIN": "acme.conductor.one",
}


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"ACCEPTANCE_TENANT": "acme.conductor.one"}, "no CONDUCTORONE_* credentials"),
        (
            CREDENTIALS | {"ACCEPTANCE_TENANT": "other.conductor.one"},
            "lead to 'acme.conductor.one'",
        ),
    ],
)
def test_another_tenant_is_refused(
    env: dict[str, str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(env=env) == 2
    assert sentence in capsys.readouterr().err


def test_credentials_alone_try_the_emulator(capsys: pytest.CaptureFixture[Any]) -> None:
    assert run("--only", "step-accept", env=CREDENTIALS) == 0
    assert "the emulator is tried, no tenant" in capsys.readouterr().out
