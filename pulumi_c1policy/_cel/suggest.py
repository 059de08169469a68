"""Suggestions for misspelled names. This module imports nothing of ours."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache

_MAX_SHORT_NAME_LENGTH = 10
_MIN_SIMILARITY = 0.65


def find_nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most similar to `name`, or None if none is similar enough."""
    return _find_nearest(name, frozenset(known))


@lru_cache(maxsize=1024)
def _find_nearest(name: str, known: frozenset[str]) -> str | None:
    folded = {_fold(candidate): candidate for candidate in sorted(known, reverse=True)}
    found = get_close_matches(_fold(name), folded, n=1, cutoff=_MIN_SIMILARITY)
    if not found:
        return None
    known_name = folded[found[0]]
    # Two functions of one long namespace are similar as a whole, so compare their last words too.
    last, known_last = (_fold(n.rpartition(".")[2]) for n in (name, known_name))
    is_near = SequenceMatcher(None, known_last, last).ratio() >= _MIN_SIMILARITY
    return known_name if is_near else None


def format_suggestion(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return `; did you mean ...?` with the nearest known name, or `otherwise` if there is none."""
    found = find_nearest(name, known)
    return f"; did you mean `{found}`?" if found else otherwise


def is_typo(name: str, known: str) -> bool:
    """Return whether `name` is a misspelling of `known` rather than another name."""
    if name == known:
        return False
    if name.casefold() == known.casefold():
        return True
    return _measure_distance(name, known) <= (1 if len(known) <= _MAX_SHORT_NAME_LENGTH else 2)


def _fold(name: str) -> str:
    return name.replace("_", "").casefold()


def _measure_distance(one: str, other: str) -> int:
    """Return the Damerau-Levenshtein distance, or 3 if the lengths differ by more than 2."""
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
