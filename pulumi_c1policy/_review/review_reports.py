"""The review of all policies as data and as JSON; docs/review.md describes the JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias, get_args

from pulumi_c1policy._review import change_words, verdict
from pulumi_c1policy._review.added_findings import collect_chains
from pulumi_c1policy._review.affected import Inform
from pulumi_c1policy._review.pairing import PolicyPair, PolicySet
from pulumi_c1policy._review.policy_facts import FactSources, PolicyFacts, collect_facts
from pulumi_c1policy._review.verdict import Verdict, Word

JSON_VERSION: Final = 1
"""The version of the JSON schema."""

ChangeKind: TypeAlias = Literal["new", "deleted", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class PolicyReview:
    """The review of one policy.

    Attributes:
        name: The display name; the name of the resource or the id if it has none.
        id: The id in the tenant before the change; "" if it has none.
        resource: The name of the resource; "" if no resource manages it.
        type: The policy type, such as `POLICY_TYPE_GRANT`.
        kind: The kind of change.
        size: The number of changed leaves.
        verdict: The verdict.
        changes: The changes in a person's words.
        pair: The policy before and after the change.
        facts: The facts beside the verdict.
    """

    name: str
    id: str
    resource: str
    type: str
    kind: ChangeKind
    size: int
    verdict: Verdict
    changes: tuple[str, ...]
    pair: PolicyPair = field(repr=False)
    facts: PolicyFacts = field(default_factory=PolicyFacts, repr=False)

    @property
    def is_shown(self) -> bool:
        """Return whether a reviewer has to see it."""
        return self.kind != "unchanged" or self.verdict.word != "not-weakened"


@dataclass(frozen=True, slots=True)
class Review:
    """The review of all policies.

    Attributes:
        policies: The reviews, the worst verdict first, then the largest change first.
    """

    policies: tuple[PolicyReview, ...]

    @property
    def word(self) -> Word:
        """The worst verdict."""
        words = {each.verdict.word for each in self.policies}
        return next((word for word in get_args(Word) if word in words), "not-weakened")

    def list_by_word(self, word: Word) -> list[PolicyReview]:
        """List the policies with a verdict."""
        return [each for each in self.policies if each.verdict.word == word]

    def list_by_kind(self, *kinds: ChangeKind) -> list[PolicyReview]:
        """List the policies with a kind of change."""
        return [each for each in self.policies if each.kind in kinds]


def review_all(policies: PolicySet, seconds: float = verdict.SECONDS_PER_POLICY) -> Review:
    """Review all policies.

    Args:
        policies: The policies of both sides.
        seconds: The time after which a policy is undecided.
    """
    found = [_review(pair, policies, seconds) for pair in policies.pairs]
    order = get_args(Word)
    found.sort(key=lambda each: (order.index(each.verdict.word), -each.size, each.name))
    return Review(tuple(found))


def _review(pair: PolicyPair, policies: PolicySet, seconds: float) -> PolicyReview:
    changes = change_words.list_changes(pair)
    kind: ChangeKind = "changed" if changes else "unchanged"
    if pair.old is None or pair.new is None:
        kind = "new" if pair.old is None else "deleted"
    shown = pair.shown
    return PolicyReview(
        shown.name,
        (pair.old or shown).id,
        shown.resource,
        str(shown.tree.get("policy_type") or ""),
        kind,
        len(changes),
        verdict.decide(pair, policies, seconds),
        tuple(change_words.describe_changes(pair, policies)),
        pair,
    )


def add_facts(review: Review, policies: PolicySet, sources: FactSources, inform: Inform) -> Review:
    """Add the facts about each policy that a reviewer has to see.

    Args:
        review: The review.
        policies: The policies of both sides.
        sources: The people and the uses.
        inform: Tells a person about the progress.
    """
    chains = collect_chains(policies)
    count = sum(each.is_shown for each in review.policies)
    found: list[PolicyReview] = []
    done = 0
    for each in review.policies:
        if not each.is_shown:
            found.append(each)
            continue
        done += 1
        inform(f"Collecting facts: policy {done} of {count}.")
        facts = collect_facts(each.pair, policies, chains, sources, inform)
        found.append(replace(each, facts=facts))
    return replace(review, policies=tuple(found))


def to_json(review: Review) -> str:
    """Return a review as JSON text."""
    found = {
        "version": JSON_VERSION,
        "verdict": review.word,
        "policies": [_to_plain(each) for each in review.policies],
    }
    return json.dumps(found, indent=2, ensure_ascii=True)


def _to_plain(each: PolicyReview) -> dict[str, Any]:
    found = each.verdict
    return {
        "name": each.name,
        "id": each.id,
        "resource": each.resource,
        "type": each.type,
        "change": each.kind,
        "changes": list(each.changes),
        "verdict": found.word,
        "reason": found.reason,
        "way": found.way,
        "conditions": [
            {"condition": test.condition, "holds": test.holds} for test in found.conditions
        ],
        "request": None if found.request is None else found.request.to_plain(),
        **each.facts.to_plain(),
    }


def count_deleted(review: Review) -> int:
    """Return the number of deleted policies."""
    return len(review.list_by_kind("deleted"))


def join_sentences(parts: Sequence[str]) -> str:
    """Return parts as one sentence with a full stop."""
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."
