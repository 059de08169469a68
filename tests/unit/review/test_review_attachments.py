"""Verdicts about apps and entitlements that get other policies, derived by hand with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from pulumi_c1policy._model.attachment_fields import AttachmentTarget
from pulumi_c1policy._review import pairing, review_reports
from pulumi_c1policy._review.review_reports import Review
from pulumi_c1policy._review.sides import Side
from pulumi_c1policy._simulate.known_attachments import KnownAttachment
from pulumi_c1policy._simulate.known_policies import KnownPolicy
from tests.unit.review.review_cases import ACCEPT, MANAGER, OWNER, Step, make

W, U, N = "weakened", "undecided", "not-weakened"
APP, ENTITLEMENT = AttachmentTarget("app"), AttachmentTarget("app", "admins")


def policy(id: str, *steps: Step, kind: str = "grant") -> KnownPolicy:
    return make(steps, id=id, display_name=id.title(), kind=kind)


STRICT, LAX, OPEN = policy("strict", MANAGER, OWNER), policy("lax", MANAGER), policy("open", ACCEPT)
OWNERS = policy("owners", OWNER)
REVOKE = policy("revoke", MANAGER, kind="revoke")
ALL = (STRICT, LAX, OPEN, OWNERS, REVOKE)


def attach(target: AttachmentTarget = APP, **values: Any) -> KnownAttachment:
    return KnownAttachment(target, values, resource=f"on-{target.noun}")


def export(*attachments: KnownAttachment) -> Side:
    return Side(ALL, attachments, has_all_uses=True)


def state(*attachments: KnownAttachment) -> Side:
    return Side(ALL, attachments)


@dataclass(frozen=True)
class Case:
    before: Side
    after: Side
    expected: Mapping[tuple[AttachmentTarget, str], str] = field(default_factory=dict)


GRANT, REMOVAL = "grant_policy_id", "revoke_policy_id"
CASES: dict[str, Case] = {
    # The app owner no longer approves.
    "weaker-policy": Case(
        state(attach(grant_policy_id="strict")),
        state(attach(grant_policy_id="lax")),
        {(APP, GRANT): W},
    ),
    # The app owner approves as well.
    "stronger-policy": Case(
        state(attach(grant_policy_id="lax")),
        state(attach(grant_policy_id="strict")),
        {(APP, GRANT): N},
    ),
    "same-policy": Case(state(attach(grant_policy_id="lax")), state(attach(grant_policy_id="lax"))),
    # Another approver.
    "other-policy": Case(
        state(attach(grant_policy_id="lax")),
        state(attach(grant_policy_id="owners")),
        {(APP, GRANT): U},
    ),
    # Without a policy, the owners of the app approve.
    "none-to-the-same": Case(
        state(attach(grant_policy_id="")),
        state(attach(grant_policy_id="owners")),
        {(APP, GRANT): N},
    ),
    "none-to-weaker": Case(
        state(attach(grant_policy_id="")),
        state(attach(grant_policy_id="open")),
        {(APP, GRANT): W},
    ),
    "strict-to-none": Case(
        state(attach(grant_policy_id="strict")),
        state(attach(grant_policy_id="")),
        {(APP, GRANT): W},
    ),
    # The documentation does not tell what removes access without a policy.
    "removal-to-none": Case(
        state(attach(revoke_policy_id="revoke")),
        state(attach(revoke_policy_id="")),
        {(APP, REMOVAL): U},
    ),
    # The entitlement inherits the policy that its app has.
    "inherited": Case(
        state(attach(grant_policy_id="strict"), attach(ENTITLEMENT, grant_policy_id="strict")),
        state(attach(grant_policy_id="strict"), attach(ENTITLEMENT, grant_policy_id="")),
        {(ENTITLEMENT, GRANT): N},
    ),
    "inherited-weaker": Case(
        state(attach(grant_policy_id="lax"), attach(ENTITLEMENT, grant_policy_id="strict")),
        state(attach(grant_policy_id="lax"), attach(ENTITLEMENT, grant_policy_id="")),
        {(ENTITLEMENT, GRANT): W},
    ),
    # The state does not have the app.
    "inherited-unknown": Case(
        state(attach(ENTITLEMENT, grant_policy_id="strict")),
        state(attach(ENTITLEMENT, grant_policy_id="")),
        {(ENTITLEMENT, GRANT): U},
    ),
    # The program sets a field whose former value no state has.
    "new-in-a-program": Case(state(), state(attach(grant_policy_id="strict")), {(APP, GRANT): U}),
    # An export has every use of its policies, so the app had none.
    "new-against-an-export": Case(
        export(), state(attach(grant_policy_id="open")), {(APP, GRANT): W}
    ),
    # The fields get their former values, which the state does not tell.
    "no-longer-in-a-program": Case(
        state(attach(grant_policy_id="strict")), state(), {(APP, GRANT): U}
    ),
    # The program never managed it.
    "only-in-an-export": Case(export(attach(grant_policy_id="strict")), state()),
    "gone-from-the-tenant": Case(
        export(attach(grant_policy_id="strict")), export(), {(APP, GRANT): W}
    ),
    "missing-policy": Case(
        state(attach(grant_policy_id="strict")),
        state(attach(grant_policy_id="elsewhere")),
        {(APP, GRANT): U},
    ),
    "emergency-on": Case(
        state(attach(ENTITLEMENT, emergency_grant_enabled=False)),
        state(attach(ENTITLEMENT, emergency_grant_enabled=True)),
        {(ENTITLEMENT, "emergency_grant_enabled"): U},
    ),
    "emergency-off": Case(
        state(attach(ENTITLEMENT, emergency_grant_enabled=True)),
        state(attach(ENTITLEMENT, emergency_grant_enabled=False)),
        {(ENTITLEMENT, "emergency_grant_enabled"): N},
    ),
    "emergency-policy": Case(
        state(attach(ENTITLEMENT, emergency_grant_policy_id="strict")),
        state(attach(ENTITLEMENT, emergency_grant_policy_id="open")),
        {(ENTITLEMENT, "emergency_grant_policy_id"): W},
    ),
    # The old entitlement gets its former policies back.
    "moved": Case(
        state(attach(ENTITLEMENT, grant_policy_id="strict")),
        state(attach(AttachmentTarget("app", "users"), grant_policy_id="strict")),
        {(AttachmentTarget("app", "users"), GRANT): U},
    ),
    # A file of policies says nothing about apps.
    "unknown": Case(Side(ALL), state(attach(grant_policy_id="open"))),
}


def review(before: Side, after: Side) -> Review:
    pairs = pairing.pair_all(before.policies, after.policies, is_whole=True)
    return review_reports.review_all(pairs, before, after)


@pytest.mark.parametrize("case", CASES)
def test_the_attachment_has_the_verdict_that_was_derived_by_hand(case: str) -> None:
    found = review(CASES[case].before, CASES[case].after).attachments
    assert {(each.target, each.field): each.verdict.word for each in found} == CASES[case].expected
    assert all((each.verdict.request is not None) == (each.verdict.word == W) for each in found)


NEW = policy("new", ACCEPT)
POLICIES: dict[str, tuple[Side, Side, str]] = {
    # Nothing can use a policy that only a program has.
    "new-in-a-program": (Side((LAX,)), Side((LAX, NEW), (), is_declared=True), N),
    # A person may have attached it already.
    "new-in-a-state": (Side((LAX,)), Side((LAX, NEW), ()), U),
    "new-in-an-export": (Side((LAX,)), Side((LAX, NEW), (), has_all_uses=True), N),
    "deleted-from-a-state": (Side((LAX, NEW), ()), Side((LAX,), ()), U),
    "deleted-without-uses": (Side((LAX, NEW), (), has_all_uses=True), Side((LAX,), ()), N),
}


@pytest.mark.parametrize("case", POLICIES)
def test_a_new_or_deleted_policy_has_the_verdict_that_was_derived_by_hand(case: str) -> None:
    before, after, expected = POLICIES[case]
    found = {each.name: each for each in review(before, after).policies}
    assert found["New"].verdict.word == expected, found["New"].verdict.reason
    assert found["Lax"].verdict.word == N


def test_a_policy_that_a_program_adds_and_attaches_is_judged_where_it_decides() -> None:
    declared = [attach(grant_policy_id="new")]
    after = Side((LAX, NEW), declared, is_declared=True)
    found = review(export(attach(grant_policy_id="lax")), after)
    assert [each.verdict.word for each in found.attachments] == [W]
    [new] = [each for each in found.policies if each.name == "New"]
    assert (
        new.verdict.reason == "the policy is new; 1 attachment uses it, which is judged by itself"
    )


def test_policies_of_a_program_are_those_of_the_tenant_in_attachments() -> None:
    own = make([MANAGER], id="lax-of-the-program", display_name="Lax")
    after = Side((own,), [attach(grant_policy_id="lax-of-the-program")], is_declared=True)
    assert not review(Side((LAX,), [attach(grant_policy_id="lax")]), after).attachments
