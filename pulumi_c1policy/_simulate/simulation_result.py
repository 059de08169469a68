"""The result of a simulation, as plain values that a test compares and a person reads.

The values hold facts. Their text for people (`outcome`, `assumes`, `str()`) is rendered by
`wording` and `explanation`.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate import explanation, wording
from pulumi_c1policy._simulate.policy_rules import RuleTarget
from pulumi_c1policy._simulate.step_results import ApprovalStep, Ending, Step


@dataclass(frozen=True, slots=True)
class TriedRule:
    """A rule that was evaluated.

    Attributes:
        index: Its index in `rules`.
        condition: Its expression.
        value: The value of the expression for this request.
    """

    index: int
    condition: str
    value: bool | Undecided

    @property
    def reason(self) -> str:
        """Return the reason why the value cannot be decided, or ""."""
        return self.value.reason if isinstance(self.value, Undecided) else ""

    def __str__(self) -> str:
        return wording.describe_rule(self)


@dataclass(frozen=True, slots=True)
class Route:
    """The way of a request through one policy, to its steps or to another policy.

    Attributes:
        policy: The display name of the policy; its resource name or its id if it has none.
        policy_id: Its id; "" if it has none.
        rules: The rules that were evaluated, in their order.
        matched: The index of the rule that matched; None for the baseline.
        target: The steps or the policy that the request comes to; None if that depends on an
            undecided rule.
        next_policy: The display name or the id of the policy that takes over; "" if none does.
        is_same_either_way: Whether a rule is undecided but makes no difference.
    """

    policy: str
    policy_id: str
    rules: tuple[TriedRule, ...]
    matched: int | Undecided | None
    target: RuleTarget | None
    next_policy: str = ""
    is_same_either_way: bool = False

    @property
    def outcome(self) -> str:
        """Return the target of the route as text."""
        return wording.describe_outcome(self)

    @property
    def undecided(self) -> tuple[TriedRule, ...]:
        """Return the rules whose conditions cannot be decided."""
        return tuple(rule for rule in self.rules if isinstance(rule.value, Undecided))


@dataclass(frozen=True, slots=True)
class Simulation:
    """The result of one request, on the assumption that everyone who is asked approves.

    Attributes:
        subject: The email or the id of the person whom the request is for.
        routes: The way to the steps: one route for each policy that takes part.
        steps: The steps in their order.
        ending: The end of the request: `completed` (all steps are done), `accepted` or `rejected`
            (by a step; a policy without a matching rule and without a baseline rejects, too), or
            `elsewhere` (a policy that is not among the given ones takes over).
        possible: The possible results if an undecided rule makes a difference; else empty.
        subject_name: The display name of the person; "" if it is unknown.
    """

    subject: str
    routes: tuple[Route, ...]
    steps: tuple[Step, ...]
    ending: Ending | Undecided
    possible: tuple[Simulation, ...] = ()
    subject_name: str = ""

    @property
    def policy(self) -> str:
        """Return the name of the simulated policy."""
        return self.routes[0].policy

    @property
    def shown_subject(self) -> str:
        """Return the email of the person, or the display name with the id."""
        return wording.add_name(self.subject, "" if "@" in self.subject else self.subject_name)

    @property
    def matched_rule(self) -> int | Undecided | None:
        """Return the index of the policy's rule that matched, or None for the baseline."""
        return self.routes[0].matched

    @property
    def rules(self) -> tuple[TriedRule, ...]:
        """Return the policy's rules that were evaluated."""
        return self.routes[0].rules

    @property
    def approvals(self) -> tuple[ApprovalStep, ...]:
        """Return the approval steps that are reached, including the skipped ones."""
        return tuple(step for step in self.steps if isinstance(step, ApprovalStep))

    @property
    def approvers(self) -> tuple[tuple[str, ...] | Undecided, ...]:
        """Return the emails or ids of the approvers, for each approval step that asks people."""
        return tuple(
            found if isinstance(found, Undecided) else tuple(map(str, found))
            for found in (
                step.approvers for step in self.approvals if step.status in ("asks", "undecided")
            )
        )

    @property
    def skipped(self) -> tuple[Step, ...]:
        """Return the steps that are skipped because no approver is found."""
        return tuple(step for step in self.steps if step.status == "skipped")

    @property
    def undecided(self) -> tuple[str, ...]:
        """Return the reasons of everything that cannot be decided, each once, in order."""
        found = [route.matched for route in self.routes] + [self.ending]
        unknowns = [value for value in found if isinstance(value, Undecided)]
        unknowns += [unknown for step in self.steps for unknown in step.unknowns]
        return tuple(dict.fromkeys(unknown.reason for unknown in unknowns))

    @property
    def assumes(self) -> str:
        """Return the assumptions of a possible result: the undecided rules and their values."""
        return explanation.describe_assumptions(self)

    @property
    def course(self) -> object:
        """Return a value that is equal for two requests with the same steps and the same end.

        It leaves out which rule matched, and the names of policies.
        """
        if self.possible:
            return tuple((_list_assumed(one), one.course) for one in self.possible)
        last = self.routes[-1]
        ending: object = self.ending
        if isinstance(ending, Undecided) and isinstance(last.matched, Undecided):
            ending = last.rules[-1].value
        elif ending == "elsewhere" and last.target:
            ending = last.target.policy_id
        return ending, self.steps

    def explain(self) -> str:
        """Return the whole way of the request as text of several lines."""
        return explanation.explain(self)

    def __str__(self) -> str:
        return self.explain()


def _list_assumed(found: Simulation) -> tuple[str, ...]:
    """List the conditions that a possible result makes assumptions about."""
    return tuple(rule.condition for route in found.routes for rule in route.undecided)
