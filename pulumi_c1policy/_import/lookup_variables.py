"""The lookups of a program, each in a variable with a readable name. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from wcwidth import wcswidth

from pulumi_c1policy._import import python_source
from pulumi_c1policy._import.program_names import make_resource_name
from pulumi_c1policy._import.python_source import MAX_LINE_COLUMNS, Code
from pulumi_c1policy._import.references import Reference
from pulumi_c1policy._import.tenant_objects import PLURALS, LookupCall, Objects, TenantObject
from pulumi_c1policy._model.tree import Value


def name_lookups(
    references: Iterable[Reference], objects: Objects, taken: Collection[str]
) -> dict[Reference, str]:
    """Return the variable of each object that is looked up, in the order of the program.

    Args:
        references: The objects that the program names.
        objects: The facts about them.
        taken: The other variables of the program.
    """
    wanted: dict[Reference, LookupCall] = {}
    for reference in references:
        if (known := objects.get(reference)) and known.lookup:
            if known.lookup.app:
                wanted |= _get_call(known.lookup.app, objects)
            wanted[reference] = known.lookup
    kinds = [*PLURALS]
    used, variables = {*taken}, dict[Reference, str]()
    for reference in sorted(wanted, key=lambda each: kinds.index(each.kind)):
        for name in _propose_names(reference, objects):
            if name not in used:
                used.add(name)
                variables[reference] = name
                break
    return variables


def _get_call(app: Reference, objects: Objects) -> dict[Reference, LookupCall]:
    known = objects[app]
    return {app: known.lookup} if known.lookup else {}


def _propose_names(reference: Reference, objects: Objects) -> Iterator[str]:
    """Yield variables for an object, the most readable one first."""
    known = objects[reference]
    name = known.name or known.email.partition("@")[0]
    if reference.kind == "entitlement":
        name = f"{_get_name(objects.get(reference.app))} {name}"
    noun = reference.kind.replace(" ", "-")
    base = make_resource_name(name, noun).replace("-", "_")
    yield base
    suffix = noun.replace("-", "_")
    yield (base := base if base.endswith(suffix) else f"{base}_{suffix}")
    number = 2
    while True:
        yield f"{base}_{number}"
        number += 1


def _get_name(known: TenantObject | None) -> str:
    return known.name if known else ""


def format_lookups(variables: Mapping[Reference, str], objects: Objects) -> str:
    """Return the source of the lookups, one statement each."""
    return "".join(
        _format_statement(variable, call, variables)
        for reference, variable in variables.items()
        if (call := objects[reference].lookup)
    )


def _format_statement(variable: str, call: LookupCall, variables: Mapping[Reference, str]) -> str:
    app: dict[str, Value] = {"app": Code(variables[call.app])} if call.app else {}
    function, arguments = f"c1.{call.function}", app | dict(call.arguments)
    flat = f"{variable} = {python_source.format_flat_call(function, **arguments)}"
    if wcswidth(flat) <= MAX_LINE_COLUMNS:
        return f"{flat}\n"
    return f"{variable} = {python_source.format_call(function, **arguments)}\n"
