"""Policies as companies have them: every kind of step, approval, wait and form field that a tenant
takes.

Each is written as a program would, in whatever spelling people use. A reference to another policy
of the table is `{"$ref": name}`.
"""

from __future__ import annotations

from typing import Any

from tests.e2e.policies import approvals, flows, forms

Inputs = dict[str, Any]

POLICIES: dict[str, Inputs] = {
    **approvals.POLICIES,
    **flows.POLICIES,
    **forms.POLICIES,
}
"""The inputs of each policy, by resource name, in an order in which each refers to earlier ones
only.
"""

PROGRAM = """
    import json
    from pathlib import Path

    made = {}


    def resolved(value):
        if isinstance(value, dict) and set(value) == {"$ref"}:
            return made[value["$ref"]].id
        if isinstance(value, dict):
            return {key: resolved(item) for key, item in value.items()}
        return [resolved(item) for item in value] if isinstance(value, list) else value


    table = json.loads(Path(__file__).with_name("policies.json").read_text())
    for name, inputs in table.items():
        made[name] = Policy(name, **resolved(inputs))
"""
"""A program that declares the policies of the table beside it."""
