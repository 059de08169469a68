"""The value that is not known yet.

At preview an input may depend on a resource that does not exist yet. The engine's own marker is
turned into this one at the border, so that the core needs to know no engine.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal


class Unknown(Enum):
    """The type of `UNKNOWN`, so that it can be told apart in types."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final[Literal[Unknown.UNKNOWN]] = Unknown.UNKNOWN
"""Stands, at any depth, for a value that is known only at update."""


def has_unknown(value: object) -> bool:
    """Whether `value` is unknown, or holds something that is."""
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(has_unknown, value))
    return value is UNKNOWN
