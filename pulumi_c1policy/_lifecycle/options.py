"""How a program wants a policy to be treated: decisions, not fields of the policy. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_c1policy._model.paths import Path, covers, parse


@dataclass(frozen=True, slots=True)
class Options:
    """The program's decisions for one policy.

    Attributes:
        overwrite: Overwrite what somebody else changed in the very fields that we change.
        take_back: Overwrite a policy that a person has taken over in the product.
        ignored: What the program told the engine to ignore.
        secrets: The inputs that hold a secret; no message shows their values.
    """

    overwrite: bool = False
    take_back: bool = False
    ignored: tuple[Path, ...] = ()
    secrets: frozenset[str] = frozenset()

    def ignores(self, path: Path) -> bool:
        """Whether a change at `path` is to be left as it is."""
        return any(covers(pattern, path) for pattern in self.ignored)


def options(source: object) -> Options:
    """The options among a resource's inputs, as the program's side packed them."""
    if not isinstance(source, Mapping):
        return Options()
    patterns: Any = source.get("ignore_changes") or ()
    parsed = (parse(text) for text in patterns if isinstance(text, str))
    return Options(
        overwrite=source.get("on_conflict") == "overwrite",
        take_back=source.get("on_takeover") == "take_back",
        ignored=tuple(path for path in parsed if path),
        secrets=frozenset(map(str, source.get("secrets") or ())),
    )
