"""One finding: a severity, a path, a rule's id and a message. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pulumi_c1policy._findings import rule_texts
from pulumi_c1policy._model.paths import Path

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem or a doubt about what a program wrote.

    Attributes:
        path: The property path, from the policy down.
        rule: The id of the rule in `rule_registry.RULES`, in kebab-case. Empty if the value cannot
            be sent at all (a wrong type, an unknown field, two members of a oneof); then no
            setting changes the severity.
        message: One sentence about the property: the mistake, and the correction. An expression
            with a caret may follow on separate lines.
        severity: An error stops the deployment; a warning does not.
        quotes_value: The message may quote the value, so it must not be shown for a secret. Used
            if `rule` is empty; otherwise `Rule.quotes_value` decides.
    """

    path: Path
    rule: str
    message: str
    severity: Severity = "error"
    quotes_value: bool = False

    @property
    def sentence(self) -> str:
        """The message with the rule's id in square brackets at the end of its first line."""
        return rule_texts.append_rules(self.message, self.rule)
