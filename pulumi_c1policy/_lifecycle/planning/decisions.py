"""The decisions of a user for a policy: no fields of it, but ways to treat it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from pulumi_c1policy._findings.finding import Severity
from pulumi_c1policy._findings.severity import Level, Severities
from pulumi_c1policy._model.paths import Path, covers, parse

DECISIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "on_conflict": ("refuse", "overwrite"),
    "on_takeover": ("refuse", "take_back"),
    "on_leftover": ("refuse", "adopt", "leave"),
}
"""The decisions, as arguments of `Policy` are named, and their values; the first is the default."""


@dataclass(frozen=True, slots=True)
class Options:
    """The user's decisions for one policy.

    Attributes:
        overwrite: Overwrite what somebody else changed in the very fields that we change.
        take_back: Overwrite a policy that a person has taken over in the product.
        on_leftover: `refuse`, `adopt` or `leave` a policy that carries the annotations of a resource
            which is to be created.
        ignored: What the program told the engine to ignore.
        secrets: The inputs that hold a secret; no message shows their values.
        severities: The severities that the user set for rules.
        names: The names by which those severities may name the resource (its name, its URN).
    """

    overwrite: bool = False
    take_back: bool = False
    on_leftover: str = "refuse"
    ignored: tuple[Path, ...] = ()
    secrets: frozenset[str] = frozenset()
    severities: Severities = field(default_factory=Severities)
    names: tuple[str, ...] = ()

    def level(self, rule: str, default: Severity = "error") -> Level:
        """The level of a rule for this policy."""
        return self.severities.level(rule, default, self.names)

    def ignores(self, path: Path) -> bool:
        """Whether a change at `path` is to be left as it is."""
        return any(covers(pattern, path) for pattern in self.ignored)


def options(
    source: object,
    severities: Severities | None = None,
    names: tuple[str, ...] = (),
    decided: Mapping[str, str] | None = None,
) -> Options:
    """Return the options among a resource's inputs, as the program's side packed them.

    Args:
        source: The packed options.
        severities: The severities that the user set for rules.
        names: The names of the resource.
        decided: The decisions that hold, by name. Default: those among the packed options.
    """
    levels = severities or Severities()
    packed: Mapping[str, Any] = source if isinstance(source, Mapping) else {}
    decisions = packed if decided is None else decided
    patterns: Any = packed.get("ignore_changes") or ()
    parsed = (parse(text) for text in patterns if isinstance(text, str))
    return Options(
        overwrite=decisions.get("on_conflict") == "overwrite",
        take_back=decisions.get("on_takeover") == "take_back",
        on_leftover=str(decisions.get("on_leftover") or "refuse"),
        ignored=tuple(_whole(path) for path in parsed if path),
        secrets=frozenset(map(str, packed.get("secrets") or ())),
        severities=levels,
        names=names,
    )


def refusal(name: str, value: object) -> str | None:
    """Return a sentence about a value that a decision does not have, or None where it has it."""
    values = DECISIONS[name]
    if value in values:
        return None
    allowed = ", ".join(f'"{each}"' for each in values)
    near = get_close_matches(str(value).lower(), values, n=1, cutoff=0.5)
    nearest = f' (did you mean "{near[0]}"?)' if near else ""
    shown = f'"{value:.40}"' if isinstance(value, str) else type(value).__name__
    return f"is {shown}, which is none of {allowed}{nearest}"


def _whole(pattern: Path) -> Path:
    """A pattern without a wildcard at its end: all items of a thing are the thing."""
    while pattern and pattern[-1] == "*":
        pattern = pattern[:-1]
    return pattern


DEFAULTS = Options()
"""The options of a program that decided nothing."""
