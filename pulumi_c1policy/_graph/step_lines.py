"""The text of steps without a request: approvers, fallbacks, escalations, waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pulumi_c1policy._graph.picture import Line
from pulumi_c1policy._model.steps import POLICY_STEP
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._simulate import wording
from pulumi_c1policy._simulate.approval_rules import (
    ApprovalRule,
    EscalationRule,
    Group,
    PeopleSource,
    choose_kind,
    read_approval,
)
from pulumi_c1policy._simulate.directory import Directory
from pulumi_c1policy._simulate.known_policies import PolicyIndex
from pulumi_c1policy._simulate.step_results import Escalation, Person
from pulumi_c1policy._simulate.walk import read_step

_ENDS = ("accept", "reject")


@dataclass(frozen=True, slots=True)
class Takeover:
    """A policy that may take a request over from a step.

    Attributes:
        index: The index of the step.
        policy_id: The id of the policy.
        cause: The cause: an agent decides so, or nobody answers.
        delay: The time until an escalation; "" if the policy does not set it.
    """

    index: int
    policy_id: str
    cause: Literal["agent", "no answer"]
    delay: str = ""

    def __str__(self) -> str:
        cause = f"{self.cause} after {self.delay}" if self.delay else self.cause
        return f"step {self.index + 1}: {cause}"


def describe_steps(
    steps: Sequence[Tree], directory: Directory, policies: PolicyIndex
) -> tuple[Line, ...]:
    """Describe a list of steps, and the end of a request that passes them."""
    lines: list[Line] = []
    is_ended = False
    for index, tree in enumerate(steps):
        text, *details = _describe_step(index, tree, directory, policies)
        suffix = " (not reached)" if is_ended else ""
        lines.append(Line(f"{index + 1}. {text}{suffix}"))
        lines += [Line(detail, depth=1) for detail in details]
        is_ended = is_ended or _choose_kind(tree) in _ENDS
    if not is_ended:
        lines.append(Line("the request is accepted"))
    return tuple(lines)


def list_takeovers(steps: Sequence[Tree]) -> Iterator[Takeover]:
    """Yield each policy that may take a request over from a step."""
    for index, tree in enumerate(steps):
        if _choose_kind(tree) != "approval":
            continue
        rule = read_approval(tree["approval"])
        for policy_id in rule.policy_ids:
            yield Takeover(index, policy_id, "agent")
        escalation = rule.escalation
        if escalation and escalation.action == "replace_policy":
            delay = "" if escalation.after is None else wording.format_span(escalation.after)
            yield Takeover(index, escalation.policy_id, "no answer", delay)


def _choose_kind(tree: Tree) -> str:
    return choose_kind(POLICY_STEP.oneofs["step"], tree)


def _describe_step(
    index: int, tree: Tree, directory: Directory, policies: PolicyIndex
) -> list[str]:
    """Describe a step in one line, and its details in further lines."""
    kind = _choose_kind(tree)
    if kind == "approval":
        return _describe_approval(read_approval(tree["approval"]), directory, policies)
    if kind == "provision":
        by = next(iter(tree["provision"].get("provision_policy") or {}), "")
        return [f"provision: {by.replace('_', ' ') or 'not configured'}"]
    return [str(read_step(index, tree))]


def _describe_approval(
    rule: ApprovalRule, directory: Directory, policies: PolicyIndex
) -> list[str]:
    text, *details = _describe_source(rule, directory, policies)
    lines = [f"approval: {text}", *details]
    if rule.fallback is not None:
        groups = [_name_group(group, directory) for group in rule.fallback.groups]
        people = _list_people(rule.fallback.user_ids, directory)
        lines.append(f"fallback: {' or '.join(groups) or people}")
    elif rule.source.by == "expression":
        lines.append("if no one is found, the step is skipped")
    if rule.allows_self_approval and rule.source.by != "self":
        lines.append("the subject may approve")
    if rule.requires_distinct_approvers:
        lines.append("nobody who approved an earlier step")
    if rule.escalation is not None:
        lines.append(_describe_escalation(rule.escalation, directory, policies))
    return lines


def _describe_source(rule: ApprovalRule, directory: Directory, policies: PolicyIndex) -> list[str]:
    source = rule.source
    match source.by:
        case "webhook" | "agent":
            machine = wording.add_name(rule.machine_id, directory.name_machine(rule.machine_id))
            names = [policies.name(policy_id) for policy_id in rule.policy_ids]
            handover = [f"may hand over to policy {' or '.join(names)}"] if names else []
            return [" ".join(filter(None, [source.by, machine, "decides"])), *handover]
        case "users":
            return [_list_people(source.user_ids, directory)]
        case "group":
            return [_name_group(source.group or Group("", ""), directory)]
        case "expression":
            return _describe_expressions(source)
        case "self":
            return ["the subject"]
        case by:
            return [by.replace("_", " ") or "an unknown way to find people"]


def _describe_expressions(source: PeopleSource) -> list[str]:
    if len(source.expressions) == 1:
        return [source.expressions[0]]
    listed = enumerate(source.expressions)
    return ["the first that finds people", *(f"expressions[{at}]: {each}" for at, each in listed)]


def _describe_escalation(rule: EscalationRule, directory: Directory, policies: PolicyIndex) -> str:
    is_handover = rule.action == "replace_policy"
    policy = policies.name(rule.policy_id) if is_handover else ""
    people = tuple(map(Person.of, directory.get_people(rule.user_ids)))
    return str(Escalation(rule.after, rule.action, policy, people))


def _list_people(user_ids: Iterable[str], directory: Directory) -> str:
    return wording.list_people(map(Person.of, directory.get_people(user_ids)))


def _name_group(group: Group, directory: Directory) -> str:
    name = directory.name_group(group.app_id, group.id)
    app = wording.add_name(group.app_id, directory.name_app(group.app_id))
    return f"group {wording.add_name(group.id, name)} of app {app}"
