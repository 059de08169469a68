"""The fixture `c1_tenant`, which pytest finds through an entry point.

Every pytest run in an environment with this package loads it, so it imports the emulator only when
a test asks for it. Must not import anything else of the package.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pulumi_c1policy._emulator.server import Emulator


@pytest.fixture(scope="session")
def _c1_emulator() -> Iterator[Emulator]:
    from pulumi_c1policy._emulator.server import Emulator

    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def c1_tenant(_c1_emulator: Emulator) -> Emulator:
    """Provide an emulated ConductorOne tenant with its builtin policies only."""
    _c1_emulator.reset()
    return _c1_emulator
