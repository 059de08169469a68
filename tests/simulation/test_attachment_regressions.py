"""Scenarios in which an attachment was once undone, overwritten, lost or not explained."""

from __future__ import annotations

import pytest

from tests.simulation import editors, simulated_network
from tests.simulation.guarantees import PERSON
from tests.simulation.simulated_company import ADMINS, Company, attach, policy, told
from tests.simulation.simulated_tenant import POLICIES
from tests.simulation.simulation import Simulation
from tests.support.engine import Declared, Program, Ref

SEEDS = pytest.mark.parametrize("seed", range(4))


@SEEDS
@pytest.mark.parametrize("fails", [False, True])
def test_a_forced_replacement_leaves_the_attachment_in_place(seed: int, *, fails: bool) -> None:
    simulation = Simulation(seed)
    with simulation.running():
        company = Company(simulation)
        stack = company.stack
        stack.up(attach(grant_policy_id=""))
        program = dict(attach(grant_policy_id=""))
        if fails:
            # The run ends between the creation and the deletion of the old one.
            program["app-1"] = Declared({"app_id": "nowhere", "grant_policy_id": ""})
        ended = stack.up(program, replace=("entitlement-1",))
        assert ended.went_well != fails
        if fails:
            ended = stack.up(attach(grant_policy_id=""))
        assert told(ended, f"`grant_policy_id` was '{company.theirs}'")
        assert company.show() == ""
        assert stack.preview(attach(grant_policy_id="")).kinds["entitlement-1"] == "same"
        assert company.judge() == set()


@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize("seed", range(20))
def test_attachments_that_change_places_keep_a_policy_that_both_name(
    monkeypatch: pytest.MonkeyPatch, seed: int, *, is_late: bool
) -> None:
    monkeypatch.setenv("PULUMI_C1POLICY_CHECK_IDS", "warn")
    simulation = Simulation(seed)
    with simulation.running():
        company = Company(simulation)
        for name in ("guests", "staff"):
            company.objects.add_entitlement(name, "app-1", {})
        named = editors.create_as_client(simulation.tenant)
        others: list[str | Ref] = [editors.create_as_client(simulation.tenant) for _ in range(2)]

        def attach_to(*targets: str) -> Program:
            return {
                f"entitlement-{number}": Declared(
                    {
                        "app_id": "app-1",
                        "entitlement_id": target,
                        "grant_policy_id": named,
                        "emergency_grant_policy_id": other,
                    },
                    {"on_delete": "keep"} if number else {},
                )
                for number, (target, other) in enumerate(zip(targets, others, strict=True))
            }

        assert company.stack.up(attach_to("staff", "guests")).went_well
        simulation.weather.script = lambda request: (
            simulated_network.Fate("slow", later=1.0)
            if b'"grantPolicyId": ""' in request.content
            else None
        )
        program = dict(attach_to("guests", "staff"))
        if is_late:
            # The second attachment is checked when the old one of the first is being deleted.
            others[1] = Ref("policy-1")
            program = {"policy-1": policy(), **attach_to("guests", "staff")}
        assert company.stack.up(program).went_well
        for name in ("guests", "staff"):
            held = [
                each for _, _, each in company.objects.history(("app-1", name), "grantPolicyId")
            ]
            assert held[-1] == named
            assert is_late or held == ["", named], "it was never taken away"
        assert company.judge() == set()


@SEEDS
def test_a_rename_without_an_alias_tells_the_values_that_it_loses(seed: int) -> None:
    simulation = Simulation(seed)
    with simulation.running():
        company = Company(simulation)
        stack = company.stack
        stack.up(attach())
        ended = stack.up(attach("entitlement-2"))
        assert told(ended, f"`grant_policy_id` was '{company.theirs}'")
        assert company.show() == stack.id_of("policy-1")
        assert company.judge() == set()


@SEEDS
def test_a_rename_puts_back_the_fields_that_the_new_name_does_not_set(seed: int) -> None:
    simulation = Simulation(seed)
    with simulation.running():
        company = Company(simulation)
        stack = company.stack
        stack.up(attach(emergency_grant_policy_id=Ref("policy-1"), emergency_grant_enabled=True))
        stack.up(attach("entitlement-2", emergency_grant_enabled=True))
        assert company.show("emergencyGrantPolicyId") == ""
        assert company.show("emergencyGrantEnabled") is True
        assert stack.destroy().went_well
        assert company.judge() == set()


@SEEDS
def test_an_alias_keeps_the_values_from_before(seed: int) -> None:
    simulation = Simulation(seed)
    with simulation.running():
        company = Company(simulation)
        stack = company.stack
        stack.up(attach())
        renamed = dict(attach("entitlement-2"))
        old = renamed["entitlement-2"]
        renamed["entitlement-2"] = Declared(old.inputs, aliases=("entitlement-1",))
        stack.up(renamed)
        assert stack.destroy().went_well
        assert company.show() == company.theirs
        assert company.judge() == set()


def test_two_resources_of_one_object_are_refused_before_anything_is_sent() -> None:
    simulation = Simulation(0)
    with simulation.running():
        company = Company(simulation)
        both = {**attach(grant_policy_id=""), **attach("entitlement-2", revoke_policy_id="")}
        ended = company.stack.up(both)
        assert told(ended, "two resources of the program manage the policies of this object")
        assert company.judge() == set()


@SEEDS
def test_a_change_of_others_is_shown_and_not_put_back(seed: int) -> None:
    simulation = Simulation(seed)
    with simulation.running():
        company = Company(simulation)
        stack = company.stack
        stack.up(attach())
        company.objects.edit(PERSON, ADMINS, grantPolicyId="")
        assert not stack.up(attach(grant_policy_id=company.theirs)).went_well
        stack.refresh()
        assert stack.preview(attach()).kinds["entitlement-1"] == "update"
        ended = stack.destroy()
        assert told(ended, "was changed by somebody else")
        assert company.show() == ""
        assert company.judge() == set()


@SEEDS
def test_a_lost_answer_loses_no_value_from_before(seed: int) -> None:
    simulation = Simulation(seed)
    with simulation.running():
        company = Company(simulation)
        stack = company.stack
        simulation.weather.script = lambda request: (
            simulated_network.CUT_AFTER if request.url.path.endswith("/admins") else None
        )
        stack.up(attach())
        simulation.weather.script = lambda _: None
        stack.up(attach(), refresh=True)
        # Our own policy is in the field, and the answers that showed the earlier one are lost.
        assert stack.destroy().went_well
        assert company.show() in ("", company.theirs)
        assert company.judge() == set()


@SEEDS
def test_after_a_killed_create_our_own_policy_is_no_value_from_before(seed: int) -> None:
    simulation = Simulation(seed)
    with simulation.running():
        company = Company(simulation)
        company.create_and_die(attach())
        stack = company.stack
        assert stack.up(attach(), refresh=True).went_well
        assert company.judge() == set()
        assert stack.destroy().went_well
        assert company.show() == ""
        assert company.judge() == set()


@SEEDS
def test_an_update_of_other_fields_does_not_hide_what_others_changed(seed: int) -> None:
    simulation = Simulation(seed)
    with simulation.running():
        company = Company(simulation)
        stack = company.stack
        stack.up(attach(emergency_grant_enabled=True))
        company.objects.edit(PERSON, ADMINS, grantPolicyId="")
        assert stack.up(attach(emergency_grant_enabled=False)).went_well
        assert company.show() == ""
        stack.refresh()
        program = attach(emergency_grant_enabled=False)
        assert stack.preview(program).kinds["entitlement-1"] == "update"
        assert stack.up(program).went_well
        assert company.show() == stack.id_of("policy-1")
        assert company.judge() == set()


def test_our_own_policy_is_no_value_from_before_if_it_cannot_be_read() -> None:
    simulation = Simulation(0)
    with simulation.running():
        company = Company(simulation)
        company.create_and_die(attach())
        simulation.weather.script = lambda request: (
            simulated_network.EMPTY_404 if request.url.path.startswith(f"{POLICIES}/") else None
        )
        stack = company.stack
        assert stack.up(attach()).went_well
        simulation.weather.script = lambda _: None
        assert company.judge() == set()
        assert stack.destroy().went_well
        assert company.show() == ""


def test_a_replaced_policy_that_others_attached_stays_and_is_explained() -> None:
    simulation = Simulation(0)
    with simulation.running():
        company = Company(simulation)
        stack = company.stack
        stack.up({"policy-1": policy()})
        old = stack.id_of("policy-1")
        company.objects.edit(PERSON, ADMINS, grantPolicyId=old)
        program = {"policy-1": Declared({**policy().inputs, "scope": {"app_id": "app-1"}})}
        ended = stack.up(program)
        assert ended.went_well
        assert told(ended, "is still in use by 1 entitlement")
        assert told(stack.refresh(), "or a policy that it replaced was in use")
        assert stack.up(program, refresh=True).went_well
        assert stack.destroy().went_well
        assert company.show() == old
        assert company.judge() == set()
