"""The entry: what becomes of one request under one policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

from pulumi_c1policy._cel.cel_values import Record, Value
from pulumi_c1policy._cel.evaluate import Functions
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate import fixtures, networks
from pulumi_c1policy._simulate.directory import Directory, account_of
from pulumi_c1policy._simulate.functions import functions as answers
from pulumi_c1policy._simulate.policies import KnownPolicy, Policies, read
from pulumi_c1policy._simulate.request import Request
from pulumi_c1policy._simulate.results import Simulation
from pulumi_c1policy._simulate.routes import ways

_MOST = 12
"""Of how many ways, where rules are undecided, it is told where they lead."""

_ENTITLEMENT = "owners members resource_owners"


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
    """Work out what becomes of a request, without a tenant.

    Nothing is guessed: a field that is left out is unknown, and what depends on it is `Undecided`. Where a
    rule is undecided and all comes to the same whether it matches or not, that is the result; else
    `possible` has what may become of the request.

    Args:
        policy: The policy's inputs as a program writes them, or its JSON.
        subject: The person whom the request is for: their fields, or the email or id by which the
            directory has them. Fields that are left out are taken from the directory.
        entitlement: The entitlement that is requested; beside its fields `owners`,
            `resource_owners` and `members`, each a list of ids or emails.
        task: The request itself.
        account: The account that the request is about.
        ip: The address that the request comes from.
        directory: The tables `users`, `groups`, `apps` and `entitlements`. A table that is given is
            taken to be whole.
        policies: Other policies, with their `id`, to which rules may hand over.
        now: The time that it is then; the present by default.
        functions: Answers to functions that are not known here, by name.

    Raises:
        FixtureError: A fixture has a field that does not exist, or a value that cannot be.
        PolicyError: What is given as a policy is none.
        CheckerUnavailableError: The policy has an expression, and cel-expr-python is missing.
    """
    known = read(policy)
    where = directory if isinstance(directory, Directory) else Directory(directory)
    variables: dict[str, Value] = {"subject": _subject(subject, where)}
    if entitlement is not None:
        variables["entitlement"] = _entitlement(entitlement, where)
    if task is not None:
        variables["task"] = fixtures.record("Task", task, "task")
    if account is not None:
        variables["account"] = account_of(account)
    if ip is not None:
        variables["ip"] = networks.address(ip)
    moment = fixtures.moment_of(now) if now is not None else datetime.now(UTC)
    if moment is None:
        raise fixtures.FixtureError("`now` has no time zone.", "Write datetime(..., tzinfo=UTC).")
    request = Request(
        variables["subject"],
        variables,
        where,
        {**answers(where, moment), **(functions or {})},
    )
    found = ways(known, request, Policies([*map(read, policies), known]))
    return _joined(list(islice(found, _MOST + 1)))


def _subject(given: Mapping[str, Value] | str, directory: Directory) -> Record:
    if isinstance(given, str):
        found = directory.find(given)
        if found is None:
            message = f"The directory has no user {given!r}."
            raise fixtures.FixtureError(message, "Add it to `users`, or give the subject's fields.")
        return Record("User", "subject", found.fields, found.hidden)
    own = fixtures.record("User", given, "subject", also="managers")
    names = (own.text("id"), own.text("email"))
    found = next(filter(None, (directory.find(name) for name in names if name)), None)
    if found is None:
        return own
    return Record("User", "subject", {**found.fields, **own.fields}, {**found.hidden, **own.hidden})


def _entitlement(given: Mapping[str, Value], directory: Directory) -> Record:
    own = fixtures.record("Entitlement", given, "entitlement", also=_ENTITLEMENT)
    found = directory.entitlement(own.text("appId"), own.text("id"))
    if found is None:
        return own
    fields, hidden = {**found.fields, **own.fields}, {**found.hidden, **own.hidden}
    return Record("Entitlement", "entitlement", fields, hidden)


def _joined(found: Sequence[Simulation]) -> Simulation:
    """What is sure of a request that may take several ways."""
    first = found[0]
    if len(found) == 1:
        return first
    place = next(i for i, route in enumerate(first.routes) if route.undecided)
    route, rule = first.routes[place], first.routes[place].undecided[0]
    unknown = Undecided(f"whether rules[{rule.index}] matches: {rule.reason}")
    tried = route.rules[: rule.index + 1]
    is_whole = len(found) <= _MOST
    agree = is_whole and all(other.course == first.course for other in found)
    outcome = "either way the same" if agree else str(unknown)
    routes = (
        *first.routes[:place],
        replace(route, rules=tried, matched=unknown, outcome=outcome),
    )
    if agree:
        return replace(first, routes=routes)
    return Simulation(first.subject, routes, (), unknown, tuple(found) if is_whole else ())
