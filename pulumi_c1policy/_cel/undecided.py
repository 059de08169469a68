"""The value of an undecided expression, which is neither true nor false.

It has a reason, and raises if it is used as a condition. This module imports nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Undecided:
    """A value that the given facts do not decide.

    Attributes:
        reason: The reason, as a part of a sentence: "`subject.department` is not given".
    """

    reason: str

    def __bool__(self) -> bool:
        """Raise, because `if` would use it as an answer."""
        raise TypeError(str(self))

    def __str__(self) -> str:
        return f"cannot be decided: {self.reason}"
