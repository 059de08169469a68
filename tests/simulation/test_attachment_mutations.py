"""Each guard of attachments is necessary: without it, some seed finds a violation.

Each mutation takes one guard away. The seed that finds it finds nothing of that kind with the guard
in place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from pulumi_c1policy._client import attachment_client, transport
from pulumi_c1policy._lifecycle.effects import attachment_operations, predecessors, use_guard
from pulumi_c1policy._lifecycle.planning import plan
from pulumi_c1policy._lifecycle.planning.attachment_kind import select_values
from pulumi_c1policy._pulumi import attachment_calls
from pulumi_c1policy._pulumi.declared_targets import DeclaredTargets
from tests.simulation import attachment_scenario, simulated_network
from tests.simulation.attachment_scenario import EVERYTHING, GENTLE, Profile
from tests.simulation.guarantees import PERSON
from tests.simulation.simulated_company import ADMINS, Company, attach
from tests.simulation.simulation import Simulation

pytestmark = pytest.mark.slow

Mutate = Callable[[pytest.MonkeyPatch], None]
_SEEDS = 60

_EDITED = replace(GENTLE, share=0.0, edits=True, entitlements=(1, 2))
_MOVED = replace(GENTLE, share=0.0, moves=frozenset({"rename", "replace"}), entitlements=(1, 2))
_DECIDED = replace(GENTLE, share=0.0, decides=True, entitlements=(4, 8))
_THROTTLED = replace(GENTLE, kinds=(simulated_network.make_throttled(3),), share=0.6)
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


@dataclass(frozen=True)
class Mutation:
    """A guard that is taken away, and what shows it."""

    guard: str
    mutate: Mutate
    kind: str
    profile: Profile


def _changes_of_others_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(attachment_operations, "find_overwritten", lambda *_: {})


def _wide_mask(patch: pytest.MonkeyPatch) -> None:
    original = attachment_client._build_body

    def build(target: Any, fields: Any) -> dict[str, Any]:
        body = original(target, fields)
        return {**body, "updateMask": f"{body['updateMask']},description"}

    patch.setattr(attachment_client, "_build_body", build)


def _old_looks(patch: pytest.MonkeyPatch) -> None:
    """Let an update look once, whatever holds it back."""
    original = transport.Transport._see
    seen: dict[Any, Any] = {}

    def once(self: Any, look: Any, *rest: Any) -> Any:
        key = self, look.call.path
        if key not in seen:
            seen[key] = original(self, look, *rest)
        return seen[key]

    patch.setattr(transport.Transport, "_see", once)


def _nobody_manages(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(DeclaredTargets, "find_managers", lambda *_: {})


def _uses_not_looked_for(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(use_guard.UseGuard, "find", lambda *_: None)


def _last_look_recorded(patch: pytest.MonkeyPatch) -> None:
    """Record the value of the last look as the predecessor, also after a lost answer."""

    def note(before: Any, message: Any, live: Any, _desired: Any, names: Any) -> None:
        before.update(select_values(message, live, names))

    patch.setattr(predecessors, "note_predecessors", note)


def _nothing_put_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(predecessors, "restore", lambda *_: {})


def _everything_inherited(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(predecessors, "_judge", lambda _run, _prior, _name, value, *_: value and "")


def _decision_to_keep_ignored(patch: pytest.MonkeyPatch) -> None:
    original = attachment_calls._read_options
    patch.setattr(
        attachment_calls, "_read_options", lambda packed: replace(original(packed), keep=False)
    )


_RANDOM = [
    Mutation("changes of others", _changes_of_others_forgotten, "lost edit", _EDITED),
    Mutation("the mask", _wide_mask, "foreign field", GENTLE),
    Mutation("the look before each attempt", _old_looks, "old look", _THROTTLED),
    Mutation("fields of other resources", _nobody_manages, "undone", _MOVED),
    Mutation("policies in use", _uses_not_looked_for, "deleted in use", EVERYTHING),
    Mutation("the first look", _last_look_recorded, "lost predecessor", _LOST_ANSWERS),
    Mutation("the way back", _nothing_put_back, "not put back", GENTLE),
    Mutation("the right way back", _everything_inherited, "wrong value", GENTLE),
    Mutation("the decision to keep", _decision_to_keep_ignored, "kept", _DECIDED),
]  # fmt: skip


@pytest.mark.parametrize("mutation", _RANDOM, ids=lambda m: m.guard)
def test_some_seed_finds_that_a_guard_is_gone(mutation: Mutation) -> None:
    with pytest.MonkeyPatch.context() as patch:
        mutation.mutate(patch)
        seeds = (
            seed
            for seed in range(_SEEDS)
            if mutation.kind in attachment_scenario.play(seed, mutation.profile).list_kinds()
        )
        found = next(seeds, None)
    assert found is not None, "no seed finds it"
    assert mutation.kind not in attachment_scenario.play(found, mutation.profile).list_kinds()


def test_our_own_policy_is_put_back_where_it_counts_as_the_one_from_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def found() -> set[str]:
        simulation = Simulation(0)
        with simulation.running():
            company = Company(simulation)
            company.create_and_die(attach())
            company.stack.up(attach(), refresh=True)
            company.stack.destroy()
            return company.judge()

    assert found() == set()
    monkeypatch.setattr(predecessors, "drop_own_policies", lambda _run, _kind, before, *_: before)
    assert "own predecessor" in found()


def test_a_value_of_somebody_else_is_overwritten_where_conflicts_are_not_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def found() -> set[str]:
        simulation = Simulation(0)
        with simulation.running():
            company = Company(simulation)
            company.stack.up(attach())
            company.objects.edit(PERSON, ADMINS, grantPolicyId="")
            company.stack.up(attach(grant_policy_id=company.theirs))
            return company.judge()

    assert found() == set()
    monkeypatch.setattr(plan, "_find_conflicts", lambda *_: [])
    assert "lost edit" in found()
