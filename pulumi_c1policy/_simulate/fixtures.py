"""What a test says of people, accounts, requests and entitlements, as the records that expressions read.

Both spellings of a field are taken. A field that is left out is unknown; null, as on the wire, and
empty text say that it is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches

from pulumi_c1policy._cel.cel_values import Record, Value, normalize_name, parse_enum_value
from pulumi_c1policy._cel.environment import load_environment
from pulumi_c1policy._model import durations
from pulumi_c1policy.errors import C1PolicyError


class FixtureError(C1PolicyError):
    """What a test or a file says of people and requests cannot be meant so."""


def record(kind: str, given: Mapping[str, Value], label: str, *, also: str = "") -> Record:
    """The message of type `kind` that a test describes.

    Args:
        kind: The type, as `environment.json` names it.
        given: Its fields by name.
        label: What to call it in a sentence.
        also: Names, separated by spaces, of what may stand beside the fields for functions only.

    Raises:
        FixtureError: A field does not exist or holds what it cannot hold.
    """
    types = {normalize_name(name): facts.type for name, facts in _preferred(kind).items()}
    extra = {normalize_name(name): name for name in also.split()}
    fields: dict[str, Value] = {}
    hidden: dict[str, Value] = {}
    for name, value in given.items():
        plain = normalize_name(name)
        if plain in extra:
            hidden[extra[plain]] = names(value, f"{label}.{name}")
        elif plain in types:
            fields[plain] = _value(types[plain], value, f"{label}.{name}")
        else:
            raise _no_such_field(label, name, [*_preferred(kind), *extra.values()])
    return Record(kind, label, fields, hidden)


def names(value: Value, path: str) -> list[str]:
    """The ids, emails or usernames in a list of people.

    Raises:
        FixtureError: It is no list of texts.
    """
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise _wrong(path, "a list of ids, emails or usernames", value)
    return list(value)


def _preferred(kind: str) -> dict[str, Value]:
    return {
        name: facts
        for name, facts in load_environment().types[kind].items()
        if not facts.preferred_spelling and "is documented as" not in facts.doubt
    }


def _no_such_field(label: str, name: str, known: list[str]) -> FixtureError:
    near = get_close_matches(name, known, n=1)
    hint = f"Did you mean `{near[0]}`?" if near else f"There are: {', '.join(known)}."
    return FixtureError(f"{label} has no field `{name}`.", hint)


def _value(kind: str, value: Value, path: str) -> Value:
    if kind == "dyn":
        return value
    if kind.startswith("list("):
        items = [] if value is None else value
        if not isinstance(items, list | tuple):
            raise _wrong(path, "a list", value)
        return [_value(kind[5:-1], item, f"{path}[{index}]") for index, item in enumerate(items)]
    if kind.startswith("map("):
        return dict(_mapping(path, {} if value is None else value))
    if kind in load_environment().enums:
        return _enum(kind, value, path)
    if kind in load_environment().types:
        # An account's status is most often given as the one word that matters.
        nested = {"status": value} if isinstance(value, str) else value
        return record(kind, _mapping(path, nested or {}), path)
    return _scalar(kind, value, path)


def _mapping(path: str, value: Value) -> Mapping[str, Value]:
    if not isinstance(value, Mapping):
        raise _wrong(path, "an object", value)
    return value


def _enum(kind: str, value: Value, path: str) -> Value:
    found = parse_enum_value(kind, str(value))
    if found is None:
        raise _wrong(path, " or ".join(load_environment().list_values(kind)), value)
    return found


def _scalar(kind: str, value: Value, path: str) -> Value:
    if value is None:
        value = {"string": "", "bool": False, "int": 0}.get(kind)
    if kind == "string" and isinstance(value, str):
        return value
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "int" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind == "timestamp" and (moment := moment_of(value)) is not None:
        return moment
    if kind == "duration" and (seconds := durations.seconds(value)) is not None:
        return timedelta(seconds=float(seconds))
    raise _wrong(path, _WORDS[kind], value)


_WORDS = {
    "string": "a text",
    "bool": "true or false",
    "int": "a whole number",
    "timestamp": "a time with its zone, as 2026-01-31T09:00:00Z",
    "duration": "a span of time, as 8h",
}


def moment_of(value: Value) -> datetime | None:
    """A point in time, from a `datetime` or a text as RFC 3339 has it; None without a zone."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    return None


def _wrong(path: str, expected: str, value: Value) -> FixtureError:
    return FixtureError(f"{path} is {value!r}.", f"Write {expected}.")
