"""The result of a team rule: messages about places in a policy. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from pulumi_c1policy._model.paths import Key, Path

_MAPS = frozenset({"annotations", "policy_steps"})


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake that a team rule found.

    Attributes:
        message: The mistake and the correction. The property path is printed before it, so it
            begins with a verb: "has no fallback; add `fallback_user_ids`". It must not quote a
            value that may be secret.
        path: The property path, from the policy down: field names, indices of lists and keys of
            maps. Empty for the policy as a whole.
    """

    message: str
    path: Path = ()


Problems: TypeAlias = Iterable[Problem]
"""The result of a rule; a function that yields problems has it, too."""


def make_problem(message: str, path: tuple[str | int, ...]) -> Problem:
    """Return a problem whose path marks the keys of the policy's maps."""
    is_map = len(path) > 1 and path[0] in _MAPS
    return Problem(message, (path[0], Key(path[1]), *path[2:]) if is_map else path)
