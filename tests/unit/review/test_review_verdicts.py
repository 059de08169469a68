"""Verdicts that were derived by hand, each with its reason."""

from __future__ import annotations

import pytest

from pulumi_c1policy._review.confirmation import confirm_weakening
from pulumi_c1policy._review.verdict import decide
from pulumi_c1policy._simulate.known_policies import KnownPolicy
from tests.unit.review.review_cases import (
    ACCEPT,
    FORM,
    MANAGER,
    OWNER,
    REJECT,
    Step,
    ask,
    escalate,
    make,
    pair,
    users,
    wait,
    wait_until,
)

W, U, N = "weakened", "undecided", "not-weakened"

STEPS: dict[str, tuple[list[Step], list[Step], str, str]] = {
    # id: old steps, new steps, verdict, reason of the verdict
    "same": ([MANAGER], [MANAGER], N, "nothing changes"),
    "step-removed": ([MANAGER, OWNER], [MANAGER], W, "one approval less"),
    "step-added": ([MANAGER], [MANAGER, OWNER], N, "one approval more"),
    "order": ([MANAGER, OWNER], [OWNER, MANAGER], N, "the same approvals in another order"),
    "twice-to-once": ([MANAGER, MANAGER], [MANAGER], W, "two approvals become one"),
    "accept-instead": ([MANAGER], [ACCEPT], W, "accept in place of an approval"),
    "accept-first": ([MANAGER], [ACCEPT, MANAGER], W, "no step after accept runs"),
    "accept-last": ([MANAGER], [MANAGER, ACCEPT], N, "passing the last step accepts, too"),
    "after-accept": ([ACCEPT, MANAGER], [ACCEPT], N, "the removed step was never reached"),
    "reject-removed": ([REJECT], [MANAGER], W, "requests were rejected"),
    "reject-added": ([MANAGER], [REJECT], N, "nothing gets through"),
    "reject-later": ([MANAGER, REJECT], [REJECT], N, "both reject every request"),
    "other-approver": ([MANAGER], [OWNER], U, "only a person can compare the two"),
    "fewer-and-other": ([MANAGER, OWNER], [users("a")], W, "two approvals become one"),
    "replaced-and-added": ([MANAGER], [OWNER, users("a")], U, "the manager is replaced"),
    "more-users": ([users("a")], [users("a", "b")], W, "a wider set"),
    "fewer-users": ([users("a", "b")], [users("b")], N, "a smaller set"),
    "other-users": ([users("a")], [users("b")], U, "another person"),
    "self-instead": ([MANAGER], [ask("self")], W, "people approve for themselves"),
    "self-before": ([ask("self")], [MANAGER], N, "people approved for themselves"),
    "self-allowed": ([MANAGER], [ask("manager", allow_self_approval=True)], W, "self-approval"),
    "self-forbidden": (
        [ask("manager", allow_self_approval=True)],
        [MANAGER],
        N,
        "no self-approval",
    ),
    "webhook": ([MANAGER], [ask("webhook", webhook_id="w")], U, "a machine decides"),
    "webhook-same": (
        [ask("webhook", webhook_id="w")],
        [ask("webhook", webhook_id="w")],
        N,
        "the same machine",
    ),
    "agent-text": (
        [ask("agent", instructions="be strict")],
        [ask("agent", instructions="be kind")],
        U,
        "other instructions",
    ),
    "group": (
        [ask("group", app_id="a", app_group_id="g")],
        [ask("group", app_id="a", app_group_id="h")],
        U,
        "another group",
    ),
    "expression": (
        [ask("expression", expressions=["appOwners"])],
        [ask("expression", expressions=["subject"])],
        U,
        "another expression",
    ),
    "fallback-wider": (
        [ask("manager", fallback=True, fallback_user_ids=["a"])],
        [ask("manager", fallback=True, fallback_user_ids=["a", "b"])],
        W,
        "a wider set of fallbacks",
    ),
    "fallback-narrower": (
        [ask("manager", fallback=True, fallback_user_ids=["a", "b"])],
        [ask("manager", fallback=True, fallback_user_ids=["b"])],
        N,
        "a smaller set of fallbacks",
    ),
    "fallback-off": (
        [ask("manager", fallback=True, fallback_user_ids=["a"])],
        [ask("manager", fallback=False, fallback_user_ids=["a"])],
        U,
        "the Super Admins are asked instead",
    ),
    "expression-fallback-off": (
        [ask("expression", expressions=["appOwners"], fallback=True, fallback_user_ids=["a"])],
        [ask("expression", expressions=["appOwners"])],
        W,
        "the step is skipped if no one is found",
    ),
    "expression-fallback-on": (
        [ask("expression", expressions=["appOwners"])],
        [ask("expression", expressions=["appOwners"], fallback=True, fallback_user_ids=["a"])],
        N,
        "the step is no longer skipped",
    ),
    "reassignment": ([MANAGER], [ask("manager", common={"allow_reassignment": True})], W, "others"),
    "reassignees-fewer": (
        [ask("manager", common={"allow_reassignment": True})],
        [ask("manager", common={"allow_reassignment": True, "allowed_reassignees": ["a"]})],
        N,
        "before, anybody",
    ),
    "reassignees-any": (
        [ask("manager", common={"allow_reassignment": True, "allowed_reassignees": ["a"]})],
        [ask("manager", common={"allow_reassignment": True})],
        W,
        "now anybody",
    ),
    "delegation": ([MANAGER], [ask("manager", common={"allow_delegation": True})], W, "delegates"),
    "reason-off": (
        [ask("manager", common={"require_approval_reason": True})],
        [MANAGER],
        W,
        "an approval needs no reason",
    ),
    "denial-reason-off": (
        [ask("manager", common={"require_denial_reason": True})],
        [MANAGER],
        N,
        "a denial lets nothing through",
    ),
    "step-up-off": (
        [ask("manager", common={"requires_step_up_provider_id": "s"})],
        [MANAGER],
        W,
        "no step-up authentication",
    ),
    "escalation-skips": ([MANAGER], [escalate(skip_step={})], W, "skipped after an hour"),
    "escalation-cancels": ([MANAGER], [escalate(cancel_ticket={})], N, "cancelled after an hour"),
    "escalation-asks": (
        [MANAGER],
        [escalate(reassign_to_approvers={"approver_ids": ["a"]})],
        W,
        "others may approve after an hour",
    ),
    "escalation-elsewhere": (
        [MANAGER],
        [escalate(replace_policy={"policy_id": "x"})],
        U,
        "an unknown policy takes over",
    ),
    "escalation-later": (
        [escalate(skip_step={})],
        [escalate(skip_step={}, expiration="2h")],
        N,
        "skipped later",
    ),
    "escalation-off": ([escalate(skip_step={})], [MANAGER], N, "never skipped"),
    "wait-removed": ([wait(4), MANAGER], [MANAGER], W, "a dropped wait"),
    "wait-shorter": ([wait(4), MANAGER], [wait(2), MANAGER], W, "a shorter wait"),
    "wait-split": ([wait(4)], [wait(1), wait(3)], N, "four hours in all"),
    "wait-condition": ([wait_until("ip.is4")], [wait_until("ip.is6")], U, "another condition"),
    "wait-name": ([wait_until("ip.is4", name="a")], [wait_until("ip.is4", name="b")], N, "a name"),
    "form-removed": ([FORM, MANAGER], [MANAGER], W, "a removed step"),
    "form-moved": ([FORM, MANAGER], [MANAGER, FORM], U, "approvers see no answers"),
    "distinct-dropped": (
        [MANAGER, ask("app_owners", require_distinct_approvers=True)],
        [MANAGER, OWNER],
        W,
        "one person may approve both",
    ),
    "distinct-alone": (
        [ask("manager", require_distinct_approvers=True)],
        [MANAGER],
        N,
        "there is no other step of which it could be distinct",
    ),
    "unknown-field": (
        [MANAGER],
        [ask("manager", common={"approve_by_itself": True})],
        U,
        "nobody knows what the field does",
    ),
    "unknown-setting": (
        [ask("manager", at_night=["a"])],
        [ask("manager", at_night=["a", "b"])],
        U,
        "nobody knows what the field does",
    ),
    "unknown-setting-kept": (
        [ask("manager", at_night=["a"])],
        [ask("manager", at_night=["a"])],
        N,
        "nothing changes",
    ),
    "unknown-escalation": ([MANAGER], [escalate(approve={"by": "x"})], U, "an unknown action"),
    "unknown-wait": (
        [wait(1)],
        [{"wait": {**wait(1)["wait"], "unless": "x"}}],
        U,
        "nobody knows when it waits",
    ),
    "unknown-step": ([MANAGER], [MANAGER, {"vote": {"most": 2}}], U, "an unknown kind"),
    "messages": ([{"accept": {"accept_message": "a"}}], [{"accept": {}}], N, "a message"),
}

IT = "subject.department == 'IT'"
X = "subject.employmentType == 'x'"
STRICT, LAX = [MANAGER, OWNER], [MANAGER]

RULES: dict[str, tuple[KnownPolicy, KnownPolicy, str, str]] = {
    "narrower-exception": (
        make(STRICT, (IT, LAX)),
        make(STRICT, (f"{IT} && {X}", LAX)),
        N,
        "fewer requests take the lax way",
    ),
    "wider-exception": (
        make(STRICT, (IT, LAX)),
        make(STRICT, (f"{IT} || {X}", LAX)),
        W,
        "x outside of IT",
    ),
    "other-text": (
        make(STRICT, (f"!({IT} || {X})", LAX)),
        make(STRICT, (f"!{X.join('()')} && !({IT})", LAX)),
        N,
        "De Morgan",
    ),
    "rules-swapped": (
        make(STRICT, (IT, LAX), (X, [REJECT])),
        make(STRICT, (X, [REJECT]), (IT, LAX)),
        N,
        "x in IT is now rejected",
    ),
    "rules-swapped-back": (
        make(STRICT, (X, [REJECT]), (IT, LAX)),
        make(STRICT, (IT, LAX), (X, [REJECT])),
        W,
        "x in IT was rejected",
    ),
    "exclusive-swapped": (
        make(STRICT, (IT, LAX), ("subject.department == 'HR'", [REJECT])),
        make(STRICT, ("subject.department == 'HR'", [REJECT]), (IT, LAX)),
        N,
        "no department is both",
    ),
    "dead-rule": (
        make(STRICT, (IT, LAX), (IT, [MANAGER, OWNER])),
        make(STRICT, (IT, LAX), (IT, [ACCEPT])),
        N,
        "the second rule is never reached",
    ),
    "threshold": (
        make(STRICT, ("subject.attributes['level'] > 3", LAX)),
        make(STRICT, ("subject.attributes['level'] > 2", LAX)),
        W,
        "level 3",
    ),
    "threshold-up": (
        make(STRICT, ("subject.attributes['level'] > 3", LAX)),
        make(STRICT, ("subject.attributes['level'] >= 4", LAX)),
        N,
        "level 3.5 no longer takes the lax way",
    ),
    "guard-dropped": (
        make(STRICT, ("has(subject.attributes.a) && subject.attributes.a == 'b'", LAX)),
        make(STRICT, ("subject.attributes.a == 'b'", LAX)),
        U,
        "without the key, the condition fails, and that case is not documented",
    ),
    "list": (
        make(STRICT, ("subject.department in ['IT', 'HR']", LAX)),
        make(STRICT, (IT, LAX)),
        N,
        "HR leaves the list",
    ),
    "prefix": (
        make(STRICT, ("subject.email.endsWith('@a.com')", LAX)),
        make(STRICT, ("subject.email.endsWith('a.com')", LAX)),
        W,
        "x@ba.com",
    ),
    "pattern-equal": (
        make(STRICT, ("subject.email.endsWith('@a.com')", LAX)),
        make(STRICT, ("subject.email.matches('@a[.]com$')", LAX)),
        N,
        "the same texts",
    ),
    "pattern-dot": (
        make(STRICT, ("subject.email.endsWith('@a.com')", LAX)),
        make(STRICT, ("subject.email.matches('@a.com$')", LAX)),
        W,
        "@a-com",
    ),
    "duration": (
        make(STRICT, ("task.grantDuration <= duration('8h')", LAX)),
        make(STRICT, ("task.grantDuration <= duration('480m')", LAX)),
        N,
        "480 minutes are 8 hours",
    ),
    "duration-longer": (
        make(STRICT, ("task.grantDuration <= duration('8h')", LAX)),
        make(STRICT, ("task.grantDuration <= duration('24h')", LAX)),
        W,
        "nine hours",
    ),
    "time": (
        make(STRICT, ("now() < timestamp('2027-01-01T00:00:00Z')", LAX)),
        make(STRICT, ("now() < timestamp('2028-01-01T00:00:00Z')", LAX)),
        W,
        "in 2027",
    ),
    "choice": (
        make(STRICT, (f"task.isGrantPermanent ? {IT} : true", LAX)),
        make(STRICT, (f"!task.isGrantPermanent || {IT}", LAX)),
        N,
        "the same",
    ),
    "function": (
        make(STRICT, ("c1.user.v1.HasApp(subject, 'a')", LAX)),
        make(STRICT, ("c1.user.v1.HasApp(subject, 'b')", LAX)),
        W,
        "a person with b and without a",
    ),
    "function-and": (
        make(STRICT, ("c1.user.v1.HasApp(subject, 'a')", LAX)),
        make(STRICT, (f"{IT} && c1.user.v1.HasApp(subject, 'a')", LAX)),
        N,
        "equal for equal arguments",
    ),
    "enum": (
        make(STRICT, ("subject.status == UserStatus.ENABLED", LAX)),
        make(STRICT, ("subject.status != UserStatus.DISABLED", LAX)),
        W,
        "deleted",
    ),
    "spelling": (
        make(STRICT, ("subject.job_title == 'a'", LAX)),
        make(STRICT, ("subject.jobTitle == 'a'", LAX)),
        N,
        "two spellings of one field",
    ),
    "address": (
        make(STRICT, ("ip.isPrivate", LAX)),
        make(STRICT, ("ip.isPrivate || cidr('8.8.0.0/16').contains(ip)", LAX)),
        W,
        "8.8.0.0",
    ),
    "network-narrower": (
        make(STRICT, ("ip.isPrivate", LAX)),
        make(STRICT, ("cidr('10.1.0.0/16').contains(ip)", LAX)),
        N,
        "10.1.0.0/16 is private",
    ),
    "network-other": (
        make(STRICT, ("cidr('10.0.0.0/8', '192.168.0.0/16').contains(ip)", LAX)),
        make(STRICT, ("ip.isPrivate", LAX)),
        W,
        "172.16.0.0",
    ),
    "network-version": (
        make(STRICT, ("ip.is4 && !ip.isMulticast", LAX)),
        make(STRICT, ("ip.isGlobalUnicast", LAX)),
        W,
        "IPv6",
    ),
    "address-parsed": (
        make(STRICT, ("ip.isLoopback", LAX)),
        make(STRICT, ("ip == ip('127.0.0.1')", LAX)),
        U,
        "the solver does not understand ip()",
    ),
    "loop": (
        make(STRICT, ("subject.emails.exists(e, e == 'a')", LAX)),
        make(STRICT, (f"{IT} && subject.emails.exists(e, e == 'a')", LAX)),
        N,
        "equal text is equal",
    ),
    "unreadable": (
        make(STRICT, ("subject.nothing == 1", LAX)),
        make(STRICT, ("subject.nobody == 1", LAX)),
        U,
        "the tenant rejects both conditions",
    ),
    "unreadable-same": (
        make(STRICT, ("subject.nothing == 1", LAX)),
        make([*STRICT, wait(1)], ("subject.nothing == 1", LAX)),
        N,
        "equal text is equal",
    ),
    "unknown-policy": (
        make(STRICT, baseline_policy_id="", rules=[{"condition": IT, "policy_id": "q"}]),
        make(STRICT, rules=[{"condition": IT, "policy_id": "q"}]),
        N,
        "the same unknown policy",
    ),
    "other-unknown-policy": (
        make(STRICT, rules=[{"condition": IT, "policy_id": "q"}]),
        make(STRICT, rules=[{"condition": IT, "policy_id": "r"}]),
        U,
        "another unknown policy",
    ),
    "type": (make([MANAGER], kind="grant"), make([MANAGER], kind="revoke"), U, "another type"),
    "revoke": (
        make([MANAGER, OWNER], kind="revoke"),
        make([OWNER], kind="revoke"),
        W,
        "revoked with one approval less",
    ),
    "certify": (make([MANAGER], kind="certify"), make([ACCEPT], kind="certify"), W, "kept at once"),
    "unknown-field": (
        make([MANAGER]),
        make([MANAGER], approve_after="1h"),
        U,
        "nobody knows what the field does",
    ),
    "unknown-field-of-a-rule": (
        make(STRICT, rules=[{"condition": IT, "step_key": "list0"}]),
        make(STRICT, rules=[{"condition": IT, "step_key": "list0", "unless": X}]),
        U,
        "nobody knows when the rule matches",
    ),
    "names": (
        make([MANAGER], description="a"),
        make([MANAGER], description="b", display_name="Other"),
        N,
        "names do not count",
    ),
}


@pytest.mark.parametrize("case", STEPS)
def test_the_steps_have_the_verdict_that_was_derived_by_hand(case: str) -> None:
    old, new, expected, reason = STEPS[case]
    check(make(old), make(new), expected, reason)
    # The same change for some requests only.
    check(make([FORM], (IT, old)), make([FORM], (IT, new)), expected, reason)


@pytest.mark.parametrize("case", RULES)
def test_the_rules_have_the_verdict_that_was_derived_by_hand(case: str) -> None:
    check(*RULES[case])


def check(old: KnownPolicy, new: KnownPolicy, expected: str, reason: str) -> None:
    policies = pair(old, new)
    found = decide(policies.pairs[0], policies)
    assert found.word == expected, f"{reason}; but {found.reason}"
    assert (found.request is not None) == (expected == W)
    if found.request is not None:
        assert confirm_weakening(policies.pairs[0], policies, found.request)
