"""The uses of policies in the objects of a tenant, and the sentences about them."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_c1policy._lifecycle.planning import use_texts, uses
from pulumi_c1policy._lifecycle.planning.uses import PolicyUse

APP = {"id": "a1", "displayName": "GitHub", "grantPolicyId": "p1", "revokePolicyId": "p2"}
ENTITLEMENT = {
    "id": "e1",
    "appId": "a1",
    "displayName": "Admin",
    "certifyPolicyId": "p1",
    "emergencyGrantPolicyId": "p1",
    "grantCount": "1204",
}


def test_an_app_uses_the_policies_in_its_fields() -> None:
    assert uses.find_in_app(APP, {"p1", "p2", "p3"}) == [
        PolicyUse("p1", "app", "a1", "GitHub", places=("grant",)),
        PolicyUse("p2", "app", "a1", "GitHub", places=("revoke",)),
    ]


def test_an_entitlement_uses_a_policy_in_several_fields() -> None:
    [found] = uses.find_in_entitlement({"appEntitlement": ENTITLEMENT}, {"p1"})
    assert found.places == ("certify", "emergency grant")
    assert (found.app_id, found.id, found.grants) == ("a1", "e1", 1204)


def test_defaults_and_rules_use_policies_by_their_own_fields() -> None:
    body = {"appId": "a1", "requestPolicyId": "p1", "emergencyGrantPolicyId": "p2"}
    [default] = uses.find_in_defaults("a1", body, {"p1"})
    assert (default.kind, default.app_id, default.places) == (
        "request defaults",
        "a1",
        ("request",),
    )
    rule = {"id": "r1", "displayName": "Prod", "settings": {"emergencyGrantPolicyId": "p2"}}
    [found] = uses.find_in_rule("a1", rule, {"p2"})
    assert (found.kind, found.id, found.places) == (
        "configuration rule",
        "r1",
        ("emergency grant",),
    )


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"appEntitlement": None},
        {"appEntitlement": "?"},
        {"appEntitlement": {"grantPolicyId": ["p1"]}},
        {"appEntitlement": {"grantPolicyId": "other"}},
        {"appEntitlement": {"grantPolicyId": "p1", "deletedAt": "2026-01-01T00:00:00Z"}},
        {"appEntitlement": {"provisionerPolicy": {"id": "p1"}}},
    ],
)
def test_a_row_that_does_not_name_the_policy_is_not_a_use(row: dict[str, Any]) -> None:
    assert uses.find_in_entitlement(row, {"p1"}) == []


def test_a_policy_uses_others_by_rules_baseline_agents_and_escalations() -> None:
    agent = {"agent": {"policy_ids": ["p1", "own"]}}
    escalation = {"manager": {}, "escalation": {"replace_policy": {"policy_id": "p1"}}}
    policy = {
        "display_name": "Chooser",
        "rules": [{"condition": "true", "policy_id": "p1"}],
        "baseline_policy_id": "p1",
        "policy_steps": {"grant": {"steps": [{"approval": agent}, {"approval": escalation}]}},
    }
    assert uses.find_in_policy("own", policy, {"p1", "own"}) == [
        PolicyUse(
            "p1",
            "policy",
            "own",
            "Chooser",
            places=(
                "rules[0].policy_id",
                "baseline_policy_id",
                'policy_steps["grant"].steps[0].approval.agent.policy_ids',
            ),
        ),
        PolicyUse(
            "p1",
            "escalation",
            "own",
            "Chooser",
            places=('policy_steps["grant"].steps[1].approval.escalation.replace_policy.policy_id',),
        ),
    ]


@pytest.mark.parametrize("count", ["", "many", "-1", "9" * 30, None, 1.5, True])
def test_an_invalid_number_of_grants_counts_as_zero(count: object) -> None:
    row = {"appEntitlement": {**ENTITLEMENT, "grantCount": count}}
    [found] = uses.find_in_entitlement(row, {"p1"})
    assert found.grants == 0


def make_entitlement(number: int, grants: int) -> PolicyUse:
    return PolicyUse(
        "p1", "entitlement", f"e{number}", f"E{number}", "a1", ("grant",), grants, "GitHub"
    )


def test_apps_come_first_and_then_the_entitlements_with_the_most_grants() -> None:
    app = PolicyUse("p1", "app", "a1", "GitHub", places=("grant",))
    found = uses.sort([make_entitlement(1, 5), make_entitlement(2, 90), app])
    assert [use.id for use in found] == ["a1", "e2", "e1"]


def test_uses_that_two_pages_show_count_once() -> None:
    assert (
        len(
            uses.drop_repeated(
                [make_entitlement(1, 5), make_entitlement(1, 5), make_entitlement(2, 5)]
            )
        )
        == 2
    )


def test_a_refusal_names_the_largest_uses_the_total_and_the_whole_command() -> None:
    app = PolicyUse("p1", "app", "a1", "GitHub", places=("grant", "revoke"))
    found = [*(make_entitlement(n, n) for n in range(12)), app]
    summary, advice = use_texts.refuse_delete("p1", found, is_complete=True)
    assert summary == (
        "it is in use by 1 app and 12 entitlements, which would keep the id of a deleted policy: "
        "the app 'GitHub' (a1) for grant and revoke, "
        "the entitlement 'E11' (e11) of the app 'GitHub' (a1) for grant, 11 grants, "
        "the entitlement 'E10' (e10) of the app 'GitHub' (a1) for grant, 10 grants, "
        "the entitlement 'E9' (e9) of the app 'GitHub' (a1) for grant, 9 grants, "
        "the entitlement 'E8' (e8) of the app 'GitHub' (a1) for grant, 8 grants and 8 more."
    )
    assert "`PULUMI_C1POLICY_ON_IN_USE=delete pulumi destroy`" in advice
    assert "`c1policy usage p1`" in advice


def test_the_number_of_uses_of_an_incomplete_search_has_at_least() -> None:
    assert (
        use_texts.count_uses([make_entitlement(1, 1)], is_complete=False)
        == "at least 1 entitlement"
    )


def test_a_hostile_name_stays_on_its_line_and_is_cut() -> None:
    use = PolicyUse("p1", "app", "a1\n", "\x1b[2J\u202e\nFix: " + "x" * 500)
    shown = use_texts.name_object(use)
    assert shown.isprintable()
    assert len(shown) < 120
