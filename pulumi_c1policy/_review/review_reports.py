"""The review of all policies as data and as JSON; docs/review.md describes the JSON."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias, get_args

from pulumi_c1policy._review import change_words, lone_policies, verdict
from pulumi_c1policy._review.added_findings import collect_chains
from pulumi_c1policy._review.affected import Inform
from pulumi_c1policy._review.attachment_verdicts import AttachmentVerdict, judge_attachments
from pulumi_c1policy._review.pairing import PolicyPair, PolicySet
from pulumi_c1policy._review.policy_facts import FactSources, PolicyFacts, collect_facts
from pulumi_c1policy._review.sides import Side
from pulumi_c1policy._review.verdict import Verdict, Word

JSON_VERSION: Final = 1
"""The version of the JSON schema."""

_NO_USES = Side(())
_SECONDS_OF_SILENCE = 2.0

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
    pair: PolicyPair = field(default=PolicyPair(None, None), repr=False)
    facts: PolicyFacts = field(default_factory=PolicyFacts, repr=False)

    @property
    def is_shown(self) -> bool:
        """Return whether a reviewer has to see it."""
        return self.kind != "unchanged" or self.verdict.word != "not-weakened"


@dataclass(frozen=True, slots=True)
class Review:
    """The review of all policies, and of the apps and entitlements that get other policies.

    Attributes:
        policies: The reviews, the worst verdict first, then the largest change first.
        attachments: The verdicts about apps and entitlements, the worst verdict first.
    """

    policies: tuple[PolicyReview, ...]
    attachments: tuple[AttachmentVerdict, ...] = ()

    @property
    def word(self) -> Word:
        """The worst verdict."""
        words = {each.verdict.word for each in self.policies}
        words |= {each.verdict.word for each in self.attachments}
        return next((word for word in get_args(Word) if word in words), "not-weakened")

    def list_by_word(self, word: Word) -> list[PolicyReview | AttachmentVerdict]:
        """List the policies and the attachments with a verdict."""
        known: list[PolicyReview | AttachmentVerdict] = [*self.policies, *self.attachments]
        return [each for each in known if each.verdict.word == word]

    def list_by_kind(self, *kinds: ChangeKind) -> list[PolicyReview]:
        """List the policies with a kind of change."""
        return [each for each in self.policies if each.kind in kinds]


def review_all(
    policies: PolicySet,
    before: Side = _NO_USES,
    after: Side = _NO_USES,
    seconds: float = verdict.SECONDS_PER_POLICY,
    inform: Inform = lambda _: None,
) -> Review:
    """Review all policies, and what uses them.

    Args:
        policies: The policies of both sides, in pairs.
        before: The side before the change.
        after: The side after it.
        seconds: The time after which a policy is undecided.
        inform: Tells a person about the progress, every two seconds.
    """
    renamed = after.rename(policies.ids)
    found, told = list[PolicyReview](), time.monotonic()
    for pair in policies.pairs:
        if time.monotonic() - told > _SECONDS_OF_SILENCE:
            inform(f"{len(found)} of {len(policies.pairs)} policies reviewed …")
            told = time.monotonic()
        found.append(_review(pair, policies, before, renamed, seconds))
    order = get_args(Word)
    found.sort(key=lambda each: (order.index(each.verdict.word), -each.size, each.name))
    attached = list[AttachmentVerdict]()
    for each in judge_attachments(before, renamed, policies, seconds):
        if time.monotonic() - told > _SECONDS_OF_SILENCE:
            inform(f"{len(attached)} changes of apps and entitlements reviewed …")
            told = time.monotonic()
        attached.append(each)
    attached.sort(key=lambda each: (order.index(each.verdict.word), each.name, each.target))
    return Review(tuple(found), tuple(attached))


def _review(
    pair: PolicyPair, policies: PolicySet, before: Side, after: Side, seconds: float
) -> PolicyReview:
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
        _decide(pair, policies, before, after, seconds),
        tuple(change_words.describe_changes(pair, policies)),
        pair,
    )


def _decide(
    pair: PolicyPair, policies: PolicySet, before: Side, after: Side, seconds: float
) -> Verdict:
    if pair.old is None and pair.new is not None:
        return lone_policies.judge_new(pair.new, policies, before, after)
    if pair.new is None and pair.old is not None:
        return lone_policies.judge_deleted(pair.old, policies, before)
    return verdict.decide(pair, policies, seconds)


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
        "attachments": [_attachment_to_plain(each) for each in review.attachments],
    }
    return json.dumps(found, indent=2, ensure_ascii=True)


def _attachment_to_plain(each: AttachmentVerdict) -> dict[str, Any]:
    return {
        "app_id": each.target.app_id,
        "entitlement_id": each.target.entitlement_id,
        "name": each.name,
        "field": each.field,
        "before": each.before,
        "after": each.after,
        **_verdict_to_plain(each.verdict),
    }


def _to_plain(each: PolicyReview) -> dict[str, Any]:
    return {
        "name": each.name,
        "id": each.id,
        "resource": each.resource,
        "type": each.type,
        "change": each.kind,
        "changes": list(each.changes),
        **_verdict_to_plain(each.verdict),
        **each.facts.to_plain(),
    }


def _verdict_to_plain(found: Verdict) -> dict[str, Any]:
    return {
        "verdict": found.word,
        "reason": found.reason,
        "way": found.way,
        "conditions": [
            {"condition": test.condition, "holds": test.holds} for test in found.conditions
        ],
        "request": None if found.request is None else found.request.to_plain(),
    }
