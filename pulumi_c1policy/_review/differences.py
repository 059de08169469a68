"""Differences between the approvals before and after a change."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["weaker", "unclear", "stronger"]
"""The effect of a difference on what a request needs.

- `weaker`: something that was necessary no longer is.
- `unclear`: other approvers, or another effect that only a person can judge.
- `stronger`: more is necessary.
"""

_ORDER: tuple[Level, ...] = ("weaker", "unclear", "stronger")


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference.

    Attributes:
        level: Its effect.
        text: The difference in a person's words, as a sentence without a full stop.
    """

    level: Level
    text: str


def find_worst(found: Iterable[Difference]) -> Level | None:
    """Return the worst level, or None if there is no difference."""
    levels = {each.level for each in found}
    return next((level for level in _ORDER if level in levels), None)


def count_levels(found: Iterable[Difference]) -> tuple[int, ...]:
    """Return the number of differences of each level, the worst level first."""
    levels = [each.level for each in found]
    return tuple(levels.count(level) for level in _ORDER)


def compare_sets(
    old: Collection[object], new: Collection[object], *, wider: str, narrower: str, other: str
) -> list[Difference]:
    """Compare who may act: more people are weaker, fewer are stronger, others are unclear.

    An empty set is not less than another one: it is unclear who acts instead.
    """
    before, after = set(old), set(new)
    if before == after:
        return []
    if not before or not after:
        return [Difference("unclear", other)]
    if before < after:
        return [Difference("weaker", wider)]
    return [Difference("stronger", narrower) if after < before else Difference("unclear", other)]
