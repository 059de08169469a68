"""The program that declares adopted policies, in the order of their references. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from pulumi_c1policy import _text
from pulumi_c1policy._findings import rule_texts
from pulumi_c1policy._import import lookup_variables, tenant_objects
from pulumi_c1policy._import.adoptable import Adopted
from pulumi_c1policy._import.attachable import Attached
from pulumi_c1policy._import.program_names import Name
from pulumi_c1policy._import.python_source import Code, Commented, format_call
from pulumi_c1policy._import.references import Reference, list_references, replace_ids
from pulumi_c1policy._import.tenant_objects import Objects
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Value

_HEAD = '''"""ConductorOne policies that `c1policy import` found in the tenant."""

import pulumi_c1policy as c1
'''


@dataclass(frozen=True, slots=True)
class Source:
    """The parts of a program.

    Attributes:
        adopted: The policies.
        names: Their names, in the same order.
        objects: The facts about the objects that the policies and attachments name.
        attached: The attachments, each with its name.
    """

    adopted: Sequence[Adopted]
    names: Sequence[Name]
    objects: Objects = field(default_factory=dict)
    attached: Sequence[tuple[Attached, Name]] = ()


def write_program(source: Source) -> str:
    """Return the source of a Python module."""
    names = {policy.id: name for policy, name in zip(source.adopted, source.names, strict=True)}
    fields = list_fields(source.adopted, [each for each, _ in source.attached])
    references = [each for each in fields if each.kind != "policy" or each.id not in names]
    taken = {name.variable for name in source.names}
    variables = lookup_variables.name_lookups(references, source.objects, taken)
    lookups = lookup_variables.format_lookups(variables, source.objects)
    parts = [_HEAD, *([lookups] if lookups else [])]
    declared: set[str] = set()
    writer = _Writer(names, variables, source.objects, declared)
    for policy in _sort(source.adopted):
        inputs = replace_ids(POLICY, policy.inputs, partial(writer.replace, policy.id))
        declared.add(policy.id)
        name = names[policy.id]
        call = f"{name.variable} = {format_call('c1.Policy', name.resource, **inputs)}\n"
        parts.append("".join(_comment_held_steps(policy)) + call)
    for each, name in source.attached:
        inputs = replace_ids(each.type.kind.message, each.inputs, partial(writer.replace, ""))
        parts.append(f"{format_call(f'c1.{each.type.resource}', name.resource, **inputs)}\n")
    return "\n".join(parts)


def list_fields(
    adopted: Iterable[Adopted], attached: Iterable[Attached]
) -> dict[Reference, set[str]]:
    """List the objects that a program names, each with the names of the fields that name it."""
    inputs = [(POLICY, policy.inputs) for policy in adopted]
    inputs += [(each.type.kind.message, each.inputs) for each in attached]
    found: dict[Reference, set[str]] = {}
    for message, tree in inputs:
        for reference, names in list_references(message, tree).items():
            found.setdefault(reference, set()).update(names)
    return found


@dataclass(frozen=True, slots=True)
class _Writer:
    """The source of each id, at one point of the program.

    Attributes:
        names: The names of the program's policies, by id.
        variables: The variables of lookups.
        objects: The facts about objects of the tenant.
        declared: The policies that are declared above this point.
    """

    names: Mapping[str, Name]
    variables: Mapping[Reference, str]
    objects: Objects
    declared: Collection[str]

    def replace(self, own_id: str, reference: Reference, _field_name: str) -> Value:
        """Return the source of an id in the inputs of the policy `own_id`."""
        target = reference.id if reference.kind == "policy" else ""
        if target in self.declared:
            return Code(f"{self.names[target].variable}.id")
        if target and target == own_id:
            return Commented(target, "This policy itself.")
        if target in self.names:
            note = f"{self.names[target].variable}, which refers back to this policy."
            return Commented(target, note)
        if reference in self.variables:
            return Code(self.variables[reference])
        note = "which is not declared here" if target else ""
        known = self.objects.get(reference)
        comment = tenant_objects.describe(reference, known, note) if known else ""
        return Commented(reference.id, comment) if comment else reference.id


def _comment_held_steps(policy: Adopted) -> Iterator[str]:
    """Yield a comment line for each held step, which the program leaves out."""
    for path, rule in policy.held.items():
        comment = (
            f"# The tenant keeps {path}. It rejects such a step in a write; set provisioning on "
            f"the entitlement.{rule_texts.cite_rules(rule)}"
        )
        yield f"{_text.to_one_line(comment)}\n"


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
                named = list_references(POLICY, by_id[policy_id].inputs)
                targets = [each.id for each in named if each.kind == "policy"]
                stack.append((policy_id, True))
                stack += [(target, False) for target in reversed(targets) if target in by_id]
