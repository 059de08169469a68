"""Lookups of policies against the emulated tenant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks, settings

import pulumi_c1policy as c1
from pulumi_c1policy._emulator import Emulator, Fault
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy.lookups import GetPolicyResult

STEPS: dict[str, Any] = {"grant": {"steps": [{"approval": {"manager": {}}}]}}
MANAGED = {
    "managed_by": "pulumi",
    "iac_workspace": "acme/shop/dev",
    "iac_resource_address": "c1policy.Policy/access",
}


@pytest.fixture
def add(start_run: Callable[[], None], c1_tenant: Emulator) -> Callable[..., str]:
    """Return a function that adds a policy to the tenant and returns its id."""

    def add_policy(name: str, kind: str = "GRANT", **fields: Any) -> str:
        steps = {kind.lower(): STEPS["grant"]}
        policy = {
            "displayName": name,
            "policyType": f"POLICY_TYPE_{kind}",
            "policySteps": steps,
            **fields,
        }
        return str(c1_tenant.add_policy(policy)["id"])

    return add_policy


def _get_error(**arguments: Any) -> str:
    with pytest.raises(pulumi.RunError) as caught:
        c1.get_policy(**arguments)
    return str(caught.value)


def test_a_policy_is_found_by_its_name_or_its_id(add: Callable[..., str]) -> None:
    policy_id = add("Fallback", description="For all others.", annotations={"team": "security"})
    add("fallback")
    found = c1.get_policy(display_name="Fallback")
    assert found == c1.get_policy(id=policy_id)
    assert found.id == policy_id
    assert found.policy_type == c1.PolicyType.GRANT
    assert found.description == "For all others."
    assert found.annotations == {"team": "security"}
    assert found.policy_steps == {"grant": {"steps": [{"approval": {"manager": {}}}]}}
    assert (found.rules, found.scope, found.system_builtin) == (None, None, False)


def test_the_type_chooses_among_policies_of_one_name(add: Callable[..., str]) -> None:
    grant, revoke = add("Access"), add("Access", "REVOKE")
    assert c1.get_policy(display_name="Access", type="POLICY_TYPE_GRANT").id == grant
    assert c1.get_policy(display_name="Access", type=c1.PolicyType.REVOKE).id == revoke


def test_a_policy_is_found_by_all_given_arguments(add: Callable[..., str]) -> None:
    access = [add("Access", annotations={"team": "a", "tier": "1"}), add("Access", "REVOKE")]
    backup = add("Backup", annotations={"team": "a"})
    assert {policy.id for policy in c1.get_policies(display_name="Access")} == {*access}
    assert [
        each.id for each in c1.get_policies(display_name="Access", type="POLICY_TYPE_REVOKE")
    ] == [access[1]]
    found = c1.get_policies(annotations={"team": "a"})
    assert [policy.id for policy in found] == [access[0], backup]
    assert c1.get_policies(display_name="access") == []
    assert {*access, backup} <= {policy.id for policy in c1.get_policies()}


def test_equal_lookups_of_a_run_are_sent_once(
    add: Callable[..., str], start_run: Callable[[], None], c1_tenant: Emulator
) -> None:
    first, second = add("First"), add("Second")
    c1_tenant.clear_requests()
    assert c1.get_policy(display_name="First").id == first
    assert c1.get_policy(display_name="Second").id == second
    assert len([r for r in c1_tenant.requests if r.path == "/api/v1/search/policies"]) == 1
    c1.get_policy(id=first)
    c1.get_policy(id=first)
    assert len([r for r in c1_tenant.requests if r.method == "GET"]) == 1

    third = add("Third")
    start_run()
    assert c1.get_policy(display_name="Third").id == third


def test_several_policies_of_one_name_are_listed_with_their_differences(
    add: Callable[..., str], c1_tenant: Emulator
) -> None:
    ids = [
        add("Access", annotations=MANAGED),
        add("Access", "REVOKE"),
        add("Access", scope={"appId": "app-1"}),
    ]
    text = _get_error(display_name="Access")
    first, *candidates, last = text.splitlines()
    assert first == (
        'get_policy(display_name="Access") finds 3 policies in the tenant '
        f"{c1_tenant.url.removeprefix('http://')}:"
    )
    lines = {line.split(":")[0].strip(): line for line in candidates}
    assert lines.keys() == {*ids}
    assert (
        "managed by pulumi in the workspace 'acme/shop/dev' (c1policy.Policy/access)"
        in (lines[ids[0]])
    )
    assert "POLICY_TYPE_REVOKE, global" in lines[ids[1]]
    assert "POLICY_TYPE_GRANT, scope app_id=app-1" in lines[ids[2]]
    assert all("created 2" in line for line in candidates)
    assert any(f'get_policy(id="{policy_id}")' in last for policy_id in ids)


def test_a_long_list_of_candidates_is_cut(add: Callable[..., str]) -> None:
    for _ in range(12):
        add("Access")
    text = _get_error(display_name="Access")
    assert "finds 12 policies" in text
    assert "\n  and 2 more\n" in text
    assert len(text.splitlines()) == 13


def test_a_missing_policy_is_reported_with_similar_ones(add: Callable[..., str]) -> None:
    policy_id = add("Engineering access")
    text = _get_error(display_name="Enginering acces")
    assert "finds no policy in the tenant" in text
    assert f'{policy_id}: "Engineering access", POLICY_TYPE_GRANT, global' in text
    assert f'get_policy(id="{policy_id}")' in text.splitlines()[-1]
    assert len(_get_error(display_name="zzzzzzzz").splitlines()) == 2


def test_a_policy_of_another_type_is_a_candidate(add: Callable[..., str]) -> None:
    policy_id = add("Access", "REVOKE")
    text = _get_error(display_name="Access", type="POLICY_TYPE_GRANT")
    assert f'{policy_id}: "Access", POLICY_TYPE_REVOKE' in text


def test_a_deleted_or_unknown_id_is_reported(add: Callable[..., str], c1_tenant: Emulator) -> None:
    policy_id = add("Old")
    c1_tenant.product_delete(policy_id)
    for missing in (policy_id, "2aNobodyKnowsThisPolicyId00"):
        first, last = _get_error(id=missing).splitlines()
        assert first.startswith(f'get_policy(id="{missing}") finds no policy in the tenant')
        assert "get_policy(display_name=...)" in last


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"type": "POLICY_TYPE_GRANT"},
        {"id": "a", "display_name": "A"},
        {"id": "a", "type": "POLICY_TYPE_GRANT"},
    ],
)
def test_a_wrong_combination_of_arguments_is_refused(
    arguments: dict[str, Any], start_run: Callable[[], None], c1_tenant: Emulator
) -> None:
    c1_tenant.clear_requests()
    assert "with either `id`, or `display_name`" in _get_error(**arguments)
    assert c1_tenant.requests == []


def test_missing_credentials_are_reported_with_the_config_key(
    start_run: Callable[[], None], c1_tenant: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in c1_tenant.environment:
        monkeypatch.delenv(name)
    text = _get_error(display_name="Access")
    assert text.startswith('get_policy(display_name="Access") failed: ')
    assert "c1policy:clientId" in text.splitlines()[-1]


def test_an_error_of_the_tenant_is_reported_with_the_call(
    start_run: Callable[[], None], c1_tenant: Emulator
) -> None:
    c1_tenant.set_faults(Fault(do="answer", status=401, times=None))
    assert _get_error(id="policy-1").startswith('get_policy(id="policy-1") failed: ')


def test_names_cannot_forge_lines(add: Callable[..., str]) -> None:
    policy_id = add("Access\nerror: forged \x1b[31m")
    text = _get_error(display_name="Access error: forged")
    [line] = [line for line in text.splitlines() if policy_id in line and "POLICY_TYPE" in line]
    assert "\\nerror: forged" in line
    assert "\x1b" not in text


def test_the_result_has_the_fields_of_the_model() -> None:
    left_out = {"deleted_at", "reassign_tasks_to_delegates"}
    assert {field.name for field in fields(GetPolicyResult)} == POLICY.fields.keys() - left_out


class Answers(mocks.Mocks):
    """Mocks of a program's test, which answer the lookup of one policy."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        raise AssertionError(args.name)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], None]:
        if args.token == "c1policy:index:getPolicies":
            return {"policies": [{"id": "policy-1"}]}, None
        assert args.token == "c1policy:index:getPolicy"
        known = args.args.get("display_name") == "Known"
        return ({"id": "policy-1", "description": "A description."} if known else {}), None


def test_mocks_answer_lookups(monkeypatch: pytest.MonkeyPatch) -> None:
    monitor = mocks.MockMonitor(Answers())
    monkeypatch.setattr(settings, "get_monitor", lambda: monitor)
    known = c1.get_policy(display_name="Known", type="POLICY_TYPE_REVOKE")
    assert (known.id, known.display_name, known.policy_type, known.description) == (
        "policy-1",
        "Known",
        "POLICY_TYPE_REVOKE",
        "A description.",
    )
    assert c1.get_policy(display_name="Other").id == "Other_id"
    assert c1.get_policy(id="policy-2").id == "policy-2"
    [one] = c1.get_policies(display_name="All")
    assert (one.id, one.display_name) == ("policy-1", "All")
