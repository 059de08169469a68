"""Each guard of the product is necessary: without it, the simulation finds a violation.

Each mutation takes one guard away. The same seeds find nothing of that kind with the guard in
place.
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
from tests.simulation import editors, installation, model, network, primitives, scenario
from tests.simulation.engine import Stack
from tests.simulation.scenario import GENTLE, Profile
from tests.simulation.scheduler import Deadlock
from tests.simulation.simulation import Simulation
from tests.support.engine import Declared, Program

pytestmark = pytest.mark.slow

Mutate = Callable[[pytest.MonkeyPatch], None]
_SEEDS = 60

_LOST_ANSWERS = replace(
    GENTLE,
    kinds=(network.CUT_AFTER, network.HALF, network.BAD_GATEWAY_AFTER, network.FAILED_AFTER),
    share=0.5,
)
_EDITED = replace(
    GENTLE,
    share=0.0,
    edits=editors.EDITS[:6],
    resources=(2, 3),
)
_THROTTLED = replace(GENTLE, kinds=(network.throttled(3),), share=0.6, resources=(1, 1))


@dataclass(frozen=True)
class Mutation:
    """A guard that is taken away, and what shows it."""

    guard: str
    mutate: Mutate
    kind: str
    profile: Profile


def _no_look_for_created(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(creation, "_look_for_created", lambda *_: None)
    _nobody_told(patch)


def _nobody_told(patch: pytest.MonkeyPatch) -> None:
    """A second policy is at least told by later looks."""
    patch.setattr(leftovers.Leftovers, "warn_of", lambda *_: None)


def _creates_repeated_like_reads(patch: pytest.MonkeyPatch) -> None:
    _nobody_told(patch)
    patch.setattr(outcomes, "RETRIED", {**RETRIED, OutcomeKind.CREATE: RETRIED[OutcomeKind.READ]})


def _no_conflicts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(plan, "_find_conflicts", lambda *_: [])


def _nobody_takes_over(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(prior, "describe_manager", lambda *_: "")


def _old_looks(patch: pytest.MonkeyPatch) -> None:
    """Let an update look once, whatever holds it back, as if a send had no looks of its own."""
    original = transport.Transport._see
    seen: dict[str, Any] = {}

    def once(self: Any, look: Any, *rest: Any) -> Any:
        if look.call.path not in seen:
            seen[look.call.path] = original(self, look, *rest)
        return seen[look.call.path]

    patch.setattr(transport.Transport, "_see", once)


def _nothing_known(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(known_state.KnownState, "note", lambda *_: None)


def _readers_not_woken(patch: pytest.MonkeyPatch) -> None:
    class Silent(primitives.Condition):
        def notify_all(self) -> None:
            """Wake nobody."""

    patch.setitem(installation._REPLACED, threading.Condition, Silent)
    installation._sites.cache_clear()


_RANDOM = [
    Mutation(
        "the look for what a create has made", _no_look_for_created, "duplicate", _LOST_ANSWERS
    ),
    Mutation(
        "a create is not sent again", _creates_repeated_like_reads, "duplicate", _LOST_ANSWERS
    ),
    Mutation("conflicts", _no_conflicts, "lost edit", _EDITED),
    Mutation("owners, writes", _nobody_takes_over, "foreign write", _EDITED),
    Mutation("owners, deletes", _nobody_takes_over, "foreign delete", _EDITED),
    Mutation("the look before each attempt", _old_looks, "old look", _THROTTLED),
]


def _found(kind: str, profile: Profile) -> list[int]:
    seeds = range(_SEEDS)
    return [seed for seed in seeds if kind in scenario.play(seed, profile).kinds()]


@pytest.mark.parametrize("mutation", _RANDOM, ids=lambda m: m.guard)
def test_some_seed_finds_that_a_guard_is_gone(
    mutation: Mutation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _found(mutation.kind, mutation.profile) == []
    mutation.mutate(monkeypatch)
    assert _found(mutation.kind, mutation.profile) != []


def _program(*kinds: str, **options: str) -> Program:
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


def _replaced_by_force(seed: int) -> set[str]:
    simulation = Simulation(seed)
    with simulation.running():
        stack = Stack(simulation)
        stack.up(_program("GRANT"))
        stack.up(_program("GRANT", on_leftover="adopt"), refresh=True, replace=("policy-0",))
        model.check(simulation)
    return simulation.kinds()


def _replaced_twice(seed: int) -> bool:
    """Go back to a type after the delete of the replaced policy failed.

    Returns:
        Whether the state had one policy twice.
    """
    simulation = Simulation(seed)
    with simulation.running():
        stack = Stack(simulation)
        stack.up(_program("GRANT"))
        simulation.weather.script = lambda r: network.FAILED if r.method == "DELETE" else None
        stack.up(_program("REVOKE"))
        simulation.weather.script = lambda _: None
        stack.up(_program("GRANT", on_leftover="adopt"))
        model.check(simulation)
    return simulation.is_doubled or "one id twice" in simulation.kinds()


def _read_together(seed: int) -> set[str]:
    simulation = Simulation(seed)
    simulation.tenant.lag(pages=60.0, exactly=True)  # No page helps: all reads go by search or GET.
    program = _program(*["GRANT"] * 9)
    with simulation.running():
        stack = Stack(simulation)
        stack.up(program)
        stack.refresh()
        model.check(simulation)
    return simulation.kinds()


@contextmanager
def _restored_sites() -> Iterator[None]:
    try:
        yield
    finally:
        installation._sites.cache_clear()


def test_a_replaced_policy_is_adopted_where_the_state_is_not_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert all(_replaced_by_force(seed) == set() for seed in range(5))
    _nothing_known(monkeypatch)
    assert any("one id twice" in _replaced_by_force(seed) for seed in range(5))


def test_an_older_policy_is_adopted_where_its_age_is_not_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not any(_replaced_twice(seed) for seed in range(5))
    monkeypatch.setattr(known_state.KnownState, "is_older", lambda *_: False)
    assert any(_replaced_twice(seed) for seed in range(5))


def test_a_leftover_is_taken_for_anybodys_where_its_resource_is_not_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def found() -> set[str]:
        simulation = Simulation(0)
        with simulation.running():
            editors.somebody_creates(simulation.tenant, annotations=editors.MARKS)
            Stack(simulation).up(_program("GRANT", on_leftover="adopt"))
            model.check(simulation)
        return simulation.kinds()

    assert found() == set()
    for module in (leftovers, creation):
        monkeypatch.setattr(module, "read_resource", lambda _: ("anybody",))
    assert "foreign in state" in found()


def test_a_leftover_is_taken_where_nobody_has_to_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> set[str]:
        simulation = Simulation(0)
        with simulation.running():
            ours, twin = Stack(simulation), Stack(simulation, "twin")
            ours.up(_program("GRANT"))
            twin.up(_program("GRANT"))
            model.check(simulation)
        return simulation.kinds()

    assert found() == set()
    monkeypatch.setattr(runtime, "get_decisions", lambda _: {"on_leftover": "adopt"})
    assert "foreign in state" in found()


def test_readers_that_nobody_wakes_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(_read_together(seed) == set() for seed in range(5))
    # Without the bounded wait for the first page, which ends by itself.
    monkeypatch.setattr(reads, "_MAX_FIRST_PAGE_SECONDS", 0.0)
    assert all(_read_together(seed) == set() for seed in range(5))
    with _restored_sites():
        _readers_not_woken(monkeypatch)
        with pytest.raises(Deadlock, match="nobody can go on"):
            [_read_together(seed) for seed in range(5)]
