"""The entry: simulate one request under one policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

from pulumi_c1policy._cel.cel_values import CelObject, Value
from pulumi_c1policy._cel.evaluate import Functions
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate import fixtures, networks
from pulumi_c1policy._simulate.access_request import AccessRequest
from pulumi_c1policy._simulate.causes import Unresolved
from pulumi_c1policy._simulate.cel_functions import build_functions
from pulumi_c1policy._simulate.directory import Directory, read_account
from pulumi_c1policy._simulate.known_policies import KnownPolicy, PolicyIndex, read_policy
from pulumi_c1policy._simulate.routes import follow_request
from pulumi_c1policy._simulate.simulation_result import Simulation

_MAX_POSSIBLE = 12
"""The number of possible results that a simulation lists; with more it lists none."""

_ENTITLEMENT_RELATIONS = "owners members resource_owners"


def simulate(
    policy: Mapping[str, Value] | KnownPolicy,
    *,
    subject: Mapping[str, Value] | str,
    entitlement: Mapping[str, Value] | None = None,
    task: Mapping[str, Value] | None = None,
    account: Mapping[str, Value] | None = None,
    ip: str | None = None,
    directory: Mapping[str, Value] | Directory | None = None,
    policies: Iterable[Mapping[str, Value] | KnownPolicy] = (),
    now: datetime | None = None,
    functions: Functions | None = None,
) -> Simulation:
    """Simulate a request under a policy, without a tenant.

    A field that is left out is unknown, and a result that depends on it is `Undecided`. If a rule
    is undecided, both cases are simulated. If all cases have the same result, that is the result;
    else `possible` lists the results (at most 12 cases).

    Fields have the names of expressions, in either spelling (`jobTitle`, `job_title`).

    Args:
        policy: The inputs of a policy as a program writes them, its JSON, or a `KnownPolicy`.
        subject: The person whom the request is for: an email, id or username of the directory, or
            the fields of a user. Fields that are left out are taken from the directory.
        entitlement: The fields of the requested entitlement. Further fields are `owners`,
            `resource_owners` and `members`, each a list of ids, emails or usernames.
        task: The fields of the request (`task` in expressions).
        account: The fields of the account that the request is about (`account` in expressions).
        ip: The IP address that the request comes from.
        directory: A `Directory`, or its tables `users`, `groups`, `apps` and `entitlements`.
        policies: Further policies, each with its `id`, that rules and escalations may lead to.
        now: The time of the request, with a time zone; by default the current time.
        functions: Functions of expressions by name, for those that are not known here. They
            replace known functions of the same name.

    Returns:
        The result, on the assumption that everyone who is asked approves.

    Raises:
        FixtureError: A fixture has an unknown field or a wrong value, the directory does not have
            the subject, or `now` has no time zone.
        PolicyError: The value of `policy`, or one of `policies`, is not a policy.
        CheckerUnavailableError: The policy has an expression, and the `cel` extra is not installed.
    """
    known = read_policy(policy)
    tables = directory if isinstance(directory, Directory) else Directory(directory)
    moment = datetime.now(UTC) if now is None else fixtures.parse_moment(now)
    if moment is None:
        raise fixtures.FixtureError("`now` has no time zone.", "Write datetime(..., tzinfo=UTC).")
    variables: dict[str, Value] = {"subject": _read_subject(subject, tables)}
    if entitlement is not None:
        variables["entitlement"] = _read_entitlement(entitlement, tables)
    if task is not None:
        variables["task"] = fixtures.build_record("Task", task, "task")
    if account is not None:
        variables["account"] = read_account(account)
    if ip is not None:
        variables["ip"] = networks.parse_address(ip)
    all_functions = {**build_functions(tables, moment), **(functions or {})}
    request = AccessRequest(variables["subject"], variables, tables, all_functions)
    index = PolicyIndex([*map(read_policy, policies), known])
    return _join_results(list(islice(follow_request(known, request, index), _MAX_POSSIBLE + 1)))


def _read_subject(given: Mapping[str, Value] | str, directory: Directory) -> CelObject:
    if isinstance(given, str):
        found = directory.find(given)
        if found is None:
            message = f"The directory has no user {given!r}."
            advice = "Add the user to `users`, or give the fields of the subject."
            raise fixtures.FixtureError(message, advice)
        return CelObject("User", "subject", found.fields, found.hidden)
    own = fixtures.build_record("User", given, "subject", also="managers")
    names = (own.text("id"), own.text("email"))
    return _complete(own, next(filter(None, (directory.find(n) for n in names if n)), None))


def _read_entitlement(given: Mapping[str, Value], directory: Directory) -> CelObject:
    own = fixtures.build_record("Entitlement", given, "entitlement", also=_ENTITLEMENT_RELATIONS)
    return _complete(own, directory.find_entitlement(own.text("appId"), own.text("id")))


def _complete(own: CelObject, found: CelObject | None) -> CelObject:
    """Add the fields that the directory has to those of a fixture."""
    if found is None:
        return own
    fields, hidden = {**found.fields, **own.fields}, {**found.hidden, **own.hidden}
    return CelObject(own.type, own.label, fields, hidden)


def _join_results(found: Sequence[Simulation]) -> Simulation:
    """Join the possible results of a request to one result."""
    first = found[0]
    if len(found) == 1:
        return first
    at = next(i for i, route in enumerate(first.routes) if route.undecided)
    route, rule = first.routes[at], first.routes[at].undecided[0]
    because = rule.value if isinstance(rule.value, Undecided) else None
    unresolved = Unresolved(code="rule-condition", rule=rule.index, because=because)
    is_complete = len(found) <= _MAX_POSSIBLE
    is_same = is_complete and all(other.course == first.course for other in found)
    last = first.routes[-1]
    undecided_route = replace(
        route,
        rules=route.rules[: rule.index + 1],
        matched=unresolved,
        target=last.target if is_same else None,
        next_policy=last.next_policy if is_same else "",
        is_same_either_way=is_same,
    )
    routes = (*first.routes[:at], undecided_route)
    if is_same:
        return replace(first, routes=routes)
    possible = tuple(found) if is_complete else ()
    return replace(first, routes=routes, steps=(), ending=unresolved, possible=possible)
