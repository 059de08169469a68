"""Walk through the steps of a request, on the assumption that everyone who is asked approves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._model.steps import POLICY_STEP
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._simulate.access_request import AccessRequest
from pulumi_c1policy._simulate.approval_rules import choose_kind, read_span
from pulumi_c1policy._simulate.approvals import decide_approval
from pulumi_c1policy._simulate.causes import Unresolved
from pulumi_c1policy._simulate.known_policies import PolicyIndex
from pulumi_c1policy._simulate.provisioning import decide_provision
from pulumi_c1policy._simulate.step_results import (
    ActionStep,
    ApprovalStep,
    Ending,
    EndStep,
    FormStep,
    Person,
    Step,
    UnknownStep,
    UnreachedStep,
    WaitStep,
)


def walk_steps(
    steps: Iterable[Tree], request: AccessRequest, policies: PolicyIndex
) -> tuple[tuple[Step, ...], Ending]:
    """Return the result of each step, and the end of the request.

    Args:
        steps: The steps, snake_case, in their order.
        request: The request.
        policies: The policies that an escalation may continue with.
    """
    results: list[Step] = []
    ending: Ending = "completed"
    sole_approvers: tuple[Person, ...] = ()
    for index, tree in enumerate(steps):
        step = _decide_step(index, tree, request, policies, sole_approvers)
        if ending != "completed":
            step = UnreachedStep(index=index, kind=step.kind, status="unreached", ending=ending)
        elif isinstance(step, EndStep):
            ending = step.ending
        elif isinstance(step, ApprovalStep) and isinstance(step.approvers, tuple):
            sole_approvers += step.approvers if len(step.approvers) == 1 else ()
        results.append(step)
    return tuple(results), ending


def _decide_step(
    index: int,
    tree: Tree,
    request: AccessRequest,
    policies: PolicyIndex,
    sole_approvers: tuple[Person, ...],
) -> Step:
    kind = choose_kind(POLICY_STEP.oneofs["step"], tree)
    given = tree.get(kind) or {}
    if kind == "approval":
        return decide_approval(index, given, request, policies, sole_approvers)
    if kind == "provision":
        return decide_provision(index, given.get("provision_policy") or {}, request)
    step = read_step(index, tree)
    if isinstance(step, WaitStep) and step.condition is not None:
        return _decide_condition(step, step.condition, request)
    return step


def read_step(index: int, tree: Tree) -> Step:
    """Read a step that asks nobody: any kind but `approval` and `provision`.

    The condition of a wait is not evaluated: the step waits.
    """
    kind = choose_kind(POLICY_STEP.oneofs["step"], tree)
    given = tree.get(kind) or {}
    match kind:
        case "accept":
            message = given.get("accept_message") or ""
            return EndStep(
                index=index, kind="accept", status="ends", ending="accepted", message=message
            )
        case "reject":
            message = given.get("reject_message") or ""
            return EndStep(
                index=index, kind="reject", status="ends", ending="rejected", message=message
            )
        case "wait":
            return _read_wait(index, given)
        case "form":
            fields = (given.get("form") or {}).get("fields") or []
            names = tuple(str(field.get("name", "?")) for field in fields)
            return FormStep(index=index, kind="form", status="asks", fields=names)
        case "action":
            target = next((name for name, value in given.items() if isinstance(value, dict)), "")
            ids = tuple(str(value) for value in (given.get(target) or {}).values())
            return ActionStep(index=index, kind="action", status="runs", target=target, ids=ids)
        case _:
            # The kinds are a public, closed set, so an unknown kind counts as an action.
            reason = Unresolved(code="unknown-step")
            return UnknownStep(index=index, kind="action", status="undecided", reason=reason)


def _read_wait(index: int, tree: Tree) -> WaitStep:
    timeout = read_span(tree.get("timeout_duration"))
    wait = WaitStep(index=index, kind="wait", status="waits")
    if (given := tree.get("condition")) is not None:
        condition = given.get("condition") or ""
        return replace(wait, timeout=timeout, condition=condition, holds=False)
    if (given := tree.get("duration")) is not None:
        return replace(wait, duration=read_span(given.get("duration")))
    given = tree.get("until_time") or {}
    return replace(
        wait,
        timeout=timeout,
        clock=f"{int(given.get('hours') or 0):02}:{int(given.get('minutes') or 0):02}",
        timezone=given.get("timezone") or "UTC",
    )


def _decide_condition(step: WaitStep, condition: str, request: AccessRequest) -> WaitStep:
    holds = request.evaluate_condition(condition, Place.WAIT_CONDITION)
    if isinstance(holds, Undecided):
        holds = Unresolved(code="wait-condition", condition=condition, because=holds)
        return replace(step, status="undecided", holds=holds)
    return replace(step, status="passes" if holds else "waits", holds=holds)
