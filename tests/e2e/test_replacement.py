"""A change of the type or the scope replaces a policy, whatever points to it."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_c1policy._emulator import Emulator
from tests.support.cli import list_creates, list_deletes, make_update

ONE = """
    Policy(
        "access",
        display_name="Access",
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={"grant": {"steps": [{"accept": {}}]}, "revoke": {"steps": [{"reject": {}}]}},
        rules=[{"condition": "true", "step_key": "revoke"}, {"condition": "x", "step_key": "grant"}],
    )
"""

POINTING = """
    kind = "grant"
    steps = {kind: {"steps": [{"accept": {}}]}}
    scope = None
    base = Policy(
        "base",
        display_name="Base",
        policy_type="POLICY_TYPE_GRANT",
        policy_steps=steps,
        scope=scope,
    )
    Policy(
        "by-rule",
        display_name="By rule",
        policy_type="POLICY_TYPE_GRANT",
        policy_steps=steps,
        rules=[{"condition": "true", "policy_id": base.id}],
    )
    Policy(
        "by-baseline",
        display_name="By baseline",
        policy_type="POLICY_TYPE_GRANT",
        baseline_policy_id=base.id,
    )
"""


def _text(program: str) -> str:
    # The condition must parse in the tenant, and differ from the one before it.
    return program.replace('"x"', "\"subject.department == 'Sales'\"")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('policy_type="POLICY_TYPE_GRANT"', 'policy_type="POLICY_TYPE_REVOKE"'),
        ('display_name="Access",', 'display_name="Access", scope={"app_id": "app-1"},'),
    ],
    ids=["policy_type", "scope"],
)
def test_a_replacement_creates_the_new_policy_before_it_deletes_the_old_one(
    stack: Any, old: str, new: str
) -> None:
    one = stack(_text(ONE))
    one.up().ok()
    before = one.id_of("Access")
    one.write(_text(ONE).replace(old, new))
    shown = one.preview("--diff").ok()
    assert shown.operations["access"] == ["create-replacement", "replace", "delete-replaced"]
    assert shown.writes == []
    done = one.up().ok()
    assert done.sent == [*list_creates("Access"), *list_deletes("Access")]
    assert [r.path for r in done.requests if r.method == "DELETE"] == [f"/api/v1/policies/{before}"]
    assert one.list_names() == ["Access"]
    assert one.id_of("Access") != before
    one.expect_no_changes("--refresh")


def test_a_replacement_updates_the_policies_that_point_to_the_old_one(stack: Any) -> None:
    three = stack(POINTING)
    three.up().ok()
    before = three.id_of("Base")
    three.write(POINTING.replace("scope = None", 'scope = {"app_id": "app-1"}'))
    shown = three.preview().ok()
    assert shown.operations["base"] == ["create-replacement", "replace", "delete-replaced"]
    assert shown.operations["by-rule"] == ["update"]
    assert shown.operations["by-baseline"] == ["update"]

    sent = three.up().ok().sent
    assert sent[0] == list_creates("Base")[0]
    assert sorted(sent[1:3]) == [
        make_update("By baseline", "baselinePolicyId"),
        make_update("By rule", "rules"),
    ]
    assert sent[3:] == list_deletes("Base")
    after = three.id_of("Base")
    assert after != before
    assert three.read_live("By rule")["rules"][0]["policyId"] == after
    assert three.read_live("By baseline")["baselinePolicyId"] == after
    three.expect_no_changes("--refresh")


def test_a_changed_policy_causes_no_diff_of_the_policies_that_point_to_it(stack: Any) -> None:
    three = stack(POINTING)
    three.up().ok()
    three.write(POINTING.replace('"Base"', '"Basis"'))
    shown = three.preview("--diff").ok()
    assert shown.operations == {"base": ["update"]}
    assert shown.list_changes("base") == {"display_name": ("Base", "Basis")}
    assert three.up().ok().writes == [make_update("Basis", "displayName")]


def test_a_renamed_resource_keeps_its_policy(stack: Any, c1_tenant: Emulator) -> None:
    one = stack(_text(ONE))
    one.up().ok()
    before = one.id_of("Access")
    opts = 'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="access")])'
    one.write(_text(ONE).replace('"access",', f'"entry", {opts},'))
    shown = one.preview().ok()
    assert shown.list_changes("entry") == {
        "annotations.iac_resource_address": ("c1policy.Policy/access", "c1policy.Policy/entry")
    }
    assert one.up().ok().writes == [make_update("Access", "annotations")]
    assert one.id_of("Access") == before
    assert one.read_live("Access")["annotations"]["iac_resource_address"] == "c1policy.Policy/entry"
    one.expect_no_changes("--refresh")
