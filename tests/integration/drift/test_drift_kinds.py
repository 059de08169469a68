"""Each kind of drift over real HTTP, found and told once; and what could not be compared."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_c1policy._drift.drift_search import DriftOptions
from pulumi_c1policy._drift.findings import DriftFinding
from pulumi_c1policy._emulator import Emulator, Fault
from pulumi_c1policy._model.paths import format_path
from tests.support.cli import PASSPHRASE
from tests.support.exports import (
    CIPHERTEXT,
    add_policies,
    compare_states,
    encrypt,
    make_export,
    make_policy,
    make_resource,
    make_urn,
    reveal,
)


@pytest.fixture
def tenant(module_tenant: Emulator) -> Emulator:
    """An empty tenant."""
    module_tenant.reset()
    return module_tenant


@pytest.fixture
def policy(tenant: Emulator) -> dict[str, Any]:
    """The resource of a policy that is as the state has it."""
    [found] = add_policies(tenant, "shop/dev", ["one"])
    return found


def list_kinds(tenant: Emulator, *resources: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return kind, resource and id of each finding."""
    found = compare_states(tenant, make_export(*resources))
    assert not found.problems
    return [(each.kind, each.name, each.id) for each in found.findings]


def find_one(tenant: Emulator, *resources: dict[str, Any]) -> DriftFinding:
    """Return the only finding."""
    found = compare_states(tenant, make_export(*resources))
    assert not found.problems
    [finding] = found.findings
    return finding


def list_changes(finding: DriftFinding) -> dict[str, tuple[Any, Any]]:
    return {
        format_path(leaf.change.path): (leaf.change.before, leaf.change.after)
        for leaf in finding.changes
    }


def test_a_stack_in_sync_has_no_finding(tenant: Emulator, policy: dict[str, Any]) -> None:
    tenant.clear_requests()
    found = compare_states(tenant, make_export(policy))
    assert (found.findings, found.problems, found.stacks) == ([], [], {"shop/dev": 1})
    sent = {request.path for request in tenant.requests if request.method != "GET"}
    assert sent == {"/auth/v1/token", "/api/v1/search/policies"}


def test_a_changed_policy_is_told_leaf_by_leaf(tenant: Emulator, policy: dict[str, Any]) -> None:
    steps = {"grant": {"steps": [{"accept": {"acceptMessage": "hi"}}]}}
    tenant.api_edit(policy["id"], {"displayName": "New", "policySteps": steps})
    finding = find_one(tenant, policy)
    assert finding.kind == "changed"
    assert list_changes(finding) == {
        "display_name": ("one", "New"),
        'policy_steps["grant"].steps[0].accept.accept_message': (None, "hi"),
    }


def test_a_deleted_policy_is_told(tenant: Emulator, policy: dict[str, Any]) -> None:
    tenant.product_delete(policy["id"])
    assert list_kinds(tenant, policy) == [("deleted", "one", policy["id"])]


def test_a_policy_that_a_person_edited_is_taken_over(
    tenant: Emulator, policy: dict[str, Any]
) -> None:
    tenant.product_edit(policy["id"], {"description": "by hand"})
    finding = find_one(tenant, policy)
    assert finding.kind == "taken-over"
    assert list_changes(finding) == {"description": (None, "by hand")}


def test_a_policy_of_another_workspace_is_held_elsewhere(
    tenant: Emulator, policy: dict[str, Any]
) -> None:
    theirs = make_policy("one", "other/prod")["annotations"]
    tenant.api_edit(policy["id"], {"annotations": theirs})
    finding = find_one(tenant, policy)
    assert (finding.kind, finding.changes) == ("held-elsewhere", ())
    assert "other/prod" in finding.manager


def test_a_second_policy_of_a_resource_is_a_duplicate(
    tenant: Emulator, policy: dict[str, Any]
) -> None:
    second = tenant.add_policy(make_policy("one"))["id"]
    assert list_kinds(tenant, policy) == [("duplicate", "one", second)]


def test_a_policy_of_the_stack_that_no_state_holds_is_a_leftover(
    tenant: Emulator, policy: dict[str, Any]
) -> None:
    left = tenant.add_policy(make_policy("dropped"))["id"]
    assert list_kinds(tenant, policy) == [("leftover", "dropped", left)]


def test_the_old_policy_of_a_replacement_is_no_duplicate(
    tenant: Emulator, policy: dict[str, Any]
) -> None:
    [old] = add_policies(tenant, "shop/dev", ["one"])
    assert list_kinds(tenant, policy, {**old, "delete": True}) == []


def test_other_policies_are_unmanaged_and_builtin_ones_are_not_told(
    tenant: Emulator, policy: dict[str, Any]
) -> None:
    plain = tenant.add_policy({**make_policy("plain"), "annotations": {}})["id"]
    theirs = tenant.add_policy(make_policy("theirs", "other/prod"))["id"]
    found = list_kinds(tenant, policy)
    assert sorted(found) == sorted([("unmanaged", "plain", plain), ("unmanaged", "theirs", theirs)])


def test_states_of_several_stacks_are_compared_at_once(tenant: Emulator) -> None:
    stacks = {
        name: add_policies(tenant, f"shop/{name}", ["one", "two"]) for name in ("dev", "prod")
    }
    tenant.api_edit(stacks["prod"][1]["id"], {"description": "new"})
    found = compare_states(tenant, *(make_export(*each) for each in stacks.values()))
    assert [(each.stack, each.name) for each in found.findings] == [("shop/prod", "two")]


def test_a_policy_of_two_resources_is_a_problem(tenant: Emulator, policy: dict[str, Any]) -> None:
    other = {**policy, "urn": make_urn("two")}
    [problem] = compare_states(tenant, make_export(policy, other)).problems
    assert make_urn("one") in problem.text
    assert make_urn("two") in problem.text


def test_the_state_of_another_tenant_is_a_problem(tenant: Emulator, policy: dict[str, Any]) -> None:
    tenant.product_delete(policy["id"])
    policy["outputs"]["__tenant"] = "acme.conductor.one"
    found = compare_states(tenant, make_export(policy))
    assert found.findings == []
    [problem] = found.problems
    assert "acme.conductor.one" in problem.text
    allowed = DriftOptions(allowed_tenant=tenant.url.partition("//")[2])
    assert not compare_states(tenant, make_export(policy), options=allowed).problems


def test_a_damaged_record_is_a_problem_of_its_resource(
    tenant: Emulator, policy: dict[str, Any]
) -> None:
    policy["outputs"]["display_name"] = 7
    [problem] = compare_states(tenant, make_export(policy)).problems
    assert problem.urn == make_urn("one")
    assert "display_name" in problem.text


def test_a_policy_that_cannot_be_read_is_a_problem(
    tenant: Emulator, policy: dict[str, Any]
) -> None:
    tenant.product_delete(policy["id"])
    tenant.set_faults(Fault(do="answer", method="GET", path=policy["id"], status=403, times=None))
    found = compare_states(tenant, make_export(policy))
    assert found.findings == []
    assert [problem.urn for problem in found.problems] == [make_urn("one")]


def test_a_list_that_lags_behind_is_no_drift(tenant: Emulator, policy: dict[str, Any]) -> None:
    tenant.set_quirks(list_lag=60.0, search_lag=60.0)
    [late] = add_policies(tenant, "shop/dev", ["late"])
    assert list_kinds(tenant, policy, late) == []


def test_a_list_that_shows_the_policy_before_our_last_update_is_no_drift(
    tenant: Emulator, policy: dict[str, Any]
) -> None:
    tenant.set_quirks(list_lag=60.0, search_lag=60.0)
    tenant.advance(120)
    live = tenant.api_edit(policy["id"], {"description": "ours"})
    policy["inputs"]["description"] = policy["outputs"]["description"] = "ours"
    policy["outputs"]["updated_at"] = live["updatedAt"]
    assert list_kinds(tenant, policy) == []


def test_only_and_ignored_places_narrow_the_comparison(
    tenant: Emulator, policy: dict[str, Any]
) -> None:
    [two] = add_policies(tenant, "shop/dev", ["two"])
    for each in (policy, two):
        tenant.api_edit(each["id"], {"description": "new"})
    export = make_export(policy, two)
    narrowed = compare_states(tenant, export, options=DriftOptions(only=frozenset({"two"})))
    assert [each.name for each in narrowed.findings] == ["two"]
    ignoring = DriftOptions(ignored=(("description",),))
    assert compare_states(tenant, export, options=ignoring).findings == []


def test_places_that_the_program_ignores_are_no_drift(
    tenant: Emulator, policy: dict[str, Any]
) -> None:
    policy["inputs"]["__options"] = {"ignore_changes": ["description"]}
    tenant.api_edit(policy["id"], {"description": "new"})
    assert list_kinds(tenant, policy) == []


@pytest.mark.parametrize("how", ["closed", "passphrase", "shown"])
@pytest.mark.parametrize("live", ["hush", "other"])
def test_a_secret_is_compared_without_being_shown(
    tenant: Emulator, policy: dict[str, Any], how: str, live: str
) -> None:
    tenant.api_edit(policy["id"], {"description": live})
    secret = reveal("hush") if how == "shown" else encrypt(CIPHERTEXT)
    for tree in (policy["inputs"], policy["outputs"]):
        tree["description"] = secret
    phrase = PASSPHRASE if how == "passphrase" else None
    found = compare_states(tenant, make_export(policy), options=DriftOptions(passphrase=phrase))
    assert not found.problems
    if how == "closed":
        assert found.findings == []
        assert found.untold == [("shop/dev", make_urn("one"), ("description",))]
    else:
        assert found.untold == []
        leaves = [leaf for each in found.findings for leaf in each.changes]
        assert [leaf.is_secret for leaf in leaves] == ([] if live == "hush" else [True])


def test_a_wrong_passphrase_is_a_problem(tenant: Emulator, policy: dict[str, Any]) -> None:
    policy["outputs"]["description"] = encrypt(CIPHERTEXT)
    options = DriftOptions(passphrase="wrong")
    [problem] = compare_states(tenant, make_export(policy), options=options).problems
    assert "passphrase" in problem.text


def test_rewritten_inputs_may_be_secret(tenant: Emulator, policy: dict[str, Any]) -> None:
    policy["outputs"]["__rewritten"] = encrypt(CIPHERTEXT)
    assert list_kinds(tenant, policy) == []


@pytest.mark.parametrize("kind", ["AppPolicies", "EntitlementPolicies"])
def test_a_changed_attachment_is_told(tenant: Emulator, policy: dict[str, Any], kind: str) -> None:
    app_id = tenant.add_app("Shop", grantPolicyId=policy["id"])
    ids = {"app_id": app_id}
    if kind == "EntitlementPolicies":
        ids["entitlement_id"] = tenant.add_entitlement(app_id, "Admin", grantPolicyId=policy["id"])
    inputs = ids | {"grant_policy_id": policy["id"]}
    outputs = inputs | {"__state": 1, "__predecessors": encrypt(CIPHERTEXT)}
    object_id = "/".join(ids.values())
    attached = make_resource("at", object_id, type=kind, inputs=inputs, outputs=outputs)
    assert list_kinds(tenant, policy, attached) == []
    if kind == "AppPolicies":
        tenant.edit_app(app_id, {"grantPolicyId": None, "certifyPolicyId": policy["id"]})
    else:
        tenant.edit_entitlement(app_id, ids["entitlement_id"], {"grantPolicyId": None})
    finding = find_one(tenant, policy, attached)
    assert list_changes(finding) == {"grant_policy_id": (policy["id"], "")}
    if kind == "AppPolicies":
        tenant.remove_app(app_id)
    else:
        tenant.remove_entitlement(app_id, ids["entitlement_id"])
    assert list_kinds(tenant, policy, attached) == [("deleted", "at", object_id)]


def test_a_page_that_shows_attachments_before_our_last_update_is_no_drift(
    tenant: Emulator, policy: dict[str, Any]
) -> None:
    app_id = tenant.add_app("Shop")
    ids = [tenant.add_entitlement(app_id, f"E{n}", grantPolicyId=policy["id"]) for n in range(12)]
    tenant.set_quirks(search_lag=3600.0)
    attached = []
    for each in ids:
        tenant.edit_entitlement(app_id, each, {"grantPolicyId": None})
        inputs = {"app_id": app_id, "entitlement_id": each, "grant_policy_id": ""}
        parts = {"inputs": inputs, "outputs": inputs | {"__state": 1}}
        found = make_resource(each, f"{app_id}/{each}", type="EntitlementPolicies", **parts)
        attached.append(found)
    tenant.clear_requests()
    assert list_kinds(tenant, *attached) == []
    paths = [request.path for request in tenant.requests]
    assert "/api/v1/search/entitlements" in paths


def test_a_thousand_policies_take_twelve_requests(tenant: Emulator) -> None:
    resources = add_policies(tenant, "shop/dev", [f"p{i}" for i in range(1000)])
    tenant.clear_requests()
    assert compare_states(tenant, make_export(*resources)).findings == []
    assert len(tenant.requests) <= 12
