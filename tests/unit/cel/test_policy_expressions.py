"""The expressions of a policy, their paths and their diagnostics."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.policy_expressions import check_policy, find_expressions
from pulumi_c1policy._model.paths import format_path
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.unknown import UNKNOWN
from tests.unit.cel.corpus import MANAGERS

STEP = 'policy_steps["grant"].steps[0]'


def make_policy(step: dict[str, Any]) -> dict[str, Any]:
    return {"policy_steps": {"grant": {"steps": [step]}}}


def make_approval(*texts: object, **others: object) -> dict[str, Any]:
    return make_policy({"approval": {"expression": {"expressions": list(texts), **others}}})


def list_diagnostics(inputs: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(format_path(f.path), f.place, f.text) for f in find_expressions(POLICY, inputs)]


def list_rules(inputs: dict[str, Any]) -> list[tuple[str, str]]:
    return [(format_path(f.path), f.diagnostic.rule) for f in check_policy(inputs)]


CONFIG = f"{STEP}.provision.provision_policy.connector.account.config"
ASSIGNEE = f"{STEP}.provision.provision_policy.manual.assignee.expression"


@pytest.mark.parametrize(
    ("inputs", "path", "place"),
    [
        ({"rules": [{"condition": "x"}]}, "rules[0].condition", Place.RULE_CONDITION),
        (
            make_policy({"wait": {"condition": {"condition": "x"}}}),
            f"{STEP}.wait.condition.condition",
            Place.WAIT_CONDITION,
        ),
        (make_approval("x"), f"{STEP}.approval.expression.expressions[0]", Place.APPROVER),
        (
            make_policy(
                {
                    "provision": {
                        "provision_policy": {
                            "manual": {"assignee": {"expression": {"expressions": ["x"]}}}
                        }
                    }
                }
            ),
            f"{ASSIGNEE}.expressions[0]",
            Place.PROVISIONER,
        ),
        (
            make_policy(
                {
                    "provision": {
                        "provision_policy": {
                            "connector": {"account": {"config": {"a b": {"c": [1, "x"]}}}}
                        }
                    }
                }
            ),
            f'{CONFIG}["a b"]["c"][1]',
            Place.ACCOUNT_CONFIG,
        ),
        (
            make_policy(
                {"form": {"form": {"fields": [{"admin_config": {"default_value_cel": "x"}}]}}}
            ),
            f"{STEP}.form.form.fields[0].admin_config.default_value_cel",
            Place.FORM,
        ),
        (
            make_policy(
                {"form": {"form": {"fields": [{"user_config": {"input_transformation_cel": "x"}}]}}}
            ),
            f"{STEP}.form.form.fields[0].user_config.input_transformation_cel",
            Place.FORM,
        ),
    ],
    ids=["rule", "wait", "approver", "provisioner", "config", "form", "form input"],
)
def test_an_expression_is_found_at_its_place(
    inputs: dict[str, Any], path: str, place: Place
) -> None:
    assert list_diagnostics(inputs) == [(path, place, "x")]


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"rules": None},
        {"rules": UNKNOWN, "policy_steps": UNKNOWN},
        {"rules": [UNKNOWN, {"condition": UNKNOWN}, {"condition": None}, {"condition": ""}]},
        {"rules": "subject", "policy_steps": ["subject"]},
        {"rules": [{"condition": 5}, 7]},
        {"conditions": "subject", "description": "subject.emial"},
        make_approval(),
        make_approval(UNKNOWN, 5, None),
    ],
)
def test_other_values_are_skipped(inputs: dict[str, Any]) -> None:
    assert list_diagnostics(inputs) == []


def test_every_diagnostic_has_the_path_of_its_expression() -> None:
    inputs = {
        "rules": [{"condition": "subject.emial == 'a'"}, {"condition": "ip.is4"}],
        **make_approval("subject", "subject.manager"),
    }
    assert list_rules(inputs) == [
        ("rules[0].condition", "unknown-field"),
        (f"{STEP}.approval.expression.expressions[1]", "wrong-result"),
    ]


def test_a_diagnostic_shows_its_expression_with_a_caret() -> None:
    (located,) = check_policy({"rules": [{"condition": "subject.emial == 'a'"}]})
    assert str(located).splitlines()[1:] == ["  subject.emial == 'a'", "          ^"]


@pytest.mark.parametrize(
    "inputs",
    [
        make_approval(MANAGERS, "appOwners"),
        make_approval("subject", MANAGERS),
        make_approval(MANAGERS, UNKNOWN),
        make_approval(MANAGERS, fallback=True, fallback_user_ids=["a"]),
        make_approval(MANAGERS, fallback=UNKNOWN, fallback_user_ids=UNKNOWN),
        make_approval(
            MANAGERS,
            fallback=True,
            is_group_fallback_enabled=True,
            fallback_group_ids=[{"app_id": "a", "app_entitlement_id": "b"}],
        ),
    ],
    ids=["later", "earlier", "unknown later", "users", "unknown users", "groups"],
)
def test_an_approver_with_a_fallback_has_no_warning(inputs: dict[str, Any]) -> None:
    assert list_rules(inputs) == []


@pytest.mark.parametrize(
    "others",
    [
        {},
        {"fallback": True},
        {"fallback": False, "fallback_user_ids": ["a"]},
        {"fallback": True, "fallback_group_ids": [{"app_id": "a"}]},
    ],
    ids=["none", "no users", "switched off", "groups switched off"],
)
def test_an_approver_without_a_fallback_has_a_warning(others: dict[str, Any]) -> None:
    assert [rule for _, rule in list_rules(make_approval(MANAGERS, **others))] == [
        "approver-can-be-empty"
    ]


def test_a_rejected_expression_is_not_a_fallback() -> None:
    assert [rule for _, rule in list_rules(make_approval(MANAGERS, "appOwner"))] == [
        "approver-can-be-empty",
        "unknown-variable",
    ]


def test_fallback_users_are_the_fallback_of_a_provisioner() -> None:
    def manual(**others: object) -> dict[str, Any]:
        expression = {"expressions": [MANAGERS], **others}
        manual = {"assignee": {"expression": expression}}
        return make_policy({"provision": {"provision_policy": {"manual": manual}}})

    assert list_rules(manual(fallback_user_ids=["a"])) == []
    assert [rule for _, rule in list_rules(manual())] == ["approver-can-be-empty"]
