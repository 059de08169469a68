"""The type of a rule: a fact about tenants that a check relies on, and its certainty. Data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Default: TypeAlias = Literal["error", "warning", "error or warning"]
Certainty: TypeAlias = Literal["live", "source", "docs", "inferred", "ours"]

CERTAINTIES: dict[Certainty, str] = {
    "live": "tried on a tenant, or in an acceptance test that runs against one",
    "source": "stated by the vendor's CLI, which quotes the server's source",
    "docs": "stated by the vendor's documentation, release notes or API description",
    "inferred": "derived from other facts; not observed",
    "ours": "advice of this project; a tenant accepts the policy",
}
"""The meaning of each certainty, from the strongest to the weakest."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A fact about tenants that a check relies on.

    Attributes:
        id: The id in messages and settings, in kebab-case.
        default: The severity of its findings unless a user sets another.
        reason: The tenant's behaviour that makes it a mistake, in one or two sentences.
        certainty: The strength of the evidence, a key of `CERTAINTIES`.
        source: The source of the fact.
        is_stricter: The rule is an error although a tenant probably accepts the policy.
        quotes_value: Its messages may quote a value of the policy, so they must not be shown for a
            secret.
    """

    id: str
    default: Default
    reason: str
    certainty: Certainty
    source: str
    is_stricter: bool = False
    quotes_value: bool = True
