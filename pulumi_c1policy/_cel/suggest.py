"""The known name that somebody meant. This module imports nothing of ours."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache

_MAX_SHORT_NAME_LENGTH = 10
_MIN_SIMILARITY = 0.65


def find_nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like `name`, if any does."""
    return _find_nearest(name, frozenset(known))


@lru_cache(maxsize=1024)
def _find_nearest(name: str, known: frozenset[str]) -> str | None:
    folded = {_fold(candidate): candidate for candidate in sorted(known, reverse=True)}
    found = get_close_matches(_fold(name), folded, n=1, cutoff=_MIN_SIMILARITY)
    if not found:
        return None
    known_name = folded[found[0]]
    # Two functions in one long namespace look alike whatever they are.
    last, known_last = (_fold(n.rpartition(".")[2]) for n in (name, known_name))
    is_near = SequenceMatcher(None, known_last, last).ratio() >= _MIN_SIMILARITY
    return known_name if is_near else None


def format_suggestion(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """`; did you mean ...?` for the nearest known name, `otherwise` where none is near."""
    found = find_nearest(name, known)
    return f"; did you mean `{found}`?" if found else otherwise


def is_typo(name: str, known: str) -> bool:
    """Whether `name` is so near to `known` that it is surely a slip, and no name of its own."""
    if name == known:
        return False
    if name.casefold() == known.casefold():
        return True
    return _measure_distance(name, known) <= (1 if len(known) <= _MAX_SHORT_NAME_LENGTH else 2)


def _fold(name: str) -> str:
    return name.replace("_", "").casefold()


def _measure_distance(one: str, other: str) -> int:
    """How many letters must be added, dropped, changed or swapped with their neighbour."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, left in enumerate(one, 1):
        here = [row]
        for column, right in enumerate(other, 1):
            cost = min(above[column] + 1, here[-1] + 1, above[column - 1] + (left != right))
            swapped = row > 1 and column > 1 and left == other[column - 2] and right == one[row - 2]
            here.append(min(cost, before[column - 2] + 1) if swapped else cost)
        before, above = above, here
    return above[-1]
