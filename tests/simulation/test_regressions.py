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
from tests.simulation.simulated_engine import Stack
from tests.simulation.simulated_network import Fate
from tests.simulation.simulated_tenant import POLICIES, SEARCH
from tests.simulation.simulation import Simulation
from tests.support.engine import Declared, Program, Ref

Rule = Callable[[httpx.Request], bool]


def policy(description: str = "First.", **inputs: Any) -> dict[str, Any]:
    return {
        "display_name": "Access",
        "policy_type": "POLICY_TYPE_GRANT",
        "description": description,
        "policy_steps": {"grant": {"steps": [{"accept": {}}]}},
        **inputs,
    }


def program(*names: str, description: str = "First.", **options: Any) -> Program:
    return {name: Declared(policy(description), options) for name in names}


def once(fate: Fate, rule: Rule, times: int = 1) -> Callable[[httpx.Request], Fate | None]:
    left = [times]

    def script(request: httpx.Request) -> Fate | None:
        if left[0] and rule(request):
            left[0] -= 1
            return fate
        return None

    return script


def when(rule: Rule, do: Callable[[], None]) -> Callable[[httpx.Request], None]:
    return lambda request: do() if rule(request) else None


def is_create(request: httpx.Request) -> bool:
    return request.method == "POST" and request.url.path == POLICIES


def is_update(request: httpx.Request) -> bool:
    return request.method == "POST" and request.url.path.startswith(f"{POLICIES}/")


def is_get(request: httpx.Request) -> bool:
    return request.method == "GET" and request.url.path.startswith(f"{POLICIES}/")


def is_search(request: httpx.Request) -> bool:
    return request.url.path == SEARCH


def judged(simulation: Simulation) -> list[str]:
    guarantees.check(simulation)
    return [f"{kind}: {text}" for kind, text in simulation.findings]


SEEDS = pytest.mark.parametrize("seed", range(6))


@SEEDS
@pytest.mark.parametrize("order", ["any", "the old name first", "the old name alone"])
def test_a_new_resource_with_the_old_name_of_a_renamed_one_takes_no_policy(
    seed: int, order: str
) -> None:
    simulation = Simulation(seed)
    with simulation.running():
        stack = Stack(simulation)
        stack.up(program("old"))
        stack.rename("old", "new")
        renamed = program("new")
        if order == "the old name first":
            rules = [{"condition": "true", "policy_id": Ref("old")}]
            renamed = {"new": Declared(policy(rules=rules))}
        targets = frozenset({"old"}) if order == "the old name alone" else None
        both = {**program("old", description="Another."), **renamed}
        ended = stack.up(both, targets=targets)
        assert judged(simulation) == []
        # Where the engine did not show the renamed one first, a person is told how to go on.
        assert ended.went_well or "pulumi up --refresh" in "\n".join(ended.errors)


def test_a_second_backend_takes_and_deletes_no_policy() -> None:
    simulation = Simulation(0)
    with simulation.running():
        ours, twin = Stack(simulation), Stack(simulation, "twin")
        ours.up(program("access"))
        told = twin.up(program("access", description="The twin's.")).messages
        twin.destroy()
        assert judged(simulation) == []
        assert ours.id_of("access") in "\n".join(told)


def test_a_retained_policy_is_not_adopted_without_a_decision() -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack = Stack(simulation)
        stack.up(program("access"))
        kept = stack.id_of("access")
        stack.forget("access")
        told = stack.up(program("access", description="Another.")).messages
        assert judged(simulation) == []
        assert kept in "\n".join(told)


@pytest.mark.parametrize("take", [editors.terraform_takes, editors.person_edits])
def test_a_leftover_that_others_took_over_since_the_search_is_not_adopted(
    take: Callable[..., None],
) -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack, tenant = Stack(simulation), simulation.tenant
        killed = stack.new()
        killed.wire.on_answer = when(is_create, killed.kill_here)
        stack.up(program("second"), killed)
        [leftover] = tenant.live()
        later = {
            "first": Declared(policy(), {"on_leftover": "adopt"}),
            "second": Declared(
                policy(rules=[{"condition": "true", "policy_id": Ref("first")}]),
                {"on_leftover": "adopt"},
            ),
        }
        process = stack.new(environment={LEFTOVER_VARIABLE: "adopt"})
        process.wire.on_answer = when(is_create, lambda: take(tenant, leftover.id))
        stack.up(later, process)
        assert judged(simulation) == []


@pytest.mark.parametrize(
    "fate",
    [simulated_network.EXPIRED, simulated_network.throttled(3)],
    ids=["renewed token", "other thread's 429"],
)
@SEEDS
def test_a_wait_between_the_look_and_the_write_causes_another_look(seed: int, fate: Fate) -> None:
    simulation = Simulation(seed, preemption=0.5)
    with simulation.running():
        stack, tenant = Stack(simulation), simulation.tenant
        names = ("a", "b", "c")
        stack.up(program(*names))
        ids = [stack.id_of(name) for name in names]

        script = once(fate, is_update)

        def edited_while_it_waits(request: httpx.Request) -> Fate | None:
            hit = script(request)
            if hit is not None:
                for each in ids:
                    edit = partial(editors.client_edits, tenant, each, description="Theirs.")
                    simulation.at(0.2, edit)
            return hit

        simulation.weather.script = edited_while_it_waits
        stack.up(program(*names, description="Second."))
        assert judged(simulation) == []


@pytest.mark.parametrize(
    "fate", [simulated_network.GATEWAY_404, simulated_network.EMPTY_404], ids=lambda f: f.name
)
def test_a_404_of_a_gateway_removes_no_policy_from_the_state(fate: Fate) -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack = Stack(simulation)
        stack.up(program("access"))
        simulation.weather.script = once(fate, is_get)
        stack.up(program("access", description="Second."), refresh=True)
        assert judged(simulation) == []


def test_a_404_of_a_gateway_does_not_count_as_a_deletion() -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack = Stack(simulation)
        stack.up(program("access"))
        simulation.weather.script = once(
            simulated_network.EMPTY_404, lambda r: r.method == "DELETE"
        )
        stack.destroy()
        assert judged(simulation) == []


def test_a_502_after_the_effect_and_a_lagging_search_cause_no_unreported_duplicate() -> None:
    simulation = Simulation(0)
    with simulation.running():
        simulation.tenant.lag(pages=3.0, exactly=True)
        stack = Stack(simulation)
        simulation.weather.script = once(simulated_network.BAD_GATEWAY_AFTER, is_create)
        stack.up(program("access"))
        simulation.scheduler.sleep(60)
        stack.up(program("access"), refresh=True)
        assert judged(simulation) == []


def test_a_destroy_leaves_policies_that_others_took_over_since_a_page_was_read() -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack, tenant = Stack(simulation), simulation.tenant
        names = [f"policy-{number}" for number in range(8)]
        stack.up(program(*names))
        ids = [stack.id_of(name) for name in names]
        process, taken = stack.new(), list[str]()

        def take(request: httpx.Request) -> None:
            if is_search(request) and not taken:
                taken.extend(ids)
                for each in ids:
                    edit = partial(editors.person_edits, tenant, each, description="Ours.")
                    simulation.at(0.001, edit)

        process.wire.on_answer = take
        stack.destroy(process)
        assert judged(simulation) == []


def test_an_update_sends_the_live_value_of_an_ignored_list_with_removed_items() -> None:
    def steps(*users: str) -> list[dict[str, Any]]:
        return [{"approval": {"users": {"user_ids": [user]}}} for user in users]

    def with_steps(other: str) -> Program:
        written = {"grant": {"steps": steps("u0", "u1", "u2")}, "other": {"steps": steps(other)}}
        options = {"ignore_changes": ['policySteps["grant"].steps', 'policy_steps["grant"].steps']}
        return {"access": Declared(policy(policy_steps=written), options)}

    simulation = Simulation(0)
    with simulation.running():
        stack, tenant = Stack(simulation), simulation.tenant
        stack.up(with_steps("u8"))
        policy_id = stack.id_of("access")
        [record] = tenant.live()
        first = record.fields["policySteps"]["grant"]["steps"][:1]
        changed = {**record.fields["policySteps"], "grant": {"steps": first}}
        editors.client_edits(tenant, policy_id, policySteps=changed)
        assert stack.up(with_steps("u9")).went_well
        [record] = tenant.live()
        assert record.fields["policySteps"]["grant"]["steps"] == first


@pytest.mark.parametrize("by", ["proxy", "doubled answer"])
def test_a_foreign_policy_in_the_answer_to_a_create_is_neither_recorded_nor_deleted(
    by: str,
) -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack, tenant = Stack(simulation), simulation.tenant
        theirs = editors.somebody_creates(tenant)
        if by == "proxy":
            tenant.tenant.quirks = tenant.tenant.quirks.replace(get_or_create=True)
        else:
            simulation.weather.script = once(simulated_network.OTHER_POLICY, is_create)
        told = stack.up(program("access")).messages
        stack.destroy()
        assert judged(simulation) == []
        assert theirs in "\n".join(told)


def test_credentials_of_another_tenant_forget_and_create_no_policy() -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack, other = Stack(simulation), simulation.other_tenant
        stack.up(program("access"))
        told = stack.up(program("access"), stack.new(tenant=other), refresh=True).messages
        assert judged(simulation) == []
        assert other.effects == []
        assert simulation.tenant.host in "\n".join(told)
        assert other.host in "\n".join(told)


def test_credentials_of_another_tenant_delete_no_policy() -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack = Stack(simulation)
        stack.up(program("access"))
        stack.destroy(stack.new(tenant=simulation.other_tenant))
        assert judged(simulation) == []


def test_the_outputs_name_the_tenant() -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack = Stack(simulation)
        stack.up(program("access"))
        [entry] = stack.state
        assert simulation.tenant.host in json.dumps(entry.outputs.get(TENANT_OUTPUT))


@pytest.mark.parametrize("option", ["on_conflict", "on_takeover", "on_leftover"])
def test_an_unknown_value_of_a_decision_is_refused(option: str) -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack = Stack(simulation)
        ended = stack.up(program("access", **{option: "overwritten"}))
        assert not ended.went_well
        assert simulation.tenant.live() == []


def test_a_tenant_that_answers_429_without_a_wait_gets_few_requests() -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack = Stack(simulation)
        simulation.weather.latency = 0.002
        simulation.weather.script = once(simulated_network.throttled(0), is_create, times=10**6)
        stack.up(program("access"))
        assert judged(simulation) == []


def test_a_search_with_endless_pages_is_abandoned() -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack, number = Stack(simulation), [0]
        simulation.weather.latency = 0.002

        def endless(request: httpx.Request) -> Fate | None:
            if not is_search(request):
                return None
            number[0] += 1
            body = json.dumps({"list": [], "nextPageToken": f"page-{number[0]}"}).encode()
            return Fate("another page", arrives=False, status=200, answer=body)

        simulation.weather.script = endless
        stack.up(program("access"))
        assert number[0] < 2_000


@pytest.mark.parametrize("command", ["read", "update", "delete"])
def test_a_deeply_nested_answer_causes_no_crash(command: str) -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack = Stack(simulation)
        stack.up(program("access"))
        [record] = simulation.tenant.live()
        shown = simulation.tenant.shown(record)
        config = {"account": {"config": {"deep": "nested"}}}
        step = {"provision": {"provisionPolicy": {"connector": config}}}
        shown["policySteps"]["grant"]["steps"].insert(0, step)
        text = json.dumps({"policy": shown}).replace('"nested"', "[" * 900 + "]" * 900)
        deep = Fate("nested", arrives=False, status=200, answer=text.encode())
        simulation.weather.script = once(deep, is_get, times=100)
        if command == "read":
            stack.refresh()
        elif command == "update":
            stack.up(program("access", description="Second."))
        else:
            stack.destroy()
        assert judged(simulation) == []


@pytest.mark.parametrize("damage", ["annotations", "policy_steps", "__rewritten", "__lost_marks"])
@pytest.mark.parametrize("value", ["text", 7, ["list"], {"a": 1}], ids=str)
def test_a_damaged_state_can_still_be_refreshed_and_destroyed(damage: str, value: Any) -> None:
    simulation = Simulation(0)
    with simulation.running():
        stack = Stack(simulation)
        stack.up(program("access"))
        [entry] = stack.state
        entry.outputs[damage] = value
        stack.refresh()
        stack.destroy()
        assert "crash" not in {line.partition(":")[0] for line in judged(simulation)}
