"""Many seeds of programs that attach policies: no guarantee is broken.

`python -m tests.simulation SEED attachments` shows the one that fails; `make chaos` plays more.
"""

from __future__ import annotations

import pytest

from tests.simulation import attachment_scenario
from tests.simulation.attachment_scenario import EVERYTHING, GENTLE, Profile

_SEEDS_A_TEST = 20


def _wrong(first: int, profile: Profile) -> list[str]:
    seeds = range(first, first + _SEEDS_A_TEST)
    return [
        f"{kind}: {text}"
        for seed in seeds
        for kind, text in attachment_scenario.play(seed, profile).findings
    ]


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 60, _SEEDS_A_TEST))
def test_everything_at_once_breaks_no_guarantee(first: int) -> None:
    assert _wrong(first, EVERYTHING) == []


@pytest.mark.slow
def test_common_trouble_breaks_no_guarantee() -> None:
    assert _wrong(0, GENTLE) == []


def test_a_seed_plays_the_same_twice() -> None:
    for seed in range(3):
        digests = {attachment_scenario.play(seed).scheduler.compute_digest() for _ in range(2)}
        assert len(digests) == 1
