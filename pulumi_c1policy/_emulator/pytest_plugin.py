"""The fixture `c1_tenant`, which pytest finds through an entry point.

Every pytest run in an environment with this package loads it, so it imports the emulator only when
a test asks for it. Must not import anything else of the package, except the error for a missing
extra.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from pulumi_c1policy import _extras

if TYPE_CHECKING:
    from pulumi_c1policy._emulator.server import Emulator


@pytest.fixture(scope="session")
def _c1_emulator() -> Iterator[Emulator]:
    try:
        with _extras.require("testing", "The fixture `c1_tenant`"):
            from pulumi_c1policy._emulator.server import Emulator
    except _extras.MissingExtraError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def c1_tenant(_c1_emulator: Emulator) -> Emulator:
    """Provide an emulated ConductorOne tenant with its builtin policies only."""
    _c1_emulator.reset()
    return _c1_emulator
