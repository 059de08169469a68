"""Paths are printed as a program writes them, and parsed in every form that Pulumi accepts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._model.paths import (
    Key,
    Path,
    covers,
    format_path,
    get_at,
    get_sort_key,
    parse_path,
)
from tests.support.strategies import AWKWARD_KEYS

PRINTED: list[tuple[Path, str]] = [
    ((), ""),
    (("display_name",), "display_name"),
    (("rules", 0, "step_key"), "rules[0].step_key"),
    (
        ("policy_steps", Key("grant"), "steps", 0, "approval"),
        'policy_steps["grant"].steps[0].approval',
    ),
    (("policy_steps", Key("a.b_C d")), 'policy_steps["a.b_C d"]'),
    (("policy_steps", Key('quo"te')), 'policy_steps["quo\\"te"]'),
    (("policy_steps", Key("Grüße")), 'policy_steps["Grüße"]'),
    (("policy_steps", Key("")), 'policy_steps[""]'),
]


@pytest.mark.parametrize(("path", "printed"), PRINTED, ids=[case[1] for case in PRINTED])
def test_a_path_is_printed_as_a_program_writes_it(path: Path, printed: str) -> None:
    assert format_path(path) == printed


READ: list[tuple[str, Path | None]] = [
    ("rules", ("rules",)),
    ("rules[3].condition", ("rules", 3, "condition")),
    ("policy_steps.grant.steps[0]", ("policy_steps", "grant", "steps", 0)),
    ('policy_steps["grant"].steps', ("policy_steps", "grant", "steps")),
    ('["policy_steps"]["grant"]', ("policy_steps", "grant")),
    ('policy_steps["a.b"]', ("policy_steps", "a.b")),
    ('policy_steps["a\\"b"]', ("policy_steps", 'a"b')),
    ("rules[*].condition", ("rules", "*", "condition")),
    ("policy_steps.*.steps", ("policy_steps", "*", "steps")),
    ("", None),
    (".", None),
    ("a..b", None),
    ("a[", None),
    ("a[x]", None),
    ('a["b]', None),
    ("a[-1]", None),
    ("a.", None),
    ("a]", None),
]


@pytest.mark.parametrize(("source", "path"), READ, ids=[repr(case[0]) for case in READ])
def test_a_path_is_read_in_the_grammar_of_the_engine(source: str, path: Path | None) -> None:
    assert parse_path(source) == path


@pytest.mark.parametrize("key", AWKWARD_KEYS)
def test_an_awkward_key_is_read_back(key: str) -> None:
    path: Path = ("policy_steps", Key(key), "steps", 1)
    assert parse_path(format_path(path)) == path


FIELD_NAMES = st.from_regex(r"[a-z_][a-z0-9_]*", fullmatch=True)
PATHS = st.tuples(FIELD_NAMES).flatmap(
    lambda first: st.lists(st.integers(0, 99) | FIELD_NAMES | st.text().map(Key), max_size=4).map(
        lambda rest: (*first, *rest)
    )
)


@given(PATHS)
def test_a_printed_path_is_read_back(path: Path) -> None:
    assert parse_path(format_path(path)) == path


@given(st.text(alphabet='ab.[]"\\*01_', max_size=12))
def test_any_text_becomes_a_path_or_none(source: str) -> None:
    path = parse_path(source)
    assert path is None or path


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("rules", "rules[0].condition", True),
        ("rules[0]", "rules[0].condition", True),
        ("rules[1]", "rules[0].condition", False),
        ("rules[*].condition", "rules[7].condition", True),
        ("rules[*].condition", "rules[7].step_key", False),
        ("rules[0].condition", "rules[0]", False),
        ("policy_steps.grant", 'policy_steps["grant"].steps[0]', True),
        ("policy_steps.*.steps", 'policy_steps["x y"].steps', True),
        ("policy", "policy_steps", False),
    ],
)
def test_a_pattern_covers_its_path_and_everything_below(
    pattern: str, path: str, expected: bool
) -> None:
    parsed, place = parse_path(pattern), parse_path(path)
    assert parsed is not None
    assert place is not None
    assert covers(parsed, place) is expected


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (("a", Key("b"), 1), "y"),
        (("a", Key("b"), 2), None),
        (("a", Key("c"), 0), None),
        (("a", 0), None),
        ((), {"a": {"b": ["x", "y"]}}),
    ],
)
def test_the_value_at_a_path_is_found(path: Path, found: object) -> None:
    assert get_at({"a": {"b": ["x", "y"]}}, path) == found


def test_indices_are_sorted_as_numbers() -> None:
    paths: list[Path] = [("rules", 10), ("display_name",), ("rules", 9), ("rules",)]
    assert sorted(paths, key=get_sort_key) == [
        ("display_name",),
        ("rules",),
        ("rules", 9),
        ("rules", 10),
    ]
