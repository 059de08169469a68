"""The fields of attachments in a simulation: their names, decisions, masks and managers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.simulation.attached_objects import BOOLEANS, POLICY_FIELDS, ObjectEffect
from tests.simulation.looks import Call
from tests.support.engine import WORKSPACE

if TYPE_CHECKING:
    from tests.simulation.simulated_process import SimulatedProcess
    from tests.simulation.simulation import Simulation

PREDECESSORS, OVERWRITTEN = "__predecessors", "__overwritten"
NAMES = {
    "".join(f"_{c.lower()}" if c.isupper() else c for c in wire): wire
    for wire in (*POLICY_FIELDS, *BOOLEANS)
}
"""The name of each field on the wire, by its name in a program."""


def to_wire(name: str) -> str:
    """Return the name of a field on the wire."""
    return NAMES[name]


def to_name(wire: str) -> str:
    """Return the name of a field in a program."""
    return next(name for name, found in NAMES.items() if found == wire)


def select(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Select the fields of an attachment that a program or a state sets."""
    return {name: properties[name] for name in NAMES if properties.get(name) is not None}


def decides(process: SimulatedProcess, call: Call, decision: str) -> str:
    """Return the decision that applies to a call; "" for the default."""
    variable = f"PULUMI_C1POLICY_{decision.upper()}"
    return str(process.environment.get(variable) or call.options.get(decision) or "")


def get_mask(effect: ObjectEffect) -> set[str]:
    """The fields in the mask of a write, by their names in a program."""
    named = {wire: name for name, wire in NAMES.items()}
    return {named.get(each, each) for each in str(effect.body.get("updateMask", "")).split(",")}


def is_own(simulation: Simulation, value: Any) -> bool:
    """Return whether a value is a policy of the stack, deleted or not."""
    record = simulation.tenant.tenant.policies.find(value) if isinstance(value, str) else None
    notes = record.fields.get("annotations", {}) if record else {}
    return bool(notes.get("iac_workspace") == WORKSPACE)
