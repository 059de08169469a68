"""The functions of time, as far as it is documented what they do."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pulumi_c1policy._cel.cel_values import Value
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate.fixtures import moment_of

_RFC3339 = "TimeFormat.RFC3339"
_MONTHS = {"year": 12, "quarter": 3, "month": 1}
_HOURS = {"day": 24, "hour": 1, "minute": 1}
_MINUTES = {"day": 60, "hour": 60, "minute": 1}


def parse(text: str, layout: str, *zone: str) -> datetime | Undecided:
    """The time that a text says."""
    if layout != _RFC3339 or zone:
        return _layout(layout)
    return moment_of(text) or Undecided(f"`time.parse` fails: {text!r} is no RFC 3339 time")


def try_parse(text: str, layout: str, otherwise: datetime) -> datetime | Undecided:
    """The time that a text says, or another where it says none."""
    if layout != _RFC3339:
        return _layout(layout)
    return moment_of(text) or otherwise


def write(moment: datetime, layout: str, *zone: str) -> str | Undecided:
    """A time as a text."""
    if layout != _RFC3339 or zone or moment.microsecond:
        return _layout(layout)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _layout(layout: str) -> Undecided:
    return Undecided(f"how the tenant writes a time as `{layout}` is not documented")


def start_of(moment: datetime, unit: str, zone: str = "UTC") -> datetime | Undecided:
    """When the day, or another unit, began that a time is in."""
    try:
        there = moment.astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0)
    except (ZoneInfoNotFoundError, ValueError):
        return Undecided(f"`time.start_of` fails: {zone!r} is no time zone")
    if unit in _HOURS:
        hour = there.hour // _HOURS[unit] * _HOURS[unit]
        start = there.replace(hour=hour, minute=there.minute // _MINUTES[unit] * _MINUTES[unit])
    elif unit in _MONTHS:
        month = (there.month - 1) // _MONTHS[unit] * _MONTHS[unit] + 1
        start = there.replace(month=month, day=1, hour=0, minute=0)
    else:
        return Undecided(f"when a `{unit}` begins is not documented")
    return start.astimezone(UTC)


def end_of(moment: datetime, unit: str, *zone: str) -> Undecided:
    """When the day, or another unit, ends that a time is in."""
    del moment, zone
    return Undecided(f"whether a `{unit}` ends with its last moment is not documented")


def unix(seconds: int) -> Value:
    """The time so many seconds after 1970 began."""
    return _since(seconds)


def unix_ms(milliseconds: int) -> Value:
    """The time so many milliseconds after 1970 began."""
    return _since(milliseconds / 1000)


def _since(seconds: float) -> Value:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return Undecided("`time.unix` fails: there is no such time")
