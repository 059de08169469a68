"""The decision whether a policy can be adopted, and the inputs that declare it as it is. Pure."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pulumi_c1policy._cel.cel_library import CheckerUnavailableError
from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._findings.severity import Severities
from pulumi_c1policy._lifecycle.checks import expression_checks, policy_checks, rejected_steps
from pulumi_c1policy._lifecycle.planning.ownership import (
    OWNERSHIP_KEYS,
    describe_manager,
    read_ownership,
)
from pulumi_c1policy._lifecycle.planning.policy_kind import drop_held_steps, find_held_steps
from pulumi_c1policy._lifecycle.planning.reduce import prune, strip
from pulumi_c1policy._model import durations
from pulumi_c1policy._model.paths import Key, format_path
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Field, Message, Scalar
from pulumi_c1policy._model.tree import ShapeError, Tree, UnfitError, Value, decode

_LONG_INTEGERS = frozenset({Scalar.INT64, Scalar.UINT64})
_EXACT = 2**53
# The manager of a policy sets these three, and may set the version of its tool.
_KEEPERS = (*OWNERSHIP_KEYS, "iac_tool_version")
# Stand-ins for the program's own ownership annotations, for the checks.
_OUR_MARKS = dict.fromkeys(OWNERSHIP_KEYS, "pulumi")

MEND = "Put it right in ConductorOne, then import it."
"""The advice about a policy that no program can declare."""

Leaf = Callable[[Field, Value], Value]
"""The conversion of a single value of a field."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """A policy that a program can adopt.

    Attributes:
        id: Its id in the tenant.
        name: What people call it.
        live: The policy as the tenant has it (decoded).
        inputs: The inputs that declare it.
        keeper: Its manager until now, "" if there is none.
        held: The held steps, which the program leaves out: the rule id by the path.
    """

    id: str
    name: str
    live: Tree
    inputs: Tree
    keeper: str = ""
    held: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A policy that is not adopted.

    Attributes:
        id: Its id in the tenant.
        name: What people call it.
        why: The reason, as the end of a sentence.
        advice: What to do instead, in a sentence.
        unwritable: No program or import file can contain it, whatever the user decides.
    """

    id: str
    name: str
    why: str
    advice: str
    unwritable: bool = False


def prepare_adoption(
    wire: Tree, *, take_over: bool, severities: Severities | None = None
) -> Adopted | LeftOut:
    """Prepare the adoption of a policy (on the wire), or return the reason to leave it out.

    Args:
        wire: The policy, with an id.
        take_over: Also adopt what another tool or workspace manages.
        severities: The severities that the user set for rules.
    """
    policy_id = str(wire["id"])
    try:
        live = decode(POLICY, wire)
    except UnfitError as error:
        why = f"no program can hold it: {error}"
        return LeftOut(policy_id, policy_id, why, MEND, unwritable=True)
    except ShapeError as error:
        advice = "Check that this package is up to date."
        return LeftOut(policy_id, policy_id, f"it cannot be read: {error}", advice)
    name = str(live.get("display_name") or policy_id)
    if live.get("system_builtin"):
        why = "it came with the tenant (system_builtin), and nobody can change it"
        return LeftOut(policy_id, name, why, f"Read it with `Policy.get(name, id={policy_id!r})`.")
    kept_by = describe_manager({}, read_ownership(live))
    if kept_by and not take_over:
        advice = "Take it out of there, or give `--take-over`."
        return LeftOut(policy_id, name, f"it is kept by {kept_by}", advice)
    held = find_held_steps({}, live)
    if held and (emptied := _list_emptied(live)):
        keys = ", ".join(f"`{format_path(('policy_steps', Key(key)))}`" for key in emptied)
        why = f"{keys} would be empty without the steps that a tenant refuses ({_rules(held)})"
        return LeftOut(policy_id, name, why, "Give it other steps in ConductorOne, then import it.")
    inputs = write_inputs(live)
    if errors := _find_refused(inputs, severities or Severities(), (name, policy_id)):
        why = (
            "a preview would refuse it: "
            + "; ".join(map(_sentence, errors))
            + _note_newer_fields(live)
        )
        return LeftOut(policy_id, name, why, MEND)
    return Adopted(policy_id, name, live, inputs, kept_by, held)


def _rules(held: Mapping[str, str]) -> str:
    return ", ".join(sorted(set(held.values())))


def _list_emptied(live: Tree) -> list[str]:
    """List the keys of the step lists that contain nothing but held steps."""
    before = live.get("policy_steps") or {}
    after = rejected_steps.remove_steps(live).get("policy_steps") or {}
    return [key for key in before if key not in after]


def write_inputs(live: Tree) -> Tree:
    """Return the inputs that declare a policy (decoded) as it is: only what is set, most readable.

    Left out are output-only fields, held steps, fields of a newer API, the annotations of the
    policy's manager until now, and those that no program may set.
    """
    # The rest of a message may have no meaning any more.
    seen = drop_held_steps({}, live)
    inputs = prune(POLICY, map_leaves(POLICY, strip(POLICY, prune(POLICY, seen)), _spell))
    if notes := _own_annotations(live):
        inputs["annotations"] = notes
    else:
        inputs.pop("annotations", None)
    if steps := inputs.get("policy_steps"):
        inputs["policy_steps"] = {key: steps[key] for key in _sort_step_keys(inputs, steps)}
    return inputs


def _own_annotations(live: Tree) -> Tree:
    others = _KEEPERS if read_ownership(live) else ()
    held = live.get("annotations") or {}
    notes = {key: held[key] for key in sorted(held) if held[key] and key not in others}
    wrong = {finding.path for finding in policy_checks.check({"annotations": notes})}
    return {key: value for key, value in notes.items() if ("annotations", Key(key)) not in wrong}


def list_manager_annotations(adopted: Adopted) -> Tree:
    """Return the annotations of the policy's manager; the first update replaces them."""
    notes = adopted.live.get("annotations") or {}
    return {key: notes[key] for key in _KEEPERS if adopted.keeper and notes.get(key)}


def get_managed_name(wire: Tree) -> str:
    """Return the resource name under which a Pulumi stack manages the policy, or ""."""
    kept_by = read_ownership(wire)
    address = str(kept_by.get("iac_resource_address", ""))
    return address.rpartition("/")[2] if kept_by.get("managed_by") == "pulumi" else ""


def map_leaves(message: Message, tree: Tree, leaf: Leaf) -> Tree:
    """Return a tree in the order of the model, with `leaf` applied to every single value.

    Left out are fields without effect: ignored, or dropped by the tenant because of a sibling.
    """
    return {
        name: _each_field(field, tree[name], leaf)
        for name, field in message.fields.items()
        if name in tree
        and not field.ignored
        and (not field.kept_if or tree.get(field.kept_if) is True)
    }


def _each_field(field: Field, value: Value, leaf: Leaf) -> Value:
    if field.shape == "list":
        return [_each_item(field, item, leaf) for item in value]
    if field.shape == "map":
        return {key: _each_item(field, item, leaf) for key, item in value.items()}
    return _each_item(field, value, leaf)


def _each_item(field: Field, value: Value, leaf: Leaf) -> Value:
    return (
        map_leaves(field.type, value, leaf)
        if isinstance(field.type, Message)
        else leaf(field, value)
    )


def _spell(field: Field, value: Value) -> Value:
    """Spell a value as a person would write it, semantically equal."""
    if field.type is Scalar.DURATION or field.span:
        exact = durations.parse_seconds(int(value) if field.span else value)
        short = durations.format_seconds(exact)
        return short if exact is not None and durations.parse_seconds(short) == exact else value
    if field.type in _LONG_INTEGERS:
        return int(value) if abs(int(value)) <= _EXACT else value
    return _convert_data(value) if field.type is Scalar.STRUCT else value


def _convert_data(value: Value) -> Value:
    """Convert free-form JSON as the engine does: no nulls in objects, numbers as doubles."""
    if isinstance(value, dict):
        return {key: _convert_data(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_convert_data(item) for item in value]
    is_long = isinstance(value, int) and abs(value) > _EXACT
    return float(value) if is_long else value


def _sort_step_keys(inputs: Tree, steps: Tree) -> list[str]:
    """List the keys of the steps: the baseline, then in the order of the rules, then the others."""
    pointed = [str(rule.get("step_key")) for rule in inputs.get("rules") or ()]
    wanted = [
        policy_checks.get_baseline_key(str(inputs.get("policy_type"))),
        *pointed,
        *sorted(steps),
    ]
    return [key for key in dict.fromkeys(wanted) if key in steps]


def _find_refused(inputs: Tree, severities: Severities, names: tuple[str, ...]) -> list[Finding]:
    """List the findings for which a preview would refuse the inputs."""
    notes = (inputs.get("annotations") or {}) | _OUR_MARKS
    found = policy_checks.check(inputs | {"annotations": notes})
    with contextlib.suppress(CheckerUnavailableError):
        found += expression_checks.check_offline(inputs)
    told = severities.apply(found, names)
    return [finding for finding in told if finding.severity == "error"]


def _sentence(finding: Finding) -> str:
    first = finding.message.partition("\n")[0]
    rule = f" [{finding.rule}]" if finding.rule else ""
    return f"{format_path(finding.path)} {first}{rule}"


def _note_newer_fields(live: Tree) -> str:
    """Return a note about fields that the model does not know: the checks may miss them."""
    names = ", ".join(f"`{name}`" for name in sorted(set(_list_unknown_fields(POLICY, live))))
    return f" (this version of pulumi-c1policy does not know the fields {names})" if names else ""


def _list_unknown_fields(message: Message, tree: Tree) -> Iterator[str]:
    """List the names of the fields, at any depth, that the model does not have."""
    yield from (name for name in tree if name not in message.fields)
    for name, field in message.fields.items():
        if isinstance(field.type, Message) and tree.get(name):
            for item in _list_items(field, tree[name]):
                yield from _list_unknown_fields(field.type, item)


def _list_items(field: Field, value: Value) -> list[Value]:
    """List the single values in the value of a field."""
    if field.shape == "one":
        return [value]
    return list(value.values() if field.shape == "map" else value)
