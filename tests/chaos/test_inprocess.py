"""After any chaos, one clean run makes the tenant what the program says."""

from __future__ import annotations

import pytest

from pulumi_c1policy._emulator import Emulator
from tests.chaos import inprocess

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("first", range(0, 100, 10))
def test_after_chaos_a_clean_run_makes_the_tenant_the_program(
    first: int, c1_tenant: Emulator
) -> None:
    tally = inprocess.Tally()
    for seed in range(first, first + 10):
        tally.add(inprocess.run(seed, c1_tenant))
    assert tally.wrong == []
    assert tally.counts["faults"] > 20
    assert tally.counts["disturbed runs: killed"] > 2
