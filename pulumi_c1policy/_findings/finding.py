"""One finding: a severity, a path, a rule's id and a sentence. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pulumi_c1policy._model.paths import Path

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem or a doubt about what a program wrote.

    Attributes:
        path: The place, from the policy down.
        rule: The id of the rule in `registry.RULES`, in kebab-case. Empty if the value cannot be
            sent at all (a wrong type, an unknown field, two members of a oneof): no user can turn
            such a finding down.
        message: A sentence: what is wrong, and what to write instead. An expression with a caret
            may follow on separate lines.
        severity: An error stops the deployment, a warning does not.
        quotes_value: The message may quote what was written, so it must not be shown for a secret.
            Set if `rule` is empty; otherwise the registry tells.
    """

    path: Path
    rule: str
    message: str
    severity: Severity = "error"
    quotes_value: bool = False

    @property
    def sentence(self) -> str:
        """The message with the rule's id in square brackets at the end of its first line."""
        if not self.rule:
            return self.message
        first, line_break, rest = self.message.partition("\n")
        return f"{first} [{self.rule}]{line_break}{rest}"
