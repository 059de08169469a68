"""One emulated tenant for a whole module: every example of a property starts by emptying it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pulumi_c1policy._emulator import Emulator


@pytest.fixture(scope="module")
def tenant() -> Iterator[Emulator]:
    """Provide an emulated tenant."""
    with Emulator() as emulator:
        yield emulator
