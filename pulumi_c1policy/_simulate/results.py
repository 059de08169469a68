"""What a simulation finds, as plain values that a test compares and a person reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, TypeAlias

from pulumi_c1policy._cel.cel_values import Record, Value
from pulumi_c1policy._cel.undecided import Undecided

_REFUSED = "a tenant refuses this step in a policy; provisioning is set on the entitlement"

Kind: TypeAlias = Literal["approval", "provision", "accept", "reject", "wait", "form", "action"]
Ending: TypeAlias = Literal["completed", "accepted", "rejected", "elsewhere"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is asked.

    Attributes:
        id: The user's id, "" where it is not known.
        email: The email, "" where it is not known.
        name: The display name, "" where it is not known.
    """

    id: str = ""
    email: str = ""
    name: str = ""

    @classmethod
    def of(cls, user: Record) -> Person:
        """The person that a user record is about."""
        return cls(user.text("id"), user.text("email"), user.text("displayName"))

    def __str__(self) -> str:
        return self.email or self.id or self.name or "somebody"


@dataclass(frozen=True, slots=True)
class TriedRule:
    """A rule that was looked at.

    Attributes:
        index: Its place in `rules`, counted from 0.
        condition: Its expression.
        value: What that is for this request.
    """

    index: int
    condition: str
    value: bool | Undecided

    @property
    def reason(self) -> str:
        """Why it is not known whether the rule matches, "" where that is known."""
        return self.value.reason if isinstance(self.value, Undecided) else ""

    def __str__(self) -> str:
        if isinstance(self.value, Undecided):
            told = str(self.value)
        else:
            told = "matches" if self.value else "does not match"
        return f"rules[{self.index}] {told}: {self.condition}"


@dataclass(frozen=True, slots=True)
class Route:
    """The way through one policy, to its steps or to another policy.

    Attributes:
        policy: The policy, by its display name or its id.
        policy_id: Its id, "" where it has none.
        rules: The rules that were looked at, in their order; the last may be the one that matched.
        matched: The index of the rule that matched, None for the baseline.
        outcome: Where it leads, as a part of a sentence.
    """

    policy: str
    policy_id: str
    rules: tuple[TriedRule, ...]
    matched: int | Undecided | None
    outcome: str

    @property
    def undecided(self) -> tuple[TriedRule, ...]:
        """The rules of which it is not known whether they match."""
        return tuple(rule for rule in self.rules if rule.reason)


@dataclass(frozen=True, slots=True)
class Escalation:
    """What happens to an approval that nobody answers.

    Attributes:
        after: How long an answer is waited for; None where the policy does not say.
        action: What then happens.
        policy: Of `replace_policy`: the other policy, by its display name or its id.
        approvers: Of `reassign_to_approvers`: who is asked then.
    """

    after: timedelta | None
    action: Literal["replace_policy", "reassign_to_approvers", "cancel_ticket", "skip_step"]
    policy: str = ""
    approvers: tuple[Person, ...] = ()

    def __str__(self) -> str:
        when = "at some time" if self.after is None else f"after {span(self.after)}"
        match self.action:
            case "replace_policy":
                what = f"goes on with policy {self.policy}"
            case "reassign_to_approvers":
                what = f"asks {listed(self.approvers)}"
            case "cancel_ticket":
                what = "cancels the request"
            case "skip_step":
                what = "skips the step"
        return f"{when} {what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step that a request comes to.

    Attributes:
        index: Its place among the steps, counted from 0.
        kind: Which kind of step it is.
        status: What becomes of it: somebody is asked, nobody is and it is skipped, it runs, it
            lets the request wait or pass at once, it ends the request, or it is never reached.
        summary: What happens, in words.
    """

    index: int
    kind: Kind
    status: Literal["asks", "skipped", "runs", "waits", "passes", "ends", "unreached", "undecided"]
    summary: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.summary}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalStep(Step):
    """A step in which somebody approves or denies.

    Attributes:
        by: How the approvers are found: `manager`, `users`, `expression`, `webhook`, ...
        approvers: Who may approve; empty where the step is skipped or a machine decides.
        barred: Who was found but may not approve: the person whom the request is for, or who has
            approved an earlier step where every step needs another approver.
        is_fallback: Whether the approvers are the fallback.
        expression: Of `expression`: the index of the one that found the approvers.
        escalation: What happens if nobody answers.
    """

    by: str
    approvers: tuple[Person, ...] | Undecided
    barred: tuple[Person, ...] = ()
    is_fallback: bool = False
    expression: int | None = None
    escalation: Escalation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitStep(Step):
    """A step that waits.

    Attributes:
        duration: How long, where that is fixed.
        timeout: After how long it gives up, where it does.
    """

    duration: timedelta | None = None
    timeout: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionStep(Step):
    """A step that gives the access, or takes it away.

    Attributes:
        by: How: `connector`, `manual`, `webhook`, ...
        provisioners: Of `manual`: who does it.
        config: Of a `connector` that creates an account: the values that it gets, by their name.
    """

    by: str
    provisioners: tuple[Person, ...] | Undecided = ()
    config: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Simulation:
    """What becomes of one request, provided that everybody who is asked approves.

    Attributes:
        subject: The person whom the request is for.
        routes: The way to the steps, through one policy or, where rules hand over, several.
        steps: The steps, in their order.
        ending: How it ends: the steps run out (`completed`), a step ends it (`accepted`, `rejected`),
            or a policy that is not known here takes over (`elsewhere`). Without a baseline, a request
            that no rule matches is `rejected`, as the tenant does it.
    """

    subject: str
    routes: tuple[Route, ...]
    steps: tuple[Step, ...]
    ending: Ending | Undecided
    possible: tuple[Simulation, ...] = ()

    @property
    def assumes(self) -> str:
        """Of one of several possible ways: which rules must match for it, and which not."""
        told = []
        for route in self.routes:
            of = f" of {route.policy}" if len(self.routes) > 1 else ""
            for rule in route.undecided:
                verb = "matches" if rule.index == route.matched else "does not match"
                told.append(f"rules[{rule.index}]{of} {verb}")
        return " and ".join(told)

    @property
    def course(self) -> object:
        """What counts: who is asked and what happens, not which rule says so."""
        if self.possible:
            return tuple(
                (tuple(r.condition for route in one.routes for r in route.undecided), one.course)
                for one in self.possible
            )
        last = self.routes[-1]
        ending: object = self.ending
        if isinstance(ending, Undecided) and isinstance(last.matched, Undecided):
            ending = last.rules[-1].value
        elif self.ending == "elsewhere":
            ending = last.outcome
        return ending, tuple(
            (str(step), step.escalation if isinstance(step, ApprovalStep) else None)
            for step in self.steps
        )

    @property
    def policy(self) -> str:
        """The policy that was simulated."""
        return self.routes[0].policy

    @property
    def matched_rule(self) -> int | Undecided | None:
        """The index of the policy's rule that matched, None for the baseline."""
        return self.routes[0].matched

    @property
    def rules(self) -> tuple[TriedRule, ...]:
        """The policy's rules that were looked at."""
        return self.routes[0].rules

    @property
    def approvals(self) -> tuple[ApprovalStep, ...]:
        """The approval steps, the skipped ones included."""
        return tuple(step for step in self.steps if isinstance(step, ApprovalStep))

    @property
    def approvers(self) -> tuple[tuple[str, ...] | Undecided, ...]:
        """Who is asked, by email or id: one entry for each approval step that asks somebody."""
        return tuple(
            step.approvers if isinstance(step.approvers, Undecided) else _texts(step.approvers)
            for step in self.approvals
            if step.status in ("asks", "undecided")
        )

    @property
    def skipped(self) -> tuple[Step, ...]:
        """The steps that are skipped because nobody is found."""
        return tuple(step for step in self.steps if step.status == "skipped")

    @property
    def undecided(self) -> tuple[str, ...]:
        """Why whatever could not be decided could not, in the order of the request's way."""
        found = [route.matched for route in self.routes] + [self.ending]
        for step in self.steps:
            people = step.approvers if isinstance(step, ApprovalStep) else None
            people = step.provisioners if isinstance(step, ProvisionStep) else people
            reason = Undecided(step.summary) if step.status == "undecided" else None
            found.append(people if isinstance(people, Undecided) else reason)
            if isinstance(step, ProvisionStep):
                found += _undecided_in(step.config)
        reasons = [value.reason for value in found if isinstance(value, Undecided)]
        return tuple(dict.fromkeys(reasons))

    def explain(self) -> str:
        """The whole way of the request, for a person to read."""
        lines = [f"{self.subject}:"]
        for route in self.routes:
            lines.append(f"  policy {route.policy}")
            lines += [f"    {rule}" for rule in route.rules]
            lines.append(f"    -> {route.outcome}")
        lines += self._course_in_words()
        for one in self.possible:
            lines.append(f"  if {one.assumes}:")
            lines += [f"  {line}" for line in one._course_in_words()]
        return "\n".join(lines)

    def _course_in_words(self) -> list[str]:
        lines = []
        for step in self.steps:
            lines.append(f"  {step.index + 1}. {step}")
            if isinstance(step, ApprovalStep) and step.escalation:
                lines.append(f"     unanswered: {step.escalation}")
            if step.kind in ("provision", "action") and step.status == "runs":
                lines.append(f"     {_REFUSED}")
        return [*lines, f"  ends: {self.ending}"]

    def __str__(self) -> str:
        return self.explain()


def _undecided_in(value: Value) -> list[Undecided]:
    """The parts of a value that are undecided."""
    if isinstance(value, Undecided):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [why for item in value for why in _undecided_in(item)] if isinstance(value, list) else []


def span(length: timedelta) -> str:
    """A span of time as a person writes it: `1d 2h`."""
    seconds = int(length.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"


def listed(people: tuple[Person, ...]) -> str:
    """Some people, of whom one is enough."""
    return " or ".join(_texts(people)) or "nobody"


def _texts(people: tuple[Person, ...]) -> tuple[str, ...]:
    return tuple(map(str, people))
