"""Fixtures that run a program in this process, with the credentials of the emulated tenant."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import pytest

from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._pulumi import program_lookups


class FakeStack:
    """A replacement of the stack, the root resource of a run."""


@pytest.fixture
def start_run(monkeypatch: pytest.MonkeyPatch, c1_tenant: Emulator) -> Iterator[Callable[[], None]]:
    """Return a function that starts a run with the tenant's credentials, and start a first one."""
    for name, value in c1_tenant.environment.items():
        monkeypatch.setenv(name, value)
    runs: list[FakeStack] = []

    def start() -> None:
        runs[:] = [FakeStack()]

    start()
    monkeypatch.setattr(program_lookups, "get_root_resource", lambda: runs[0])
    yield start
    runs.clear()
    # The client is closed with its run.
    gc.collect()
