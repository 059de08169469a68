"""The results of the steps of a request, as plain values.

The values hold facts. Their text for people (`summary`, `str()`) is rendered by `wording`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, TypeAlias

from pulumi_c1policy._cel.cel_values import CelObject, Value
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate import wording
from pulumi_c1policy._simulate.approval_rules import EscalationAction

Kind: TypeAlias = Literal["approval", "provision", "accept", "reject", "wait", "form", "action"]
Status: TypeAlias = Literal[
    "asks", "skipped", "runs", "waits", "passes", "ends", "unreached", "undecided"
]
Ending: TypeAlias = Literal["completed", "accepted", "rejected", "elsewhere"]
AccountChange: TypeAlias = Literal["", "create", "delete"]


@dataclass(frozen=True, slots=True)
class Person:
    """A person who is asked.

    Attributes:
        id: The user's id; "" if it is unknown.
        email: The email; "" if it is unknown.
        name: The display name; "" if it is unknown.
    """

    id: str = ""
    email: str = ""
    name: str = ""

    @classmethod
    def of(cls, user: CelObject) -> Person:
        """Return the person that a user record describes."""
        return cls(user.text("id"), user.text("email"), user.text("displayName"))

    def __str__(self) -> str:
        return wording.name_person(self)


@dataclass(frozen=True, slots=True)
class Escalation:
    """The escalation of an approval that is not answered in time.

    Attributes:
        after: The time until the escalation; None if the policy does not set it.
        action: The action, as the API names it.
        policy: The display name or the id of the policy that `replace_policy` continues with.
        approvers: The people that `reassign_to_approvers` asks.
    """

    after: timedelta | None
    action: EscalationAction
    policy: str = ""
    approvers: tuple[Person, ...] = ()

    def __str__(self) -> str:
        return wording.describe_escalation(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step that a request comes to.

    Attributes:
        index: Its index in the list of steps.
        kind: The kind of step.
        status: The effect of the step: it `asks` people, is `skipped` because no one is found,
            `runs`, `waits`, `passes` at once, `ends` the request, is `unreached`, or is
            `undecided`.
    """

    index: int
    kind: Kind
    status: Status

    @property
    def summary(self) -> str:
        """Return the effect of the step as text."""
        return ""

    @property
    def unknowns(self) -> tuple[Undecided, ...]:
        """Return the parts of the step that cannot be decided."""
        return ()

    def __str__(self) -> str:
        return f"{self.kind}: {self.summary}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndStep(Step):
    """A step that accepts or rejects the request.

    Attributes:
        ending: The end of the request.
        message: The message of the policy; "" if there is none.
    """

    ending: Ending
    message: str = ""

    @property
    def summary(self) -> str:
        """Return the effect of the step as text."""
        return wording.summarize_end(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreachedStep(Step):
    """A step after the one that ended the request.

    Attributes:
        ending: The end of the request.
    """

    ending: Ending

    @property
    def summary(self) -> str:
        """Return the reason as text."""
        return wording.summarize_unreached(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormStep(Step):
    """A step in which the requester fills in a form.

    Attributes:
        fields: The names of the form's fields.
    """

    fields: tuple[str, ...]

    @property
    def summary(self) -> str:
        """Return the effect of the step as text."""
        return wording.summarize_form(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionStep(Step):
    """A step that starts an automation or another action.

    Attributes:
        target: The kind of action, as the API names it; "" if it is unknown.
        ids: The values that identify the action.
    """

    target: str
    ids: tuple[str, ...]

    @property
    def summary(self) -> str:
        """Return the effect of the step as text."""
        return wording.summarize_action(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownStep(Step):
    """A step of a kind that this version does not know.

    Attributes:
        reason: The reason code.
    """

    reason: Undecided

    @property
    def summary(self) -> str:
        """Return the reason as text."""
        return self.reason.reason

    @property
    def unknowns(self) -> tuple[Undecided, ...]:
        """Return the parts of the step that cannot be decided."""
        return (self.reason,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalStep(Step):
    """A step in which a person approves or denies.

    Attributes:
        by: The kind of approvers, as the API names it: `manager`, `users`, `expression`,
            `webhook`, ...
        approvers: The people who may approve; empty if the step is skipped or a machine decides.
        barred: The people who are found but may not approve: the person whom the request is for,
            or a person who approved an earlier step, if the approvers must be distinct.
        is_fallback: Whether the approvers are the fallback.
        expression: The index of the expression that found the approvers; None for other kinds.
        escalation: The escalation; None if there is none.
        machine_id: The id of the webhook or the agent that decides; "" if people decide.
        machine_name: Its display name; "" if the directory does not have it.
    """

    by: str
    approvers: tuple[Person, ...] | Undecided
    barred: tuple[Person, ...] = ()
    is_fallback: bool = False
    expression: int | None = None
    escalation: Escalation | None = None
    machine_id: str = ""
    machine_name: str = ""

    @property
    def summary(self) -> str:
        """Return the effect of the step as text."""
        return wording.summarize_approval(self)

    @property
    def unknowns(self) -> tuple[Undecided, ...]:
        """Return the parts of the step that cannot be decided."""
        return (self.approvers,) if isinstance(self.approvers, Undecided) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitStep(Step):
    """A step that waits.

    Attributes:
        duration: The length of a fixed wait; None for other waits.
        timeout: The time after which the wait gives up; None if it does not.
        condition: The expression that is waited for; None for other waits.
        holds: The value of the condition; None for other waits.
        clock: The time of day that is waited for, `HH:MM`; "" for other waits.
        timezone: The time zone of `clock`.
    """

    duration: timedelta | None = None
    timeout: timedelta | None = None
    condition: str | None = None
    holds: bool | Undecided | None = None
    clock: str = ""
    timezone: str = ""

    @property
    def summary(self) -> str:
        """Return the effect of the step as text."""
        return wording.summarize_wait(self)

    @property
    def unknowns(self) -> tuple[Undecided, ...]:
        """Return the parts of the step that cannot be decided."""
        return (self.holds,) if isinstance(self.holds, Undecided) else ()


@dataclass(frozen=True, slots=True)
class Provisioning:
    """One way to give access or to take it away.

    Attributes:
        by: The kind, as the API names it: `connector`, `manual`, `webhook`, `multi_step`, ...
        provisioners: The people who do it (`manual`).
        account: The change of the account (`connector`).
        config: The values of the new account by name (`connector`).
        parts: The parts in their order (`multi_step`).
    """

    by: str
    provisioners: tuple[Person, ...] | Undecided = ()
    account: AccountChange = ""
    config: Mapping[str, Value] = field(default_factory=dict)
    parts: tuple[Provisioning, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionStep(Step):
    """A step that gives access or takes it away.

    Attributes:
        by: The kind, as the API names it: `connector`, `manual`, `webhook`, `multi_step`, ...
        provisioners: The people who do it by hand, those of the parts included.
        config: The values of the new account by name, those of the parts included.
        account: The change of the account.
        parts: The parts of `multi_step` in their order.
    """

    by: str
    provisioners: tuple[Person, ...] | Undecided = ()
    config: Mapping[str, Value] = field(default_factory=dict)
    account: AccountChange = ""
    parts: tuple[Provisioning, ...] = ()

    @property
    def summary(self) -> str:
        """Return the effect of the step as text."""
        return wording.describe_provisioning(self)

    @property
    def unknowns(self) -> tuple[Undecided, ...]:
        """Return the parts of the step that cannot be decided."""
        people = (self.provisioners,) if isinstance(self.provisioners, Undecided) else ()
        return (*people, *_find_unknowns(self.config))


def _find_unknowns(value: Value) -> tuple[Undecided, ...]:
    if isinstance(value, Undecided):
        return (value,)
    if isinstance(value, Mapping):
        value = list(value.values())
    if not isinstance(value, list):
        return ()
    return tuple(unknown for item in value for unknown in _find_unknowns(item))
