"""The simulator's answer about an example."""

from __future__ import annotations

from dataclasses import replace

from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._review.differences import Difference, find_worst
from pulumi_c1policy._review.outcome_order import Outcome, compare_outcomes, read_outcome
from pulumi_c1policy._review.pairing import PolicyPair, PolicySet
from pulumi_c1policy._review.witness import ExampleRequest
from pulumi_c1policy._simulate.approval_rules import read_approval
from pulumi_c1policy._simulate.fixtures import FixtureError
from pulumi_c1policy._simulate.simulation import simulate
from pulumi_c1policy._simulate.simulation_result import Simulation


def confirm_weakening(
    pair: PolicyPair, policies: PolicySet, request: ExampleRequest
) -> list[Difference]:
    """Return the differences of a request's outcomes if it gets through with less, else nothing."""
    results = _simulate_both(pair, policies, request)
    if results is None:
        return []
    old, new = map(_read_result, results)
    if old is None or new is None:
        return []
    found = compare_outcomes(old, new, policies.links)
    return found if find_worst(found) == "weaker" else []


def choose_telling_person(
    pair: PolicyPair, policies: PolicySet, request: ExampleRequest
) -> ExampleRequest:
    """Return a confirmed request for a person who may approve it only after the change.

    Self-approval does not show if the person is not among the approvers. If a condition reads the
    id of the person, or no such person is named in the policy, the request stays the same.
    """
    subject = request.fields.get("subject", {})
    results = _simulate_both(pair, policies, request)
    if "id" in subject or results is None or results[0].course != results[1].course:
        return request
    target = results[1].routes[-1].target
    steps = target.steps if target is not None else ()
    approvals = [read_approval(step["approval"]) for step in steps if step.get("approval")]
    for user_id in [each for rule in approvals for each in rule.source.user_ids]:
        fields = {**request.fields, "subject": {**subject, "id": user_id}}
        candidate = replace(request, fields=fields)
        found = _simulate_both(pair, policies, candidate)
        is_telling = found is not None and found[0].course != found[1].course
        if is_telling and confirm_weakening(pair, policies, candidate):
            return candidate
    return request


def _simulate_both(
    pair: PolicyPair, policies: PolicySet, request: ExampleRequest
) -> tuple[Simulation, Simulation] | None:
    if pair.old is None or pair.new is None:
        return None
    arguments = request.to_arguments()
    try:
        return (
            simulate(pair.old, policies=policies.old, **arguments),
            simulate(pair.new, policies=policies.new, **arguments),
        )
    except FixtureError:
        return None


def _read_result(found: Simulation) -> Outcome | None:
    """Return the outcome of a simulation; None if a rule is undecided."""
    target = found.routes[-1].target
    if target is None or any(route.undecided for route in found.routes):
        return None
    if target.kind != "policy":
        return read_outcome(target)
    if isinstance(found.ending, Undecided):
        return None
    return Outcome("elsewhere", target.policy_id)
