"""The outcomes of requests, and their order.

The order is the same for all types of policies: a grant, a revocation and a certification get
through with more or with fewer approvals, or are rejected.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pulumi_c1policy._model.steps import POLICY_STEP
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._review.differences import Difference
from pulumi_c1policy._review.policy_links import PolicyLinks
from pulumi_c1policy._review.step_order import compare_steps
from pulumi_c1policy._simulate import wording
from pulumi_c1policy._simulate.approval_rules import choose_kind
from pulumi_c1policy._simulate.policy_rules import RuleTarget

Kind: TypeAlias = Literal["completed", "rejected", "elsewhere", "undefined"]
"""The ends of requests.

- `completed`: it gets through after the steps.
- `rejected`: it does not get through.
- `elsewhere`: a policy that is not among the given ones decides.
- `undefined`: the policy leads to no steps, or to a chain of policies that tenants reject.
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of requests, and the steps before it.

    Attributes:
        kind: The end.
        name: The id of the other policy (`elsewhere`), or the reason (`undefined`).
        steps: The steps that are reached, without accept and reject.
    """

    kind: Kind
    name: str = ""
    steps: tuple[Tree, ...] = field(default=(), repr=False)


def read_outcome(target: RuleTarget) -> Outcome:
    """Return the outcome of the steps of a target; not for a target that is another policy."""
    if target.kind in ("missing-steps", "empty-steps"):
        return Outcome("undefined", target.kind)
    reached: list[Tree] = []
    for tree in target.steps:
        kind = choose_kind(POLICY_STEP.oneofs["step"], tree)
        if kind == "reject":
            return Outcome("rejected")
        if kind == "accept":
            break
        reached.append(tree)
    return Outcome("completed", steps=tuple(reached))


def compare_outcomes(old: Outcome, new: Outcome, links: PolicyLinks) -> list[Difference]:
    """Compare the outcomes of a request before and after a change."""
    if new.kind == "rejected":
        text = "the request is rejected"
        return [] if old.kind == "rejected" else [Difference("stronger", text)]
    if "undefined" in (old.kind, new.kind) or "elsewhere" in (old.kind, new.kind):
        is_same = (old.kind, old.name) == (new.kind, new.name)
        return [] if is_same else [Difference("unclear", _describe_unknown(old, new))]
    if old.kind == "rejected":
        text = "the request is no longer rejected"
        return [Difference("weaker", text)]
    return compare_steps(old.steps, new.steps, links)


def _describe_unknown(old: Outcome, new: Outcome) -> str:
    if new.kind == "elsewhere":
        return f"the policy {wording.name_unknown_policy(new.name)} decides"
    if new.kind == "undefined":
        return "the request comes to no steps that a tenant accepts"
    if old.kind == "elsewhere":
        return f"the policy {wording.name_unknown_policy(old.name)} no longer decides"
    return "before the change, the request came to no steps that a tenant accepts"
