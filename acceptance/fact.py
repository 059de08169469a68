"""A fact about tenants, and the verdict of trying it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from acceptance.tenant import Tenant

Certainty: TypeAlias = Literal["live", "source", "docs", "inferred"]
Verdict: TypeAlias = Literal["confirmed", "contradicted", "not tried"]
Case: TypeAlias = "Callable[[Tenant], None]"


class Contradicted(Exception):
    """The tenant does otherwise."""


class NotTried(Exception):
    """The fact cannot be tried on this tenant."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact about tenants that the project relies on.

    Attributes:
        id: Its name, in kebab-case; reports hold it and nothing else of the fact.
        statement: The fact, in a sentence.
        certainty: The strength of the evidence.
        source: The place where the fact stands.
        case: Tries the fact; raises `Contradicted` or `NotTried`. None where no suite can try it.
    """

    id: str
    statement: str
    certainty: Certainty
    source: str
    case: Case | None = None


def expect(holds: object, otherwise: str) -> None:
    """Raise `Contradicted` unless the fact holds."""
    if not holds:
        raise Contradicted(otherwise)
