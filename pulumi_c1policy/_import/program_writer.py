"""The program that declares adopted policies, in the order of their references. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pulumi_c1policy import _text
from pulumi_c1policy._findings import rule_texts
from pulumi_c1policy._import.adoptable import Adopted, map_leaves
from pulumi_c1policy._import.program_names import Name
from pulumi_c1policy._import.python_source import Code, Commented, format_call
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Field
from pulumi_c1policy._model.tree import Tree, Value

_HEAD = '''"""ConductorOne policies that `c1policy import` found in the tenant."""

import pulumi_c1policy as c1
'''


def write_program(
    adopted: Sequence[Adopted], names: Sequence[Name], others: Mapping[str, str]
) -> str:
    """Return the source of a Python module.

    Args:
        adopted: The policies.
        names: Their names, in the same order.
        others: The display names of all policies of the tenant, by id.
    """
    names_by_id = {policy.id: name for policy, name in zip(adopted, names, strict=True)}
    declared: set[str] = set()
    parts = [_HEAD]
    for policy in _sort(adopted):
        inputs = _replace_references(policy, names_by_id, declared, others)
        declared.add(policy.id)
        name = names_by_id[policy.id]
        source = f"{name.variable} = {format_call('c1.Policy', name.resource, **inputs)}\n"
        parts.append("".join(_comment_held_steps(policy)) + source)
    return "\n".join(parts)


def _comment_held_steps(policy: Adopted) -> Iterator[str]:
    """Yield a comment line for each held step, which the program leaves out."""
    for path, rule in policy.held.items():
        comment = (
            f"# The tenant keeps {path}. It rejects such a step in a write; set provisioning on "
            f"the entitlement.{rule_texts.cite_rules(rule)}"
        )
        yield f"{_text.to_one_line(comment)}\n"


def list_references(inputs: Tree) -> list[str]:
    """List the ids of the policies that the inputs refer to, in the order of their fields."""
    found: dict[str, None] = {}

    def collect(field: Field, value: Value) -> Value:
        if field.names_policy and value:
            found[str(value)] = None
        return value

    map_leaves(POLICY, inputs, collect)
    return list(found)


def _sort(adopted: Sequence[Adopted]) -> Iterator[Adopted]:
    """Sort the policies so that each follows those that it refers to, except in cycles."""
    by_id = {policy.id: policy for policy in adopted}
    seen: set[str] = set()
    for start in by_id:
        # Not recursive: a chain of escalations may have any length.
        stack = [(start, False)]
        while stack:
            policy_id, is_ready = stack.pop()
            if is_ready:
                yield by_id[policy_id]
            elif policy_id not in seen:
                seen.add(policy_id)
                targets = reversed(list_references(by_id[policy_id].inputs))
                stack.append((policy_id, True))
                stack += [(target, False) for target in targets if target in by_id]


def _replace_references(
    policy: Adopted, names: Mapping[str, Name], declared: set[str], others: Mapping[str, str]
) -> Tree:
    """Replace references to declared policies by variables, and comment on the other references."""

    def replace(field: Field, value: Value) -> Value:
        if not (field.names_policy and value and isinstance(value, str)):
            return value
        if value in declared:
            return Code(f"{names[value].variable}.id")
        if value == policy.id:
            return Commented(value, "This policy itself.")
        if value in names:
            return Commented(value, f"{names[value].variable}, which refers back to this policy.")
        if other := others.get(value):
            return Commented(value, f"{other}, which is not declared here.")
        return Commented(value, "Not found in the tenant.")

    return map_leaves(POLICY, policy.inputs, replace)
