"""How an expression and what is to be said of it are written down."""

from __future__ import annotations

from typing import NamedTuple

RULE = "rule-condition"
WAIT = "wait-condition"
APPROVER = "approver"
PROVISIONER = "provisioner"
CONFIG = "account-config"
FORM = "form"

MANAGERS = "c1.directory.users.v1.GetManagers(subject)"


class Case(NamedTuple):
    """An expression with the remark that it deserves."""

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
