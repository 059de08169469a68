"""Over a thousand seeds: no fault of the network, edit or kill breaks a guarantee.

`python -m tests.simulation SEED` shows a failing seed; `make chaos` plays many more.
"""

from __future__ import annotations

import pytest

from tests.simulation import scenario
from tests.simulation.scenario import EVERYTHING, GENTLE, Profile

_SEEDS_A_TEST = 100


def _list_violations(first: int, profile: Profile) -> list[str]:
    seeds = range(first, first + _SEEDS_A_TEST)
    return [
        f"{kind}: {text}" for seed in seeds for kind, text in scenario.play(seed, profile).findings
    ]


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 800, _SEEDS_A_TEST))
def test_all_faults_together_break_no_guarantee(first: int) -> None:
    assert _list_violations(first, EVERYTHING) == []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 400, _SEEDS_A_TEST))
def test_common_faults_break_no_guarantee(first: int) -> None:
    assert _list_violations(first, GENTLE) == []


def test_a_seed_plays_the_same_twice() -> None:
    for seed in range(10):
        digests = {scenario.play(seed).scheduler.compute_digest() for _ in range(2)}
        assert len(digests) == 1
