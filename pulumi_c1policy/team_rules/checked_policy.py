"""The policy that a team rule checks, and its parts with their paths. Pure.

The values are the typed dicts of `pulumi_c1policy.outputs`. These are imported for types only,
because they load Pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from pulumi_c1policy._model.approval import APPROVAL
from pulumi_c1policy._model.paths import Key, Path
from pulumi_c1policy._model.schema import Message
from pulumi_c1policy._model.steps import POLICY_STEP
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._simulate import approval_rules, known_policies
from pulumi_c1policy._simulate.known_policies import KnownPolicy
from pulumi_c1policy.team_rules.problem import Problem, make_problem

if TYPE_CHECKING:
    from pulumi_c1policy.inputs.values import PolicyType
    from pulumi_c1policy.outputs import Approval, PolicyScope, PolicyStep, PolicySteps, Rule

StepKind: TypeAlias = Literal["approval", "provision", "accept", "reject", "wait", "form", "action"]
"""The kinds of step, as a policy names them."""

ApprovalKind: TypeAlias = Literal[
    "users",
    "manager",
    "app_owners",
    "entitlement_owners",
    "resource_owners",
    "group",
    "self",
    "expression",
    "webhook",
    "agent",
]
"""The kinds of approval, as a policy names them."""


@dataclass(frozen=True, slots=True)
class CheckedStep:
    """A step of a policy.

    Attributes:
        key: The key of its list in `policy_steps`.
        index: Its index in that list.
        value: The step.
    """

    key: str
    index: int
    value: PolicyStep

    @property
    def path(self) -> Path:
        """Return the property path of the step."""
        return ("policy_steps", Key(self.key), "steps", self.index)

    @property
    def kind(self) -> StepKind | None:
        """Return the kind of the step; None for a kind that this release does not know."""
        kind = approval_rules.choose_kind(POLICY_STEP.oneofs["step"], cast("Tree", self.value))
        return cast("StepKind", kind) if kind else None

    def problem(self, message: str, *place: str | int) -> Problem:
        """Return a problem of the step, or of a place in it.

        Args:
            message: The mistake and the correction, beginning with a verb.
            place: The names and indices from the step down to the place.
        """
        return Problem(message, (*self.path, *place))


@dataclass(frozen=True, slots=True)
class CheckedApproval:
    """An approval of a policy.

    Attributes:
        step: The step that contains it.
        value: The approval.
    """

    step: CheckedStep
    value: Approval

    @property
    def path(self) -> Path:
        """Return the property path of the approval."""
        return (*self.step.path, "approval")

    @property
    def kind(self) -> ApprovalKind | None:
        """Return the kind of the approval; None for a kind that this release does not know."""
        return cast("ApprovalKind", self._rule.source.by) if self._rule.source.by else None

    @property
    def can_have_fallback(self) -> bool:
        """Return whether the kind of the approval has the fields of a fallback."""
        kind = APPROVAL.fields[self.kind].type if self.kind else None
        return isinstance(kind, Message) and "fallback" in kind.fields

    @property
    def has_fallback(self) -> bool:
        """Return whether users or groups are asked if no approver is found."""
        fallback = self._rule.fallback
        return fallback is not None and bool(fallback.user_ids or fallback.groups)

    @property
    def allows_self_approval(self) -> bool:
        """Return whether the person whom the request is for may approve it."""
        return self._rule.allows_self_approval

    @property
    def requires_distinct_approvers(self) -> bool:
        """Return whether a person who approved an earlier step may not approve this one."""
        return self._rule.requires_distinct_approvers

    @property
    def has_escalation(self) -> bool:
        """Return whether something happens to a request that nobody answers in time."""
        return self._rule.escalation is not None

    @property
    def _rule(self) -> approval_rules.ApprovalRule:
        return approval_rules.read_approval(cast("Tree", self.value))

    def problem(self, message: str, *place: str | int) -> Problem:
        """Return a problem of the approval, or of a place in it.

        Args:
            message: The mistake and the correction, beginning with a verb.
            place: The names and indices from the approval down to the place.
        """
        return Problem(message, (*self.path, *place))


@dataclass(frozen=True, slots=True)
class CheckedPolicy:
    """A policy that a team rule checks.

    Attributes:
        name: Its display name, or the name of its resource, or its id.
        resource: The name of its resource in the program; "" if no resource manages it.
        id: Its id in the tenant. A program without a deployment has invented ids.
    """

    name: str
    resource: str
    id: str
    _tree: Tree = field(repr=False)

    @property
    def type(self) -> PolicyType:
        """Return the kind of request that the policy decides, such as `POLICY_TYPE_GRANT`."""
        return cast("PolicyType", self._tree.get("policy_type") or "")

    @property
    def description(self) -> str:
        """Return the description; "" without one."""
        return str(self._tree.get("description") or "")

    @property
    def annotations(self) -> dict[str, str]:
        """Return the annotations."""
        return dict(self._tree.get("annotations") or {})

    @property
    def scope(self) -> PolicyScope | None:
        """Return the only app or entitlement that may use the policy; None for a global policy."""
        return cast("PolicyScope | None", self._tree.get("scope"))

    @property
    def rules(self) -> list[Rule]:
        """Return the rules in order."""
        return list(self._tree.get("rules") or ())

    @property
    def policy_steps(self) -> dict[str, PolicySteps]:
        """Return the lists of steps by key."""
        return dict(self._tree.get("policy_steps") or {})

    @property
    def baseline_policy_id(self) -> str:
        """Return the policy that gets the requests that no rule matches, by id; "" without one."""
        return str(self._tree.get("baseline_policy_id") or "")

    @property
    def steps(self) -> list[CheckedStep]:
        """List the steps of all lists, also of lists that no rule leads to."""
        return [
            CheckedStep(key, index, step)
            for key, steps in self.policy_steps.items()
            for index, step in enumerate(steps.get("steps") or ())
        ]

    @property
    def approvals(self) -> list[CheckedApproval]:
        """List the approvals of all lists."""
        found = [(step, step.value.get("approval")) for step in self.steps]
        return [CheckedApproval(step, value) for step, value in found if value is not None]

    def mentions(self, word: str) -> bool:
        """Return whether a text about the policy contains a word, in upper or lower case.

        The texts are the display name, the name of the resource, the description, and the keys and
        values of the annotations. A policy does not know which entitlements use it, so a team
        names the purpose there.

        Args:
            word: A whole word: `production` is found in `production-access`, not in `productions`.
        """
        annotations = [text for pair in self.annotations.items() for text in pair]
        texts = (self.name, self.resource, self.description, *annotations)
        pattern = re.compile(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", re.IGNORECASE)
        return any(pattern.search(text) for text in texts)

    def problem(self, message: str, *place: str | int) -> Problem:
        """Return a problem of the policy, or of a place in it.

        Args:
            message: The mistake and the correction, beginning with a verb.
            place: The names, indices and keys of maps from the policy down to the place, such as
                `"rules", 0, "condition"`.
        """
        return make_problem(message, place)


def read_policy(given: Mapping[str, object] | KnownPolicy) -> CheckedPolicy:
    """Read a policy for a team rule.

    Args:
        given: The inputs of a program, the JSON of the API, or one of `testing.policies(...)`.

    Raises:
        PolicyError: The value is not a policy.
    """
    known = known_policies.read_policy(given)
    return CheckedPolicy(known.name, known.resource, known.id, known.tree)
