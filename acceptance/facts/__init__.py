"""Every fact, in the order in which it is tried and documented."""

from __future__ import annotations

from acceptance.fact import Fact
from acceptance.facts import (
    agents,
    annotating,
    approvals,
    attachments,
    authentication,
    baseline,
    chains,
    deletion,
    errors,
    expressions,
    lists,
    reading,
    rules,
    steps,
    through_pulumi,
    untried,
    updates,
)

SUBJECTS: dict[str, tuple[Fact, ...]] = {
    "Authentication": authentication.FACTS,
    "Lists and searches": lists.FACTS,
    "Steps": steps.FACTS,
    "Approvals": approvals.FACTS,
    "Agent approvals": agents.FACTS,
    "Types and the baseline": baseline.FACTS,
    "Rules": rules.FACTS,
    "Chains of policies": chains.FACTS,
    "Answers": reading.FACTS,
    "Updates": updates.FACTS,
    "Annotations": annotating.FACTS,
    "Expressions": expressions.FACTS,
    "Deletion": deletion.FACTS,
    "Apps and entitlements": attachments.FACTS,
    "Errors": errors.FACTS,
    "Through Pulumi": through_pulumi.FACTS,
    "Facts that no suite can try": untried.FACTS,
}
"""The facts by subject."""

FACTS: tuple[Fact, ...] = tuple(fact for facts in SUBJECTS.values() for fact in facts)
"""Every fact. Their ids differ."""
