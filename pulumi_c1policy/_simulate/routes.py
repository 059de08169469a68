"""The ways that a request may take through policies, to steps or to nowhere.

It is one way where every rule is decided. Each rule that is not splits it: the rule may match, or
not.
"""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._simulate.policies import KnownPolicy, Policies
from pulumi_c1policy._simulate.request import Request
from pulumi_c1policy._simulate.results import Ending, Person, Route, Simulation, Step, TriedRule
from pulumi_c1policy._simulate.steps import walk

_DEEPEST = 5
"""How many policies may hand over, one to the next."""

_GoesTo = list[Tree] | str | Undecided
"""The steps, the id of the next policy, or why that is undecided."""

_FILLED_IN: list[Tree] = [{"reject": {}}]
"""The baseline that a tenant stores where a policy has none (source: the vendor's CLI)."""


def ways(
    policy: KnownPolicy, request: Request, policies: Policies, before: tuple[Route, ...] = ()
) -> Iterator[Simulation]:
    """What may become of a request, in the order of the rules."""
    who = str(Person.of(request.subject))
    for route, goes_to in _routes(policy, request, policies):
        routes = (*before, route)
        following = policies.find(goes_to) if isinstance(goes_to, str) else None
        steps: tuple[Step, ...] = ()
        ending: Ending | Undecided = "elsewhere"
        if isinstance(goes_to, list):
            steps, ending = walk(goes_to, request, policies)
        elif isinstance(goes_to, Undecided):
            ending = goes_to
        elif goes_to in (policy.id, *(earlier.policy_id for earlier in before)):
            ending = Undecided("the policies hand over in a circle")
        elif len(routes) > _DEEPEST:
            ending = Undecided(f"more than {_DEEPEST} policies hand over, one to the next")
        elif following is not None:
            yield from ways(following, request, policies, routes)
            continue
        yield Simulation(who, routes, steps, ending)


def _routes(
    policy: KnownPolicy, request: Request, policies: Policies
) -> Iterator[tuple[Route, _GoesTo]]:
    """The ways through one policy, each with where it leads."""
    tree = policy.tree
    tried: list[TriedRule] = []
    for index, rule in enumerate(tree.get("rules") or []):
        source = rule.get("condition", "")
        value = request.condition(source, Place.RULE_CONDITION)
        tried.append(TriedRule(index, source, value))
        if value is False:
            continue
        key = rule.get("step_key") or rule.get("policy_key") or ""
        goes_to, outcome = _outcome(tree, key, rule.get("policy_id") or "", policies)
        yield Route(policy.name, policy.id, tuple(tried), index, outcome), goes_to
        if value is True:
            return
    key = str(tree.get("policy_type", "")).removeprefix("POLICY_TYPE_").lower()
    baseline = tree.get("baseline_policy_id") or ""
    if not baseline and key not in (tree.get("policy_steps") or {}):
        nothing = "no rule matches and there is no baseline, so the tenant denies the request"
        yield Route(policy.name, policy.id, tuple(tried), None, nothing), _FILLED_IN
        return
    goes_to, outcome = _outcome(tree, key, baseline, policies)
    outcome = f"the baseline: {outcome}"
    yield Route(policy.name, policy.id, tuple(tried), None, outcome), goes_to


def _outcome(tree: Tree, key: str, policy_id: str, policies: Policies) -> tuple[_GoesTo, str]:
    if policy_id:
        return policy_id, f"policy {policies.name(policy_id)}"
    steps = (tree.get("policy_steps") or {}).get(key)
    if steps is None:
        unknown = Undecided(f"the policy has no steps {key!r}")
        return unknown, str(unknown)
    if not steps.get("steps"):
        empty = Undecided(f"a tenant refuses the empty list of steps {key!r}")
        return empty, str(empty)
    return steps["steps"], f"steps {key!r}"
