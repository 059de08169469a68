"""The user's decisions for a resource, which are not fields of its object. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from pulumi_c1policy._findings.finding import Severity
from pulumi_c1policy._findings.severity import Level, Severities
from pulumi_c1policy._model.paths import Path, covers, parse_path

DECISIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "on_conflict": ("refuse", "overwrite"),
    "on_takeover": ("refuse", "take_back"),
    "on_leftover": ("refuse", "adopt", "leave"),
    "on_in_use": ("refuse", "delete"),
    "on_delete": ("restore", "keep"),
}
"""The decisions, named as arguments of resources, and their values; the first is the default."""

POLICY_DECISIONS: Final = ("on_conflict", "on_takeover", "on_leftover", "on_in_use")
"""The decisions about policies."""

ATTACHMENT_DECISIONS: Final = ("on_conflict", "on_delete")
"""The decisions about attachments."""


@dataclass(frozen=True, slots=True)
class LifecycleOptions:
    """The user's decisions for one policy.

    Attributes:
        overwrite: Overwrite changes of others in the fields that an update sends.
        take_back: Overwrite a policy that a person took over in the product.
        on_leftover: `refuse`, `adopt` or `leave` a leftover of a resource that is to be created.
        delete_in_use: Delete a policy although apps or entitlements use it.
        keep: Leave the values of an attachment in the tenant at its deletion.
        ignored: The paths in `ignore_changes`.
        secrets: The top-level inputs with a secret; no message shows their values.
        severities: The severities that the user set for rules.
        names: The names of the resource in those severities (its name, its URN).
    """

    overwrite: bool = False
    take_back: bool = False
    on_leftover: str = "refuse"
    delete_in_use: bool = False
    keep: bool = False
    ignored: tuple[Path, ...] = ()
    secrets: frozenset[str] = frozenset()
    severities: Severities = field(default_factory=Severities)
    names: tuple[str, ...] = ()

    def choose_level(self, rule: str, default: Severity = "error") -> Level:
        """Return the level of a rule for this policy."""
        return self.severities.choose_level(rule, default, self.names)

    def ignores(self, path: Path) -> bool:
        """Return whether `path` is an ignored place, or below one."""
        return any(covers(pattern, path) for pattern in self.ignored)


def read_options(
    source: object,
    severities: Severities | None = None,
    names: tuple[str, ...] = (),
    decided: Mapping[str, str] | None = None,
) -> LifecycleOptions:
    """Read the options in a resource's inputs, as the program packed them.

    Args:
        source: The packed options.
        severities: The severities that the user set for rules.
        names: The names of the resource.
        decided: The decisions that apply, by name. Default: the packed ones.
    """
    levels = severities or Severities()
    packed: Mapping[str, Any] = source if isinstance(source, Mapping) else {}
    decisions = packed if decided is None else decided
    patterns: Any = packed.get("ignore_changes") or ()
    parsed = (parse_path(text) for text in patterns if isinstance(text, str))
    return LifecycleOptions(
        overwrite=decisions.get("on_conflict") == "overwrite",
        take_back=decisions.get("on_takeover") == "take_back",
        on_leftover=str(decisions.get("on_leftover") or "refuse"),
        delete_in_use=decisions.get("on_in_use") == "delete",
        keep=decisions.get("on_delete") == "keep",
        ignored=tuple(_trim_wildcards(path) for path in parsed if path),
        secrets=frozenset(map(str, packed.get("secrets") or ())),
        severities=levels,
        names=names,
    )


def explain_value(name: str, value: object) -> str | None:
    """Return a sentence about an unknown value of a decision, or None if the value is known."""
    values = DECISIONS[name]
    if value in values:
        return None
    allowed = ", ".join(f'"{each}"' for each in values)
    near = get_close_matches(str(value).lower(), values, n=1, cutoff=0.5)
    nearest = f' (did you mean "{near[0]}"?)' if near else ""
    shown = f'"{value:.40}"' if isinstance(value, str) else type(value).__name__
    return f"is {shown}, but must be one of {allowed}{nearest}"


def _trim_wildcards(pattern: Path) -> Path:
    """Drop wildcards at the end of a pattern: all items of a list are the list."""
    while pattern and pattern[-1] == "*":
        pattern = pattern[:-1]
    return pattern


DEFAULTS = LifecycleOptions()
"""The options without any decision."""
