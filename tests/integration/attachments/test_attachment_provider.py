"""The calls of the engine for attachments, over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_c1policy._lifecycle.planning.state_codec import PREDECESSORS, TENANT
from pulumi_c1policy._model.attachment_fields import AttachmentTarget
from pulumi_c1policy._pulumi import failures
from pulumi_c1policy.errors import NotFoundError, RefusedError, StateError
from pulumi_c1policy.provider import EntitlementPoliciesProvider
from tests.integration.attachments.attachment_company import Company
from tests.support.engine import Process, pass_through_engine

OWNER = {
    "managed_by": "pulumi",
    "iac_workspace": "shop/dev",
    "iac_resource_address": "c1policy.EntitlementPolicies/admins",
}


class AttachmentEngine:
    """The calls of an engine for one resource, each in a process of its own."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.id = AttachmentTarget(company.app, company.entitlement).id
        self.outputs: dict[str, Any] = {}

    def name(self, **values: Any) -> dict[str, Any]:
        """Return the inputs of the resource."""
        ids = {"app_id": self.company.app, "entitlement_id": self.company.entitlement}
        return pass_through_engine({**ids, **values, "__owner": OWNER})

    def create(self, **values: Any) -> None:
        with Process(self.company.tenant).alive():
            created = EntitlementPoliciesProvider().create(self.name(**values))
        assert created.id == self.id
        self.outputs = pass_through_engine(created.outs or {})

    def read(self) -> Any:
        with Process(self.company.tenant).alive():
            return EntitlementPoliciesProvider().read(self.id, self.outputs)

    def diff(self, **values: Any) -> Any:
        with Process(self.company.tenant).alive():
            provider = EntitlementPoliciesProvider()
            return provider.diff(self.id, self.outputs, self.name(**values))

    def delete(self) -> None:
        with Process(self.company.tenant).alive():
            EntitlementPoliciesProvider().delete(self.id, self.outputs)


@pytest.fixture
def engine(company: Company) -> AttachmentEngine:
    failures._warn_once.cache_clear()
    return AttachmentEngine(company)


def test_a_state_has_the_fields_and_their_predecessors(
    company: Company, engine: AttachmentEngine
) -> None:
    ours, theirs = company.add_policy(), company.add_policy()
    company.edit(grantPolicyId=theirs)
    engine.create(grant_policy_id=ours)
    tenant = company.tenant.url.removeprefix("http://")
    assert engine.outputs == {
        "app_id": company.app,
        "entitlement_id": company.entitlement,
        "grant_policy_id": ours,
        PREDECESSORS: {"grant_policy_id": theirs},
        TENANT: tenant,
        "__state": 1.0,
    }
    assert not engine.diff(grant_policy_id=ours).changes
    assert engine.diff(grant_policy_id=theirs).changes
    assert engine.diff(grant_policy_id=ours, certify_policy_id="").changes
    replaced = engine.diff(grant_policy_id=ours, app_id="other")
    assert (replaced.replaces, replaced.delete_before_replace) == (["app_id"], True)


def test_an_import_records_the_set_fields(company: Company, engine: AttachmentEngine) -> None:
    ours = company.add_policy()
    company.edit(grantPolicyId=ours)
    found = engine.read()
    assert found.id == engine.id
    assert found.inputs["grant_policy_id"] == ours
    assert "revoke_policy_id" not in found.inputs
    assert PREDECESSORS not in found.outs
    company.tenant.remove_entitlement(company.app, company.entitlement)
    with pytest.raises(NotFoundError, match=r"Cannot read the attachment .*no such entitlement"):
        engine.read()


def test_a_damaged_state_is_read_again_and_never_updated(
    company: Company, engine: AttachmentEngine, caplog: pytest.LogCaptureFixture
) -> None:
    ours = company.add_policy()
    engine.create(grant_policy_id=ours, revoke_policy_id="")
    engine.outputs["grant_policy_id"] = 5.0
    with pytest.raises(StateError, match="`grant_policy_id` should be text"):
        engine.diff(grant_policy_id=ours)
    company.list_writes()
    engine.delete()
    assert company.list_writes() == []
    assert "Nothing was put back" in caplog.text
    found = engine.read()
    assert {n: found.inputs[n] for n in ("grant_policy_id", "revoke_policy_id")} == {
        "grant_policy_id": ours,
        "revoke_policy_id": "",
    }
    assert "read again from the tenant" in caplog.text


def test_a_state_of_another_tenant_is_refused(company: Company, engine: AttachmentEngine) -> None:
    engine.create(grant_policy_id=company.add_policy())
    engine.outputs[TENANT] = "other.conductor.one"
    company.list_writes()
    for call in (engine.read, engine.delete, lambda: engine.diff(grant_policy_id="")):
        with pytest.raises(RefusedError, match=r"the attachment .* other.conductor.one"):
            call()
    assert company.tenant.requests == []


def test_an_environment_variable_keeps_the_values_in_one_run(
    company: Company, engine: AttachmentEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = company.add_policy()
    engine.create(grant_policy_id=ours)
    monkeypatch.setenv("PULUMI_C1POLICY_ON_DELETE", "keep")
    engine.delete()
    assert company.show() == {"grantPolicyId": ours}
    monkeypatch.delenv("PULUMI_C1POLICY_ON_DELETE")
    engine.delete()
    assert company.show() == {}
