"""A tenant that others use too, the faults that befall it, and what must hold of it in the end."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from pulumi_c1policy._emulator import Emulator, Fault
from tests.support.engine import WORKSPACE, Program, Ref

_POLICY = {
    "displayName": "Access",
    "policyType": "POLICY_TYPE_GRANT",
    "policySteps": {"grant": {"steps": [{"accept": {}}]}},
}
_MARKS = {"managed_by": "pulumi", "iac_workspace": WORKSPACE}
_BYSTANDERS: tuple[dict[str, Any], ...] = (
    {},
    {"annotations": {"managed_by": "terraform", "iac_workspace": WORKSPACE}},
    {
        "annotations": {
            **_MARKS,
            "iac_workspace": "shop/prod",
            "iac_resource_address": "c1policy.Policy/policy-0",
        }
    },
    {"annotations": {**_MARKS, "iac_resource_address": "c1policy.Policy/not-in-the-program"}},
    {"annotations": {**_MARKS, "managed_by": "terraform"}},
)
FAULTS: tuple[dict[str, Any], ...] = (
    {"do": "cut"},
    {"do": "cut", "after_effect": True},
    {"do": "truncate"},
    {"do": "html"},
    {"do": "html", "after_effect": True},
    {"do": "html", "status": 502, "after_effect": True},
    {"do": "answer", "status": 429},
    {"do": "answer", "status": 429, "retry_after": 3},
    {"do": "answer", "status": 429, "retry_after": 3, "retry_after_form": "date"},
    *({"do": "answer", "status": s} for s in (401, 500, 502, 503, 504)),
    *({"do": "answer", "status": s, "after_effect": True} for s in (500, 502, 503, 504)),
    {"do": "expire_tokens"},
)
"""Every kind of fault that takes no time."""


class World:
    """One tenant with bystanders, whose policies must stay as they are to the byte."""

    def __init__(self, tenant: Emulator) -> None:
        """Empty the tenant and let the bystanders in."""
        self.tenant = tenant
        tenant.reset()
        for fields in _BYSTANDERS:
            tenant.policies.create({**_POLICY, **fields})
        self._before = {record.id: record for record in tenant.policies}

    def disturb(self, chance: Random, *, share: float) -> None:
        """Let about that share of the requests go wrong, each in one way or another."""
        kinds = chance.sample(FAULTS, chance.randint(1, 6))
        faults = [Fault(**kind, times=None, probability=share / len(kinds)) for kind in kinds]
        self.tenant.set_faults(*faults, seed=chance.getrandbits(32))

    def calm(self) -> None:
        """Let nothing go wrong any more."""
        self.tenant.set_faults()

    def policies(self) -> list[Any]:
        """Every policy of the tenant as it is stored: whatever writes to one changes it."""
        return list(self.tenant.policies)

    def wrong(self, program: Program, ids: Mapping[str, str]) -> list[str]:
        """List the differences between the tenant and the program.

        Args:
            program: What was deployed.
            ids: The policies in the state, by resource name.
        """
        found = {record.id: record for record in self.tenant.policies}
        wrong = [
            f"{each} of somebody else was touched"
            for each, record in self._before.items()
            if found.get(each) != record
        ]
        ours = {
            record.id: self.tenant.policy(record.id)
            for record in self.tenant.policies
            if record.id not in self._before and record.deleted_at is None
        }
        if len(ours) != len(program):
            names = sorted(str(policy["annotations"]) for policy in ours.values())
            wrong.append(f"{len(ours)} policies for {len(program)} resources: {names}")
        if ids.keys() != program.keys():
            wrong.append(f"the state has {sorted(ids)}")
        for name, declared in program.items():
            policy = ours.get(ids.get(name, ""))
            if policy is None:
                wrong.append(f"{name} of the state is not in the tenant")
            elif unlike := differs(policy, wire(declared.inputs, ids), name):
                wrong.append(f"{name} is not as the program says: {unlike}")
        return wrong


def wire(inputs: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """A random program's inputs as the tenant answers them, unset fields left out."""

    def spelled(value: Any, *, names: bool) -> Any:
        if isinstance(value, Ref):
            return ids.get(value.name)
        if isinstance(value, list):
            return [spelled(item, names=True) for item in value]
        if isinstance(value, dict):
            return {
                _camel(key) if names else key: spelled(item, names=key not in _KEYED)
                for key, item in value.items()
            }
        return value

    wire: dict[str, Any] = spelled(dict(inputs), names=True)
    return wire


_KEYED = frozenset({"policy_steps", "annotations"})


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def differs(policy: dict[str, Any], wanted: dict[str, Any], name: str) -> str:
    """Describe how a policy of the resource `name` differs from the wanted one, or return ""."""
    notes = {**_MARKS, "iac_resource_address": f"c1policy.Policy/{name}"}
    wanted = {**wanted, "annotations": {**wanted.get("annotations", {}), **notes}}
    set_by_tenant = ("id", "createdAt", "updatedAt")
    shown = {key: value for key, value in policy.items() if key not in set_by_tenant}
    return "" if shown == wanted else f"{shown} instead of {wanted}"
