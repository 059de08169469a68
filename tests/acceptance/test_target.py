"""The choice of a tenant: a real one only if its host is named twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pulumi_c1policy._emulator import Emulator
from tests.acceptance.conftest import SuiteResult, list_live, select_facts

Suite = Callable[..., SuiteResult]
ONE = select_facts("no-token")


@pytest.mark.parametrize("named", ["acme.conductor.one", "127.0.0.1", "localhost:1"])
def test_a_host_that_differs_from_the_credentials_is_refused(
    suite: Suite, real: dict[str, str], c1_tenant: Emulator, named: str
) -> None:
    ran = suite(*ONE, **{**real, "ACCEPTANCE_TENANT": named})
    assert (ran.code, ran.out, ran.verdicts) == (2, "", {})
    host = real["ACCEPTANCE_TENANT"]
    assert ran.err == (
        f"ACCEPTANCE_TENANT names {named}, but the credentials lead to {host}: nothing was sent.\n"
    )
    assert c1_tenant.requests == []


def test_a_tenant_without_credentials_is_refused(suite: Suite) -> None:
    ran = suite(*ONE, ACCEPTANCE_TENANT="acme.conductor.one")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "ACCEPTANCE_TENANT is set, but no CONDUCTORONE_* credential is.\n"


def test_malformed_credentials_are_refused_without_being_shown(suite: Suite) -> None:
    ran = suite(
        *ONE,
        ACCEPTANCE_TENANT="acme.conductor.one",
        CONDUCTORONE_CLIENT_ID="fox-1@acme.conductor.one/spc",
        CONDUCTORONE_CLIENT_SECRET="hush",
    )
    assert ran.code == 2
    assert "cannot be used" in ran.err
    assert "hush" not in ran.err


def test_credentials_without_a_host_run_on_the_emulator_with_a_notice(
    suite: Suite, real: dict[str, str], c1_tenant: Emulator
) -> None:
    del real["ACCEPTANCE_TENANT"]
    ran = suite(*ONE, **real)
    assert (ran.code, ran.verdicts) == (0, {"no-token": "confirmed"})
    assert ran.err == (
        "Credentials are set, but ACCEPTANCE_TENANT is not: this run uses the emulator.\n"
    )
    assert c1_tenant.requests == []


def test_the_named_tenant_is_used(suite: Suite, real: dict[str, str], c1_tenant: Emulator) -> None:
    assert suite(*select_facts("step-accept"), **real).code == 0
    assert "/api/v1/policies" in {request.path for request in c1_tenant.requests}
    assert list_live(c1_tenant) == []


def test_a_read_only_credential_cannot_run_the_suite(suite: Suite) -> None:
    fault = (
        '[{"do": "answer", "status": 403, "method": "POST", "times": null, "path": "policies$"}]'
    )
    ran = suite(*ONE, "--fault", fault)
    assert (ran.code, ran.verdicts) == (2, {})
    assert ran.err.startswith("The credential cannot make a policy: ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--quirk", "deleted_get"], "takes NAME=VALUE"),
        (["--quirk", "nonsense=1"], "no such quirk: nonsense"),
        (["--quirk", "pages=none"], "quirk pages must be one of"),
        (["--fault", "{"], "The emulator cannot be set up"),
        (["--fault", '[{"do": "explode"}]'], "do must be one of"),
        (["--only", "nonsense"], "No such fact: nonsense."),
    ],
)
def test_invalid_arguments_are_an_error(suite: Suite, arguments: list[str], told: str) -> None:
    ran = suite(*ONE, *arguments)
    assert (ran.code, ran.verdicts) == (2, {})
    assert told in ran.err


def test_quirks_are_an_error_for_a_real_tenant(
    suite: Suite, real: dict[str, str], c1_tenant: Emulator
) -> None:
    ran = suite(*ONE, "--quirk", "pages=empty", **real)
    assert ran.code == 2
    assert c1_tenant.requests == []
