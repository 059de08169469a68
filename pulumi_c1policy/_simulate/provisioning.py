"""Decide how a provision step gives access or takes it away, and who does it by hand."""

from __future__ import annotations

from pulumi_c1policy._cel.cel_values import CelObject, Value
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._model.provision import PROVISION_POLICY
from pulumi_c1policy._model.provisioner import PROVISIONER_ASSIGNMENT
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._simulate.access_request import AccessRequest
from pulumi_c1policy._simulate.account_config import evaluate_config
from pulumi_c1policy._simulate.approval_rules import choose_kind, read_source
from pulumi_c1policy._simulate.people_search import find_people, list_persons
from pulumi_c1policy._simulate.step_results import (
    AccountChange,
    Person,
    Provisioning,
    ProvisionStep,
)


def decide_provision(index: int, tree: Tree, request: AccessRequest) -> ProvisionStep:
    """Decide the result of a provision step.

    Args:
        index: The index of the step.
        tree: The value of `provision_policy` in the step, snake_case.
        request: The request.
    """
    found = _decide_provisioning(tree, request)
    return ProvisionStep(
        index=index,
        kind="provision",
        status="runs",
        by=found.by,
        provisioners=found.provisioners,
        config=found.config,
        account=found.account,
        parts=found.parts,
    )


def _decide_provisioning(tree: Tree, request: AccessRequest) -> Provisioning:
    by = choose_kind(PROVISION_POLICY.oneofs["typ"], tree)
    given = tree.get(by) or {}
    if by == "manual":
        people = _find_provisioners(given, request)
        return Provisioning(by, people if isinstance(people, Undecided) else list_persons(people))
    if by == "multi_step":
        steps = given.get("provision_steps") or []
        return _join_parts(by, tuple(_decide_provisioning(step, request) for step in steps))
    account: AccountChange = ""
    config: dict[str, Value] = {}
    if given.get("delete_account") is not None:
        account = "delete"
    elif (created := given.get("account")) is not None:
        account = "create"
        config = evaluate_config(created.get("config") or {}, request)
    return Provisioning(by, account=account, config=config)


def _join_parts(by: str, parts: tuple[Provisioning, ...]) -> Provisioning:
    people: dict[Person, None] = {}
    config: dict[str, Value] = {}
    unknown: Undecided | None = None
    for part in parts:
        config |= part.config
        if isinstance(part.provisioners, Undecided):
            unknown = part.provisioners if unknown is None else unknown
        else:
            people |= dict.fromkeys(part.provisioners)
    return Provisioning(
        by, tuple(people) if unknown is None else unknown, config=config, parts=parts
    )


def _find_provisioners(tree: Tree, request: AccessRequest) -> list[CelObject] | Undecided:
    directory = request.directory
    assignee = tree.get("assignee") or {}
    by = choose_kind(PROVISIONER_ASSIGNMENT.oneofs["typ"], assignee)
    if not by:
        return directory.get_people(tree.get("user_ids") or [])
    people = find_people(read_source(by, assignee[by]), Place.PROVISIONER, request).people
    return (
        directory.get_people(assignee[by].get("fallback_user_ids") or [])
        if people == []
        else people
    )
