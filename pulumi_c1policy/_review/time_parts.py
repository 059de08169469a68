"""CEL's functions of times and durations for the solver: the hour of a time, the weekday, ...

Times are microseconds after 1970 began in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import z3

from pulumi_c1policy._review.terms import Kind, Term, to_microseconds

_MILLISECOND = 10**3
_SECOND = 10**6
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_LARGEST_OFFSET = 26 * _HOUR
_FIXED = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)
_USUAL = ((datetime(2027, 1, 4, tzinfo=UTC), 50), (datetime(2027, 6, 7, tzinfo=UTC), 50))
"""The times of examples in a named zone: their first day and the number of days."""


@dataclass(frozen=True, slots=True)
class ZoneOffset:
    """The unknown offset of a named time zone at a time.

    Attributes:
        zone: The name of the zone.
        moment: The time for the solver.
        offset: The offset for the solver, in microseconds.
    """

    zone: str
    moment: Any
    offset: Any

    @property
    def bounds(self) -> list[Any]:
        """The conditions that every offset fulfils."""
        size = self.offset
        return [size >= -_LARGEST_OFFSET, size <= _LARGEST_OFFSET, size % _SECOND == 0]

    @property
    def usual(self) -> Any:  # noqa: ANN401 (the solver has no types)
        """The condition that the time is one of those whose offset is known."""
        return z3.Or(*(self._match_days(first, days) for first, days in _USUAL))

    def _match_days(self, first: datetime, days: int) -> Any:  # noqa: ANN401 (Z3's own)
        zone = ZoneInfo(self.zone)
        ends = first, first + timedelta(days=days)
        offsets = {moment.astimezone(zone).utcoffset() or timedelta() for moment in ends}
        if len(offsets) > 1:
            return z3.BoolVal(False)
        start, end = map(to_microseconds, ends)
        same = self.offset == to_microseconds(offsets.pop())
        return z3.And(self.moment >= start, self.moment <= end, same)


def is_time_part(name: str) -> bool:
    """Return whether a function returns a part of a time or of a duration."""
    return name in _PARTS or name in _SPANS


def take_part(
    name: str, value: Term, zone: str, add_offset: Callable[[ZoneOffset], None]
) -> Term | None:
    """Return the result of a function such as `getHours`; None if the solver has none.

    Args:
        name: The function.
        value: The time or the duration.
        zone: The time zone, such as `+02:00` or `Europe/Berlin`; "" for UTC.
        add_offset: Called with the offset of a named zone.
    """
    if value.kind == "duration" and name in _SPANS and not zone:
        return Term("int", _divide_toward_zero(value.value, _SPANS[name]), value.exists)
    if value.kind != "timestamp" or name not in _PARTS:
        return None
    offset = _find_offset(zone, value.value, add_offset)
    if offset is None:
        return None
    return Term("int", _PARTS[name](value.value + offset), value.exists)


def read_time(name: str, text: Term) -> Term:
    """Return the time or the duration that a text has: anything, but the same for the same text.

    Args:
        name: `timestamp` or `duration`.
        text: The text.
    """
    kind: Kind = "timestamp" if name == "timestamp" else "duration"
    value = z3.Function(f"{name}(text)", z3.StringSort(), z3.IntSort())(text.value)
    is_valid = z3.Function(f"{name}(text) exists", z3.StringSort(), z3.BoolSort())(text.value)
    return Term(kind, value, z3.And(text.exists, is_valid))


def _find_offset(zone: str, moment: Any, add_offset: Callable[[ZoneOffset], None]) -> Any | None:  # noqa: ANN401
    if zone in ("", "UTC"):
        return z3.IntVal(0)
    if match := _FIXED.fullmatch(zone):
        size = int(match[2]) * _HOUR + int(match[3]) * _MINUTE
        return z3.IntVal(-size if match[1] == "-" else size)
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    offset = z3.Function(f"offset of {zone}", z3.IntSort(), z3.IntSort())(moment)
    add_offset(ZoneOffset(zone, moment, offset))
    return offset


def _divide_toward_zero(value: Any, unit: int) -> Any:  # noqa: ANN401 (Z3's own)
    return z3.If(value >= 0, value / unit, -((-value) / unit))


def _count_calendar(local: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401 (Z3's own)
    """Return the year, the month (from 0) and the day (from 0) of a day.

    The years begin in March here, so that a leap day is the last day of a year of 400 years.
    """
    days = local / _DAY + 719_468
    era = days / 146_097
    day = days - era * 146_097
    year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
    in_year = day - (365 * year + year / 4 - year / 100)
    month = (5 * in_year + 2) / 153
    in_month = in_year - (153 * month + 2) / 5
    shifted = z3.If(month < 10, month + 2, month - 10)
    return year + era * 400 + z3.If(shifted < 2, 1, 0), shifted, in_month


_SPANS = {"getHours": _HOUR, "getMinutes": _MINUTE, "getSeconds": _SECOND}
_PARTS: dict[str, Callable[[Any], Any]] = {
    "getHours": lambda local: (local / _HOUR) % 24,
    "getMinutes": lambda local: (local / _MINUTE) % 60,
    "getSeconds": lambda local: (local / _SECOND) % 60,
    "getMilliseconds": lambda local: (local / _MILLISECOND) % 1000,
    # 1970 began on a Thursday, and a week on Sunday.
    "getDayOfWeek": lambda local: (local / _DAY + 4) % 7,
    "getFullYear": lambda local: _count_calendar(local)[0],
    "getMonth": lambda local: _count_calendar(local)[1],
    "getDayOfMonth": lambda local: _count_calendar(local)[2],
    "getDate": lambda local: _count_calendar(local)[2] + 1,
}
