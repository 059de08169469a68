"""Verdicts about apps and entitlements that get other policies, derived by hand with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from pulumi_c1policy._model.attachment_fields import AttachmentTarget
from pulumi_c1policy._review import pairing, review_reports
from pulumi_c1policy._review.review_reports import Review
from pulumi_c1policy._review.sides import Side
from pulumi_c1policy._simulate.known_attachments import KnownAttachment
from pulumi_c1policy._simulate.known_policies import KnownPolicy
from tests.unit.review.review_cases import ACCEPT, MANAGER, OWNER, REJECT, Step, make

W, U, N = "weakened", "undecided", "not-weakened"
APP, ENTITLEMENT = AttachmentTarget("app"), AttachmentTarget("app", "admins")


def policy(id: str, *steps: Step, kind: str = "grant") -> KnownPolicy:
    return make(steps, id=id, display_name=id.title(), kind=kind)


STRICT, LAX, OPEN = policy("strict", MANAGER, OWNER), policy("lax", MANAGER), policy("open", ACCEPT)
OWNERS = policy("owners", OWNER)
REVOKE = policy("revoke", MANAGER, kind="revoke")
ALL = (
    *(STRICT, LAX, OPEN, OWNERS, REVOKE),
    policy("revoke-open", ACCEPT, kind="revoke"),
    policy("certify", MANAGER, kind="certify"),
)
CLOSED = policy("closed", REJECT)
ACTIONS = make([ACCEPT], id="actions", post_actions=[{"certify_remediate_immediately": True}])


def attach(target: AttachmentTarget = APP, **values: Any) -> KnownAttachment:
    return KnownAttachment(target, values, resource=f"on-{target.noun}")


def export(*attachments: KnownAttachment) -> Side:
    return Side(ALL, attachments, has_all_uses=True, extent="tenant")


def state(*attachments: KnownAttachment) -> Side:
    return Side(ALL, attachments, extent="stack")


def by_name(attachment: KnownAttachment) -> Side:
    """Return a program that looks its object up."""
    return Side(ALL, [attachment], extent="stack", unidentified=frozenset([attachment.target]))


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
    # A file of policies says nothing about apps: it is not known what decided before.
    "unknown-before": Case(Side(ALL), state(attach(grant_policy_id="strict")), {(APP, GRANT): U}),
    # Files of policies change no attachment.
    "unknown-after": Case(state(attach(grant_policy_id="strict")), Side(ALL)),
    # The tenant's apps could not be read.
    "unreadable-after": Case(
        state(attach(grant_policy_id="strict")), Side(ALL, extent="tenant"), {(APP, GRANT): U}
    ),
    # Whatever decided before, no request is granted any more.
    "unknown-to-rejected": Case(
        Side((*ALL, CLOSED)),
        Side((*ALL, CLOSED), [attach(grant_policy_id="closed")]),
        {(APP, GRANT): N},
    ),
    # Requests needed no approval, so nothing that decides now demands less.
    "open-to-unknown": Case(
        state(attach(grant_policy_id="open")),
        state(attach(grant_policy_id="elsewhere")),
        {(APP, GRANT): N},
    ),
    # Other actions follow after the policy, which the next one may lack.
    "open-with-actions-to-unknown": Case(
        Side((ACTIONS,), [attach(grant_policy_id="actions")], extent="stack"),
        Side((ACTIONS,), [attach(grant_policy_id="elsewhere")], extent="stack"),
        {(APP, GRANT): U},
    ),
    "revoke-policy": Case(
        state(attach(revoke_policy_id="revoke")),
        state(attach(revoke_policy_id="revoke-open")),
        {(APP, REMOVAL): W},
    ),
    # A policy for removals cannot decide about requests.
    "policy-of-another-type": Case(
        state(attach(grant_policy_id="lax")),
        state(attach(grant_policy_id="revoke")),
        {(APP, GRANT): U},
    ),
    "review-from-none": Case(
        state(attach(certify_policy_id="")),
        state(attach(certify_policy_id="certify")),
        {(APP, "certify_policy_id"): U},
    ),
    # The program does not manage the app, whose policy the tenant tells.
    "inherited-from-an-app-of-the-tenant": Case(
        export(attach(grant_policy_id="lax"), attach(ENTITLEMENT, grant_policy_id="strict")),
        state(attach(ENTITLEMENT, grant_policy_id="")),
        {(ENTITLEMENT, GRANT): W},
    ),
    # Neither the app nor the entitlement has a policy afterwards: the owners of the app approve.
    "inherited-from-an-app-without-a-policy": Case(
        export(attach(ENTITLEMENT, grant_policy_id="open")),
        export(),
        {(ENTITLEMENT, GRANT): N},
    ),
    # The app gets a weaker policy; the entitlement keeps its own one.
    "app-below-an-entitlement": Case(
        state(attach(grant_policy_id="strict"), attach(ENTITLEMENT, grant_policy_id="strict")),
        state(attach(grant_policy_id="lax"), attach(ENTITLEMENT, grant_policy_id="strict")),
        {(APP, GRANT): W},
    ),
    # The app and its entitlement change places: both are weaker than before.
    "app-and-entitlement": Case(
        state(attach(grant_policy_id="strict"), attach(ENTITLEMENT, grant_policy_id="strict")),
        state(attach(grant_policy_id="lax"), attach(ENTITLEMENT, grant_policy_id="")),
        {(APP, GRANT): W, (ENTITLEMENT, GRANT): W},
    ),
    # Another kind of object may have a resource of the same name.
    "app-and-entitlement-of-one-name": Case(
        state(KnownAttachment(APP, {GRANT: "strict"}, "crm")),
        state(
            KnownAttachment(APP, {GRANT: "strict"}, "crm"),
            KnownAttachment(ENTITLEMENT, {GRANT: "strict"}, "crm"),
        ),
        {(ENTITLEMENT, GRANT): U},
    ),
    # Each field is judged by itself.
    "two-fields": Case(
        state(attach(grant_policy_id="strict", revoke_policy_id="revoke")),
        state(attach(grant_policy_id="lax", revoke_policy_id="revoke-open")),
        {(APP, GRANT): W, (APP, REMOVAL): W},
    ),
    # The app keeps the id of a policy that no longer exists.
    "policy-deleted-below-the-app": Case(
        export(attach(grant_policy_id="strict")),
        Side((LAX,), [attach(grant_policy_id="strict")], has_all_uses=True, extent="tenant"),
        {(APP, GRANT): U},
    ),
    # The state does not tell the app, but the policy did not exist before.
    "new-policy-in-the-tenant": Case(
        Side((LAX,), (), extent="stack"),
        Side((LAX, OPEN), [attach(grant_policy_id="open")], has_all_uses=True, extent="tenant"),
        {(APP, GRANT): U},
    ),
    # The stack does not manage the app, so its own policies do not change there.
    "other-app-in-the-tenant": Case(
        Side((LAX,), (), extent="stack"),
        Side((LAX,), [attach(grant_policy_id="lax")], has_all_uses=True, extent="tenant"),
    ),
    # The export contains chosen policies only: the app may have had another one.
    "export-of-some-policies": Case(
        Side(ALL, ()), state(attach(grant_policy_id="open")), {(APP, GRANT): U}
    ),
    # The program looks the app up by name: the export has it under another id.
    "app-by-name": Case(
        export(attach(AttachmentTarget("2abc"), grant_policy_id="strict")),
        Side(
            ALL, [attach(grant_policy_id="owners")], extent="stack", unidentified=frozenset([APP])
        ),
        {(APP, GRANT): U},
    ),
    # Both programs look up the same name.
    "app-by-name-on-both-sides": Case(
        by_name(attach(grant_policy_id="strict")),
        by_name(attach(grant_policy_id="lax")),
        {(APP, GRANT): W},
    ),
    "emergency-no-longer-set": Case(
        state(attach(ENTITLEMENT, emergency_grant_enabled=False)),
        state(),
        {(ENTITLEMENT, "emergency_grant_enabled"): U},
    ),
    "emergency-inherited": Case(
        state(attach(ENTITLEMENT, emergency_grant_policy_id="strict")),
        state(attach(ENTITLEMENT, emergency_grant_policy_id="")),
        {(ENTITLEMENT, "emergency_grant_policy_id"): U},
    ),
    # It is not documented in detail whose settings decide then.
    "overridden-defaults": Case(
        state(attach(ENTITLEMENT, override_access_requests_defaults=False)),
        state(attach(ENTITLEMENT, override_access_requests_defaults=True)),
        {(ENTITLEMENT, "override_access_requests_defaults"): U},
    ),
}


def review(before: Side, after: Side) -> Review:
    pairs = pairing.pair_all(before.policies, after.policies, is_whole=True)
    return review_reports.review_all(pairs, before, after)


@pytest.mark.parametrize("case", CASES)
def test_the_attachment_has_the_verdict_that_was_derived_by_hand(case: str) -> None:
    found = review(CASES[case].before, CASES[case].after).attachments
    assert {(each.target, each.field): each.verdict.word for each in found} == CASES[case].expected
    assert all((each.verdict.request is not None) == (each.verdict.word == W) for each in found)


NEW, STRONG = policy("new", ACCEPT), policy("new", MANAGER)
NAMED = {"display_name": "New"}
STACK, PROGRAM = Side((LAX,), (), extent="stack"), Side((LAX, NEW), (), is_declared=True)
TENANT = Side((LAX,), (), has_all_uses=True, extent="tenant")


def add(side: Side, *policies: KnownPolicy) -> Side:
    return replace(side, policies=(LAX, *policies))


POLICIES: dict[str, tuple[Side, Side, str]] = {
    # Nothing can use a policy that only a program has.
    "new-in-a-program": (STACK, PROGRAM, N),
    # The file may have left it out.
    "new-against-a-file": (Side((LAX,)), PROGRAM, U),
    # A person may have attached it already.
    "new-in-a-state": (STACK, add(STACK, NEW), U),
    "new-in-a-file": (STACK, Side((LAX, NEW)), U),
    "new-in-the-tenant": (STACK, add(TENANT, NEW), N),
    # Wherever it is used, it grants nothing.
    "new-and-closed": (Side((LAX,)), Side((LAX, policy("new", REJECT))), N),
    "deleted-from-a-state": (add(STACK, STRONG), STACK, U),
    # Campaigns and request defaults may have used it.
    "deleted-without-uses": (add(TENANT, STRONG), TENANT, U),
    # Whatever decides afterwards demands as much.
    "deleted-and-open": (add(STACK, NEW), STACK, N),
    # Only the requests that its rule matches got through without approval.
    "deleted-and-open-by-a-rule": (
        add(STACK, make([MANAGER], ("subject.email == 'x'", [ACCEPT]), id="new", **NAMED)),
        STACK,
        U,
    ),
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
