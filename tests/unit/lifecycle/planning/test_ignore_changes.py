"""Ignored places (`ignore_changes`) are sent with their live values, or refused."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import assume, given, note
from hypothesis import strategies as st

from pulumi_c1policy._lifecycle.planning.decisions import read_options
from pulumi_c1policy._lifecycle.planning.diff import compare
from pulumi_c1policy._lifecycle.planning.plan import Update, build_body, plan
from pulumi_c1policy._lifecycle.planning.prior import record_answer
from pulumi_c1policy._lifecycle.planning.refusals import Refuse
from pulumi_c1policy._model.paths import Key, Path, format_path, get_at
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, decode
from tests.support.edits import apply, keeps_rejected_steps, list_edits
from tests.support.strategies import policies
from tests.unit.lifecycle.planning.tenant_answers import answer, store

IMMUTABLE = {"policy_type", "scope"}


def make_users(*names: str) -> list[Tree]:
    return [{"approval": {"users": {"user_ids": [name]}}} for name in names]


def make_rules(*names: str) -> list[Tree]:
    return [{"condition": f"subject.id == '{name}'", "step_key": "grant"} for name in names]


def make_policy(**fields: Any) -> Tree:
    base = {"display_name": "A", "policy_type": "POLICY_TYPE_GRANT"}
    return base | {"policy_steps": {"grant": {"steps": make_users("u0")}}} | fields


def build_update(
    ignored: list[str], prior: Tree, live: Tree, desired: Tree, *, overwrite: bool = False
) -> Tree | Refuse:
    """Build the decoded body of an update from these prior, live and desired inputs."""
    decided = read_options(
        {"ignore_changes": ignored, "on_conflict": "overwrite" if overwrite else "refuse"}
    )
    known = record_answer(prior, answer(store(prior)))
    planned = plan(known, desired, decided)
    assert isinstance(planned, Update)
    body = build_body(planned, known, desired, answer(store(live)), decided)
    return body if isinstance(body, Refuse) else decode(POLICY, body)


GRANT = 'policy_steps["grant"].steps'
LISTS = {
    "removed at the end": (("s0", "s1", "s2"), ("s0",)),
    "removed at the front": (("s0", "s1", "s2"), ("s2",)),
    "removed in the middle": (("s0", "s1", "s2"), ("s0", "s2")),
    "all replaced": (("s0", "s1", "s2"), ("s9",)),
    "added": (("s0",), ("s0", "s1", "s2")),
    "put first": (("s0", "s1"), ("s9", "s0", "s1")),
    "swapped": (("s0", "s1"), ("s1", "s0")),
    "doubled": (("s0", "s1"), ("s0", "s0", "s1")),
}


@pytest.mark.parametrize(("before", "now"), LISTS.values(), ids=LISTS.keys())
@pytest.mark.parametrize(
    "pattern", [GRANT, f"{GRANT}[*]", "policy_steps.grant", "policy_steps.*.steps"]
)
def test_an_ignored_list_is_sent_with_its_live_value(
    before: tuple[str, ...], now: tuple[str, ...], pattern: str
) -> None:
    other = {"other": {"steps": make_users("o0")}}
    prior = make_policy(policy_steps={"grant": {"steps": make_users(*before)}, **other})
    live = make_policy(policy_steps={"grant": {"steps": make_users(*now)}, **other})
    desired = copy.deepcopy(prior)
    desired["policy_steps"]["more"] = {"steps": make_users("m0")}
    body = build_update([pattern], prior, live, desired)
    assert isinstance(body, dict), body
    assert body["policy_steps"]["grant"]["steps"] == make_users(*now)
    assert body["policy_steps"]["more"]["steps"] == make_users("m0")
    assert body["policy_steps"]["other"]["steps"] == make_users("o0")


def test_an_ignored_key_is_sent_with_its_live_value() -> None:
    prior = make_policy(
        policy_steps={"grant": {"steps": make_users("g")}, "a": {"steps": make_users("a")}}
    )
    desired = copy.deepcopy(prior)
    desired["policy_steps"]["grant"]["steps"] = make_users("new")
    removed = make_policy()
    added = copy.deepcopy(prior)
    added["policy_steps"]["b"] = {"steps": make_users("b")}
    for live, pattern, keys in ((removed, "a", {"grant"}), (added, "b", {"grant", "a", "b"})):
        live["policy_steps"]["grant"]["steps"] = make_users("g")
        body = build_update([f'policy_steps["{pattern}"]'], prior, live, desired)
        assert isinstance(body, dict), body
        assert body["policy_steps"].keys() == keys
        assert body["policy_steps"]["grant"]["steps"] == make_users("new")


def _make_condition(tree: list[Tree], index: int, condition: str) -> list[Tree]:
    return [r | {"condition": condition} if i == index else r for i, r in enumerate(tree)]


def test_an_ignored_index_of_an_unmoved_list_is_sent_with_its_live_value() -> None:
    prior = make_policy(rules=make_rules("a", "b", "c"))
    live = make_policy(rules=_make_condition(make_rules("a", "b", "c"), 1, "theirs"))
    desired = make_policy(rules=_make_condition(make_rules("a", "b", "c"), 2, "ours"))
    body = build_update(["rules[1].condition"], prior, live, desired)
    assert isinstance(body, dict), body
    assert [rule["condition"] for rule in body["rules"]] == [
        "subject.id == 'a'",
        "theirs",
        "ours",
    ]


MOVED = {
    "others put one first": (make_rules("x", "a", "b"), make_rules("a", "b2")),
    "others removed one": (make_rules("b"), make_rules("a", "b2")),
    "others swapped": (make_rules("b", "a"), make_rules("a", "b2")),
    "both": (_make_condition(make_rules("a", "b"), 1, "theirs"), make_rules("x", "y", "a", "b")),
}


@pytest.mark.parametrize("pattern", ["rules[1].condition", "rules[1]", "rules[*].condition"])
@pytest.mark.parametrize(("live", "desired"), MOVED.values(), ids=MOVED.keys())
def test_an_ignored_index_of_a_list_with_moved_items_is_refused(
    live: list[Tree], desired: list[Tree], pattern: str
) -> None:
    body = build_update(
        [pattern],
        make_policy(rules=make_rules("a", "b")),
        make_policy(rules=live),
        make_policy(rules=desired),
        overwrite=True,
    )
    assert isinstance(body, Refuse)
    assert "`rules[" in body.summary
    assert "`ignore_changes`" in body.summary
    assert "pulumi up --refresh" in body.advice


def test_an_ignored_part_of_an_approval_of_another_kind_is_refused() -> None:
    prior = make_policy()
    live = make_policy(policy_steps={"grant": {"steps": [{"approval": {"manager": {}}}]}})
    desired = make_policy(policy_steps={"grant": {"steps": [*make_users("u0"), {"accept": {}}]}})
    for part in ("users", "users.user_ids"):
        pattern = f"{GRANT}[0].approval.{part}"
        body = build_update([pattern], prior, live, desired, overwrite=True)
        assert isinstance(body, Refuse)
        assert "approval.users" in body.summary


def _list_places(value: Any, path: Path = ()) -> list[Path]:
    items: Any = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    return [p for key, item in items for p in [(*path, key), *_list_places(item, (*path, key))]]


def _evolved(draw: st.DrawFn, tree: Tree) -> Tree:
    """Return the policy after up to three edits."""
    for _ in range(draw(st.integers(0, 3))):
        found = [
            edit
            for edit in list_edits(POLICY, tree)
            if edit.path[0] not in {*IMMUTABLE, "annotations"} and keeps_rejected_steps(tree, edit)
        ]
        edit = draw(st.sampled_from(found))
        note(repr(edit))
        tree = decode(POLICY, store(apply(tree, edit)))
    return tree


@st.composite
def _patterns(draw: st.DrawFn, *trees: Tree) -> list[Path]:
    places = [
        p for tree in trees for p in _list_places(tree) if p[0] not in {*IMMUTABLE, "annotations"}
    ]
    out = []
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.sampled_from(places))
        stars = draw(st.lists(st.booleans(), min_size=len(place), max_size=len(place)))
        rare = draw(st.integers(0, 3)) == 0
        parts = ("*" if rare and star else part for part, star in zip(place, stars, strict=True))
        out.append(tuple(parts))
    return out


@st.composite
def cases(draw: st.DrawFn) -> tuple[Tree, Tree, Tree, list[Path]]:
    prior = decode(POLICY, store(draw(policies())))
    live, desired = _evolved(draw, prior), _evolved(draw, prior)
    return prior, live, desired, draw(_patterns(live, desired))


@given(cases(), st.booleans())
def test_each_ignored_place_is_sent_with_its_live_value(
    case: tuple[Tree, Tree, Tree, list[Path]], overwrite: bool
) -> None:
    prior, live, desired, patterns = case
    decided = read_options(
        {
            "ignore_changes": [_to_pattern(p) for p in patterns],
            "on_conflict": "overwrite" if overwrite else None,
        }
    )
    assert decided.ignored
    known = record_answer(prior, answer(store(prior)))
    planned = plan(known, desired, decided)
    assume(isinstance(planned, Update))
    assert isinstance(planned, Update)
    body = build_body(planned, known, desired, answer(store(live)), decided)
    if isinstance(body, Refuse):
        return
    fields = {POLICY.wire_fields[wire].name for wire in planned.mask}
    went = decode(POLICY, body)
    sides = ({n: v for n, v in side.items() if n in fields} for side in (went, live, desired))
    out, theirs, ours = sides
    for change in compare(POLICY, theirs, out):
        assert not decided.ignores(change.path), f"not as live: {change}"
    for change in compare(POLICY, ours, out):
        live_value = get_at(theirs, change.path)
        is_live = not compare(
            POLICY, _select_field(theirs, change.path), _select_field(out, change.path)
        )
        touched = any(_meet(pattern, change.path) for pattern in decided.ignored)
        assert touched or is_live or live_value == get_at(out, change.path), f"made up: {change}"


def _meet(pattern: Path, path: Path) -> bool:
    """Return whether one path is below the other."""
    return all(part in ("*", other) for part, other in zip(pattern, path, strict=False))


def _to_pattern(path: Path) -> str:
    """Return a path as a program writes it for Pulumi."""
    parts = (
        Key(part) if isinstance(part, str) and not (part.isidentifier() or part == "*") else part
        for part in path
    )
    return format_path(tuple(parts))


def _select_field(tree: Tree, path: Path) -> Tree:
    """Return the field in which a path lies."""
    return {str(path[0]): tree[str(path[0])]} if path[0] in tree else {}
