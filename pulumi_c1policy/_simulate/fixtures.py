"""Read the people, accounts, requests and entitlements of a test into records for expressions.

A field may have either spelling. A field that is left out is unknown; null and empty text are the
empty value, as on the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches

from pulumi_c1policy._cel.cel_values import CelObject, Value, normalize_name, parse_enum_value
from pulumi_c1policy._cel.environment import load_environment
from pulumi_c1policy._model import durations
from pulumi_c1policy.errors import C1PolicyError


class FixtureError(C1PolicyError):
    """A person, a request or a directory with an unknown field or a wrong value."""


def build_record(kind: str, given: Mapping[str, Value], label: str, *, also: str = "") -> CelObject:
    """Build the message that a test describes.

    Args:
        kind: The type, as `environment.json` names it.
        given: The fields by name.
        label: The name of the message in texts.
        also: The names of further lists of people, separated by spaces. Functions read them,
            expressions do not.

    Raises:
        FixtureError: A field does not exist, or a value has the wrong type.
    """
    known = _list_fields(kind)
    extra = {normalize_name(name): name for name in also.split()}
    fields: dict[str, Value] = {}
    hidden: dict[str, Value] = {}
    for name, value in given.items():
        plain = normalize_name(name)
        if plain in extra:
            hidden[extra[plain]] = read_names(value, f"{label}.{name}")
        elif plain in known:
            _, field_kind = known[plain]
            fields[plain] = _read_value(field_kind, value, f"{label}.{name}")
        else:
            names = [spelling for spelling, _ in known.values()]
            raise _reject_field(label, name, [*names, *extra.values()])
    return CelObject(kind, label, fields, hidden)


def read_names(value: Value, path: str) -> list[str]:
    """Return a list of ids, emails or usernames.

    Raises:
        FixtureError: The value is not a list of texts.
    """
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise _reject_value(path, "a list of ids, emails or usernames", value)
    return list(value)


def parse_moment(value: Value) -> datetime | None:
    """Return a point in time in UTC, or None if the value is not a time with a zone.

    Args:
        value: A `datetime`, or RFC 3339 text.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    return None


def _list_fields(kind: str) -> dict[str, tuple[str, str]]:
    """Return the preferred spelling and the type of each field, by plain name."""
    found: dict[str, tuple[str, str]] = {}
    for name, facts in load_environment().types[kind].items():
        # The documented spelling of a field precedes those that are derived from it.
        if not facts.preferred_spelling:
            found.setdefault(normalize_name(name), (name, facts.type))
    return found


def _reject_field(label: str, name: str, known: list[str]) -> FixtureError:
    near = get_close_matches(name, known, n=1)
    hint = f"Did you mean `{near[0]}`?" if near else f"Use one of: {', '.join(known)}."
    return FixtureError(f"{label} has no field `{name}`.", hint)


def _reject_value(path: str, expected: str, value: Value) -> FixtureError:
    return FixtureError(f"{path} is {value!r}, which is not valid.", f"Write {expected}.")


def _read_value(kind: str, value: Value, path: str) -> Value:
    if kind == "dyn":
        return value
    if kind.startswith("list("):
        items = [] if value is None else value
        if not isinstance(items, list | tuple):
            raise _reject_value(path, "a list", value)
        item_kind = kind.removeprefix("list(").removesuffix(")")
        return [_read_value(item_kind, each, f"{path}[{at}]") for at, each in enumerate(items)]
    if kind.startswith("map("):
        return dict(_read_mapping(path, {} if value is None else value))
    if kind in load_environment().enums:
        return _read_enum(kind, value, path)
    if kind in load_environment().types:
        # An account's status is usually given as text instead of a message.
        nested = {"status": value} if isinstance(value, str) else value
        return build_record(kind, _read_mapping(path, nested or {}), path)
    return _read_scalar(kind, value, path)


def _read_mapping(path: str, value: Value) -> Mapping[str, Value]:
    if not isinstance(value, Mapping):
        raise _reject_value(path, "an object", value)
    return value


def _read_enum(kind: str, value: Value, path: str) -> Value:
    found = parse_enum_value(kind, str(value))
    if found is None:
        raise _reject_value(path, " or ".join(load_environment().list_values(kind)), value)
    return found


def _read_scalar(kind: str, value: Value, path: str) -> Value:
    if value is None:
        value = {"string": "", "bool": False, "int": 0}.get(kind)
    if kind == "string" and isinstance(value, str):
        return value
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "int" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind == "timestamp" and (moment := parse_moment(value)) is not None:
        return moment
    if kind == "duration" and (seconds := durations.parse_seconds(value)) is not None:
        return timedelta(seconds=float(seconds))
    raise _reject_value(path, _EXPECTED[kind], value)


_EXPECTED = {
    "string": "a text",
    "bool": "true or false",
    "int": "a whole number",
    "timestamp": "a time with its zone, such as 2026-01-31T09:00:00Z",
    "duration": "a duration, such as 8h",
}
