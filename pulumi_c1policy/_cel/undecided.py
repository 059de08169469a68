"""The value of what cannot be decided, which is neither true nor false.

It says why, and it refuses to be taken for an answer. This module imports nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Undecided:
    """What nothing at hand decides.

    Attributes:
        reason: Why not, as a part of a sentence: "`subject.department` is not given".
    """

    reason: str

    def __bool__(self) -> bool:
        """Raise, since `if` would take it for an answer."""
        raise TypeError(str(self))

    def __str__(self) -> str:
        return f"cannot be decided: {self.reason}"
