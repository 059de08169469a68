"""The program that declares adopted policies, each after those that it refers to. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pulumi_c1policy import _text
from pulumi_c1policy._import.adoptable import Adopted, map_leaves
from pulumi_c1policy._import.program_names import Name
from pulumi_c1policy._import.python_source import Code, Noted, format_call
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Field
from pulumi_c1policy._model.tree import Tree, Value

_HEAD = '''"""ConductorOne policies that `c1policy import` found in the tenant."""

from pulumi_c1policy import Policy
'''


def write_program(
    adopted: Sequence[Adopted], names: Sequence[Name], others: Mapping[str, str]
) -> str:
    """Return the source of a Python module.

    Args:
        adopted: The policies.
        names: The names of each, in the same order.
        others: The display names of all policies of the tenant, by id.
    """
    called = {policy.id: name for policy, name in zip(adopted, names, strict=True)}
    declared: set[str] = set()
    parts = [_HEAD]
    for policy in _sort(adopted):
        inputs = _replace_references(policy, called, declared, others)
        declared.add(policy.id)
        name = called[policy.id]
        source = f"{name.variable} = {format_call('Policy', name.resource, **inputs)}\n"
        parts.append("".join(_comment_left_out(policy)) + source)
    return "\n".join(parts)


def _comment_left_out(policy: Adopted) -> Iterator[str]:
    """Return a comment for each step that the program leaves out."""
    for path, rule in policy.held.items():
        yield _text.escape_line(
            f"# The tenant keeps {path}, which no program can write ({rule}); provisioning is set "
            "on the entitlement."
        )
        yield "\n"


def list_references(inputs: Tree) -> list[str]:
    """List the ids of the policies that the inputs refer to, in the order of their fields."""
    found: dict[str, None] = {}

    def note(field: Field, value: Value) -> Value:
        if field.names_policy and value:
            found[str(value)] = None
        return value

    map_leaves(POLICY, inputs, note)
    return list(found)


def _sort(adopted: Sequence[Adopted]) -> Iterator[Adopted]:
    """Sort the policies so that each follows those that it refers to, except in cycles."""
    by_id = {policy.id: policy for policy in adopted}
    seen: set[str] = set()
    for start in by_id:
        # Not recursive: a chain of escalations may have any length.
        waiting = [(start, False)]
        while waiting:
            policy_id, is_ready = waiting.pop()
            if is_ready:
                yield by_id[policy_id]
            elif policy_id not in seen:
                seen.add(policy_id)
                targets = reversed(list_references(by_id[policy_id].inputs))
                waiting.append((policy_id, True))
                waiting += [(target, False) for target in targets if target in by_id]


def _replace_references(
    policy: Adopted, called: Mapping[str, Name], declared: set[str], others: Mapping[str, str]
) -> Tree:
    """Replace references to declared policies by variables; add the names of others as comments."""

    def link(field: Field, value: Value) -> Value:
        if not (field.names_policy and value):
            return value
        if value in declared:
            return Code(f"{called[value].variable}.id")
        if value == policy.id:
            return Noted(value, "This very policy.")
        if value in called:
            return Noted(value, f"{called[value].variable}, which points back to this one.")
        known = others.get(value)
        return Noted(
            value, f"{known}, which is not declared here." if known else "Not found in the tenant."
        )

    return map_leaves(POLICY, policy.inputs, link)
