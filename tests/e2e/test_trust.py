"""Policies of others and other stacks, under the real CLI: no take-over, no loss, no duplicate."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulumi_c1policy._emulator import Emulator, Fault
from tests.support.cli import Stack, list_creates, list_deletes

Make = Callable[..., Stack]
CREATE: dict[str, Any] = {"method": "POST", "path": r"/api/v1/policies$"}
UPDATE: dict[str, Any] = {"method": "POST", "path": r"/api/v1/policies/[^/]+$"}
GET: dict[str, Any] = {"method": "GET", "path": r"/api/v1/policies/[^/]+$"}
DELETE: dict[str, Any] = {"method": "DELETE"}
ADOPT = {"PULUMI_C1POLICY_ON_LEFTOVER": "adopt"}


def policy(name: str, shown: str, *, description: str = "", options: str = "") -> str:
    return f"""
    Policy(
        "{name}",
        display_name="{shown}",
        description="{description}",
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={{"grant": {{"steps": [{{"accept": {{}}}}]}}}},
        {options}
    )
"""


ONE = policy("access", "Access")


def content(tenant: Emulator, policy_id: str) -> dict[str, Any]:
    return {k: v for k, v in tenant.policy(policy_id).items() if k != "updatedAt"}


def tenant_record(tenant: Emulator, policy_id: str) -> Any:
    return tenant.policies.find(policy_id)


def urn(stack: Stack, name: str) -> str:
    found: str = stack.read_policies()[name]["urn"]
    return found


def test_a_new_resource_with_the_old_name_of_a_renamed_one_takes_no_policy(
    stack: Make, c1_tenant: Emulator
) -> None:
    made = stack(ONE)
    made.up().ok()
    old = made.id_of("Access")
    made.run("state", "rename", "--yes", urn(made, "access"), "renamed").ok()
    # The new resource alone: the engine shows the provider nothing of the renamed one.
    before = content(c1_tenant, old)
    made.write(policy("access", "Another") + policy("renamed", "Access"))
    refused = made.up("--target", urn(made, "renamed").replace("::renamed", "::access"))
    if refused.code:
        assert old in refused.output
        assert "pulumi up --refresh" in refused.output
        assert refused.writes == []
    assert content(c1_tenant, old) == before
    made.up("--refresh").ok()
    assert {name: each["id"] for name, each in made.read_policies().items()} == {
        "access": made.id_of("Another"),
        "renamed": old,
    }
    made.expect_no_changes("--refresh")


def test_an_error_names_two_resources_of_one_policy_and_neither_writes(
    stack: Make, c1_tenant: Emulator
) -> None:
    made = stack(ONE)
    made.up().ok()
    state = made.export()
    [entry] = [r for r in state["deployment"]["resources"] if r["urn"].endswith("::access")]
    twin = {**entry, "urn": entry["urn"].replace("::access", "::twin")}
    state["deployment"]["resources"].append(twin)
    made.import_state(state)
    before = content(c1_tenant, entry["id"])
    made.write(policy("access", "Changed") + policy("twin", "Changed, too"))
    for command in (made.preview, made.up):
        refused = command("--refresh")
        assert refused.code
        assert "pulumi state delete" in refused.output
        assert refused.writes == []
    assert content(c1_tenant, entry["id"]) == before
    made.write("")
    assert made.destroy("--refresh").code
    assert content(c1_tenant, entry["id"]) == before
    made.run("state", "delete", "--yes", twin["urn"]).ok()
    made.destroy("--refresh").ok()
    assert made.list_names() == []


def test_a_second_backend_with_the_same_names_takes_and_deletes_no_policy(
    stack: Make, c1_tenant: Emulator
) -> None:
    first, second = stack(ONE), stack(policy("access", "Access", description="Another."))
    first.up().ok()
    kept = first.id_of("Access")
    refused = second.up()
    assert refused.code
    assert refused.writes == []
    assert kept in refused.output
    assert c1_tenant.policy(kept)["createdAt"] in refused.output
    assert "differs from what would be created at `description`" in refused.output
    assert "pulumi up --refresh" in refused.output
    assert "Traceback" not in refused.output
    second.destroy().ok()
    assert second.up(PULUMI_C1POLICY_ON_LEFTOVER="leave").ok().writes == list_creates("Access")
    second.destroy().ok()
    first.expect_no_changes("--refresh")
    assert first.read_policies()["access"]["id"] == kept


def test_a_retained_policy_is_adopted_only_by_decision(stack: Make) -> None:
    made = stack(
        policy("access", "Access", options="opts=pulumi.ResourceOptions(retain_on_delete=True)")
    )
    made.up().ok()
    kept = made.id_of("Access")
    made.write("").up().ok()
    made.write(ONE)
    refused = made.up("--refresh")
    assert refused.code
    assert f"{kept} (created" in refused.output
    assert "PULUMI_C1POLICY_ON_LEFTOVER=adopt pulumi up --refresh" in refused.output
    adopted = made.up("--refresh", **ADOPT).ok()
    assert adopted.writes == []
    assert f"{kept}" in adopted.output
    assert "was adopted" in adopted.output
    assert made.read_policies()["access"]["id"] == kept
    made.expect_no_changes("--refresh")


@pytest.mark.parametrize("how", ["program", "config"])
def test_the_program_or_the_config_can_contain_the_decision(how: str, stack: Make) -> None:
    made = stack(
        policy("access", "Access", options="opts=pulumi.ResourceOptions(retain_on_delete=True)")
    )
    made.up().ok()
    made.write("").up().ok()
    if how == "config":
        made.set_config("c1policy:onLeftover", "adopt")
    made.write(
        policy("access", "Access", options='on_leftover="adopt"') if how == "program" else ONE
    )
    assert made.up().ok().writes == []


def test_a_leftover_that_a_person_took_over_is_not_adopted(
    stack: Make, c1_tenant: Emulator
) -> None:
    made = stack(ONE)
    made.up().ok()
    taken = made.id_of("Access")
    made.run("state", "delete", "--yes", urn(made, "access")).ok()
    c1_tenant.product_edit(taken, {"description": "a person's"})
    before = content(c1_tenant, taken)
    assert made.up(**ADOPT).ok().writes == list_creates("Access")
    assert made.read_policies()["access"]["id"] != taken
    assert content(c1_tenant, taken) == before


def test_an_edit_during_the_wait_of_a_throttled_update_is_not_lost(
    stack: Make, c1_tenant: Emulator
) -> None:
    made = stack(ONE)
    made.up().ok()
    policy_id = made.id_of("Access")
    made.write(policy("access", "Access", description="Ours."))
    c1_tenant.set_faults(Fault(do="answer", status=429, retry_after=2, **UPDATE))

    def edit() -> None:
        while not any(r.fault for r in c1_tenant.requests):
            pass
        c1_tenant.api_edit(policy_id, {"description": "theirs"})

    somebody = threading.Thread(target=edit)
    somebody.start()
    refused = made.up()
    somebody.join()
    assert refused.code
    assert '"theirs" now' in refused.output
    assert c1_tenant.policy(policy_id)["description"] == "theirs"


@pytest.mark.parametrize("body", ["", '{"message": "no Route matched with those values"}'])
def test_a_404_of_a_gateway_removes_no_policy_from_the_state(
    body: str, stack: Make, c1_tenant: Emulator
) -> None:
    made = stack(ONE)
    made.up().ok()
    kept = made.id_of("Access")
    c1_tenant.set_faults(Fault(do="answer", status=404, body=body, times=None, path="/policies"))
    refused = made.up("--refresh")
    assert refused.code
    assert "Traceback" not in refused.output
    assert made.read_policies()["access"]["id"] == kept
    assert made.destroy().code
    assert made.read_policies()["access"]["id"] == kept
    c1_tenant.set_faults(Fault(do="answer", status=404, body=body, **GET))
    made.expect_no_changes("--refresh")
    c1_tenant.set_faults(Fault(do="answer", status=404, body=body, **DELETE))
    made.destroy().ok()
    assert made.list_names() == []


def test_a_404_that_contradicts_a_search_removes_no_policy_from_the_state(
    stack: Make, c1_tenant: Emulator
) -> None:
    made = stack(ONE)
    made.up().ok()
    gone = '{"code": 5, "message": "policy not found", "details": []}'
    c1_tenant.set_faults(Fault(do="answer", status=404, body=gone, times=None, **GET))
    refused = made.refresh()
    assert refused.code
    assert "contradict each other" in refused.output
    assert "access" in made.read_policies()


def test_a_404_without_permission_to_search_removes_no_policy_from_the_state(
    stack: Make, c1_tenant: Emulator
) -> None:
    made = stack(ONE)
    made.up().ok()
    c1_tenant.set_quirks(deleted_get="not_found")
    c1_tenant.product_delete(made.id_of("Access"))
    c1_tenant.set_faults(Fault(do="answer", status=403, times=None, path="/search/"))
    refused = made.refresh()
    assert refused.code
    assert "pulumi state delete" in refused.output
    assert "access" in made.read_policies()
    c1_tenant.set_faults()
    made.refresh().ok()
    assert made.read_policies() == {}


def test_a_lagging_search_causes_no_duplicate(stack: Make, c1_tenant: Emulator) -> None:
    made = stack(ONE)
    c1_tenant.set_quirks(search_lag=3.0)
    c1_tenant.set_faults(Fault(do="html", status=502, after_effect=True, **CREATE))
    found = made.up().ok()
    assert made.list_names() == ["Access"]
    assert made.id_of("Access") in found.output
    made.expect_no_changes("--refresh")


def test_the_next_run_reports_a_duplicate(stack: Make, c1_tenant: Emulator) -> None:
    made = stack(ONE)
    c1_tenant.set_quirks(search_lag=3600.0)
    c1_tenant.set_faults(Fault(do="html", status=502, after_effect=True, **CREATE))
    made.up().ok()
    assert made.list_names() == ["Access", "Access"]
    c1_tenant.set_quirks(search_lag=0.0)
    told = made.refresh().ok()
    ids = [
        record.id
        for record in c1_tenant.policies
        if record.deleted_at is None and not record.builtin
    ]
    assert all(each in told.output for each in ids)
    [other] = set(ids) - {made.read_policies()["access"]["id"]}
    c1_tenant.product_delete(other)
    assert other not in made.refresh().ok().output
    assert "__resent" not in made.read_policies()["access"]["outputs"]


def test_a_destroy_reads_each_policy_right_before_its_deletion(
    stack: Make, c1_tenant: Emulator
) -> None:
    made = stack("".join(policy(f"p{number}", f"P{number}") for number in range(8)))
    made.up().ok()
    taken = [made.id_of(f"P{number}") for number in range(8)]
    c1_tenant.set_faults(Fault(do="delay", seconds=2, **DELETE))

    def take() -> None:
        deletes: list[str] = []
        while not deletes:
            deletes = [r.path for r in c1_tenant.requests if r.method == "DELETE"]
        for each in taken[:4]:
            # Nothing holds up the one whose deletion is under way.
            if each not in deletes[0] and tenant_record(c1_tenant, each).deleted_at is None:
                c1_tenant.product_edit(each, {"description": "a person's"})

    person = threading.Thread(target=take)
    person.start()
    left = made.destroy("--parallel", "1").ok()
    person.join()
    edited = [
        each
        for each in taken
        if tenant_record(c1_tenant, each).stored.get("description") == "a person's"
    ]
    assert edited
    assert all(tenant_record(c1_tenant, each).deleted_at is None for each in edited)
    assert all(each in left.output for each in edited)


def test_a_foreign_policy_in_the_answer_to_a_create_is_neither_recorded_nor_deleted(
    stack: Make, c1_tenant: Emulator
) -> None:
    theirs = c1_tenant.add_policy(
        {
            "displayName": "Access",
            "policyType": "POLICY_TYPE_GRANT",
            "policySteps": {"grant": {"steps": [{"reject": {}}]}},
        }
    )["id"]
    before = content(c1_tenant, theirs)
    c1_tenant.set_quirks(get_or_create=True)
    made = stack(ONE)
    refused = made.up()
    assert refused.code
    assert theirs in refused.output
    assert "resource 'access'" in refused.output or "c1policy.Policy/access" in refused.output
    made.destroy().ok()
    assert content(c1_tenant, theirs) == before


def test_credentials_of_another_tenant_change_nothing(stack: Make, c1_tenant: Emulator) -> None:
    made = stack(ONE + policy("second", "Second"))
    made.up().ok()
    with Emulator() as other:
        here, there = (each.url.removeprefix("http://") for each in (c1_tenant, other))
        for command in (made.preview, made.up, made.refresh, made.destroy):
            made.write(policy("access", "Changed") + policy("second", "Second"))
            refused = command(**other.environment)
            assert refused.code
            assert here in refused.output
            assert there in refused.output
            assert "Traceback" not in refused.output
        assert [r for r in other.requests if r.path != "/auth/v1/token"] == []
        assert len(made.read_policies()) == 2
        # Somebody who means it says so, by the new host's name.
        allowed = {"PULUMI_C1POLICY_ALLOW_TENANT_CHANGE": there}
        assert f"PULUMI_C1POLICY_ALLOW_TENANT_CHANGE={there} pulumi up --refresh" in refused.output
        made.up("--refresh", **other.environment, **allowed).ok()
        assert {str(r.stored["displayName"]) for r in other.policies if not r.builtin} == {
            "Changed",
            "Second",
        }
    assert made.list_names() == ["Access", "Second"]


def test_a_preview_names_its_tenant_once(stack: Make, c1_tenant: Emulator) -> None:
    made = stack(ONE + policy("second", "Second"))
    shown = made.preview().ok()
    host = c1_tenant.url.removeprefix("http://")
    line = f"tenant {host}, credential from CONDUCTORONE_CLIENT_SECRET"
    assert shown.output.partition("Diagnostics:")[2].count(line) == 1
    assert shown.requests == ()
    # Without credentials it says nothing of a tenant, and needs none.
    names = dict.fromkeys(c1_tenant.environment, "")
    assert "tenant" not in made.preview(**names).ok().output


def test_the_config_can_allow_a_change_of_the_tenant(stack: Make, c1_tenant: Emulator) -> None:
    made = stack(ONE)
    made.up().ok()
    with Emulator() as other:
        made.set_config("c1policy:allowTenantChange", other.url.removeprefix("http://"))
        # The engine refreshes with the config of the last update.
        made.up(**other.environment).ok()
        made.up("--refresh", **other.environment).ok()
        assert len([r for r in other.policies if not r.builtin]) == 1
        # Afterwards the key is inert: it names the tenant that is recorded.
        assert made.up("--refresh").code


@pytest.mark.parametrize("place", ["c1policy:serverUrl", "c1policy:clientId"])
def test_settings_from_two_sources_are_refused(
    place: str, stack: Make, c1_tenant: Emulator
) -> None:
    made = stack(ONE)
    made.set_config(place, {"c1policy:serverUrl": c1_tenant.url}.get(place, "fox@a.example/spc"))
    token = {"CONDUCTORONE_ACCESS_TOKEN": c1_tenant.access_token, "CONDUCTORONE_SERVER_URL": ""}
    for command in (made.preview, made.up):
        refused = command(**token)
        assert refused.code
        assert place in refused.output
        assert "CONDUCTORONE_ACCESS_TOKEN" in refused.output
        assert "Traceback" not in refused.output
        assert refused.requests == ()


@pytest.mark.parametrize(
    ("options", "environment", "place", "nearest"),
    [
        ('on_conflict="overwritten"', {}, "on_conflict", '"overwrite"'),
        ('on_takeover="takeback"', {}, "on_takeover", '"take_back"'),
        ('on_leftover="adopted"', {}, "on_leftover", '"adopt"'),
        ("", {"PULUMI_C1POLICY_ON_LEFTOVER": "adpot"}, "PULUMI_C1POLICY_ON_LEFTOVER", '"adopt"'),
    ],
)
def test_an_unknown_value_of_a_decision_is_refused_with_the_nearest_one(
    options: str, environment: dict[str, str], place: str, nearest: str, stack: Make
) -> None:
    made = stack(policy("access", "Access", options=options))
    for command in (made.preview, made.up):
        refused = command(**environment)
        assert refused.code
        assert place in refused.output
        assert f"did you mean {nearest}?" in refused.output
        assert "Traceback" not in refused.output
        assert refused.requests == ()


def test_the_command_in_the_error_recovers_from_a_killed_create(
    stack: Make, c1_tenant: Emulator, tmp_path: Path
) -> None:
    made = stack(ONE)
    # The answer is lost for good, as if the process had been killed before it came.
    c1_tenant.set_faults(
        Fault(do="cut", after_effect=True, **CREATE),
        Fault(do="answer", status=500, times=None, nth=2, path="/search/"),
    )
    assert made.up().code
    c1_tenant.set_faults()
    refused = made.up("--refresh")
    assert refused.code
    assert "PULUMI_C1POLICY_ON_LEFTOVER=adopt pulumi up --refresh" in refused.output
    assert made.up("--refresh", **ADOPT).ok().writes == []
    made.expect_no_changes("--refresh")


def test_the_command_in_the_error_completes_a_forced_replacement(stack: Make) -> None:
    made = stack(ONE)
    made.up().ok()
    old = made.id_of("Access")
    refused = made.up("--replace", urn(made, "access"))
    assert refused.code
    assert refused.writes == []
    assert "pulumi up --refresh" in refused.output
    done = made.up("--refresh", "--replace", urn(made, "access")).ok()
    assert done.writes == list_deletes("Access") + list_creates("Access")
    assert made.read_policies()["access"]["id"] == made.id_of("Access") != old


@pytest.mark.parametrize("refresh", [(), ("--refresh",)], ids=["plain", "refreshed"])
def test_an_alias_with_a_replacement_deletes_the_old_policy(
    refresh: tuple[str, ...], stack: Make
) -> None:
    made = stack(ONE)
    made.up().ok()
    renamed = (
        policy(
            "renamed",
            "Access",
            options='opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="access")]),',
        )
        .replace("GRANT", "REVOKE")
        .replace('"grant"', '"revoke"')
    )
    made.write(renamed)
    done = made.up(*refresh).ok()
    assert done.writes == list_deletes("Access") + list_creates("Access")
    made.expect_no_changes("--refresh")


def test_a_renamed_stack_keeps_its_policies(stack: Make) -> None:
    made = stack(ONE)
    made.up().ok()
    kept = made.id_of("Access")
    made.run("stack", "rename", "prod").ok()
    made.up().ok()
    assert made.id_of("Access") == kept
    assert made.read_live("Access")["annotations"]["iac_workspace"] == "shop/prod"
    made.expect_no_changes("--refresh")


def test_a_policy_moves_to_another_stack_with_its_state(stack: Make) -> None:
    made = stack(ONE)
    made.up().ok()
    kept = made.id_of("Access")
    made.run("stack", "init", "other", "--no-select").ok()
    moved = urn(made, "access")
    options = ("--source", "dev", "--dest", "other", "--yes")
    made.run("state", "move", *options, moved).ok()
    # In the old stack the resource is new: what the other one holds is not taken.
    refused = made.up("--refresh")
    assert refused.code
    assert kept in refused.output
    assert refused.writes == []
    made.run("stack", "select", "other").ok()
    made.up("--refresh").ok()
    assert made.id_of("Access") == kept
    assert made.read_live("Access")["annotations"]["iac_workspace"] == "shop/other"
    made.expect_no_changes("--refresh")
    made.run("stack", "select", "dev").ok()
    assert made.up("--refresh").ok().writes == list_creates("Access")
