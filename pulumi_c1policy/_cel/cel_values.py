"""The values of expressions that are no plain Python: messages and enums.

Plain ones are `bool`, `int`, `float`, `str`, `bytes`, aware `datetime`, `timedelta`, lists and dicts.
May import `environment` and `undecided`, nothing else of ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pulumi_c1policy._cel.environment import load_environment
from pulumi_c1policy._cel.undecided import Undecided

Value: TypeAlias = Any
"""What an expression evaluates to, `Undecided` included."""


@dataclass(frozen=True, slots=True)
class EnumValue:
    """A value of an enum, whatever its spelling."""

    enum: str
    name: str
    is_older: bool = False
    """It is an older spelling, of which it is not documented what it is called now."""


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A message, such as a user, of which some fields may not be known.

    Attributes:
        type: Its type, as `environment.json` names it.
        label: What to call it in a sentence.
        fields: Its known fields, by `plain_name`; one that is not there is unknown, not empty.
        hidden: What functions have to know of it, which no expression can read.
    """

    type: str
    label: str
    fields: Mapping[str, Value]
    hidden: Mapping[str, Value] = field(default_factory=dict)

    def get(self, name: str) -> Value:
        """The field, by either spelling."""
        unknown = Undecided(f"`{self.label}.{name}` is not given")
        return self.fields.get(normalize_name(name), unknown)

    def text(self, name: str) -> str:
        """A text field, "" where it is not known."""
        value = self.fields.get(normalize_name(name), "")
        return value if isinstance(value, str) else ""


def normalize_name(name: str) -> str:
    """A field's name without what its two spellings differ in."""
    return name.replace("_", "").lower()


def parse_enum_value(enum: str, spelling: str) -> EnumValue | None:
    """The value that a spelling stands for: `ENABLED`, `UserStatus.ENABLED`, `USER_STATUS_ENABLED`."""
    prefix = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", enum).upper() + "_"
    name = spelling.rpartition(".")[2].upper().removeprefix(prefix)
    for known, constant in load_environment().constants.items():
        if constant.enum == enum and known.rpartition(".")[2].removeprefix(prefix) == name:
            return EnumValue(enum, name, constant.is_older)
    return None


def are_equal(one: Value, other: Value) -> bool | Undecided:
    """Whether two values are equal, where one of them is no plain Python."""
    if isinstance(one, Record) and isinstance(other, Record):
        return _are_records_equal(one, other)
    if isinstance(one, EnumValue) and isinstance(other, EnumValue):
        if one.enum == other.enum and one.is_older is not other.is_older:
            spellings = f"`{one.name}` and `{other.name}`"
            return Undecided(f"whether {spellings} are the same is not documented")
        return one == other
    if isinstance(one, list) and isinstance(other, list):
        return _are_items_equal(list(zip(one, other, strict=False)), len(one) == len(other))
    if isinstance(one, Record | EnumValue) or isinstance(other, Record | EnumValue):
        return False
    return bool(one == other)


def _are_records_equal(one: Record, other: Record) -> bool | Undecided:
    if one is other:
        return True
    if one.type != other.type:
        return False
    for name in ("id", "email"):
        if name in one.fields and name in other.fields:
            return bool(one.fields[name] == other.fields[name])
    return Undecided(f"whether {one.label} is {other.label} does not show without their ids")


def _are_items_equal(pairs: list[tuple[Value, Value]], is_long_enough: bool) -> bool | Undecided:
    if not is_long_enough:
        return False
    answers = [are_equal(one, other) for one, other in pairs]
    if any(answer is False for answer in answers):
        return False
    return next((answer for answer in answers if answer is not True), True)
