"""The values of expressions that are no plain Python: messages and enums.

Plain values are `bool`, `int`, `float`, `str`, `bytes`, aware `datetime`, `timedelta`, lists and
dicts. May import `environment` and `undecided`, nothing else of ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pulumi_c1policy._cel.environment import load_environment
from pulumi_c1policy._cel.undecided import Undecided

Value: TypeAlias = Any
"""The value of an expression, `Undecided` included."""


@dataclass(frozen=True, slots=True)
class EnumValue:
    """A value of an enum, in any spelling."""

    enum: str
    name: str
    is_older: bool = False
    """True for an older spelling whose present name is undocumented."""


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A message, such as a user, with some unknown fields.

    Attributes:
        type: Its type, as in `environment.json`.
        label: Its name in a sentence.
        fields: Its known fields, by `plain_name`; a missing one is unknown, not empty.
        hidden: Facts for functions that no expression can read.
    """

    type: str
    label: str
    fields: Mapping[str, Value]
    hidden: Mapping[str, Value] = field(default_factory=dict)

    def get(self, name: str) -> Value:
        """Return the field, by either spelling."""
        unknown = Undecided(f"`{self.label}.{name}` is not given")
        return self.fields.get(normalize_name(name), unknown)

    def text(self, name: str) -> str:
        """Return a text field, or "" if it is unknown."""
        value = self.fields.get(normalize_name(name), "")
        return value if isinstance(value, str) else ""


def normalize_name(name: str) -> str:
    """Return a field's name without the difference between its two spellings."""
    return name.replace("_", "").lower()


def parse_enum_value(enum: str, spelling: str) -> EnumValue | None:
    """Parse an enum value: `ENABLED`, `UserStatus.ENABLED`, `USER_STATUS_ENABLED`."""
    prefix = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", enum).upper() + "_"
    name = spelling.rpartition(".")[2].upper().removeprefix(prefix)
    for known, constant in load_environment().constants.items():
        if constant.enum == enum and known.rpartition(".")[2].removeprefix(prefix) == name:
            return EnumValue(enum, name, constant.older)
    return None


def are_equal(one: Value, other: Value) -> bool | Undecided:
    """Return whether two values are equal if one of them is no plain Python."""
    if isinstance(one, Record) and isinstance(other, Record):
        return _same_records(one, other)
    if isinstance(one, EnumValue) and isinstance(other, EnumValue):
        if one.enum == other.enum and one.is_older is not other.is_older:
            spellings = f"`{one.name}` and `{other.name}`"
            return Undecided(f"whether {spellings} are the same is not documented")
        return one == other
    if isinstance(one, list) and isinstance(other, list):
        return _all_same(list(zip(one, other, strict=False)), len(one) == len(other))
    if isinstance(one, Record | EnumValue) or isinstance(other, Record | EnumValue):
        return False
    return bool(one == other)


def _same_records(one: Record, other: Record) -> bool | Undecided:
    if one is other:
        return True
    if one.type != other.type:
        return False
    for name in ("id", "email"):
        if name in one.fields and name in other.fields:
            return bool(one.fields[name] == other.fields[name])
    return Undecided(f"whether {one.label} is {other.label} does not show without their ids")


def _all_same(pairs: list[tuple[Value, Value]], is_long_enough: bool) -> bool | Undecided:
    if not is_long_enough:
        return False
    answers = [are_equal(one, other) for one, other in pairs]
    if any(answer is False for answer in answers):
        return False
    return next((answer for answer in answers if answer is not True), True)
