"""The life of an attachment over real HTTP: sent fields and restored fields."""

from __future__ import annotations

import pytest

from pulumi_c1policy._emulator import Fault
from pulumi_c1policy._lifecycle.effects import attachment_operations
from pulumi_c1policy._lifecycle.planning.decisions import LifecycleOptions
from pulumi_c1policy._model.attachment_fields import make_target
from pulumi_c1policy.errors import NotFoundError, RefusedError
from tests.integration.attachments.attachment_company import WORKSPACE, Company


def test_a_create_sends_the_differences_and_a_deletion_restores_them(company: Company) -> None:
    ours, theirs, revoke = (company.add_policy(kind) for kind in ("grant", "grant", "revoke"))
    company.edit(grantPolicyId=theirs, revokePolicyId=revoke, displayName="Admins of the shop")
    prior = company.create(grant_policy_id=ours, revoke_policy_id=revoke, certify_policy_id="")
    assert company.list_writes() == [
        {"entitlement": {"grantPolicyId": ours}, "updateMask": "grantPolicyId"}
    ]
    assert company.show() == {"grantPolicyId": ours, "revokePolicyId": revoke}
    company.delete(prior)
    assert company.list_writes() == [
        {"entitlement": {"grantPolicyId": theirs}, "updateMask": "grantPolicyId"}
    ]
    assert company.show() == {"grantPolicyId": theirs, "revokePolicyId": revoke}
    assert company.tenant.entitlement(company.app, company.entitlement)["displayName"] == (
        "Admins of the shop"
    )
    assert company.warnings == []


def test_the_policies_of_an_app_are_set_and_restored(company: Company) -> None:
    ours = company.add_policy()
    prior = company.create(on="app", grant_policy_id=ours)
    assert company.list_writes() == [
        {"app": {"grantPolicyId": ours}, "updateMask": "grantPolicyId"}
    ]
    assert company.read(prior) == prior
    company.delete(prior)
    assert company.show_app() == {}


def test_an_object_that_equals_the_program_gets_no_write(company: Company) -> None:
    ours = company.add_policy()
    company.edit(grantPolicyId=ours)
    prior = company.create(grant_policy_id=ours)
    company.delete(prior)
    assert company.list_writes() == []
    assert company.show() == {"grantPolicyId": ours}


def test_emergency_access_and_the_override_are_set_and_restored(company: Company) -> None:
    ours = company.add_policy()
    prior = company.create(
        emergency_grant_policy_id=ours,
        emergency_grant_enabled=True,
        override_access_requests_defaults=True,
    )
    [sent] = company.list_writes()
    override = "overrideAccessRequestsDefaults"
    assert sent == {
        "entitlement": {
            "emergencyGrantPolicyId": ours,
            "emergencyGrantEnabled": True,
            override: True,
        },
        "updateMask": f"emergencyGrantEnabled,emergencyGrantPolicyId,{override}",
        override: True,
    }
    company.update(
        prior,
        emergency_grant_policy_id=ours,
        emergency_grant_enabled=True,
        override_access_requests_defaults=False,
    )
    [sent] = company.list_writes()
    assert sent == {"entitlement": {override: False}, "updateMask": override, override: False}
    assert company.show() == {"emergencyGrantPolicyId": ours, "emergencyGrantEnabled": True}
    company.delete(prior)
    assert company.show() == {}


def test_a_dropped_field_is_restored_and_a_new_field_gets_a_predecessor(company: Company) -> None:
    ours, theirs = company.add_policy(), company.add_policy()
    certify, others = company.add_policy("certify"), company.add_policy("certify")
    company.edit(grantPolicyId=theirs, certifyPolicyId=others)
    prior = company.create(grant_policy_id=ours)
    prior = company.update(prior, certify_policy_id=certify)
    assert company.show() == {"grantPolicyId": theirs, "certifyPolicyId": certify}
    assert prior.predecessors == {"certify_policy_id": others}
    company.delete(prior)
    assert company.show() == {"grantPolicyId": theirs, "certifyPolicyId": others}


def test_an_edit_of_others_is_drift_and_a_conflict(company: Company) -> None:
    ours, theirs, next_one = (company.add_policy() for _ in range(3))
    prior = company.create(grant_policy_id=ours, revoke_policy_id="")
    certify = company.add_policy("certify")
    company.edit(grantPolicyId=theirs, certifyPolicyId=certify)
    with pytest.raises(RefusedError, match="changes of somebody else: `grant_policy_id`"):
        company.update(prior, grant_policy_id=next_one, revoke_policy_id="")
    refreshed = company.read(prior)
    assert refreshed
    assert refreshed.inputs == prior.inputs | {"grant_policy_id": theirs}
    assert refreshed.predecessors == {"grant_policy_id": "", "revoke_policy_id": ""}
    company.update(
        prior, LifecycleOptions(overwrite=True), grant_policy_id=next_one, revoke_policy_id=""
    )
    assert company.show() == {"grantPolicyId": next_one, "certifyPolicyId": certify}


@pytest.mark.parametrize("how", ["deletion", "dropped field"])
def test_a_change_of_others_that_a_refresh_has_read_is_kept(how: str, company: Company) -> None:
    ours, theirs, former = (company.add_policy() for _ in range(3))
    company.edit(grantPolicyId=former)
    prior = company.create(grant_policy_id=ours, emergency_grant_enabled=True)
    company.edit(grantPolicyId=theirs)
    refreshed = company.read(prior)
    assert refreshed
    if how == "deletion":
        company.delete(refreshed)
    else:
        company.update(refreshed, emergency_grant_enabled=True)
    assert company.show()["grantPolicyId"] == theirs
    [warning] = company.warnings
    assert "`grant_policy_id` was changed by somebody else" in warning


def test_a_change_of_others_that_was_repaired_does_not_stop_the_deletion(company: Company) -> None:
    ours, theirs, former = (company.add_policy() for _ in range(3))
    company.edit(grantPolicyId=former)
    prior = company.create(grant_policy_id=ours)
    company.edit(grantPolicyId=theirs)
    refreshed = company.read(prior)
    assert refreshed
    repaired = company.read(company.update(refreshed, grant_policy_id=ours))
    assert repaired
    company.delete(repaired)
    assert company.show() == {"grantPolicyId": former}
    assert company.warnings == []


def test_a_deletion_keeps_the_changes_of_others(company: Company) -> None:
    ours, theirs = company.add_policy(), company.add_policy()
    prior = company.create(grant_policy_id=ours, emergency_grant_enabled=True)
    company.edit(grantPolicyId=theirs)
    company.delete(prior)
    assert company.show()["grantPolicyId"] == theirs
    assert not company.show().get("emergencyGrantEnabled")
    [warning] = company.warnings
    assert "`grant_policy_id` was changed by somebody else" in warning


@pytest.mark.parametrize("reason", ["gone", "ours", "dropped"])
def test_a_predecessor_that_is_gone_or_ours_is_not_restored(company: Company, reason: str) -> None:
    ours, theirs = company.add_policy(), company.add_policy()
    company.edit(grantPolicyId=theirs)
    prior = company.create(grant_policy_id=ours, revoke_policy_id="")
    if reason == "ours":
        notes = {"managed_by": "pulumi", "iac_workspace": WORKSPACE, "iac_resource_address": "y"}
        company.tenant.api_edit(theirs, {"annotations": notes})
    else:
        company.tenant.product_delete(theirs)
    if reason == "dropped":
        company.update(prior, revoke_policy_id="")
    else:
        company.delete(prior)
    assert company.show() == {}
    [warning] = company.warnings
    expected = "this stack manages that policy" if reason == "ours" else "that policy is gone"
    assert expected in warning


def test_an_imported_attachment_without_predecessors_restores_nothing(company: Company) -> None:
    ours, revoke = company.add_policy(), company.add_policy("revoke")
    company.edit(grantPolicyId=ours, revokePolicyId=revoke)
    kind, inputs = company.name({"grant_policy_id": ours, "revoke_policy_id": revoke})
    imported = attachment_operations.read(company.run(), kind, make_target(inputs), None)
    assert imported
    assert imported.inputs == inputs
    company.update(imported, grant_policy_id=ours)
    company.delete(imported)
    assert company.show() == {"grantPolicyId": ours, "revokePolicyId": revoke}
    assert company.list_writes() == []
    assert len(company.warnings) == 2
    assert all("no value from before" in warning for warning in company.warnings)


def test_a_repeated_create_does_not_record_its_own_policy_as_a_predecessor(
    company: Company,
) -> None:
    ours = company.add_policy(workspace=WORKSPACE)
    company.create(grant_policy_id=ours, emergency_grant_enabled=True)
    again = company.create(grant_policy_id=ours, emergency_grant_enabled=True)
    assert again.predecessors == {"grant_policy_id": "", "emergency_grant_enabled": False}
    company.delete(again)
    assert not any(company.show().values())


def test_a_policy_of_another_stack_is_a_predecessor(company: Company) -> None:
    theirs, ours = company.add_policy(workspace="shop/prod"), company.add_policy()
    company.edit(grantPolicyId=theirs)
    company.delete(company.create(grant_policy_id=ours))
    assert company.show() == {"grantPolicyId": theirs}


@pytest.mark.parametrize("status", [500, 503])
def test_a_lost_answer_does_not_change_the_predecessor(company: Company, status: int) -> None:
    ours, theirs = company.add_policy(), company.add_policy()
    company.edit(grantPolicyId=theirs)
    lost = Fault(
        do="answer", status=status, method="POST", path="/entitlements/", after_effect=True
    )
    company.tenant.set_faults(lost)
    prior = company.create(grant_policy_id=ours)
    assert prior.predecessors == {"grant_policy_id": theirs}
    assert len(company.list_writes()) == 1
    company.delete(prior)
    assert company.show() == {"grantPolicyId": theirs}


def test_a_missing_object_can_be_read_and_deleted_and_not_updated(company: Company) -> None:
    ours = company.add_policy()
    prior = company.create(grant_policy_id=ours)
    company.tenant.remove_entitlement(company.app, company.entitlement)
    assert company.read(prior) is None
    company.delete(prior)
    with pytest.raises(NotFoundError, match="the entitlement is gone from the tenant"):
        company.update(prior, grant_policy_id="")
    with pytest.raises(NotFoundError, match="the tenant has no such entitlement"):
        company.create(grant_policy_id=ours)


def test_a_missing_object_is_not_gone_while_the_search_fails(company: Company) -> None:
    prior = company.create(grant_policy_id=company.add_policy())
    company.tenant.set_faults(
        Fault(do="answer", status=404, method="GET", path="/entitlements/", times=None),
    )
    with pytest.raises(Exception, match="contradict each other: a GET does not find the entitle"):
        company.read(prior)
