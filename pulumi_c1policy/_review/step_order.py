"""The order of two lists of steps. docs/review.md has it as a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pulumi_c1policy._model.normalize import canonicalize
from pulumi_c1policy._model.steps import POLICY_STEP
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._review.differences import Difference
from pulumi_c1policy._review.policy_links import PolicyLinks
from pulumi_c1policy._review.step_matching import match_approvals
from pulumi_c1policy._review.unknown_fields import read_unknown
from pulumi_c1policy._simulate import wording
from pulumi_c1policy._simulate.approval_rules import choose_kind, read_span

_TEXTS = ("name", "comment_on_first_wait", "comment_on_timeout")
"""Fields of a wait that have no effect."""


@dataclass(frozen=True, slots=True)
class _Other:
    """A step that is neither an approval nor a wait of a fixed length."""

    position: int
    kind: str
    key: str


@dataclass(slots=True)
class _Parts:
    """The steps of a list by kind, each with its position."""

    approvals: dict[int, Tree]
    waits: timedelta
    others: list[_Other]
    unknown: list[tuple[str, str]]


def compare_steps(old: Sequence[Tree], new: Sequence[Tree], links: PolicyLinks) -> list[Difference]:
    """Compare two lists of steps (snake_case, without accept and reject)."""
    before, after = _divide(old), _divide(new)
    positions = list(before.approvals), list(after.approvals)
    matching = match_approvals([*before.approvals.values()], [*after.approvals.values()], links)
    pairs = {positions[0][one]: positions[1][other] for one, other in matching.pairs.items()}
    found = [*matching.differences, *_compare_waits(before.waits, after.waits)]
    if sorted(before.unknown) != sorted(after.unknown):
        found.append(Difference("unclear", "a wait is set differently"))
    same, others = _compare_others(before.others, after.others)
    found += others
    if same and _has_other_order(same, {**pairs, **same}):
        found.append(Difference("unclear", "the steps have another order"))
    return found


def _divide(steps: Sequence[Tree]) -> _Parts:
    parts = _Parts({}, timedelta(), [], [])
    for position, tree in enumerate(steps):
        kind = choose_kind(POLICY_STEP.oneofs["step"], tree)
        given = tree.get(kind) or {}
        if kind == "approval":
            parts.approvals[position] = given
            continue
        if kind == "wait" and given.get("duration") is not None:
            span = read_span(given["duration"].get("duration"))
            if span is not None:
                parts.waits += span
                parts.unknown += read_unknown(POLICY_STEP, tree).items()
                continue
        parts.others.append(_Other(position, kind, _make_key(kind, tree)))
    return parts


def _make_key(kind: str, tree: Tree) -> str:
    # What the model does not know is compared as it is.
    is_known = kind and not read_unknown(POLICY_STEP, tree)
    found = canonicalize(POLICY_STEP, tree) if is_known else tree
    if kind == "wait":
        found = {"wait": {k: v for k, v in found.get("wait", {}).items() if k not in _TEXTS}}
    return json.dumps(found, sort_keys=True, default=str)


def _compare_waits(old: timedelta, new: timedelta) -> list[Difference]:
    if old == new:
        return []
    was, now = wording.format_span(old), wording.format_span(new)
    if not new:
        return [Difference("weaker", f"the request no longer waits for {was}")]
    text = f"the request waits for {now}" + (f" instead of {was}" if old else "")
    return [Difference("weaker" if new < old else "stronger", text)]


def _compare_others(
    old: Sequence[_Other], new: Sequence[_Other]
) -> tuple[dict[int, int], list[Difference]]:
    """Return the positions of equal steps, and the differences."""
    left, same, found = list(new), dict[int, int](), list[Difference]()
    changed = []
    for one in old:
        partner = next((each for each in left if each.key == one.key), None)
        if partner is None:
            changed.append(one)
        else:
            left.remove(partner)
            same[one.position] = partner.position
    for one in changed:
        partner = next((each for each in left if each.kind == one.kind), None)
        if partner is not None:
            left.remove(partner)
            found.append(Difference("unclear", f"{_NAMES[one.kind]} is set differently"))
        elif one.kind in _CONTROLS:
            found.append(Difference("weaker", f"{_NAMES[one.kind]} is removed"))
        else:
            found.append(Difference("unclear", f"{_NAMES[one.kind]} is removed"))
    for each in left:
        level = "stronger" if each.kind in _CONTROLS else "unclear"
        text = f"{_NAMES[each.kind]} is added"
        found.append(Difference("stronger" if level == "stronger" else "unclear", text))
    return same, found


_CONTROLS = ("wait", "form")
_NAMES = {
    "wait": "a wait",
    "form": "a form",
    "provision": "a provision step",
    "action": "an action",
    "accept": "an accept step",
    "reject": "a reject step",
    "": "a step of an unknown kind",
}


def _has_other_order(same: dict[int, int], pairs: dict[int, int]) -> bool:
    return any(
        (one < each) != (other < pairs[each])
        for one, other in same.items()
        for each in pairs
        if each != one
    )
