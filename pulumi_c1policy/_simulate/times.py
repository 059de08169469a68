"""The functions of time in expressions, as far as they are documented."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pulumi_c1policy._cel.cel_values import Value
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate.fixtures import parse_moment

_RFC3339 = "TimeFormat.RFC3339"
_MONTHS = {"year": 12, "quarter": 3, "month": 1}
_HOURS = {"day": 24, "hour": 1, "minute": 1}
_MINUTES = {"day": 60, "hour": 60, "minute": 1}


def parse_time(text: str, layout: str, *zone: str) -> datetime | Undecided:
    """Return the value of `time.parse`."""
    if layout != _RFC3339 or zone:
        return _reject_layout(layout)
    moment = parse_moment(text)
    if moment is None:
        return Undecided(f"`time.parse` fails: {text!r} is not an RFC 3339 time")
    return moment


def try_parse_time(text: str, layout: str, otherwise: datetime) -> datetime | Undecided:
    """Return the value of `time.try_parse`: the parsed time, or `otherwise`."""
    if layout != _RFC3339:
        return _reject_layout(layout)
    return parse_moment(text) or otherwise


def format_time(moment: datetime, layout: str, *zone: str) -> str | Undecided:
    """Return the value of `time.format`."""
    if layout != _RFC3339 or zone or moment.microsecond:
        return _reject_layout(layout)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _reject_layout(layout: str) -> Undecided:
    return Undecided(f"the time format `{layout}` is not documented")


def find_start(moment: datetime, unit: str, zone: str = "UTC") -> datetime | Undecided:
    """Return the value of `time.start_of`: the start of the day, or of another unit, of a time."""
    try:
        local = moment.astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0)
    except (ZoneInfoNotFoundError, ValueError):
        return Undecided(f"`time.start_of` fails: {zone!r} is not a time zone")
    if unit in _HOURS:
        hour = local.hour // _HOURS[unit] * _HOURS[unit]
        start = local.replace(hour=hour, minute=local.minute // _MINUTES[unit] * _MINUTES[unit])
    elif unit in _MONTHS:
        month = (local.month - 1) // _MONTHS[unit] * _MONTHS[unit] + 1
        start = local.replace(month=month, day=1, hour=0, minute=0)
    else:
        return Undecided(f"the start of a `{unit}` is not documented")
    return start.astimezone(UTC)


def find_end(moment: datetime, unit: str, *zone: str) -> Undecided:
    """Return the value of `time.end_of`, which is not documented exactly."""
    del moment, zone
    return Undecided(f"the last moment of a `{unit}` is not documented")


def from_seconds(seconds: int) -> Value:
    """Return the value of `time.unix`: the time a number of seconds after 1970 began."""
    return _add_to_epoch(seconds)


def from_milliseconds(milliseconds: int) -> Value:
    """Return the value of `time.unix_ms`: the time a number of milliseconds after 1970 began."""
    return _add_to_epoch(milliseconds / 1000)


def _add_to_epoch(seconds: float) -> Value:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return Undecided("`time.unix` fails: the number is out of range")
