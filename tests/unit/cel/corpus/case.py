"""The form of an expression with its expected diagnostic."""

from __future__ import annotations

from typing import NamedTuple

RULE = "rule-condition"
WAIT = "wait-condition"
APPROVER = "approver"
PROVISIONER = "provisioner"
CONFIG = "account-config"
FORM = "form"

LIBRARY_WORDS = (
    "undeclared",
    "overload",
    "INVALID",
    "<input>",
    "container",
    "c1policy.",
    "_==_",
    "error*",
)
"""Words of the library's errors; none may appear in a message."""

MANAGERS = "c1.directory.users.v1.GetManagers(subject)"


class Case(NamedTuple):
    """An expression with its expected diagnostic.

    Attributes:
        place: The place of the expression.
        marked: The expression, with `‸` before the position of the diagnostic.
        rule: The id of the rule.
        excerpt: A part of the message.
    """

    place: str
    marked: str
    rule: str
    excerpt: str

    @property
    def expression(self) -> str:
        return self.marked.replace("‸", "")

    @property
    def position(self) -> tuple[int, int]:
        """The line and the column of the mark, from 1."""
        before = self.marked.split("‸")[0]
        return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
