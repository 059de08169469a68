"""Results of lookups in the inputs of policies and of attachments."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from pulumi_c1policy import approve, assign
from pulumi_c1policy._pulumi import engine_values
from pulumi_c1policy.inputs import AppEntitlementReferenceArgsDict
from pulumi_c1policy.lookups import (
    FindAppResult,
    FindEntitlementResult,
    FindGroupResult,
    FindStepUpProviderResult,
    FindUserResult,
    FindWebhookResult,
    GetPolicyResult,
)

ADA = FindUserResult(id="u1", email="ada@example.com")
APP = FindAppResult(id="a1", display_name="Okta")
GROUP = FindGroupResult(id="g1", app_id="a1", display_name="Security")
ADMIN = FindEntitlementResult(id="e1", app_id="a1", display_name="Admin")
HOOK = FindWebhookResult(id="w1", display_name="Risk score")
PROVIDER = FindStepUpProviderResult(id="p1", display_name="Okta Verify")
POLICY = GetPolicyResult(id="po1", display_name="Other", policy_type="POLICY_TYPE_GRANT")
REFERENCE: AppEntitlementReferenceArgsDict = {"app_id": "a1", "app_entitlement_id": "g1"}


def test_each_result_becomes_its_id() -> None:
    inputs: Any = {
        "scope": {"app_id": APP, "app_entitlement_id": ADMIN},
        "rules": [{"condition": "true", "policy_id": POLICY}],
        "steps": [
            approve.users((ADA, "u2"), requires_step_up_provider_id=PROVIDER),
            approve.webhook(HOOK),
            approve.manager(fallback=[ADA]),
            approve.app_owners(allowed_reassignees=[ADA]),
        ],
        "annotations": {"owner": ADA},
    }
    manager = {"fallback": True, "fallback_user_ids": ["u1"]}
    assert engine_values.resolve(inputs) == {
        "scope": {"app_id": "a1", "app_entitlement_id": "e1"},
        "rules": [{"condition": "true", "policy_id": "po1"}],
        "steps": [
            {
                "approval": {
                    "users": {"user_ids": ["u1", "u2"]},
                    "requires_step_up_provider_id": "p1",
                }
            },
            {"approval": {"webhook": {"webhook_id": "w1"}}},
            {"approval": {"manager": manager}},
            {
                "approval": {
                    "app_owners": {},
                    "allow_reassignment": True,
                    "allowed_reassignees": ["u1"],
                }
            },
        ],
        "annotations": {"owner": "u1"},
    }


def test_each_result_becomes_its_id_in_an_attachment() -> None:
    ids = {"app_id": APP, "entitlement_id": GROUP}
    uses = ("grant", "revoke", "certify", "emergency_grant")
    policies = {f"{use}_policy_id": POLICY for use in uses}
    assert engine_values.resolve({**ids, **policies}) == {
        "app_id": "a1",
        "entitlement_id": "g1",
        **dict.fromkeys(policies, "po1"),
    }


def test_the_result_of_a_group_sets_its_app() -> None:
    group = {"app_id": "a1", "app_group_id": "g1"}
    step: Any = engine_values.resolve(approve.group(GROUP, fallback_groups=[GROUP, REFERENCE]))
    references = {
        "fallback": True,
        "is_group_fallback_enabled": True,
        "fallback_group_ids": [REFERENCE, REFERENCE],
    }
    assert step == {"approval": {"group": group | references}}
    assert engine_values.resolve(assign.group(GROUP)) == {"group": group}
    assert engine_values.resolve(approve.group("g1", app_id=APP)) == {"approval": {"group": group}}


def test_the_id_of_a_group_needs_the_app() -> None:
    group: Any = approve.group
    with pytest.raises(TypeError, match="app_id"):
        group("g1")


@pytest.mark.parametrize(
    ("name", "result", "kind"),
    [
        ("user_ids", HOOK, "user"),
        ("app_id", GROUP, "app"),
        ("fallback_group_ids", APP, "entitlement"),
        ("baseline_policy_id", ADA, "policy"),
        ("grant_policy_id", ADMIN, "policy"),
        ("emergency_grant_policy_id", ADA, "policy"),
        ("entitlement_id", APP, "entitlement"),
    ],
)
def test_a_result_of_another_kind_is_refused(name: str, result: object, kind: str) -> None:
    with pytest.raises(pulumi.RunError) as caught:
        engine_values.resolve({name: [result]})
    first, last = str(caught.value).splitlines()
    assert f"`{name}` names objects of the kind {kind}" in first
    assert type(result).__name__ in first
    assert kind in last
