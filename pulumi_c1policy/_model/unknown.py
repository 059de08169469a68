"""The value that is not known yet.

At preview an input may depend on a resource that does not exist yet. `_pulumi` converts the
engine's own marker to this one, so that the lifecycle does not import Pulumi.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal


class Unknown(Enum):
    """The type of `UNKNOWN`."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final[Literal[Unknown.UNKNOWN]] = Unknown.UNKNOWN
"""A placeholder, at any depth, for a value that is known only at update."""


def has_unknown(value: object) -> bool:
    """Return whether `value` is unknown, or contains an unknown value."""
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(has_unknown, value))
    return value is UNKNOWN
