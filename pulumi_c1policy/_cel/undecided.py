"""A value that cannot be decided offline, with the reason. This module imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Undecided:
    """A value that the given data does not decide.

    It is neither true nor false: `bool()` and `if` raise a `TypeError`.

    Attributes:
        reason: The reason, as a clause: "`subject.department` is not given".
    """

    reason: str

    def __bool__(self) -> bool:
        """Raise a `TypeError`, because `if` would treat the value as decided."""
        raise TypeError(str(self))

    def __str__(self) -> str:
        return f"cannot be decided: {self.reason}"
