"""A fact about tenants, and the verdicts of a case that tries it. Imports no HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from acceptance.context import Context

Certainty: TypeAlias = Literal["live", "source", "docs", "inferred"]

CERTAINTIES: dict[Certainty, str] = {
    "live": "the vendor tried it on a tenant, by hand or in an acceptance test",
    "source": "the vendor says that it read it in the server's source",
    "docs": "the vendor's documentation, release notes, API description or client code",
    "inferred": "it follows from the others; nobody is known to have seen it",
}
"""The meaning of each certainty, from the strongest to the weakest."""

CLI = "the vendor's CLI"
PROVIDER = "acceptance tests of the vendor's Terraform provider"
TERRAFORM = "requests of the vendor's Terraform provider"
API = "the API's description"
GUIDE = "the vendor's documentation of policies"
CEL = "the vendor's documentation of expressions"
SDK = "the vendor's Go SDK"
PROTOBUF = "the protobuf JSON mapping"
NOTES = "the vendor's release notes"


class Verdict(StrEnum):
    """The outcome of one fact in one run."""

    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    NOT_TRIED = "not tried"


class Contradicted(Exception):
    """The tenant behaves differently. The reason may quote the tenant."""


class NotTried(Exception):
    """The fact could not be tried here. The reason may quote the tenant."""


Case: TypeAlias = "Callable[[Context], None]"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact that the project relies on.

    Attributes:
        id: Its name in reports, in kebab-case. It is never renamed.
        statement: The behaviour of a tenant, in one or two sentences of Markdown.
        certainty: The strength of the evidence, a key of `CERTAINTIES`.
        source: The place where the vendor says so.
        case: A function that tries the fact. It returns, or raises `Contradicted` or `NotTried`.
            None if no suite can try the fact.
    """

    id: str
    statement: str
    certainty: Certainty
    source: str
    case: Case | None = None


def expect(holds: bool, reason: str) -> None:
    """Contradict the fact unless a condition holds.

    Raises:
        Contradicted: It does not hold.
    """
    if not holds:
        raise Contradicted(reason)
