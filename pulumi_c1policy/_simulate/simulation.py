"""The entry: what becomes of one request under one policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.evaluate import Functions
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._cel.values import Record, Value
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._simulate import fixtures, networks
from pulumi_c1policy._simulate.directory import Directory, account_of
from pulumi_c1policy._simulate.functions import functions as answers
from pulumi_c1policy._simulate.policies import KnownPolicy, Policies, read
from pulumi_c1policy._simulate.request import Request
from pulumi_c1policy._simulate.results import Ending, Person, Route, Simulation, Step, TriedRule
from pulumi_c1policy._simulate.steps import walk

_DEEPEST = 5
"""How many policies may hand over, one to the next."""

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

    Nothing is guessed: a field that is left out is unknown, and what depends on it is `Undecided`.

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
    return _run(known, request, Policies([*map(read, policies), known]))


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


def _run(policy: KnownPolicy, request: Request, policies: Policies) -> Simulation:
    routes: list[Route] = []
    seen: list[str] = []
    ending: Ending | Undecided = "elsewhere"
    steps: tuple[Step, ...] = ()
    current: KnownPolicy | None = policy
    while current is not None:
        route, goes_to = _route(current, request, policies)
        routes.append(route)
        seen.append(current.id)
        if isinstance(goes_to, list):
            steps, ending = walk(goes_to, request, policies)
        elif goes_to is None or isinstance(goes_to, Undecided):
            ending = "stranded" if goes_to is None else goes_to
        elif goes_to in seen:
            ending = Undecided("the policies hand over in a circle")
        elif len(routes) > _DEEPEST:
            ending = Undecided(f"more than {_DEEPEST} policies hand over, one to the next")
        else:
            current = policies.find(goes_to)
            continue
        break
    who = str(Person.of(request.subject))
    return Simulation(who, tuple(routes), steps, ending)


def _route(
    policy: KnownPolicy, request: Request, policies: Policies
) -> tuple[Route, list[Tree] | str | Undecided | None]:
    """The way through one policy, and its steps, the id of the next policy, or none of these."""
    tree = policy.tree
    tried: list[TriedRule] = []
    for index, rule in enumerate(tree.get("rules") or []):
        source = rule.get("condition", "")
        value = request.condition(source, Place.RULE_CONDITION)
        tried.append(TriedRule(index, source, value))
        if isinstance(value, Undecided):
            unknown = Undecided(f"whether rules[{index}] matches: {value.reason}")
            return Route(policy.name, tuple(tried), unknown, str(unknown)), unknown
        if value:
            key = rule.get("step_key") or rule.get("policy_key") or ""
            goes_to, outcome = _outcome(tree, key, rule.get("policy_id") or "", policies)
            return Route(policy.name, tuple(tried), index, outcome), goes_to
    key = str(tree.get("policy_type", "")).removeprefix("POLICY_TYPE_").lower()
    baseline = tree.get("baseline_policy_id") or ""
    if not baseline and key not in (tree.get("policy_steps") or {}):
        return Route(policy.name, tuple(tried), None, "no rule matches, and no baseline"), None
    goes_to, outcome = _outcome(tree, key, baseline, policies)
    return Route(policy.name, tuple(tried), None, f"the baseline: {outcome}"), goes_to


def _outcome(
    tree: Tree, key: str, policy_id: str, policies: Policies
) -> tuple[list[Tree] | str | Undecided, str]:
    if policy_id:
        return policy_id, f"policy {policies.name(policy_id)}"
    steps = (tree.get("policy_steps") or {}).get(key)
    if steps is None:
        unknown = Undecided(f"the policy has no steps {key!r}")
        return unknown, str(unknown)
    return steps.get("steps") or [], f"steps {key!r}"
