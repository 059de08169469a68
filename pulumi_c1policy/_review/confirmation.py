"""The simulator's answer about an example."""

from __future__ import annotations

from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._review.differences import Difference, find_worst
from pulumi_c1policy._review.outcome_order import Outcome, compare_outcomes, read_outcome
from pulumi_c1policy._review.pairing import PolicyPair, PolicySet
from pulumi_c1policy._review.witness import ExampleRequest
from pulumi_c1policy._simulate.fixtures import FixtureError
from pulumi_c1policy._simulate.simulation import simulate
from pulumi_c1policy._simulate.simulation_result import Simulation


def confirm_weakening(
    pair: PolicyPair, policies: PolicySet, request: ExampleRequest
) -> list[Difference]:
    """Return the differences of a request's outcomes if it gets through with less, else nothing."""
    if pair.old is None or pair.new is None:
        return []
    arguments = request.to_arguments()
    try:
        was = simulate(pair.old, policies=policies.old, **arguments)
        now = simulate(pair.new, policies=policies.new, **arguments)
    except FixtureError:
        return []
    old, new = _read_result(was), _read_result(now)
    if old is None or new is None:
        return []
    found = compare_outcomes(old, new, policies.links)
    return found if find_worst(found) == "weaker" else []


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
