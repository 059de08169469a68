"""Scenarios in which an earlier version took over, overwrote, deleted, duplicated or lost a policy.

docs/reliability.md lists the guarantees.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest

from tests.simulation import editors, guarantees, simulated_network
from tests.simulation.error_advice import LEFTOVER_VARIABLE, TENANT_OUTPUT
from tests.simulation.simulated_engine import SimulatedStack
from tests.simulation.simulated_network import Fate
from tests.simulation.simulated_tenant import POLICIES, SEARCH
from tests.simulation.simulation import Simulation
from tests.support.engine import Declared, Program, Ref

Rule = Callable[[httpx.Request], bool]


def make_policy(description: str = "First.", **inputs: Any) -> dict[str, Any]:
    return {
        "display_name": "Access",
        "policy_type": "POLICY_TYPE_GRANT",
        "description": description,
        "policy_steps": {"grant": {"steps": [{"accept": {}}]}},
        **inputs,
    }


def make_program(*names: str, description: str = "First.", **options: Any) -> Program:
    return {name: Declared(make_policy(description), options) for name in names}


def script_once(fate: Fate, rule: Rule, times: int = 1) -> Callable[[httpx.Request], Fate | None]:
    left = [times]

    def script(request: httpx.Request) -> Fate | None:
        if left[0] and rule(request):
            left[0] -= 1
            return fate
        return None

    return script


def call_when(rule: Rule, do: Callable[[], None]) -> Callable[[httpx.Request], None]:
    return lambda request: do() if rule(request) else None


def is_create(request: httpx.Request) -> bool:
    return request.method == "POST" and request.url.path == POLICIES


def is_update(request: httpx.Request) -> bool:
    return request.method == "POST" and request.url.path.startswith(f"{POLICIES}/")


def is_get(request: httpx.Request) -> bool:
    return request.method == "GET" and request.url.path.startswith(f"{POLICIES}/")


def is_search(request: httpx.Request) -> bool:
    return request.url.path == SEARCH


def judge(simulation: Simulation) -> list[str]:
    guarantees.check_all(simulation)
    return [f"{kind}: {text}" for kind, text in simulation.findings]


SEEDS = pytest.mark.parametrize("seed", range(6))


@SEEDS
@pytest.mark.parametrize("order", ["any", "the old name first", "the old name alone"])
def test_a_new_resource_with_the_old_name_of_a_renamed_one_takes_no_policy(
    seed: int, order: str
) -> None:
    simulation = Simulation(seed)
    with simulation.running():
        stack = SimulatedStack(simulation)
        stack.up(make_program("old"))
        stack.rename("old", "new")
        renamed = make_program("new")
        if order == "the old name first":
            rules = [{"condition": "true", "policy_id": Ref("old")}]
            renamed = {"new": Declared(make_policy(rules=rules))}
        targets = frozenset({"old"}) if order == "the old name alone" else None
        both = {**make_program("old", description="Another."), **renamed}
        ended = stack.up(both, targets=targets)
        assert judge(simulation) == []
        # Where the engine did not show the renamed one first, a person is told how to go on.
        assert ended.went_well or "pulumi up --refresh" in "\n".join(ended.errors)


def test_a_second_backend_takes_and_deletes_no_policy() -> None:
    simulation = Simulation(0)
    with simulation.running():
        ours, twin = SimulatedStack(simulation), SimulatedStack(simulation, "twin")
        ours.up(make_program("access"))
        shown = twin.up(make_program("access", description="The twin's.")).messages
        twin.destroy()
        assert judge(simulation) == []
        assert ours.id_of("access") in "\n".join(shown)


def test_a_retained_policy_is_not_adopted_without_a_decision() -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack = SimulatedStack(simulation)
        stack.up(make_program("access"))
        kept = stack.id_of("access")
        stack.forget("access")
        shown = stack.up(make_program("access", description="Another.")).messages
        assert judge(simulation) == []
        assert kept in "\n".join(shown)


@pytest.mark.parametrize("take", [editors.take_over_as_terraform, editors.edit_as_person])
def test_a_leftover_that_others_took_over_since_the_search_is_not_adopted(
    take: Callable[..., None],
) -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack, tenant = SimulatedStack(simulation), simulation.tenant
        killed = stack.start_process()
        killed.wire.on_answer = call_when(is_create, killed.kill_here)
        stack.up(make_program("second"), killed)
        [leftover] = tenant.list_live()
        later = {
            "first": Declared(make_policy(), {"on_leftover": "adopt"}),
            "second": Declared(
                make_policy(rules=[{"condition": "true", "policy_id": Ref("first")}]),
                {"on_leftover": "adopt"},
            ),
        }
        process = stack.start_process(environment={LEFTOVER_VARIABLE: "adopt"})
        process.wire.on_answer = call_when(is_create, lambda: take(tenant, leftover.id))
        stack.up(later, process)
        assert judge(simulation) == []


@pytest.mark.parametrize(
    "fate",
    [simulated_network.EXPIRED, simulated_network.make_throttled(3)],
    ids=["renewed token", "other thread's 429"],
)
@SEEDS
def test_a_wait_between_the_look_and_the_write_causes_another_look(seed: int, fate: Fate) -> None:
    simulation = Simulation(seed, preemption=0.5)
    with simulation.running():
        stack, tenant = SimulatedStack(simulation), simulation.tenant
        names = ("a", "b", "c")
        stack.up(make_program(*names))
        ids = [stack.id_of(name) for name in names]

        script = script_once(fate, is_update)

        def edited_while_it_waits(request: httpx.Request) -> Fate | None:
            hit = script(request)
            if hit is not None:
                for each in ids:
                    edit = partial(editors.edit_as_client, tenant, each, description="Theirs.")
                    simulation.call_in(0.2, edit)
            return hit

        simulation.weather.script = edited_while_it_waits
        stack.up(make_program(*names, description="Second."))
        assert judge(simulation) == []


@pytest.mark.parametrize(
    "fate", [simulated_network.GATEWAY_404, simulated_network.EMPTY_404], ids=lambda f: f.name
)
def test_a_404_of_a_gateway_removes_no_policy_from_the_state(fate: Fate) -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack = SimulatedStack(simulation)
        stack.up(make_program("access"))
        simulation.weather.script = script_once(fate, is_get)
        stack.up(make_program("access", description="Second."), refresh=True)
        assert judge(simulation) == []


def test_a_404_of_a_gateway_does_not_count_as_a_deletion() -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack = SimulatedStack(simulation)
        stack.up(make_program("access"))
        simulation.weather.script = script_once(
            simulated_network.EMPTY_404, lambda r: r.method == "DELETE"
        )
        stack.destroy()
        assert judge(simulation) == []


def test_a_502_after_the_effect_and_a_lagging_search_cause_no_unreported_duplicate() -> None:
    simulation = Simulation(0)
    with simulation.running():
        simulation.tenant.set_lag(pages=3.0, exactly=True)
        stack = SimulatedStack(simulation)
        simulation.weather.script = script_once(simulated_network.BAD_GATEWAY_AFTER, is_create)
        stack.up(make_program("access"))
        simulation.scheduler.sleep(60)
        stack.up(make_program("access"), refresh=True)
        assert judge(simulation) == []


def test_a_destroy_leaves_policies_that_others_took_over_since_a_page_was_read() -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack, tenant = SimulatedStack(simulation), simulation.tenant
        names = [f"policy-{number}" for number in range(8)]
        stack.up(make_program(*names))
        ids = [stack.id_of(name) for name in names]
        process, taken = stack.start_process(), list[str]()

        def take(request: httpx.Request) -> None:
            if is_search(request) and not taken:
                taken.extend(ids)
                for each in ids:
                    edit = partial(editors.edit_as_person, tenant, each, description="Ours.")
                    simulation.call_in(0.001, edit)

        process.wire.on_answer = take
        stack.destroy(process)
        assert judge(simulation) == []


def test_an_update_sends_the_live_value_of_an_ignored_list_with_removed_items() -> None:
    def steps(*users: str) -> list[dict[str, Any]]:
        return [{"approval": {"users": {"user_ids": [user]}}} for user in users]

    def with_steps(other: str) -> Program:
        written = {"grant": {"steps": steps("u0", "u1", "u2")}, "other": {"steps": steps(other)}}
        options = {"ignore_changes": ['policySteps["grant"].steps', 'policy_steps["grant"].steps']}
        return {"access": Declared(make_policy(policy_steps=written), options)}

    simulation = Simulation(0)
    with simulation.running():
        stack, tenant = SimulatedStack(simulation), simulation.tenant
        stack.up(with_steps("u8"))
        policy_id = stack.id_of("access")
        [record] = tenant.list_live()
        first = record.fields["policySteps"]["grant"]["steps"][:1]
        changed = {**record.fields["policySteps"], "grant": {"steps": first}}
        editors.edit_as_client(tenant, policy_id, policySteps=changed)
        assert stack.up(with_steps("u9")).went_well
        [record] = tenant.list_live()
        assert record.fields["policySteps"]["grant"]["steps"] == first


@pytest.mark.parametrize("by", ["proxy", "doubled answer"])
def test_a_foreign_policy_in_the_answer_to_a_create_is_neither_recorded_nor_deleted(
    by: str,
) -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack, tenant = SimulatedStack(simulation), simulation.tenant
        theirs = editors.create_as_client(tenant)
        if by == "proxy":
            tenant.tenant.quirks = tenant.tenant.quirks.replace(get_or_create=True)
        else:
            simulation.weather.script = script_once(simulated_network.OTHER_POLICY, is_create)
        shown = stack.up(make_program("access")).messages
        stack.destroy()
        assert judge(simulation) == []
        assert theirs in "\n".join(shown)


def test_credentials_of_another_tenant_forget_and_create_no_policy() -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack, other = SimulatedStack(simulation), simulation.other_tenant
        stack.up(make_program("access"))
        shown = stack.up(
            make_program("access"), stack.start_process(tenant=other), refresh=True
        ).messages
        assert judge(simulation) == []
        assert other.effects == []
        assert simulation.tenant.host in "\n".join(shown)
        assert other.host in "\n".join(shown)


def test_credentials_of_another_tenant_delete_no_policy() -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack = SimulatedStack(simulation)
        stack.up(make_program("access"))
        stack.destroy(stack.start_process(tenant=simulation.other_tenant))
        assert judge(simulation) == []


def test_the_outputs_name_the_tenant() -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack = SimulatedStack(simulation)
        stack.up(make_program("access"))
        [entry] = stack.state
        assert simulation.tenant.host in json.dumps(entry.outputs.get(TENANT_OUTPUT))


@pytest.mark.parametrize("option", ["on_conflict", "on_takeover", "on_leftover"])
def test_an_unknown_value_of_a_decision_is_refused(option: str) -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack = SimulatedStack(simulation)
        ended = stack.up(make_program("access", **{option: "overwritten"}))
        assert not ended.went_well
        assert simulation.tenant.list_live() == []


def test_a_tenant_that_answers_429_without_a_wait_gets_few_requests() -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack = SimulatedStack(simulation)
        simulation.weather.latency = 0.002
        simulation.weather.script = script_once(
            simulated_network.make_throttled(0), is_create, times=10**6
        )
        stack.up(make_program("access"))
        assert judge(simulation) == []


def test_a_search_with_endless_pages_is_abandoned() -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack, number = SimulatedStack(simulation), [0]
        simulation.weather.latency = 0.002

        def endless(request: httpx.Request) -> Fate | None:
            if not is_search(request):
                return None
            number[0] += 1
            body = json.dumps({"list": [], "nextPageToken": f"page-{number[0]}"}).encode()
            return Fate("another page", arrives=False, status=200, answer=body)

        simulation.weather.script = endless
        stack.up(make_program("access"))
        assert number[0] < 2_000


@pytest.mark.parametrize("command", ["read", "update", "delete"])
def test_a_deeply_nested_answer_causes_no_crash(command: str) -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack = SimulatedStack(simulation)
        stack.up(make_program("access"))
        [record] = simulation.tenant.list_live()
        shown = simulation.tenant.render_policy(record)
        config = {"account": {"config": {"deep": "nested"}}}
        step = {"provision": {"provisionPolicy": {"connector": config}}}
        shown["policySteps"]["grant"]["steps"].insert(0, step)
        text = json.dumps({"policy": shown}).replace('"nested"', "[" * 900 + "]" * 900)
        deep = Fate("nested", arrives=False, status=200, answer=text.encode())
        simulation.weather.script = script_once(deep, is_get, times=100)
        if command == "read":
            stack.refresh()
        elif command == "update":
            stack.up(make_program("access", description="Second."))
        else:
            stack.destroy()
        assert judge(simulation) == []


@pytest.mark.parametrize("damage", ["annotations", "policy_steps", "__rewritten", "__lost_marks"])
@pytest.mark.parametrize("value", ["text", 7, ["list"], {"a": 1}], ids=str)
def test_a_damaged_state_can_still_be_refreshed_and_destroyed(damage: str, value: Any) -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack = SimulatedStack(simulation)
        stack.up(make_program("access"))
        [entry] = stack.state
        entry.outputs[damage] = value
        stack.refresh()
        stack.destroy()
        assert "crash" not in {line.partition(":")[0] for line in judge(simulation)}
