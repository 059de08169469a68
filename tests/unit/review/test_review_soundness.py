"""No sampled request gets through with less under a policy that is `not-weakened`.

The test judges by other means than the review: by the groups of people who can bring a request
through.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain, combinations, product
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from pulumi_c1policy._review.verdict import decide
from pulumi_c1policy._simulate.known_policies import KnownPolicy
from pulumi_c1policy._simulate.simulation import simulate
from pulumi_c1policy._simulate.simulation_result import Simulation
from pulumi_c1policy._simulate.step_results import WaitStep
from tests.unit.review.review_cases import ACCEPT, REJECT, Step, make, pair, users, wait

PEOPLE = ("u1", "u2", "u3")
GROUPS = [
    frozenset(each) for each in chain.from_iterable(combinations(PEOPLE, size) for size in range(4))
]
EXTRA: list[dict[str, Any]] = [
    {"roles": ["x", "y"], "hired": "2026-01-01T00:00:00Z"},
    {"roles": ["y"], "place": {"city": "a"}},
    {"roles": [], "place": {"city": 1}},
    {"roles": "x", "hired": "soon"},
    {"roles": ["x", 1], "place": "a"},
    {},
]
REQUESTS: list[dict[str, Any]] = [
    {
        "subject": {
            "id": subject,
            "department": department,
            "email": f"x@{department}.com",
            "emails": [department, subject],
            "attributes": {**({} if level is None else {"level": level}), **EXTRA[number % 6]},
        },
        "task": {"isGrantPermanent": is_permanent},
        "account": {
            "risk_scores": [
                {"source": "s", "normalized_score": 10 * each} for each in range(number % 3)
            ]
        },
        "now": datetime(2026, 1, 1 + number % 31, number % 24, 30, tzinfo=UTC),
        "ip": ("10.0.0.1", "192.168.0.1", "8.8.8.8", "fe80::1", "fc00::1")[number % 5],
    }
    for number, (subject, department, level, is_permanent) in enumerate(
        product(("u1", "u9"), ("a", "ab"), (None, 1, 2, "1"), (True, False))
    )
]
ATOMS = [
    "subject.department == 'a'",
    "subject.department != 'ab'",
    "subject.department.startsWith('a')",
    "subject.department.size() > 1",
    "subject.email.endsWith('b.com')",
    "subject.email.matches('^x@ab?[.]')",
    "subject.email.matches('@a.?[.]com$')",
    "subject.department in ['a', 'c']",
    "'ab' in subject.emails",
    "subject.emails[0] == 'a'",
    "subject.emails.exists(e, e == 'u1')",
    "has(subject.attributes.level)",
    "'level' in subject.attributes",
    "subject.attributes.level == 1",
    "subject.attributes['level'] >= 2",
    "subject.attributes.level in [1, '1']",
    "task.isGrantPermanent",
    "(task.isGrantPermanent ? 1 : 2) < 2",
    "subject.id == 'u1'",
    "subject.department.lowerAscii() == 'a'",
    "ip.isPrivate",
    "ip.is4 && ip.isGlobalUnicast",
    "cidr('10.0.0.0/8', 'fe80::/10').contains(ip)",
    "'x' in subject.attributes.roles",
    "'y' in subject.emails || subject.id in subject.emails",
    "size(subject.attributes.roles) > 0",
    "subject.attributes.roles.exists(r, r == 'x')",
    "subject.attributes.roles.all(r, r.startsWith('y'))",
    "subject.attributes.roles[0] == 'x'",
    "subject.emails.all(e, e.size() > 1)",
    "subject.emails.exists(e, e in ['ab', 'u9'])",
    "['a', 'u1'].exists(x, x == subject.id || x == subject.department)",
    "account.risk_scores.exists(r, r.normalized_score > 5)",
    "account.risk_scores.all(r, r.source == 's' && r.normalized_score < 10)",
    "subject.attributes.place.city == 'a'",
    "has(subject.attributes.place.city)",
    "subject.email.split('@')[1] == 'a.com'",
    "subject.email.upperAscii().startsWith('X@A')",
    "subject.email.indexOf('.') > 3",
    "subject.email.substring(2).startsWith('ab')",
    "subject.email.matches('(?i)^X@AB')",
    "subject.department.ifEmpty('a') == 'a'",
    "size(subject.department) % 2 == 1",
    "int(subject.attributes.level) > 1",
    "now().getHours() >= 12",
    "now().getDayOfWeek('Europe/Berlin') in [0, 6]",
    "now().getDate() > 15 && now().getMonth() == 0",
    "timestamp(subject.attributes.hired) < now()",
    "ip == ip('10.0.0.1')",
    "true",
]
conditions = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda t: f"({' '.join(t)})"),
        inner.map(lambda text: f"!({text})"),
    ),
    max_leaves=3,
)
approvals = st.builds(
    users,
    st.sampled_from(PEOPLE),
    st.sampled_from(PEOPLE),
    allow_self_approval=st.booleans(),
    require_distinct_approvers=st.booleans(),
)
steps = st.lists(
    st.one_of(
        approvals,
        approvals,
        st.sampled_from([ACCEPT, REJECT]),
        st.integers(1, 3).map(wait),
    ),
    min_size=1,
    max_size=3,
)
rules = st.tuples(conditions, steps)


@st.composite
def changes(draw: st.DrawFn) -> tuple[KnownPolicy, KnownPolicy]:
    """Draw a policy, and the policy after a small change of it."""
    baseline: list[Step] = draw(steps)
    listed: list[tuple[str, list[Step]]] = draw(st.lists(rules, max_size=2))
    old = make(baseline, *listed)
    match draw(st.sampled_from(["baseline", "condition", "steps", "order", "new", "text"])):
        case "baseline":
            baseline = draw(steps)
        case "condition" if listed:
            listed = [(draw(conditions), listed[0][1]), *listed[1:]]
        case "steps" if listed:
            listed = [(listed[0][0], draw(steps)), *listed[1:]]
        case "order":
            listed, baseline = listed[::-1], baseline[::-1]
        case "new":
            listed = [*listed, draw(rules)]
        case _:
            listed = [(f"!(!({text}))", own) for text, own in listed]
    return old, make(baseline, *listed)


@given(changes())
def test_no_sampled_request_gets_through_with_less_if_the_verdict_says_so(
    change: tuple[KnownPolicy, KnownPolicy],
) -> None:
    policies = pair(*change)
    found = decide(policies.pairs[0], policies)
    event(found.word)
    if found.word == "not-weakened":
        for request in REQUESTS:
            was, now = (simulate(policy, **request) for policy in change)
            assert not gets_through_with_less(was, now, request), (
                request,
                was.explain(),
                now.explain(),
            )
    if found.request is not None:
        was, now = (simulate(policy, **found.request.to_arguments()) for policy in change)
        assert not was.possible
        assert not now.possible
        assert now.ending in ("completed", "accepted")
        # Self-approval and reassignment do not show in the course of every request.
        assert list_targets(was) != list_targets(now)


def list_targets(found: Simulation) -> tuple[Step, ...]:
    target = found.routes[-1].target
    assert target is not None
    return target.steps


def gets_through_with_less(was: Simulation, now: Simulation, request: dict[str, Any]) -> bool:
    """Return whether people can bring a request through now who could not before."""
    if was.possible or now.possible or now.ending == "rejected":
        return False
    if was.ending == "rejected":
        return True
    subject = request["subject"]["id"]
    before, after = list_approvals(was, subject), list_approvals(now, subject)
    if not all(allowed for allowed, _ in (*before, *after)):
        return False  # It is not documented who is asked instead.
    if sum_waits(now) < sum_waits(was):
        return True
    return any(can_pass(after, group) and not can_pass(before, group) for group in GROUPS)


def list_approvals(found: Simulation, subject: str) -> list[tuple[set[str], bool]]:
    """List the people of each approval, and whether they must be distinct from earlier ones."""
    approvals = []
    for step in list_targets(found):
        if "accept" in step:
            break
        if "approval" in step:
            kind = step["approval"]["users"]
            barred = set() if kind.get("allow_self_approval") else {subject}
            people = set(kind["user_ids"]) - barred
            approvals.append((people, bool(kind.get("require_distinct_approvers"))))
    return approvals


def sum_waits(found: Simulation) -> timedelta:
    waits = [step.duration for step in found.steps if isinstance(step, WaitStep)]
    return sum(filter(None, waits), timedelta())


def can_pass(approvals: list[tuple[set[str], bool]], group: frozenset[str]) -> bool:
    """Return whether the people of a group can give all approvals."""
    return any(
        all(
            not is_distinct or person not in chosen[:at]
            for at, (person, (_, is_distinct)) in enumerate(zip(chosen, approvals, strict=True))
        )
        for chosen in product(*(sorted(allowed & group) for allowed, _ in approvals))
    )
