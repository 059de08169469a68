"""The fixture `c1_tenant`, found by pytest through an entry point.

It is loaded in every pytest run of whoever installed this package, so it imports the emulator only
when a test asks for it. Must not import anything else of the package.
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
    """An emulated ConductorOne tenant that holds nothing but its builtin policies."""
    _c1_emulator.reset()
    return _c1_emulator
