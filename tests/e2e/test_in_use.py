"""A policy that apps use is deleted only by decision, by the real CLI."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_c1policy._emulator import Emulator, Fault
from tests.support.cli import Stack

DECISION = {"PULUMI_C1POLICY_ON_IN_USE": "delete"}


def policy(*, shown: str = "Access", kind: str = "grant", options: str = "") -> str:
    return f"""
    Policy(
        "access",
        display_name="{shown}",
        policy_type="POLICY_TYPE_{kind.upper()}",
        policy_steps={{"{kind}": {{"steps": [{{"accept": {{}}}}]}}}},
        {options}
    )
"""


def test_a_destroy_of_a_used_policy_is_refused_and_a_decision_for_one_run_permits_it(
    stack: Any, c1_tenant: Emulator
) -> None:
    made: Stack = stack(policy())
    made.up().ok()
    policy_id = made.id_of("Access")
    c1_tenant.add_app("GitHub", grantPolicyId=policy_id)
    refused = made.destroy().failed()
    assert f"Cannot delete the policy c1policy.Policy/access ({policy_id})" in refused.output
    assert "it is in use by 1 app, which would keep the id of a deleted policy" in refused.output
    assert "`PULUMI_C1POLICY_ON_IN_USE=delete pulumi destroy`" in refused.output
    assert "Traceback" not in refused.output
    assert made.list_names() == ["Access"]
    made.destroy(**DECISION).ok()
    assert made.list_names() == []


def test_a_recorded_decision_outlives_a_refresh_and_its_resource(
    stack: Any, c1_tenant: Emulator
) -> None:
    made: Stack = stack(policy())
    made.up().ok()
    c1_tenant.add_app("GitHub", grantPolicyId=made.id_of("Access"))
    made.write(policy(options='on_in_use="delete"'))
    made.expect_no_changes()
    made.up().ok()
    made.refresh().ok()
    made.expect_no_changes()
    made.write("    pass\n").up().ok()
    assert made.list_names() == []


def test_the_old_policy_of_a_replacement_is_left_with_a_warning_and_its_id(
    stack: Any, c1_tenant: Emulator
) -> None:
    made: Stack = stack(policy())
    made.up().ok()
    old = made.id_of("Access")
    c1_tenant.add_app("GitHub", grantPolicyId=old)
    done = made.write(policy(shown="Removal", kind="revoke")).up().ok()
    [warning] = done.warnings
    assert f"it was replaced by {made.id_of('Removal')}, but is still in use by 1 app" in warning
    assert old in warning
    assert sorted(made.list_names()) == ["Access", "Removal"]
    made.expect_no_changes()


@pytest.mark.parametrize("status", [404, 503])
def test_a_tenant_that_answers_about_policies_only_delays_and_refuses_nothing(
    status: int, stack: Any, c1_tenant: Emulator
) -> None:
    """Every endpoint but those of policies and of tokens fails."""
    path = r"^/api/v1/(?!policies|search/policies)"
    c1_tenant.set_faults(Fault(do="answer", status=status, times=None, path=path))
    made: Stack = stack(policy())
    assert made.preview().ok().warnings == []
    assert made.up().ok().warnings == []
    made.write(policy(shown="Renamed"))
    assert made.up().ok().warnings == []
    assert made.refresh().ok().warnings == []
    made.expect_no_changes("--refresh")
    [warning] = made.destroy().ok().warnings
    assert "did not answer which apps and entitlements use the policies" in warning
    assert made.list_names() == []
