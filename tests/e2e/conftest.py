"""Fixtures of the end-to-end tests: an empty tenant, and stacks separate from the user's."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pulumi_c1policy._emulator import Emulator
from tests.support.cli import Stack, build_environment

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def pulumi_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the environment of every CLI command, without a tenant."""
    found = build_environment(tmp_path_factory.mktemp("pulumi-home"))
    assert shutil.which("pulumi", path=found["PATH"]), "no Pulumi CLI: run `make setup`"
    return found


@pytest.fixture
def stack(
    tmp_path: Path, c1_tenant: Emulator, pulumi_environment: dict[str, str]
) -> Callable[..., Stack]:
    """Create a stack of a program, with the tenant's credentials in its environment."""
    made: list[Stack] = []

    def make(program: str, settings: dict[str, object] | None = None, **modules: str) -> Stack:
        folder = tmp_path / f"stack-{len(made)}"
        folder.mkdir()
        new = Stack(folder, {**pulumi_environment, **c1_tenant.environment}, c1_tenant)
        made.append(new.write(program, **modules).init(**(settings or {})))
        return new

    return make
