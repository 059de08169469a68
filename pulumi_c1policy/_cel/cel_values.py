"""Values of the vendor's types in expressions: messages and enums.

All other values are Python's `bool`, `int`, `float`, `str`, `bytes`, aware `datetime`, `timedelta`,
`list` and `dict`. May import `environment` and `undecided`, nothing else of ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pulumi_c1policy._cel.environment import load_environment
from pulumi_c1policy._cel.undecided import Undecided

# Any, not object: CEL's own type checker proves the types of an expression, and Python's cannot.
Value: TypeAlias = Any
"""The value of an expression, or `Undecided`."""


@dataclass(frozen=True, slots=True)
class EnumValue:
    """A value of an enum; its spellings are equal.

    Attributes:
        enum: The name of the enum.
        name: The name of the value, without the enum and without a prefix.
        is_older: Whether it is an older name whose present name is not documented.
    """

    enum: str
    name: str
    is_older: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class CelObject:
    """A message, such as a user, with some of its fields known.

    Attributes:
        type: The name of its type in `environment.json`.
        label: Its name in messages, such as `subject`.
        fields: The known fields, by `normalize_name`. A field that is not listed is unknown, not
            empty.
        hidden: Data that functions need and expressions cannot read.
    """

    type: str
    label: str
    fields: Mapping[str, Value]
    hidden: Mapping[str, Value] = field(default_factory=dict)

    def get(self, name: str) -> Value:
        """Return the value of a field in either spelling, or `Undecided` if it is unknown."""
        unknown = Undecided(f"`{self.label}.{name}` is not given")
        return self.fields.get(normalize_name(name), unknown)

    def text(self, name: str) -> str:
        """Return the value of a string field, or "" if it is unknown or not a string."""
        value = self.fields.get(normalize_name(name), "")
        return value if isinstance(value, str) else ""


def normalize_name(name: str) -> str:
    """Return a field's name in a form that is equal for its two spellings."""
    return name.replace("_", "").lower()


def parse_enum_value(enum: str, spelling: str) -> EnumValue | None:
    """Return the value of an enum by any of its spellings, or None if there is no such value.

    Spellings are `ENABLED`, `UserStatus.ENABLED` and `USER_STATUS_ENABLED`.
    """
    prefix = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", enum).upper() + "_"
    name = spelling.rpartition(".")[2].upper().removeprefix(prefix)
    for known, constant in load_environment().constants.items():
        if constant.enum == enum and known.rpartition(".")[2].removeprefix(prefix) == name:
            return EnumValue(enum, name, constant.is_older)
    return None


def are_equal(one: Value, other: Value) -> bool | Undecided:
    """Compare two values that may be, or contain, a `Record` or an `EnumValue`."""
    if isinstance(one, CelObject) and isinstance(other, CelObject):
        return _are_records_equal(one, other)
    if isinstance(one, EnumValue) and isinstance(other, EnumValue):
        if one.enum == other.enum and one.is_older is not other.is_older:
            spellings = f"`{one.name}` and `{other.name}`"
            return Undecided(f"whether {spellings} are equal is not documented")
        return one == other
    if isinstance(one, list) and isinstance(other, list):
        return _are_lists_equal(one, other)
    if isinstance(one, CelObject | EnumValue) or isinstance(other, CelObject | EnumValue):
        return False
    return bool(one == other)


def _are_records_equal(one: CelObject, other: CelObject) -> bool | Undecided:
    if one is other:
        return True
    if one.type != other.type:
        return False
    for name in ("id", "email"):
        if name in one.fields and name in other.fields:
            return bool(one.fields[name] == other.fields[name])
    return Undecided(f"{one.label} and {other.label} cannot be compared without their ids")


def _are_lists_equal(one: list[Value], other: list[Value]) -> bool | Undecided:
    if len(one) != len(other):
        return False
    answers = [are_equal(mine, theirs) for mine, theirs in zip(one, other, strict=True)]
    if any(answer is False for answer in answers):
        return False
    return next((answer for answer in answers if answer is not True), True)
