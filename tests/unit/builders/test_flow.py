"""Flows: rules with their steps become a policy's rules and keyed steps."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from pulumi_c1policy import accept, approve, on, otherwise, reject, when
from pulumi_c1policy._lifecycle.checks.policy_checks import check
from pulumi_c1policy.builders.flow import Flow

SALES, ADMINS = "subject.department == 'Sales'", "subject.jobTitle == 'Admin'"
MANAGER: Any = {"approval": {"manager": {}}}
REJECT: Any = {"reject": {}}


def index_rules(flow: Flow) -> dict[Any, Any]:
    return {rule["condition"]: rule.get("step_key") for rule in flow.get("rules", [])}


@pytest.mark.parametrize(
    ("build", "kind", "key"),
    [
        (on.grant, "POLICY_TYPE_GRANT", "grant"),
        (on.revoke, "POLICY_TYPE_REVOKE", "revoke"),
        (on.certify, "POLICY_TYPE_CERTIFY", "certify"),
        (on.access_request, "POLICY_TYPE_ACCESS_REQUEST", "access_request"),
        (on.provision, "POLICY_TYPE_PROVISION", "provision"),
    ],
)
def test_bare_steps_are_the_baseline(build: Any, kind: str, key: str) -> None:
    assert build(approve.manager(), reject()) == {
        "policy_type": kind,
        "policy_steps": {key: {"steps": [MANAGER, REJECT]}},
    }


@pytest.mark.parametrize(
    "flow",
    [
        on.grant(when(SALES, steps=[reject()], key="sales"), otherwise(steps=[approve.manager()])),
        on.grant(when(SALES, steps=[reject()], key="sales"), approve.manager()),
        on.grant(approve.manager(), when(SALES, steps=[reject()], key="sales")),
    ],
    ids=["otherwise", "bare", "bare-first"],
)
def test_a_key_links_a_rule_to_its_steps(flow: Flow) -> None:
    assert flow == {
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": {"grant": {"steps": [MANAGER]}, "sales": {"steps": [REJECT]}},
        "rules": [{"condition": SALES, "step_key": "sales"}],
    }


def test_requests_may_go_to_other_policies() -> None:
    assert on.grant(when(SALES, policy="p1"), otherwise(policy="p2")) == {
        "policy_type": "POLICY_TYPE_GRANT",
        "rules": [{"condition": SALES, "policy_id": "p1"}],
        "baseline_policy_id": "p2",
    }


def test_an_unknown_id_is_passed_on() -> None:
    later: pulumi.Output[str] = pulumi.Output.from_input("p1")
    flow = on.grant(when(later, policy=later), otherwise(policy=later))
    (rule,) = flow["rules"]
    assert rule["condition"] is later
    assert rule["policy_id"] is later
    assert flow["baseline_policy_id"] is later


def test_remediation_is_a_post_action() -> None:
    flow = on.certify(approve.manager(), remediate_immediately=True)
    assert flow["post_actions"] == [{"certify_remediate_immediately": True}]


def test_generated_keys_do_not_change() -> None:
    """A release that generates other keys would change every policy with such keys."""
    flow = on.grant(
        when(SALES, steps=[reject()]),
        when("'ä' == '世'", steps=[reject()]),
        when(" && ".join([SALES] * 9), steps=[reject()]),
    )
    assert list(flow["policy_steps"]) == [
        "subject-department-sales-4eceb3",
        "737ac6",
        "subject-department-sales-subject-departm-bd0523",
    ]


def test_a_generated_key_survives_reordering_new_steps_and_layout() -> None:
    one = on.grant(when(SALES, steps=[reject()]), when(ADMINS, steps=[accept()]))
    other = on.grant(
        when(ADMINS, steps=[approve.manager(), accept()]),
        when("subject.department\n  == 'Sales'", steps=[reject("No.")]),
    )
    assert set(index_rules(one).values()) == set(index_rules(other).values())
    assert index_rules(one)[ADMINS] == index_rules(other)[ADMINS]


def test_similar_conditions_get_different_keys() -> None:
    flow = on.grant(
        when("a == 'b'", steps=[reject()]), when("a != 'b'", steps=[accept()]), approve.manager()
    )
    assert len(set(index_rules(flow).values())) == 2


def test_a_repeated_condition_is_left_to_the_preview() -> None:
    flow = on.grant(when(SALES, steps=[reject()]), when(SALES, steps=[accept()]), approve.manager())
    assert len(flow["policy_steps"]) == 3
    assert [finding.rule for finding in check({"display_name": "Policy", **flow})] == ["dead-rule"]


@pytest.mark.parametrize(
    ("build", "refusal", "hint"),
    [
        pytest.param(
            lambda: on.grant(otherwise(policy="p"), otherwise(policy="q")),
            TypeError,
            "one otherwise",
            id="two baselines",
        ),
        pytest.param(
            lambda: on.grant(approve.manager(), otherwise(policy="p")),
            TypeError,
            "write the bare steps in it",
            id="bare steps beside a baseline",
        ),
        pytest.param(
            lambda: on.grant(
                when(SALES, steps=[], key="k"), when(ADMINS, steps=[], key="k"), approve.manager()
            ),
            ValueError,
            "'k'",
            id="a key twice",
        ),
        pytest.param(
            lambda: on.grant(when(SALES, steps=[], key="grant"), approve.manager()),
            ValueError,
            "'grant'",
            id="the baseline's key",
        ),
        pytest.param(
            lambda: on.grant(when(pulumi.Output.from_input(SALES), steps=[])),  # type: ignore[call-overload]
            TypeError,
            'key="contractors"',
            id="a condition that is not known yet, without a key",
        ),
    ],
)
def test_an_ambiguous_flow_raises_an_error(build: Any, refusal: type[Exception], hint: str) -> None:
    with pytest.raises(refusal, match=hint):
        build()
