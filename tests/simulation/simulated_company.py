"""A simulated tenant with an entitlement that has a policy of others, and programs that attach."""

from __future__ import annotations

from random import Random
from typing import Any

import httpx

from tests.simulation import attachment_guarantees, editors
from tests.simulation.simulated_engine import SimulatedOutcome, SimulatedStack
from tests.simulation.simulation import Simulation
from tests.support.engine import Declared, Program, Ref

ADMINS = ("app-1", "admins")
"""The entitlement."""


class Company:
    """A simulated tenant with an app, an entitlement and a policy of others, and a stack."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.objects = simulation.tenant.objects
        self.objects.add(Random(0), 0)
        self.theirs = editors.create_as_client(simulation.tenant)
        admins = {"displayName": "Admins", "grantPolicyId": self.theirs}
        self.objects.add_entitlement("admins", "app-1", admins)
        self.stack = SimulatedStack(simulation)

    def show(self, name: str = "grantPolicyId") -> Any:
        """Return a field of the entitlement."""
        return self.objects.value(ADMINS, name)

    def create_and_die(self, program: Program) -> None:
        """Run in a process that is killed when the entitlement has its new policies."""
        process = self.stack.start_process()

        def kill(request: httpx.Request) -> None:
            if request.method == "POST" and request.url.path.endswith("/admins"):
                process.kill_here()

        process.wire.on_answer = kill
        self.stack.up(program, process)

    def judge(self) -> set[str]:
        """Return the kinds of the findings so far."""
        attachment_guarantees.check_all(self.simulation)
        return self.simulation.list_kinds()


def policy() -> Declared:
    return Declared(
        {
            "display_name": "Access",
            "policy_type": "POLICY_TYPE_GRANT",
            "policy_steps": {"grant": {"steps": [{"accept": {}}]}},
        }
    )


def attach(name: str = "entitlement-1", **values: Any) -> Program:
    """A program that attaches its policy to the entitlement."""
    options = values.pop("options", {})
    values = {"grant_policy_id": Ref("policy-1"), **values}
    ids = {"app_id": "app-1", "entitlement_id": "admins"}
    return {"policy-1": policy(), name: Declared({**ids, **values}, options)}


def told(outcome: SimulatedOutcome, text: str) -> bool:
    return any(text in message for message in outcome.messages)
