"""What becomes of each step that a request comes to, provided that everybody who is asked approves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from pulumi_c1policy._cel.cel_values import Record, Value
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._model import durations
from pulumi_c1policy._model.provision import PROVISION_POLICY
from pulumi_c1policy._model.provisioner import PROVISIONER_ASSIGNMENT
from pulumi_c1policy._model.steps import POLICY_STEP
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._simulate import accounts
from pulumi_c1policy._simulate.approvals import approval, by_expressions, by_relation, unique
from pulumi_c1policy._simulate.policies import Policies
from pulumi_c1policy._simulate.request import Request
from pulumi_c1policy._simulate.results import (
    ApprovalStep,
    Ending,
    Person,
    ProvisionStep,
    Step,
    WaitStep,
    listed,
    span,
)

_ENDINGS: dict[str, Ending] = {"accept": "accepted", "reject": "rejected"}


def walk(
    steps: list[Tree], request: Request, policies: Policies
) -> tuple[tuple[Step, ...], Ending]:
    """Every step, and how the request ends."""
    found: list[Step] = []
    ending: Ending = "completed"
    spent: tuple[Person, ...] = ()
    for index, tree in enumerate(steps):
        step = _step(index, tree, request, policies, spent)
        if isinstance(step, ApprovalStep) and isinstance(step.approvers, tuple):
            spent += step.approvers if len(step.approvers) == 1 else ()
        if ending != "completed":
            summary = f"never reached: the request has been {ending}"
            step = Step(index=index, kind=step.kind, status="unreached", summary=summary)
        ending = _ENDINGS.get(step.kind, ending) if step.status == "ends" else ending
        found.append(step)
    return tuple(found), ending


def _step(
    index: int, tree: Tree, request: Request, policies: Policies, spent: tuple[Person, ...]
) -> Step:
    kind = next((name for name in POLICY_STEP.oneofs["step"] if tree.get(name) is not None), "")
    given = tree.get(kind) or {}
    match kind:
        case "approval":
            return approval(index, given, request, policies, spent)
        case "accept" | "reject":
            said = given.get(f"{kind}_message")
            summary = f"the request is {_ENDINGS[kind]}" + (f": {said}" if said else "")
            return Step(index=index, kind=kind, status="ends", summary=summary)
        case "wait":
            return _wait(index, given, request)
        case "provision":
            return _provision(index, given.get("provision_policy") or {}, request)
        case "form":
            fields = (given.get("form") or {}).get("fields") or []
            names = ", ".join(str(field.get("name", "?")) for field in fields)
            return Step(index=index, kind="form", status="asks", summary=f"asks for {names or '?'}")
        case "action":
            target = next((name for name, value in given.items() if isinstance(value, dict)), "?")
            ids = [str(value) for value in (given.get(target) or {}).values()]
            summary = " ".join([f"runs {target.replace('_', ' ')}", *ids])
            return Step(index=index, kind="action", status="runs", summary=summary)
        case _:
            reason = "this kind of step is not known here"
            return Step(index=index, kind="action", status="undecided", summary=reason)


def _wait(index: int, tree: Tree, request: Request) -> WaitStep:
    timeout = _span(tree.get("timeout_duration"))
    gives_up = f", gives up after {span(timeout)}" if timeout else ""
    if (given := tree.get("condition")) is not None:
        source = given.get("condition", "")
        holds = request.condition(source, Place.WAIT_CONDITION)
        if isinstance(holds, Undecided):
            summary = f"whether `{source}` holds {holds}{gives_up}"
            return WaitStep(
                index=index, kind="wait", status="undecided", summary=summary, timeout=timeout
            )
        told = f"`{source}` already holds" if holds else f"until `{source}` holds{gives_up}"
        return WaitStep(
            index=index,
            kind="wait",
            status="passes" if holds else "waits",
            summary=told,
            timeout=timeout,
        )
    if (given := tree.get("duration")) is not None:
        length = _span(given.get("duration"))
        summary = span(length) if length else "for a time that is not given"
        return WaitStep(index=index, kind="wait", status="waits", summary=summary, duration=length)
    given = tree.get("until_time") or {}
    clock = f"{int(given.get('hours') or 0):02}:{int(given.get('minutes') or 0):02}"
    summary = f"until {clock} {given.get('timezone') or 'UTC'}{gives_up}"
    return WaitStep(index=index, kind="wait", status="waits", summary=summary, timeout=timeout)


def _span(value: object) -> timedelta | None:
    seconds = durations.seconds(value)
    return None if seconds is None else timedelta(seconds=float(seconds))


def _provision(index: int, tree: Tree, request: Request) -> ProvisionStep:
    by = _kind(tree)
    done = _provisioning(by, tree.get(by) or {}, request)
    return ProvisionStep(
        index=index,
        kind="provision",
        status="runs",
        summary=done.words,
        by=by,
        provisioners=done.people if isinstance(done.people, Undecided) else unique(done.people),
        config=done.config,
    )


def _kind(tree: Tree) -> str:
    return next((n for n in PROVISION_POLICY.oneofs["typ"] if tree.get(n) is not None), "")


@dataclass(frozen=True, slots=True)
class _Done:
    """Who provisions by hand, how it is done in words, and what account a connector creates."""

    people: list[Record] | Undecided
    words: str
    config: Mapping[str, Value] = field(default_factory=dict)


def _provisioning(by: str, given: Tree, request: Request) -> _Done:
    if by == "manual":
        found = _provisioners(given, request)
        told = found if isinstance(found, Undecided) else listed(unique(found))
        return _Done(found, f"by hand: {told}")
    if by == "multi_step":
        return _one_after_the_other(given.get("provision_steps") or [], request)
    words = by.replace("_", " ") or "not configured"
    if given.get("delete_account") is not None:
        return _Done([], f"{words} deletes the account")
    if (account := given.get("account")) is None:
        return _Done([], words)
    config = accounts.configured(account.get("config") or {}, request)
    as_told = f" ({accounts.told(config)})" if config else ""
    return _Done([], f"{words} creates an account{as_told}", config)


def _one_after_the_other(parts: list[Tree], request: Request) -> _Done:
    people: list[Record] | Undecided = []
    config: dict[str, Value] = {}
    words = []
    for part in parts:
        by = _kind(part)
        done = _provisioning(by, part.get(by) or {}, request)
        words.append(done.words)
        config |= done.config
        if isinstance(people, list):
            people = done.people if isinstance(done.people, Undecided) else people + done.people
    return _Done(people, ", then ".join(words), config)


def _provisioners(tree: Tree, request: Request) -> list[Record] | Undecided:
    directory = request.directory
    assignee = tree.get("assignee") or {}
    by = next((n for n in PROVISIONER_ASSIGNMENT.oneofs["typ"] if assignee.get(n) is not None), "")
    if not by:
        return directory.people(tree.get("user_ids") or [])
    kind = assignee[by]
    if by == "expression":
        sources = kind.get("expressions") or []
        people = by_expressions(sources, Place.PROVISIONER, request).people
    else:
        people = by_relation(by, kind, request)
    return directory.people(kind.get("fallback_user_ids") or []) if people == [] else people
