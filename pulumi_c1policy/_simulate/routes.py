"""Follow a request through policies, to steps or to a policy that is not known.

There is one way if every rule is decided. An undecided rule splits the way in two: the rule may
match or not.
"""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate.access_request import AccessRequest
from pulumi_c1policy._simulate.causes import Unresolved
from pulumi_c1policy._simulate.known_policies import KnownPolicy, PolicyIndex
from pulumi_c1policy._simulate.policy_rules import RuleTarget, find_baseline, list_rules
from pulumi_c1policy._simulate.simulation_result import Route, Simulation, TriedRule
from pulumi_c1policy._simulate.step_results import Ending, Person, Step
from pulumi_c1policy._simulate.walk import walk_steps

_MAX_HANDOVERS = 5
"""The number of policies that may take over, one after the other."""


def follow_request(
    policy: KnownPolicy,
    request: AccessRequest,
    policies: PolicyIndex,
    before: tuple[Route, ...] = (),
) -> Iterator[Simulation]:
    """Yield each possible result of a request, in the order of the rules.

    Args:
        policy: The policy that decides.
        request: The request.
        policies: The policies that may take over.
        before: The routes through the policies that handed the request on to this one.
    """
    person = Person.of(request.subject)
    for route, target in find_routes(policy, request, policies):
        routes = (*before, route)
        steps: tuple[Step, ...] = ()
        ending: Ending | Undecided
        match target.kind:
            case "steps" | "no-baseline":
                steps, ending = walk_steps(target.steps, request, policies)
            case "missing-steps" | "empty-steps":
                ending = Unresolved(code=target.kind, key=target.key)
            case "policy":
                chain_error = _find_chain_error(routes, target)
                next_policy = policies.find(target.policy_id)
                if chain_error is None and next_policy is not None:
                    yield from follow_request(next_policy, request, policies, routes)
                    continue
                ending = "elsewhere" if chain_error is None else chain_error
        yield Simulation(str(person), routes, steps, ending, subject_name=person.name)


def find_routes(
    policy: KnownPolicy, request: AccessRequest, policies: PolicyIndex
) -> Iterator[tuple[Route, RuleTarget]]:
    """Yield each possible route through one policy with its target, in the order of the rules."""
    tried: list[TriedRule] = []
    for rule in list_rules(policy.tree):
        value = request.evaluate_condition(rule.condition, Place.RULE_CONDITION)
        tried.append(TriedRule(rule.index, rule.condition, value))
        if value is not False:
            yield _build_route(policy, tried, rule.index, rule.target, policies), rule.target
        if value is True:
            return
    baseline = find_baseline(policy.tree)
    yield _build_route(policy, tried, None, baseline, policies), baseline


def _build_route(
    policy: KnownPolicy,
    tried: list[TriedRule],
    matched: int | None,
    target: RuleTarget,
    policies: PolicyIndex,
) -> Route:
    next_policy = policies.name(target.policy_id) if target.kind == "policy" else ""
    return Route(policy.name, policy.id, tuple(tried), matched, target, next_policy)


def _find_chain_error(routes: tuple[Route, ...], target: RuleTarget) -> Unresolved | None:
    """Return the reason why the target policy cannot take over, or None if it can."""
    if target.policy_id in {route.policy_id for route in routes}:
        return Unresolved(code="policy-cycle")
    if len(routes) > _MAX_HANDOVERS:
        return Unresolved(code="too-many-policies", limit=_MAX_HANDOVERS)
    return None
