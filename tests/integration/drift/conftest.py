"""One emulated tenant for a whole module, which its tests empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pulumi_c1policy._emulator import Emulator


@pytest.fixture(scope="module")
def module_tenant() -> Iterator[Emulator]:
    """An emulated tenant."""
    with Emulator() as tenant:
        yield tenant
