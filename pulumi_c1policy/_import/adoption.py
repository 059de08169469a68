"""Whether a policy can be adopted, and the inputs with which a program declares it as it is. Pure."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pulumi_c1policy._cel.cel_library import CheckerUnavailableError
from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._findings.severity import Severities
from pulumi_c1policy._lifecycle.checks import policy_checks, refused_steps
from pulumi_c1policy._lifecycle.effects import expression_checks
from pulumi_c1policy._lifecycle.planning.managed_view import held_steps, without_kept_steps
from pulumi_c1policy._lifecycle.planning.merge import prune, strip
from pulumi_c1policy._lifecycle.planning.ownership import MARKS, keeper, marks
from pulumi_c1policy._model import durations
from pulumi_c1policy._model.paths import Key, text
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Field, Message, Scalar
from pulumi_c1policy._model.tree import ShapeError, Tree, UnfitError, Value, decode

_LONG_INTEGERS = frozenset({Scalar.INT64, Scalar.UINT64})
_EXACT = 2**53
# A policy's keeper sets these three, and may set the version of the tool that it is.
_KEEPERS = (*MARKS, "iac_tool_version")
# What the program's own will be like, as far as the checks care.
_OUR_MARKS = dict.fromkeys(MARKS, "pulumi")

MEND = "Put it right in ConductorOne, then import it."
"""The advice about a policy that the tenant holds and no program can."""

Leaf = Callable[[Field, Value], Value]
"""What becomes of a single value of a field."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """A policy that a program can take over.

    Attributes:
        id: Its id in the tenant.
        name: What people call it.
        live: The policy as the tenant has it (decoded).
        inputs: What a program writes to declare it.
        keeper: Who keeps it until now, "" where nobody does.
        held: Steps that tenants refuse, which the program leaves out: the rule by the path.
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
        unwritable: No program or no import file can hold it, whatever the user decides.
    """

    id: str
    name: str
    why: str
    advice: str
    unwritable: bool = False


def adopt(
    wire: Tree, *, take_over: bool, severities: Severities | None = None
) -> Adopted | LeftOut:
    """The policy in the tenant's JSON as one to adopt, or why it is left as it is.

    Args:
        wire: The policy, with an id.
        take_over: Adopt what another tool or workspace keeps, too.
        severities: The severities that the user set for policy_checks.
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
    kept_by = keeper({}, marks(live))
    if kept_by and not take_over:
        advice = "Take it out of there, or give `--take-over`."
        return LeftOut(policy_id, name, f"it is kept by {kept_by}", advice)
    held = held_steps({}, live)
    if held and (emptied := _emptied(live)):
        keys = ", ".join(f"`{text(('policy_steps', Key(key)))}`" for key in emptied)
        why = f"{keys} would be empty without the steps that a tenant refuses ({_rules(held)})"
        return LeftOut(policy_id, name, why, "Give it other steps in ConductorOne, then import it.")
    inputs = written(live)
    if errors := _refused(inputs, severities or Severities(), (name, policy_id)):
        why = "a preview would refuse it: " + "; ".join(map(_sentence, errors)) + _newer(live)
        return LeftOut(policy_id, name, why, MEND)
    return Adopted(policy_id, name, live, inputs, kept_by, held)


def _rules(held: Mapping[str, str]) -> str:
    return ", ".join(sorted(set(held.values())))


def _emptied(live: Tree) -> list[str]:
    """The keys of the lists that hold nothing but steps that tenants refuse."""
    before = live.get("policy_steps") or {}
    after = refused_steps.remove(live).get("policy_steps") or {}
    return [key for key in before if key not in after]


def written(live: Tree) -> Tree:
    """What a program writes to declare a policy (decoded) as it is: only what is set, most readable.

    Left out are what the tenant alone can set, steps that tenants refuse, fields of a newer API, the
    annotations of whoever keeps the policy until now, and those that no program may set.
    """
    # What is left of a message may mean nothing any more.
    seen = without_kept_steps({}, live)
    inputs = prune(POLICY, each(POLICY, strip(POLICY, prune(POLICY, seen)), _spelled))
    if notes := _own_annotations(live):
        inputs["annotations"] = notes
    else:
        inputs.pop("annotations", None)
    if steps := inputs.get("policy_steps"):
        inputs["policy_steps"] = {key: steps[key] for key in _step_keys(inputs, steps)}
    return inputs


def _own_annotations(live: Tree) -> Tree:
    others = _KEEPERS if marks(live) else ()
    held = live.get("annotations") or {}
    notes = {key: held[key] for key in sorted(held) if held[key] and key not in others}
    wrong = {finding.path for finding in policy_checks.check({"annotations": notes})}
    return {key: value for key, value in notes.items() if ("annotations", Key(key)) not in wrong}


def kept_annotations(adopted: Adopted) -> Tree:
    """The annotations of whoever keeps the policy until now; the first update replaces them."""
    notes = adopted.live.get("annotations") or {}
    return {key: notes[key] for key in _KEEPERS if adopted.keeper and notes.get(key)}


def kept_name(wire: Tree) -> str:
    """The name of the resource by which a Pulumi stack keeps a policy, "" where none does."""
    kept_by = marks(wire)
    address = str(kept_by.get("iac_resource_address", ""))
    return address.rpartition("/")[2] if kept_by.get("managed_by") == "pulumi" else ""


def each(message: Message, tree: Tree, leaf: Leaf) -> Tree:
    """`tree` in the order of the model, with every single value replaced by what `leaf` says of it.

    Left out are fields that have no effect: ignored, or dropped by the tenant because of a sibling.
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
    return each(field.type, value, leaf) if isinstance(field.type, Message) else leaf(field, value)


def _spelled(field: Field, value: Value) -> Value:
    """A value as a person would write it; it means the same."""
    if field.type is Scalar.DURATION or field.span:
        exact = durations.seconds(int(value) if field.span else value)
        short = durations.short(exact)
        return short if exact is not None and durations.seconds(short) == exact else value
    if field.type in _LONG_INTEGERS:
        return int(value) if abs(int(value)) <= _EXACT else value
    return _data(value) if field.type is Scalar.STRUCT else value


def _data(value: Value) -> Value:
    """Free-form JSON as the engine carries it: no nulls in objects, and numbers that are doubles."""
    if isinstance(value, dict):
        return {key: _data(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_data(item) for item in value]
    is_long = isinstance(value, int) and abs(value) > _EXACT
    return float(value) if is_long else value


def _step_keys(inputs: Tree, steps: Tree) -> list[str]:
    """The keys of the steps: the baseline, then as the rules point to them, then the others."""
    pointed = [str(rule.get("step_key")) for rule in inputs.get("rules") or ()]
    wanted = [policy_checks.baseline_key(str(inputs.get("policy_type"))), *pointed, *sorted(steps)]
    return [key for key in dict.fromkeys(wanted) if key in steps]


def _refused(inputs: Tree, severities: Severities, names: tuple[str, ...]) -> list[Finding]:
    """What a preview would refuse in `inputs`."""
    notes = (inputs.get("annotations") or {}) | _OUR_MARKS
    found = policy_checks.check(inputs | {"annotations": notes})
    with contextlib.suppress(CheckerUnavailableError):
        found += expression_checks.offline(inputs)
    told = severities.apply(found, names)
    return [finding for finding in told if finding.severity == "error"]


def _sentence(finding: Finding) -> str:
    first = finding.message.partition("\n")[0]
    rule = f" [{finding.rule}]" if finding.rule else ""
    return f"{text(finding.path)} {first}{rule}"


def _newer(live: Tree) -> str:
    """What is said of fields that the model does not know: they may be what the checks miss."""
    names = ", ".join(f"`{name}`" for name in sorted(set(_unknown(POLICY, live))))
    return f" (this version of pulumi-c1policy does not know the fields {names})" if names else ""


def _unknown(message: Message, tree: Tree) -> Iterator[str]:
    """The names of the fields in `tree`, at any depth, that the model does not have."""
    yield from (name for name in tree if name not in message.fields)
    for name, field in message.fields.items():
        if isinstance(field.type, Message) and tree.get(name):
            for item in _items(field, tree[name]):
                yield from _unknown(field.type, item)


def _items(field: Field, value: Value) -> list[Value]:
    """The single values in the value of a field."""
    if field.shape == "one":
        return [value]
    return list(value.values() if field.shape == "map" else value)
