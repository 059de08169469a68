"""A tenant that others use too, with random faults and a final check."""

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
_OWNERSHIP = {"managed_by": "pulumi", "iac_workspace": WORKSPACE}
_FOREIGN_POLICIES: tuple[dict[str, Any], ...] = (
    {},
    {"annotations": {"managed_by": "terraform", "iac_workspace": WORKSPACE}},
    {
        "annotations": {
            **_OWNERSHIP,
            "iac_workspace": "shop/prod",
            "iac_resource_address": "c1policy.Policy/policy-0",
        }
    },
    {"annotations": {**_OWNERSHIP, "iac_resource_address": "c1policy.Policy/not-in-the-program"}},
    {"annotations": {**_OWNERSHIP, "managed_by": "terraform"}},
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
"""Every kind of fault that causes no delay."""


class SharedTenant:
    """A tenant with policies of others, which must stay unchanged byte for byte."""

    def __init__(self, tenant: Emulator) -> None:
        """Empty the tenant, and create the policies of others."""
        self.tenant = tenant
        tenant.reset()
        for fields in _FOREIGN_POLICIES:
            tenant.policies.create({**_POLICY, **fields})
        self._before = {record.id: record for record in tenant.policies}

    def disturb(self, chance: Random, *, share: float) -> None:
        """Let faults of random kinds affect about this share of the requests."""
        kinds = chance.sample(FAULTS, chance.randint(1, 6))
        faults = [Fault(**kind, times=None, probability=share / len(kinds)) for kind in kinds]
        self.tenant.set_faults(*faults, seed=chance.getrandbits(32))

    def calm(self) -> None:
        """Remove all faults."""
        self.tenant.set_faults()

    def list_policies(self) -> list[Any]:
        """Return the stored policies; every write to a policy changes its record."""
        return list(self.tenant.policies)

    def list_violations(self, program: Program, ids: Mapping[str, str]) -> list[str]:
        """List the differences between the tenant and the program.

        Args:
            program: The deployed program.
            ids: The policies in the state, by resource name.
        """
        found = {record.id: record for record in self.tenant.policies}
        violations = [
            f"{each} of somebody else was changed"
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
            violations.append(f"{len(ours)} policies for {len(program)} resources: {names}")
        if ids.keys() != program.keys():
            violations.append(f"the state has {sorted(ids)}")
        for name, declared in program.items():
            policy = ours.get(ids.get(name, ""))
            if policy is None:
                violations.append(f"{name} of the state is not in the tenant")
            elif difference := describe_difference(policy, to_wire(declared.inputs, ids), name):
                violations.append(f"{name} differs from the program: {difference}")
        return violations


def to_wire(inputs: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """Return a random program's inputs in the tenant's spelling, without unset fields."""

    def convert(value: Any, *, names: bool) -> Any:
        if isinstance(value, Ref):
            return ids.get(value.name)
        if isinstance(value, list):
            return [convert(item, names=True) for item in value]
        if isinstance(value, dict):
            return {
                _to_camel_case(key) if names else key: convert(
                    item, names=key not in _KEYED_BY_PROGRAM
                )
                for key, item in value.items()
            }
        return value

    wire: dict[str, Any] = convert(dict(inputs), names=True)
    return wire


_KEYED_BY_PROGRAM = frozenset({"policy_steps", "annotations"})


def _to_camel_case(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def describe_difference(policy: dict[str, Any], desired: dict[str, Any], name: str) -> str:
    """Describe the difference between a policy and the desired one, or return ""."""
    notes = {**_OWNERSHIP, "iac_resource_address": f"c1policy.Policy/{name}"}
    desired = {**desired, "annotations": {**desired.get("annotations", {}), **notes}}
    set_by_tenant = ("id", "createdAt", "updatedAt")
    shown = {key: value for key, value in policy.items() if key not in set_by_tenant}
    return "" if shown == desired else f"{shown} instead of {desired}"
