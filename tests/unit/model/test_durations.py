"""Durations in every spelling, and their form on the wire."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._model import durations

WIRE: list[tuple[Any, str]] = [
    ("1h", "3600s"),
    ("3600s", "3600s"),
    (3600, "3600s"),
    (3600.0, "3600s"),
    (timedelta(hours=1), "3600s"),
    (" 1h ", "3600s"),
    ("1h30m", "5400s"),
    ("1.5h", "5400s"),
    (".5h", "1800s"),
    ("90m", "5400s"),
    ("2d", "172800s"),
    ("1w", "604800s"),
    ("1w2d3h4m5s", "788645s"),
    ("500ms", "0.5s"),
    ("1us", "0.000001s"),
    ("1ns", "0.000000001s"),
    ("0.1s", "0.1s"),
    (0.1, "0.1s"),
    ("3600.000s", "3600s"),
    ("3600.500s", "3600.5s"),
    ("3600.000000001s", "3600.000000001s"),
    ("0.0000000001s", "0s"),
    ("-1h", "-3600s"),
    ("-0.5s", "-0.5s"),
    ("-0s", "0s"),
    ("+1h", "3600s"),
    (0, "0s"),
    (-5, "-5s"),
    (timedelta(microseconds=1), "0.000001s"),
    (timedelta(days=31), "2678400s"),
    (timedelta(seconds=-1), "-1s"),
    ("315576000000s", "315576000000s"),
]


@pytest.mark.parametrize(("value", "expected"), WIRE, ids=repr)
def test_a_span_has_one_spelling_on_the_wire(value: Any, expected: str) -> None:
    assert durations.to_wire(value) == expected
    assert durations.to_wire(expected) == expected


NO_SPANS: list[Any] = [
    "",
    " ",
    "h",
    "1",
    "3600",
    "1 h",
    "1h 30m",
    "1H",
    "1hour",
    "1h-30m",
    "--1h",
    "1e3s",
    "1,5h",
    "0x1s",
    "\N{ARABIC-INDIC DIGIT THREE}s",
    "1" * 64 + "s",
    "1s\x00",
    "P1D",
    True,
    False,
    None,
    [],
    {},
    b"1h",
    float("nan"),
    float("inf"),
    float("-inf"),
]


@pytest.mark.parametrize("value", NO_SPANS, ids=repr)
def test_any_other_value_is_not_a_duration(value: Any) -> None:
    assert durations.parse_seconds(value) is None
    assert durations.to_wire(value) is None
    assert durations.to_whole_seconds(value) is value


@given(st.integers(-(10**12), 10**12), st.integers(0, 10**9 - 1))
def test_every_protobuf_duration_survives_printing_and_parsing(whole: int, nanos: int) -> None:
    exact = Fraction(whole) + Fraction(nanos, 10**9)
    text = durations.to_wire(f"{whole}s" if not nanos else f"{int(exact * 10**9)}ns")
    assert text is not None
    assert durations.parse_seconds(text) == exact


@given(st.timedeltas())
def test_a_timedelta_is_exact(span: timedelta) -> None:
    exact = durations.parse_seconds(span)
    assert exact == Fraction(span // timedelta(microseconds=1), 10**6)


@given(st.text() | st.floats(-1e12, 1e12) | st.integers(-(10**12), 10**12) | st.binary())
def test_any_value_becomes_a_duration_or_none(value: Any) -> None:
    text = durations.to_wire(value)
    assert text is None or durations.to_wire(text) == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [("4h", 14400), ("1.5s", "1.5s"), (7200.0, 7200), ("90m", 5400), ("7", "7"), (None, None)],
)
def test_a_span_of_whole_seconds_is_a_number(value: Any, expected: Any) -> None:
    assert durations.to_whole_seconds(value) == expected


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(3600, "1h"), (2678400, "31d"), (90, "90s"), (60, "1m"), (0, "0s"), (Fraction(1, 2), "0.5s")],
)
def test_a_span_is_printed_in_its_short_form(amount: Any, expected: str) -> None:
    assert durations.format_seconds(amount) == expected
