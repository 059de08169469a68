"""How a program wants a policy to be treated: decisions, not fields of the policy. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_c1policy._findings.finding import Severity
from pulumi_c1policy._findings.severity import Level, Severities
from pulumi_c1policy._model.paths import Path, covers, parse


@dataclass(frozen=True, slots=True)
class Options:
    """The program's decisions for one policy.

    Attributes:
        overwrite: Overwrite what somebody else changed in the very fields that we change.
        take_back: Overwrite a policy that a person has taken over in the product.
        ignored: What the program told the engine to ignore.
        secrets: The inputs that hold a secret; no message shows their values.
        severities: The severities that the user set for rules.
        names: The names by which those severities may name the resource (its name, its URN).
    """

    overwrite: bool = False
    take_back: bool = False
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
    source: object, severities: Severities | None = None, names: tuple[str, ...] = ()
) -> Options:
    """The options among a resource's inputs, as the program's side packed them.

    Args:
        source: The packed options.
        severities: The severities that the user set for rules.
        names: The names of the resource.
    """
    levels = severities or Severities()
    if not isinstance(source, Mapping):
        return Options(severities=levels, names=names)
    patterns: Any = source.get("ignore_changes") or ()
    parsed = (parse(text) for text in patterns if isinstance(text, str))
    return Options(
        overwrite=source.get("on_conflict") == "overwrite",
        take_back=source.get("on_takeover") == "take_back",
        ignored=tuple(_whole(path) for path in parsed if path),
        secrets=frozenset(map(str, source.get("secrets") or ())),
        severities=levels,
        names=names,
    )


def _whole(pattern: Path) -> Path:
    """A pattern without a wildcard at its end: all items of a thing are the thing."""
    while pattern and pattern[-1] == "*":
        pattern = pattern[:-1]
    return pattern


DEFAULTS = Options()
"""The options of a program that decided nothing."""
