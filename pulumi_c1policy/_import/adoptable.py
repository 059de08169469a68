"""The decision to adopt a policy or to leave it out, and the inputs that declare it. Pure."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from pulumi_c1policy._cel.cel_library import CheckerUnavailableError
from pulumi_c1policy._findings import rule_texts
from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._findings.severity import Severities
from pulumi_c1policy._lifecycle.checks import expression_checks, policy_checks, rejected_steps
from pulumi_c1policy._lifecycle.planning.ownership import (
    OWNERSHIP_KEYS,
    describe_manager,
    read_ownership,
)
from pulumi_c1policy._lifecycle.planning.policy_kind import drop_held_steps, find_held_steps
from pulumi_c1policy._lifecycle.planning.pruning import prune, strip
from pulumi_c1policy._model import durations
from pulumi_c1policy._model.field_values import iterate_items, map_items
from pulumi_c1policy._model.paths import Key, format_path
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Field, Message, Scalar
from pulumi_c1policy._model.tree import ShapeError, Tree, UnfitError, Value, decode

_LONG_INTEGERS = frozenset({Scalar.INT64, Scalar.UINT64})
_MAX_EXACT_INTEGER = 2**53
# A tool sets the ownership annotations of a policy, and may set its own version.
_MANAGER_KEYS = (*OWNERSHIP_KEYS, "iac_tool_version")
# The checks count the annotations that a deployment adds.
_PLACEHOLDER_OWNERSHIP = dict.fromkeys(OWNERSHIP_KEYS, "pulumi")

CORRECTION_ADVICE = "Correct it in ConductorOne, then import it."
"""The advice about a policy that no program can declare."""

LeafConverter = Callable[[Field, Value], Value]
"""A conversion of a single value of a field."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """A policy that a program can adopt.

    Attributes:
        id: Its id in the tenant.
        name: Its display name, or its id if it has none.
        live: The live policy (decoded).
        inputs: The inputs that declare it.
        manager: The tool that manages it until now, "" if there is none.
        held: The held steps, which the program leaves out: the rule id by the path.
    """

    id: str
    name: str
    live: Tree
    inputs: Tree
    manager: str = ""
    held: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A policy that is not adopted.

    Attributes:
        id: Its id in the tenant.
        name: Its display name, or its id if it has none.
        reason: A clause without a full stop.
        advice: A sentence that tells the user how to continue.
        unwritable: No program or import file can contain it, and no option changes that.
    """

    id: str
    name: str
    reason: str
    advice: str
    unwritable: bool = False


def prepare_adoption(
    wire: Tree, *, take_over: bool, severities: Severities | None = None
) -> Adopted | LeftOut:
    """Prepare the adoption of a policy (on the wire), or return the reason to leave it out.

    Args:
        wire: The policy, with an id.
        take_over: Also adopt a policy that another tool or workspace manages.
        severities: The severities that the user set for rules.
    """
    policy_id = str(wire["id"])
    try:
        live = decode(POLICY, wire)
    except UnfitError as error:
        reason = f"no program can contain it: {error}"
        return LeftOut(policy_id, policy_id, reason, CORRECTION_ADVICE, unwritable=True)
    except ShapeError as error:
        advice = "Check that this package is up to date."
        return LeftOut(policy_id, policy_id, f"it cannot be read: {error}", advice)
    name = str(live.get("display_name") or policy_id)
    if live.get("system_builtin"):
        reason = "it is a builtin policy of the tenant (system_builtin), which cannot be changed"
        advice = f"Read it with `Policy.get(name, id={policy_id!r})`."
        return LeftOut(policy_id, name, reason, advice)
    manager = describe_manager({}, read_ownership(live))
    if manager and not take_over:
        advice = "Remove it from that tool's state, or add `--take-over`."
        return LeftOut(policy_id, name, f"it is managed by {manager}", advice)
    held = find_held_steps({}, live)
    if held and (emptied := _list_emptied_keys(live)):
        keys = ", ".join(f"`{format_path(('policy_steps', Key(key)))}`" for key in emptied)
        rules = rule_texts.cite_rules(*held.values())
        reason = f"{keys} would be empty without the steps that a tenant rejects{rules}"
        advice = "Give it other steps in ConductorOne, then import it."
        return LeftOut(policy_id, name, reason, advice)
    inputs = write_inputs(live)
    if errors := _find_errors(inputs, severities or Severities(), (name, policy_id)):
        shown = "; ".join(map(_format_first_line, errors))
        reason = f"a preview would refuse it: {shown}{_note_newer_fields(live)}"
        return LeftOut(policy_id, name, reason, CORRECTION_ADVICE)
    return Adopted(policy_id, name, live, inputs, manager, held)


def _list_emptied_keys(live: Tree) -> list[str]:
    """List the keys of the step lists that contain nothing but held steps."""
    before = live.get("policy_steps") or {}
    after = rejected_steps.remove_steps(live).get("policy_steps") or {}
    return [key for key in before if key not in after]


def write_inputs(live: Tree) -> Tree:
    """Return the inputs that declare a live policy (decoded), in the most readable spelling.

    They contain no zeros, output-only fields, held steps, fields of a newer API, annotations of the
    policy's manager until now, or annotations that no program may set.
    """
    declared = drop_held_steps({}, live)
    # The second `prune` removes messages that mean absent without the dropped fields.
    inputs = prune(POLICY, map_leaves(POLICY, strip(POLICY, prune(POLICY, declared)), _spell))
    if annotations := _select_annotations(live):
        inputs["annotations"] = annotations
    else:
        inputs.pop("annotations", None)
    if steps := inputs.get("policy_steps"):
        inputs["policy_steps"] = {key: steps[key] for key in _sort_step_keys(inputs, steps)}
    return inputs


def _select_annotations(live: Tree) -> Tree:
    """Return the annotations that a program may set, without those of the policy's manager."""
    left_out = _MANAGER_KEYS if read_ownership(live) else ()
    all_ = live.get("annotations") or {}
    chosen = {key: all_[key] for key in sorted(all_) if all_[key] and key not in left_out}
    refused = {finding.path for finding in policy_checks.check({"annotations": chosen})}
    return {k: value for k, value in chosen.items() if ("annotations", Key(k)) not in refused}


def list_manager_annotations(adopted: Adopted) -> Tree:
    """Return the annotations of the policy's manager; the first update replaces them."""
    annotations = adopted.live.get("annotations") or {}
    return {k: annotations[k] for k in _MANAGER_KEYS if adopted.manager and annotations.get(k)}


def get_managed_name(wire: Tree) -> str:
    """Return the resource name under which a Pulumi stack manages the policy, or ""."""
    ownership = read_ownership(wire)
    address = str(ownership.get("iac_resource_address", ""))
    return address.rpartition("/")[2] if ownership.get("managed_by") == "pulumi" else ""


def map_leaves(message: Message, tree: Tree, convert: LeafConverter) -> Tree:
    """Convert every single value of a tree, and sort its fields in the order of the model.

    Fields without effect are dropped: those that the tenant ignores, alone or because of another
    field.
    """
    return {
        name: map_items(field, tree[name], partial(_map_item, field, convert))
        for name, field in message.fields.items()
        if name in tree
        and not field.ignored
        and (not field.kept_if or tree.get(field.kept_if) is True)
    }


def _map_item(field: Field, convert: LeafConverter, value: Value) -> Value:
    if isinstance(field.type, Message) and isinstance(value, dict):
        return map_leaves(field.type, value, convert)
    return convert(field, value)


def _spell(field: Field, value: Value) -> Value:
    """Spell a value as a person would write it; the result is semantically equal."""
    if field.type is Scalar.DURATION or field.span:
        exact = durations.parse_seconds(int(str(value)) if field.span else value)
        short = durations.format_seconds(exact)
        return short if exact is not None and durations.parse_seconds(short) == exact else value
    if field.type in _LONG_INTEGERS:
        # The engine rounds larger numbers to doubles, so they stay text.
        number = int(str(value))
        return number if abs(number) <= _MAX_EXACT_INTEGER else value
    return _convert_data(value) if field.type is Scalar.STRUCT else value


def _convert_data(value: Value) -> Value:
    """Convert free-form JSON as the engine does: no nulls in objects, numbers as doubles."""
    if isinstance(value, dict):
        return {key: _convert_data(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_convert_data(item) for item in value]
    if isinstance(value, int) and abs(value) > _MAX_EXACT_INTEGER:
        return float(value)
    return value


def _sort_step_keys(inputs: Tree, steps: Tree) -> list[str]:
    """Sort the keys of the steps: the baseline, then those of the rules in order, then the rest."""
    baseline = policy_checks.get_baseline_key(str(inputs.get("policy_type")))
    of_rules = [str(rule.get("step_key")) for rule in inputs.get("rules") or ()]
    return [key for key in dict.fromkeys([baseline, *of_rules, *sorted(steps)]) if key in steps]


def _find_errors(inputs: Tree, severities: Severities, names: tuple[str, ...]) -> list[Finding]:
    """List the findings for which a preview would refuse the inputs."""
    annotations = (inputs.get("annotations") or {}) | _PLACEHOLDER_OWNERSHIP
    findings = policy_checks.check(inputs | {"annotations": annotations})
    with contextlib.suppress(CheckerUnavailableError):
        findings += expression_checks.check_offline(inputs)
    return [each for each in severities.apply(findings, names) if each.severity == "error"]


def _format_first_line(finding: Finding) -> str:
    """Format a finding without the excerpt of an expression."""
    return rule_texts.format_finding(finding).partition("\n")[0]


def _note_newer_fields(live: Tree) -> str:
    """Return a note about fields that the model does not know: they may explain the errors."""
    names = ", ".join(f"`{name}`" for name in sorted(set(_list_unknown_fields(POLICY, live))))
    return f" (this version of pulumi-c1policy does not know the fields {names})" if names else ""


def _list_unknown_fields(message: Message, tree: Tree) -> Iterator[str]:
    """List the names of the fields, at any depth, that the model does not have."""
    yield from (name for name in tree if name not in message.fields)
    for name, field in message.fields.items():
        if isinstance(field.type, Message) and tree.get(name):
            for _, item in iterate_items(field, tree[name]):
                if isinstance(item, dict):
                    yield from _list_unknown_fields(field.type, item)
