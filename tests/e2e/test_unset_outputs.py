"""The outputs of fields that the program leaves out."""

from __future__ import annotations

import json
from typing import Any

from tests.support.cli import Stack

PROGRAM = """
    import pulumi

    policy = Policy(
        "access",
        display_name="Access",
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={"grant": {"steps": [{"accept": {}}]}},
        OPTIONS
    )
    pulumi.export("description", policy.description)
    pulumi.export("rules", policy.rules)
    pulumi.export("scope", policy.scope.apply(lambda scope: "none" if scope is None else "some"))
    pulumi.export("builtin", policy.system_builtin)
    print(hasattr(policy, "no_such_output"))
"""


def _read_outputs(stack: Stack) -> Any:
    return json.loads(stack.run("stack", "output", "--json").ok().output)


def test_the_output_of_an_unset_field_is_empty(stack: Any) -> None:
    kept: Stack = stack(PROGRAM.replace("OPTIONS", ""))
    assert "False" in kept.up().ok().output
    found = _read_outputs(kept)
    assert found["scope"] == "none"
    assert not found.get("description")
    assert not found.get("rules")
    assert not found["builtin"]


def test_the_output_of_an_ignored_field_is_that_of_the_tenant(stack: Any) -> None:
    options = 'opts=pulumi.ResourceOptions(ignore_changes=["description"]),'
    kept: Stack = stack(PROGRAM.replace("OPTIONS", options))
    kept.up().ok()
    kept.tenant.api_edit(kept.id_of("Access"), {"description": "By hand."})
    kept.up("--refresh").ok()
    assert _read_outputs(kept)["description"] == "By hand."
