"""The program that declares adopted policies, each below those that it points to. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pulumi_c1policy import _text
from pulumi_c1policy._import.adoption import Adopted, each
from pulumi_c1policy._import.names import Name
from pulumi_c1policy._import.source import Code, Noted, call
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Field
from pulumi_c1policy._model.tree import Tree, Value

_HEAD = '''"""ConductorOne policies that `c1policy import` found in the tenant."""

from pulumi_c1policy import Policy
'''


def program(adopted: Sequence[Adopted], names: Sequence[Name], others: Mapping[str, str]) -> str:
    """The source of a Python module.

    Args:
        adopted: The policies.
        names: What each is called, in the same order.
        others: What people call the tenant's policies, by id: those too that are not adopted.
    """
    called = {policy.id: name for policy, name in zip(adopted, names, strict=True)}
    declared: set[str] = set()
    parts = [_HEAD]
    for policy in _in_order(adopted):
        inputs = _linked(policy, called, declared, others)
        declared.add(policy.id)
        name = called[policy.id]
        source = f"{name.variable} = {call('Policy', name.resource, **inputs)}\n"
        parts.append("".join(_left_out(policy)) + source)
    return "\n".join(parts)


def _left_out(policy: Adopted) -> Iterator[str]:
    """A comment for each step that the program leaves out."""
    for path, rule in policy.held.items():
        yield _text.one_line(
            f"# The tenant keeps {path}, which no program can write ({rule}); provisioning is set on "
            "the entitlement."
        )
        yield "\n"


def references(inputs: Tree) -> list[str]:
    """The ids of the policies to which `inputs` point, in the order of their fields."""
    found: dict[str, None] = {}

    def note(field: Field, value: Value) -> Value:
        if field.names_policy and value:
            found[str(value)] = None
        return value

    each(POLICY, inputs, note)
    return list(found)


def _in_order(adopted: Sequence[Adopted]) -> Iterator[Adopted]:
    """The policies, each after those that it points to, as far as they do not go in a circle."""
    by_id = {policy.id: policy for policy in adopted}
    seen: set[str] = set()
    for start in by_id:
        # Not recursive: nothing says how long a chain of escalations may be.
        waiting = [(start, False)]
        while waiting:
            policy_id, is_ready = waiting.pop()
            if is_ready:
                yield by_id[policy_id]
            elif policy_id not in seen:
                seen.add(policy_id)
                targets = reversed(references(by_id[policy_id].inputs))
                waiting.append((policy_id, True))
                waiting += [(target, False) for target in targets if target in by_id]


def _linked(
    policy: Adopted, called: Mapping[str, Name], declared: set[str], others: Mapping[str, str]
) -> Tree:
    """The inputs with references to declared policies; any other keeps its id and says whose it is."""

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

    return each(POLICY, policy.inputs, link)
