"""The outputs of a policy: those that the program reads, and those that it leaves out."""

from __future__ import annotations

import json
from typing import Any

from tests.support.cli import Stack
from tests.support.cli_outcome import TYPE

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
    policy.created_at.apply(lambda moment: print("created at", moment))
    print(hasattr(policy, "no_such_output"))
"""


def _read_outputs(stack: Stack) -> Any:
    return json.loads(stack.run("stack", "output", "--json").ok().output)


def test_the_output_of_an_unset_field_is_empty(stack: Any) -> None:
    kept: Stack = stack(PROGRAM.replace("OPTIONS", ""))
    shown = kept.up().ok().output
    assert "False" in shown
    assert "created at 20" in shown
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


def test_a_policy_of_a_release_that_recorded_empty_links_shows_no_difference(stack: Any) -> None:
    kept: Stack = stack(PROGRAM.replace("OPTIONS", ""))
    kept.up().ok()
    state = kept.export()
    [policy] = [each for each in state["deployment"]["resources"] if each["type"] == TYPE]
    assert "__options" not in policy["inputs"]
    policy["inputs"]["__options"] = policy["outputs"]["__options"] = {"links": []}
    kept.import_state(state)
    kept.expect_no_changes()
    kept.up("--expect-no-changes").ok()
