"""The known name that a person probably meant. This module imports nothing of ours."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache

_SHORT = 10
_NEAR = 0.65


def find_nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most similar to `name`, if any is."""
    return _nearest(name, frozenset(known))


@lru_cache(maxsize=1024)
def _nearest(name: str, known: frozenset[str]) -> str | None:
    folded = {_folded(candidate): candidate for candidate in sorted(known, reverse=True)}
    found = get_close_matches(_folded(name), folded, n=1, cutoff=_NEAR)
    if not found:
        return None
    known_name = folded[found[0]]
    # Two functions in one long namespace are always similar.
    last, known_last = (_folded(n.rpartition(".")[2]) for n in (name, known_name))
    is_near = SequenceMatcher(None, known_last, last).ratio() >= _NEAR
    return known_name if is_near else None


def suggest(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return `; did you mean ...?` for the nearest known name, or `otherwise`."""
    found = find_nearest(name, known)
    return f"; did you mean `{found}`?" if found else otherwise


def is_typo(name: str, known: str) -> bool:
    """Return whether `name` is certainly a typing error of `known`."""
    if name == known:
        return False
    if name.casefold() == known.casefold():
        return True
    return _measure_distance(name, known) <= (1 if len(known) <= _SHORT else 2)


def _folded(name: str) -> str:
    return name.replace("_", "").casefold()


def _measure_distance(one: str, other: str) -> int:
    """Count the letters to add, drop, change or swap with their neighbour."""
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
