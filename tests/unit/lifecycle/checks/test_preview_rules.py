"""The findings of a preview: each rule with the path, the rule's id and the correction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._lifecycle.checks.policy_checks import check
from pulumi_c1policy._model.paths import format_path
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._model.unknown import UNKNOWN

MANAGER: Tree = {"approval": {"manager": {}}}
FIRST = 'policy_steps["grant"].steps[0]'
HOUR, MONTH = 3600, 31 * 86400


def make_policy(*steps: Any, **fields: Any) -> Tree:
    """Return a policy of correct shape with these baseline steps and other fields."""
    right: Tree = {
        "display_name": "Policy",
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": {"grant": {"steps": list(steps) or [MANAGER]}},
    }
    return {name: value for name, value in (right | fields).items() if value is not None}


def make_approval(**fields: Any) -> Tree:
    return make_policy({"approval": fields})


def make_rules(*rules: Any, **lists: Any) -> Tree:
    return make_policy(
        policy_steps={"grant": {"steps": [MANAGER]}, "low": {"steps": [{"accept": {}}]}} | lists,
        rules=list(rules),
    )


def make_rule(**outcome: Any) -> Tree:
    return {"condition": "subject.department == 'Sales'"} | outcome


def make_annotated(**notes: str) -> Tree:
    return make_policy(annotations=notes)


def describe(finding: Finding) -> tuple[str, str, str]:
    return finding.severity, format_path(finding.path), finding.rule


LOW = {"condition": "a == 'b'", "step_key": "low"}
ESCALATION = {"expiration": 3600, "skip_step": {}}

INVALID = {
    "two kinds of step": (
        make_policy({"approval": {"manager": {}}, "accept": {}}),
        FIRST,
        "",
        "`approval` and `accept`",
    ),
    "no kind of step": (make_policy({}), FIRST, "empty-step", "exactly one of `approval`"),
    "two kinds of approval": (
        make_approval(manager={}, self={}),
        f"{FIRST}.approval",
        "",
        "`manager` and `self`",
    ),
    "no kind of approval": (make_approval(), f"{FIRST}.approval", "one-of", "`users`, `manager`"),
    "options without a kind of approval": (
        make_approval(require_denial_reason=True),
        f"{FIRST}.approval",
        "one-of",
        "is empty",
    ),
    "no kind of wait": (make_policy({"wait": {}}), f"{FIRST}.wait", "one-of", "`condition`"),
    "no kind of provisioning": (
        make_policy({"provision": {"provision_policy": {}}}),
        f"{FIRST}.provision.provision_policy",
        "one-of",
        "`connector`",
    ),
    "no kind of escalation": (
        make_approval(manager={}, escalation_enabled=True, escalation={"expiration": 60}),
        f"{FIRST}.approval.escalation",
        "one-of",
        "`replace_policy`",
    ),
    "no target of an action": (
        make_policy({"action": {}}),
        f"{FIRST}.action",
        "one-of",
        "automation",
    ),
    "a camelCase name": (
        make_rules({"condition": "true", "stepKey": "low"}),
        "rules[0].stepKey",
        "",
        "did you mean `step_key`?",
    ),
    "a misspelt name": (
        make_approval(manager={"fallback_users": ["u"]}),
        f"{FIRST}.approval.manager.fallback_users",
        "",
        "did you mean `fallback_user_ids`?",
    ),
    "an unknown name": (
        make_policy({"banana": {}}),
        f"{FIRST}.banana",
        "",
        "these fields exist: `approval`",
    ),
    "a field in a message without fields": (
        make_policy({"action": {"client_id_approval": {"id": "x"}}}),
        f"{FIRST}.action.client_id_approval.id",
        "",
        "write {}",
    ),
    "no baseline": (
        make_policy(policy_steps={"other": {"steps": [MANAGER]}}),
        "policy_steps",
        "no-baseline",
        '`policy_steps["grant"]`',
    ),
    "no steps at all": (
        make_policy(policy_steps=None),
        "policy_steps",
        "no-baseline",
        "add the baseline",
    ),
    "a baseline in capitals": (
        make_policy(policy_steps={"GRANT": {"steps": [MANAGER]}}),
        "policy_steps",
        "no-baseline",
        "exactly 'grant'",
    ),
    "two baselines": (
        make_policy(baseline_policy_id="p"),
        "baseline_policy_id",
        "two-baselines",
        'cannot be combined with `policy_steps["grant"]`',
    ),
    "17 rules": (
        make_policy(rules=[make_rule(policy_id="p")] * 17),
        "rules",
        "too-many",
        "at most 16",
    ),
    "a rule with two outcomes": (
        make_rules(make_rule(step_key="low", policy_id="p"), LOW),
        "rules[0]",
        "",
        "`step_key` and `policy_id`",
    ),
    "a rule without outcome": (
        make_rules(make_rule(), LOW),
        "rules[0]",
        "one-of",
        "exactly one of `step_key`, `policy_id`",
    ),
    "a rule without condition": (
        make_rules({"step_key": "low"}),
        "rules[0].condition",
        "missing",
        "is required",
    ),
    "an unknown step key": (
        make_rules(make_rule(step_key="lwo"), LOW),
        "rules[0].step_key",
        "no-such-steps",
        "did you mean 'low'?",
    ),
    "no users": (
        make_approval(users={"user_ids": []}),
        f"{FIRST}.approval.users.user_ids",
        "too-few",
        "1",
    ),
    "33 users": (
        make_approval(users={"user_ids": [f"u{n}" for n in range(33)]}),
        f"{FIRST}.approval.users.user_ids",
        "too-many",
        "at most 32, has 33",
    ),
    "no list of users": (
        make_approval(users={}),
        f"{FIRST}.approval.users.user_ids",
        "missing",
        "required",
    ),
    "a duration of a wait that cannot be parsed": (
        make_policy({"wait": {"duration": {"duration": "four hours"}}}),
        f"{FIRST}.wait.duration.duration",
        "",
        "not 'four hours'",
    ),
    "an expiration that cannot be parsed": (
        make_approval(
            manager={}, escalation_enabled=True, escalation=ESCALATION | {"expiration": "soon"}
        ),
        f"{FIRST}.approval.escalation.expiration",
        "",
        "not 'soon'",
    ),
    "an escalation after half a second": (
        make_approval(
            manager={}, escalation_enabled=True, escalation=ESCALATION | {"expiration": 0.5}
        ),
        f"{FIRST}.approval.escalation.expiration",
        "",
        "not a number",
    ),
    "an escalation that is not enabled": (
        make_approval(manager={}, escalation=ESCALATION),
        f"{FIRST}.approval.escalation",
        "not-kept",
        "`escalation_enabled` is True",
    ),
    "remediation outside of a certification": (
        make_policy(post_actions=[{"certify_remediate_immediately": True}]),
        "post_actions[0].certify_remediate_immediately",
        "certify-only",
        "POLICY_TYPE_CERTIFY",
    ),
    "a type in lower case": (
        make_policy(policy_type="grant", policy_steps={}),
        "policy_type",
        "not-a-value",
        "did you mean 'POLICY_TYPE_GRANT'?",
    ),
    "no type": (make_policy(policy_type=None), "policy_type", "missing", "is required"),
    "no name": (make_policy(display_name=""), "display_name", "missing", "must not be empty"),
    "text instead of a boolean": (
        make_approval(manager={}, require_denial_reason="true"),
        f"{FIRST}.approval.require_denial_reason",
        "",
        "True or False, not a string",
    ),
    "text instead of a list": (
        make_approval(users={"user_ids": "u"}),
        f"{FIRST}.approval.users.user_ids",
        "",
        "a list, not a string",
    ),
    "a list instead of a map of steps": (
        make_policy(policy_steps={"grant": [MANAGER]}),
        'policy_steps["grant"]',
        "",
        "a dict, not a list",
    ),
    "an output-only field": (
        make_approval(manager={}, assigned=True),
        f"{FIRST}.approval.assigned",
        "output-only",
        "remove it",
    ),
    "an annotation with a space in its key": (
        make_policy(annotations={"a b": "c"}),
        'annotations["a b"]',
        "annotation-key",
        "starts with a letter",
    ),
    "a reserved annotation": (
        make_policy(annotations={"c1/x": "y"}),
        'annotations["c1/x"]',
        "annotation-key",
        "`c1/`",
    ),
    "an annotation with a space in its value": (
        make_annotated(team="a b"),
        'annotations["team"]',
        "annotation-value",
        "without spaces",
    ),
    "an annotation of 257 characters": (
        make_annotated(team="x" * 257),
        'annotations["team"]',
        "annotation-value",
        "256",
    ),
    "17 annotations": (
        make_annotated(**{f"k{n}": "v" for n in range(17)}),
        "annotations",
        "too-many",
        "at most 16",
    ),
    "annotations of over 4096 bytes": (
        make_annotated(**{f"k{n:02}": "x" * 256 for n in range(16)}),
        "annotations",
        "too-large",
        "4096",
    ),
}

WARNED = {
    "a wait of under an hour": (
        make_policy({"wait": {"duration": {"duration": "59m"}}}),
        f"{FIRST}.wait.duration.duration",
        "wait-length",
        "between 1h and 31d, not 59m",
    ),
    "a wait of over a month": (
        make_policy({"wait": {"duration": {"duration": MONTH + 1}}}),
        f"{FIRST}.wait.duration.duration",
        "wait-length",
        "between 1h and 31d",
    ),
    "a timeout of under an hour": (
        make_policy({"wait": {"condition": {"condition": "true"}, "timeout_duration": "1s"}}),
        f"{FIRST}.wait.timeout_duration",
        "wait-length",
        "not 1s",
    ),
    "unreachable steps": (
        make_policy(
            policy_steps={"grant": {"steps": [MANAGER]}, "low": {"steps": [{"accept": {}}]}}
        ),
        'policy_steps["low"]',
        "unreachable",
        "no rule points to these steps",
    ),
    "a rule below one that always matches": (
        make_rules({"condition": "true", "policy_id": "p"}, LOW),
        "rules[1]",
        "dead-rule",
        "rules[0] above it always matches",
    ),
    "a rule below one with its condition": (
        make_rules(LOW, {"condition": "a  == 'b'", "policy_id": "p"}),
        "rules[1]",
        "dead-rule",
        "has the same condition",
    ),
    "a rule that never matches": (
        make_rules({"condition": "false", "step_key": "low"}),
        "rules[0]",
        "dead-rule",
        "never true",
    ),
    "the old spelling of a step key": (
        make_rules({"condition": "a == 'b'", "policy_key": "low"}),
        "rules[0].policy_key",
        "deprecated",
        "write `step_key`",
    ),
    "an ignored field": (
        make_policy(reassign_tasks_to_delegates=True),
        "reassign_tasks_to_delegates",
        "deprecated",
        "ignores it",
    ),
    "fallback users without fallback": (
        make_approval(manager={"fallback_user_ids": ["u"]}),
        f"{FIRST}.approval.manager.fallback_user_ids",
        "no-effect",
        "`fallback` is True",
    ),
    "reassignees without reassignment": (
        make_approval(manager={}, allowed_reassignees=["u"]),
        f"{FIRST}.approval.allowed_reassignees",
        "no-effect",
        "`allow_reassignment` is True",
    ),
    "distinct approvers without a review": (
        make_policy(
            policy_type="POLICY_TYPE_REVOKE",
            policy_steps={
                "revoke": {
                    "steps": [{"approval": {"manager": {"require_distinct_approvers": True}}}]
                }
            },
        ),
        'policy_steps["revoke"].steps[0].approval.manager.require_distinct_approvers',
        "not-for-type",
        "request and review policies",
    ),
}

ACCEPTED = {
    "a minimal policy": make_policy(),
    "another policy for the baseline": make_policy(policy_steps=None, baseline_policy_id="p"),
    "16 rules": make_policy(
        rules=[{"condition": f"subject.id == '{n}'", "policy_id": "p"} for n in range(16)]
    ),
    "32 users": make_approval(users={"user_ids": [f"u{n}" for n in range(32)]}),
    "escalation that is enabled": make_approval(
        manager={}, escalation_enabled=True, escalation=ESCALATION
    ),
    "escalation that may be enabled": make_approval(
        manager={}, escalation_enabled=UNKNOWN, escalation=ESCALATION
    ),
    "16 annotations": make_annotated(**{f"k{n}": "v" for n in range(16)}),
    "remediation of a certification": make_policy(
        policy_type="POLICY_TYPE_CERTIFY",
        policy_steps={"certify": {"steps": [MANAGER]}},
        post_actions=[{"certify_remediate_immediately": True}],
    ),
    "a type that is not known yet": make_policy(
        policy_type=UNKNOWN, policy_steps={"other": UNKNOWN}
    ),
    "a baseline that is not known yet": make_policy(policy_steps=UNKNOWN),
    "a baseline policy that is not known yet": make_policy(
        policy_steps=None, baseline_policy_id=UNKNOWN
    ),
    "a step that is not known yet": make_policy(UNKNOWN),
    "a kind that is not known yet": make_policy({"approval": UNKNOWN}),
    "an outcome that is not known yet": make_rules(make_rule(step_key=UNKNOWN)),
    "rules that are not known yet": make_rules(make_rule(step_key="low"), UNKNOWN),
    "users that are not known yet": make_approval(users={"user_ids": UNKNOWN}),
    "a duration that is not known yet": make_policy({"wait": {"duration": {"duration": UNKNOWN}}}),
}


KINDS = {"provision-step", "action-step"}


def parametrize(table: dict[str, Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("inputs", "path", "rule_id", "hint"),
        [pytest.param(*case, id=name) for name, case in table.items()],
    )


@parametrize(INVALID)
def test_a_wrong_policy_has_one_error_with_path_rule_and_correction(
    inputs: Tree, path: str, rule_id: str, hint: str
) -> None:
    errors = [
        finding
        for finding in check(inputs)
        if finding.severity == "error" and finding.rule not in KINDS - {rule_id}
    ]
    assert [describe(finding) for finding in errors] == [("error", path, rule_id)]
    assert hint in errors[0].message


@parametrize(WARNED)
def test_a_doubtful_policy_has_one_warning_with_path_rule_and_correction(
    inputs: Tree, path: str, rule_id: str, hint: str
) -> None:
    found = check(inputs)
    assert [describe(finding) for finding in found] == [("warning", path, rule_id)]
    assert hint in found[0].message


@pytest.mark.parametrize("inputs", ACCEPTED.values(), ids=ACCEPTED)
def test_a_correct_policy_has_no_finding(inputs: Tree) -> None:
    assert check(inputs) == []


@pytest.mark.parametrize(
    "written",
    ["1h", "60m", "3600s", "3600.0s", "0.5h30m", HOUR, 3600.0, timedelta(hours=1), MONTH, "744h"],
    ids=repr,
)
@pytest.mark.parametrize("field", ["duration", "timeout_duration", "expiration"])
def test_every_spelling_of_a_duration_is_accepted(written: object, field: str) -> None:
    assert check(_make_duration(field, written)) == []


def _make_duration(field: str, span: object) -> Tree:
    if field == "duration":
        return make_policy({"wait": {"duration": {"duration": span}}})
    if field == "timeout_duration":
        return make_policy({"wait": {"condition": {"condition": "true"}, "timeout_duration": span}})
    return make_approval(
        manager={}, escalation_enabled=True, escalation={"expiration": span, "skip_step": {}}
    )


VENDOR = {
    "manager_approval": "manager",
    "user_approval": "users",
    "app_owner_approval": "app_owners",
    "app_group_approval": "group",
    "self_approval": "self",
    "entitlement_owner_approval": "entitlement_owners",
    "resource_owner_approval": "resource_owners",
    "expression_approval": "expression",
    "webhook_approval": "webhook",
    "agent_approval": "agent",
    "connector_provision": "connector",
    "manual_provision": "manual",
    "delegated_provision": "delegated",
    "webhook_provision": "webhook",
    "external_ticket_provision": "external_ticket",
    "unconfigured_provision": "unconfigured",
    "action_provision": "action",
    "device_placement_provision": "device_placement",
    "account_provision": "account",
    "wait_condition": "condition",
    "wait_duration": "duration",
    "wait_until_time": "until_time",
    "action_target_automation": "automation",
    "action_target_baton_resource_action": "baton_resource_action",
    "managerApproval": "manager",
    "ManagerApproval": "manager",
}


@pytest.mark.parametrize(("theirs", "ours"), VENDOR.items(), ids=VENDOR)
def test_a_field_name_of_the_vendors_provider_gets_a_suggestion(theirs: str, ours: str) -> None:
    holders: list[tuple[Tree, str]] = [
        (make_approval(**{theirs: {}}), f"{FIRST}.approval"),
        (
            make_policy({"provision": {"provision_policy": {theirs: {}}}}),
            f"{FIRST}.provision.provision_policy",
        ),
        (
            make_policy({"provision": {"provision_policy": {"connector": {theirs: {}}}}}),
            f"{FIRST}.provision.provision_policy.connector",
        ),
        (make_policy({"wait": {theirs: {}}}), f"{FIRST}.wait"),
        (make_policy({"action": {theirs: {}}}), f"{FIRST}.action"),
    ]
    led = [
        finding
        for inputs, holder in holders
        for finding in check(inputs)
        if f"did you mean `{ours}`?" in finding.message
        and format_path(finding.path) == f"{holder}.{theirs}"
    ]
    assert led


def test_one_failure_hides_no_other_failure() -> None:
    """Failures of the same message are included."""
    inputs = make_policy(
        {"approval": {"manager": {}, "self": {}, "banana": 1}},
        {"wait": {"duration": {"duration": "1m"}}},
        {},
        display_name=None,
        rules=[make_rule(step_key="nowhere"), {"stepkey": "grant"}],
        annotations={"c1/x": "y"},
    )
    errors = [describe(finding)[1:] for finding in check(inputs) if finding.severity == "error"]
    assert sorted(errors) == sorted(
        [
            (f"{FIRST}.approval", ""),
            (f"{FIRST}.approval.banana", ""),
            ('policy_steps["grant"].steps[2]', "empty-step"),
            ("display_name", "missing"),
            ("rules[0].step_key", "no-such-steps"),
            ("rules[1].stepkey", ""),
            ("rules[1].condition", "missing"),
            ('annotations["c1/x"]', "annotation-key"),
        ]
    )


def test_a_misspelt_field_is_not_also_reported_as_missing() -> None:
    errors = check(make_rules({"conditon": "true", "step_key": "low"}))
    assert [describe(finding) for finding in errors] == [("error", "rules[0].conditon", "")]


@pytest.mark.parametrize(
    ("inputs", "rule_id"),
    [
        pytest.param(
            make_policy(UNKNOWN, {}, rules=UNKNOWN, description=UNKNOWN),
            "empty-step",
            id="a step beside an unknown step",
        ),
        pytest.param(
            make_approval(users={"user_ids": [UNKNOWN] * 33}),
            "too-many",
            id="the number of unknown users",
        ),
        pytest.param(
            make_policy({"approval": {"manager": {}, "self": {}, "users": UNKNOWN}}),
            "",
            id="two kinds beside an unknown kind",
        ),
        pytest.param(
            make_rules(
                {"condition": UNKNOWN, "step_key": "low"}, {"condition": "a", "step_key": "lost"}
            ),
            "no-such-steps",
            id="the outcome of a rule with an unknown condition",
        ),
        pytest.param(
            make_rules({"condition": UNKNOWN, "step_key": "low"}, high={"steps": [MANAGER]}),
            "unreachable",
            id="steps that no condition leads to",
        ),
    ],
)
def test_an_unknown_value_postpones_no_other_check(inputs: Tree, rule_id: str) -> None:
    assert [finding.rule for finding in check(inputs)] == [rule_id]
