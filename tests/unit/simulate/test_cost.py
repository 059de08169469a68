"""A hostile expression costs a bounded time and memory, and ends in a sentence."""

from __future__ import annotations

import time
from typing import Any

import pytest

from pulumi_c1policy._cel import checker, cost
from pulumi_c1policy._cel.cel_values import Record
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.evaluate import evaluate
from pulumi_c1policy._cel.undecided import Undecided

MANY = f"[{','.join(['1'] * 300)}]"
LONG = "b" * 10_000
LETTERS = "'aaaaaaaaaaaaaaaaaaaa'"
REPLACED = f"{LETTERS}.replace('a', '{LONG}').replace('b', '{LONG}').size() > 1"


def nested(inner: str, macro: str = "all", depth: int = 3) -> str:
    for level in range(depth):
        inner = f"{MANY}.{macro}(x{level}, {inner})"
    return inner


def value(source: str, **variables: Any) -> Any:
    return evaluate(source, Place.RULE_CONDITION, variables, {})


@pytest.mark.parametrize(
    "source",
    [
        nested("true"),
        nested("true", depth=6),
        nested("subject.email == 'x'"),
        f"size({nested('x0', 'map')}) > 1",
        f"size({nested('x0 > 0', 'filter')}) > 1",
        nested("'a'.matches('a*')"),
        REPLACED,
        f"{LETTERS}.split('').join('{LONG}').split('').join('{LONG}').size() > 1",
        "'%.999999999f'.format([1.0]).size() > 3",
        "[[[0].map(a, [a, a]).map(b, [b, b])" + "[0]].map(c, [" + "c, " * 99 + "c])"
        ".map(d, [" + "d, " * 99 + "d]).map(e, [" + "e, " * 99 + "e]) == [[]]",
        f"'{'a' * 40_000}b'.matches('{'a*' * 10_000}c')",
    ],
    ids=[
        "loops",
        "deep loops",
        "loops over unknowns",
        "maps",
        "filters",
        "regular expressions",
        "replace",
        "join",
        "format",
        "lists of lists",
        "regular expression",
    ],
)
def test_a_hostile_expression_is_undecided_soon(source: str) -> None:
    started = time.monotonic()
    found = value(source)
    assert isinstance(found, Undecided)
    assert time.monotonic() - started < cost.MAX_SECONDS + 5


def test_the_sentence_names_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    assert str(value(REPLACED)) == (
        "cannot be decided: the expression is too costly to evaluate: it takes more than 2000000 "
        "steps"
    )
    monkeypatch.setattr(cost, "MAX_SECONDS", 0.0)
    assert "it takes more than 0 seconds" in str(value("'a' + 'b' == subject.email"))


def test_an_expression_that_grows_is_not_worked_out_by_the_check() -> None:
    assert checker.check(REPLACED, Place.RULE_CONDITION) == []
    assert checker.check("'a'.replace('a', 'b') == 'b'", Place.RULE_CONDITION) == []


def test_a_large_directory_is_within_the_bounds() -> None:
    owners = [Record("User", f"u{n}", {"email": f"u{n}@example.com"}) for n in range(10_000)]
    source = "appOwners.filter(u, u.email.endsWith('7@example.com')).map(u, u)"
    found = evaluate(source, Place.APPROVER, {"appOwners": owners}, {})
    assert len(found) == 1_000


def test_a_list_that_a_macro_makes_is_not_the_one_that_it_reads() -> None:
    source = "[[1, 2].map(x, x + 1), [1, 2].map(x, [x].map(y, y + x)[0])] == [[2, 3], [2, 4]]"
    assert value(source) is True
    assert value("[1, 2].filter(x, x > 1) + [1, 2].filter(x, x > 1) == [2, 2]") is True
