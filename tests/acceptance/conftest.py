"""Fixtures of the tests of the suite: its command line, and its own tenant."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from acceptance.__main__ import main
from pulumi_c1policy._emulator import Emulator


@dataclass(frozen=True)
class SuiteResult:
    """One run of the suite in this process."""

    code: int
    out: str
    err: str
    verdicts: dict[str, str]


@pytest.fixture
def suite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., SuiteResult]:
    """Return a function that runs the suite with arguments, without the environment of the user."""
    for name in ("ACCESS_TOKEN", "OIDC_TOKEN", "CLIENT_ID", "CLIENT_SECRET", "SERVER_URL"):
        monkeypatch.delenv(f"CONDUCTORONE_{name}", raising=False)
    monkeypatch.delenv("CONDUCTORONE_TENANT_DOMAIN", raising=False)
    monkeypatch.delenv("ACCEPTANCE_TENANT", raising=False)

    def run(*arguments: str, **environment: str) -> SuiteResult:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        path = tmp_path / "verdicts.json"
        path.unlink(missing_ok=True)
        capsys.readouterr()
        code = main(["--json", str(path), *arguments])
        told = capsys.readouterr()
        verdicts = json.loads(path.read_text()) if path.exists() else {}
        return SuiteResult(code, told.out, told.err, verdicts)

    return run


@pytest.fixture
def real(c1_tenant: Emulator) -> dict[str, str]:
    """Return the environment of a run against a "real" tenant: an emulator of the test."""
    return {**c1_tenant.environment, "ACCEPTANCE_TENANT": httpx.URL(c1_tenant.url).netloc.decode()}


def select_facts(*facts: str) -> list[str]:
    """Return the arguments that choose facts."""
    return [argument for fact in facts for argument in ("--only", fact)]


def list_live(tenant: Emulator) -> list[str]:
    """List the names of the live policies of a tenant, without builtin policies."""
    return sorted(
        str(record.stored["displayName"])
        for record in tenant.policies
        if record.deleted_at is None and not record.builtin
    )
