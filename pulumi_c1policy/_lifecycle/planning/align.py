"""Pairs of items in two versions of a list that are the same item. Pure.

Items have no ids, so they are paired by position and value: first equal items, at any position,
then items that changed in place, then items with at least half of their leaves in common.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from pulumi_c1policy._model.normalize import are_equal, canonicalize_field
from pulumi_c1policy._model.schema import Field
from pulumi_c1policy._model.tree import Value

_MIN_SIMILARITY = 0.5


def align_items(field: Field, new: Sequence[Value], old: Sequence[Value]) -> dict[int, int]:
    """Pair the items of two versions of a list.

    Args:
        field: The list's field.
        new: The later version.
        old: The earlier version.

    Returns:
        The index in `old` by the index in `new`, for each pair.
    """
    meant = [[canonicalize_field(field, [item]) for item in side] for side in (new, old)]
    if len(new) == len(old) and all(map(are_equal, *meant)):
        return {index: index for index in range(len(new))}
    texts = [[json.dumps(item, sort_keys=True, default=repr) for item in side] for side in meant]
    pairs = _pair_ends(*texts)
    left, right = _list_unpaired(pairs, len(new), len(old))
    matcher = SequenceMatcher(
        None, [texts[0][i] for i in left], [texts[1][j] for j in right], autojunk=False
    )
    changed: list[tuple[int, int]] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            pairs |= zip(left[i1:i2], right[j1:j2], strict=True)
        elif tag == "replace" and i2 - i1 == j2 - j1:
            changed += zip(left[i1:i2], right[j1:j2], strict=True)
    _add_pairs(pairs, ((i, j) for i in left for j in right if texts[0][i] == texts[1][j]))
    _add_pairs(pairs, changed)
    _add_pairs(pairs, _pair_similar(meant[0], meant[1], *_list_unpaired(pairs, len(new), len(old))))
    return pairs


def _pair_ends(new: list[str], old: list[str]) -> dict[int, int]:
    """Pair the equal items at the beginning and at the end."""
    pairs: dict[int, int] = {}
    shorter = min(len(new), len(old))
    while len(pairs) < shorter and new[len(pairs)] == old[len(pairs)]:
        pairs[len(pairs)] = len(pairs)
    for i in range(1, shorter - len(pairs) + 1):
        if new[-i] != old[-i]:
            break
        pairs[len(new) - i] = len(old) - i
    return pairs


def _add_pairs(
    pairs: dict[int, int], found: Iterator[tuple[int, int]] | list[tuple[int, int]]
) -> None:
    """Add the pairs of `found` whose items are both unpaired."""
    taken = set(pairs.values())
    for i, j in found:
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)


def _list_unpaired(pairs: dict[int, int], new: int, old: int) -> tuple[list[int], list[int]]:
    taken = set(pairs.values())
    return [i for i in range(new) if i not in pairs], [j for j in range(old) if j not in taken]


def _pair_similar(
    new: Sequence[Value], old: Sequence[Value], left: list[int], right: list[int]
) -> Iterator[tuple[int, int]]:
    """Yield pairs with at least half of their leaves in common, the most similar first."""
    leaves = {i: set(_list_leaves(new[i], ())) for i in left}
    other = {j: set(_list_leaves(old[j], ())) for j in right}
    found = [
        (len(leaves[i] & other[j]) / len(leaves[i] | other[j]), -i, -j) for i in left for j in right
    ]
    yield from (
        (-i, -j) for likeness, i, j in sorted(found, reverse=True) if likeness >= _MIN_SIMILARITY
    )


def _list_leaves(value: Value, path: tuple[object, ...]) -> Iterator[tuple[object, ...]]:
    if isinstance(value, dict | list) and value:
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _list_leaves(item, (*path, key))
    else:
        yield (*path, repr(value))
