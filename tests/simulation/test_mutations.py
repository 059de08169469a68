"""Each guard of the product is necessary: without it, the simulation finds a violation.

Each mutation removes one guard. With the guard, the same seeds have no finding of that kind.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from pulumi_c1policy._client import outcomes, transport
from pulumi_c1policy._client.outcomes import RETRIED, OutcomeKind
from pulumi_c1policy._lifecycle.effects import creation, known_state, leftovers, reads
from pulumi_c1policy._lifecycle.planning import plan, prior
from pulumi_c1policy._pulumi import runtime
from tests.simulation import (
    editors,
    guarantees,
    installation,
    primitives,
    scenario,
    simulated_network,
)
from tests.simulation.scenario import GENTLE, Profile
from tests.simulation.scheduler import Deadlock
from tests.simulation.simulated_engine import SimulatedStack
from tests.simulation.simulation import Simulation
from tests.support.engine import Declared, Program

pytestmark = pytest.mark.slow

Mutate = Callable[[pytest.MonkeyPatch], None]
_SEEDS = 60

_LOST_ANSWERS = replace(
    GENTLE,
    kinds=(
        simulated_network.CUT_AFTER,
        simulated_network.HALF,
        simulated_network.BAD_GATEWAY_AFTER,
        simulated_network.FAILED_AFTER,
    ),
    share=0.5,
)
_EDITED = replace(
    GENTLE,
    share=0.0,
    edits=editors.EDITS[:6],
    resources=(2, 3),
)
_THROTTLED = replace(
    GENTLE, kinds=(simulated_network.make_throttled(3),), share=0.6, resources=(1, 1)
)


@dataclass(frozen=True)
class Mutation:
    """A mutation that removes a guard, and the kind of finding that it causes."""

    guard: str
    mutate: Mutate
    kind: str
    profile: Profile


def _skip_look_for_created(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(creation, "_look_for_created", lambda *_: None)
    _skip_warnings(patch)


def _skip_warnings(patch: pytest.MonkeyPatch) -> None:
    """Remove the warnings: otherwise a later look reports a duplicate."""
    patch.setattr(leftovers.Leftovers, "warn_of", lambda *_: None)


def _repeat_creates(patch: pytest.MonkeyPatch) -> None:
    _skip_warnings(patch)
    patch.setattr(outcomes, "RETRIED", {**RETRIED, OutcomeKind.CREATE: RETRIED[OutcomeKind.READ]})


def _ignore_conflicts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(plan, "_find_conflicts", lambda *_: [])


def _ignore_managers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(prior, "describe_manager", lambda *_: "")


def _reuse_old_looks(patch: pytest.MonkeyPatch) -> None:
    """Let an update look once only, and not before each attempt."""
    original = transport.Transport._see
    seen: dict[str, Any] = {}

    def once(self: Any, look: Any, *rest: Any) -> Any:
        if look.call.path not in seen:
            seen[look.call.path] = original(self, look, *rest)
        return seen[look.call.path]

    patch.setattr(transport.Transport, "_see", once)


def _forget_known_state(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(known_state.KnownState, "note", lambda *_: None)


def _leave_readers_waiting(patch: pytest.MonkeyPatch) -> None:
    class Silent(primitives.Condition):
        def notify_all(self) -> None:
            """Wake nobody."""

    patch.setitem(installation._REPLACED, threading.Condition, Silent)
    installation._find_sites.cache_clear()


_RANDOM = [
    Mutation(
        "the look for the policy of a create", _skip_look_for_created, "duplicate", _LOST_ANSWERS
    ),
    Mutation("a create is not sent again", _repeat_creates, "duplicate", _LOST_ANSWERS),
    Mutation("conflicts", _ignore_conflicts, "lost edit", _EDITED),
    Mutation("owners, writes", _ignore_managers, "foreign write", _EDITED),
    Mutation("owners, deletes", _ignore_managers, "foreign delete", _EDITED),
    Mutation("the look before each attempt", _reuse_old_looks, "old look", _THROTTLED),
]


def _find_seeds(kind: str, profile: Profile) -> Iterator[int]:
    """Yield the seeds that find a violation; each is played when it is asked for."""
    seeds = range(_SEEDS)
    return (seed for seed in seeds if kind in scenario.play(seed, profile).list_kinds())


@pytest.mark.parametrize("mutation", _RANDOM, ids=lambda m: m.guard)
def test_a_seed_finds_a_violation_without_the_guard(
    mutation: Mutation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(_find_seeds(mutation.kind, mutation.profile)) == []
    mutation.mutate(monkeypatch)
    assert next(_find_seeds(mutation.kind, mutation.profile), None) is not None


def _build_program(*kinds: str, **options: str) -> Program:
    return {
        f"policy-{number}": Declared(
            {
                "display_name": "Access",
                "policy_type": f"POLICY_TYPE_{kind}",
                "policy_steps": {kind.lower(): {"steps": [{"accept": {}}]}},
            },
            options,
        )
        for number, kind in enumerate(kinds)
    }


def _replace_by_force(seed: int) -> set[str]:
    simulation = Simulation(seed)
    with simulation.running():
        stack = SimulatedStack(simulation)
        stack.up(_build_program("GRANT"))
        stack.up(_build_program("GRANT", on_leftover="adopt"), refresh=True, replace=("policy-0",))
        guarantees.check_all(simulation)
    return simulation.list_kinds()


def _replace_twice(seed: int) -> bool:
    """Go back to a type after the delete of the replaced policy failed.

    Returns:
        Whether the state had one policy twice.
    """
    simulation = Simulation(seed)
    with simulation.running():
        stack = SimulatedStack(simulation)
        stack.up(_build_program("GRANT"))
        simulation.weather.script = lambda r: (
            simulated_network.FAILED if r.method == "DELETE" else None
        )
        stack.up(_build_program("REVOKE"))
        simulation.weather.script = lambda _: None
        stack.up(_build_program("GRANT", on_leftover="adopt"))
        guarantees.check_all(simulation)
    return simulation.is_doubled or "one id twice" in simulation.list_kinds()


def _read_together(seed: int) -> set[str]:
    simulation = Simulation(seed)
    simulation.tenant.set_lag(
        pages=60.0, exactly=True
    )  # No page helps: all reads go by search or GET.
    program = _build_program(*["GRANT"] * 9)
    with simulation.running():
        stack = SimulatedStack(simulation)
        stack.up(program)
        stack.refresh()
        guarantees.check_all(simulation)
    return simulation.list_kinds()


@contextmanager
def _restore_sites() -> Iterator[None]:
    try:
        yield
    finally:
        installation._find_sites.cache_clear()


def test_a_replaced_policy_is_adopted_without_the_known_state(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert all(_replace_by_force(seed) == set() for seed in range(5))
    _forget_known_state(monkeypatch)
    assert any("one id twice" in _replace_by_force(seed) for seed in range(5))


def test_an_older_policy_is_adopted_without_the_check_of_its_age(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not any(_replace_twice(seed) for seed in range(5))
    monkeypatch.setattr(known_state.KnownState, "is_older", lambda *_: False)
    assert any(_replace_twice(seed) for seed in range(5))


def test_a_foreign_leftover_is_adopted_without_the_check_of_its_resource(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def list_findings() -> set[str]:
        simulation = Simulation(0)
        with simulation.running():
            editors.create_as_client(simulation.tenant, annotations=editors.FOREIGN_OWNERSHIP)
            SimulatedStack(simulation).up(_build_program("GRANT", on_leftover="adopt"))
            guarantees.check_all(simulation)
        return simulation.list_kinds()

    assert list_findings() == set()
    for module in (leftovers, creation):
        monkeypatch.setattr(module, "read_resource", lambda _: ("anybody",))
    assert "foreign in state" in list_findings()


def test_a_leftover_of_another_backend_is_adopted_without_the_refusal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def list_findings() -> set[str]:
        simulation = Simulation(0)
        with simulation.running():
            ours, twin = SimulatedStack(simulation), SimulatedStack(simulation, "twin")
            ours.up(_build_program("GRANT"))
            twin.up(_build_program("GRANT"))
            guarantees.check_all(simulation)
        return simulation.list_kinds()

    assert list_findings() == set()
    monkeypatch.setattr(runtime, "get_decisions", lambda _: {"on_leftover": "adopt"})
    assert "foreign in state" in list_findings()


def test_readers_that_are_not_woken_cause_a_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(_read_together(seed) == set() for seed in range(5))
    # Without the bounded wait for the first page, which ends by itself.
    monkeypatch.setattr(reads, "_MAX_FIRST_PAGE_SECONDS", 0.0)
    assert all(_read_together(seed) == set() for seed in range(5))
    with _restore_sites():
        _leave_readers_waiting(monkeypatch)
        with pytest.raises(Deadlock, match="no task can continue"):
            [_read_together(seed) for seed in range(5)]
