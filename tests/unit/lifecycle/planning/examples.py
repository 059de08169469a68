"""For each kind of fact that the model states of a field, an example that needs it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from pulumi_c1policy._import.program_writer import list_references
from pulumi_c1policy._lifecycle.checks.policy_checks import check
from pulumi_c1policy._lifecycle.planning.decisions import LifecycleOptions
from pulumi_c1policy._lifecycle.planning.diff import compare
from pulumi_c1policy._lifecycle.planning.plan import NoOp, Replace, Update, build_body, plan
from pulumi_c1policy._lifecycle.planning.prior import find_drift, record_answer
from pulumi_c1policy._model.paths import Path, get_at
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Enum, Field, Message, Scalar, to_camel_case
from pulumi_c1policy._model.tree import Tree, decode, encode
from tests.support.edits import new_item
from tests.support.strategies import sample
from tests.unit.lifecycle.planning.specimens import Place, path_to, specimen
from tests.unit.lifecycle.planning.tenant import answer, stored

Example = Callable[[], None]
"""Holds while the model is whole. What the tenant does is worked out before the model is broken."""


def rules_of(policy: Tree) -> set[str]:
    """The ids of the rules that a policy breaks."""
    return {finding.rule for finding in check(policy)}


def breaks(rule: str, place: Place, value: Any) -> Example:
    """The field may not have that value."""
    policy, path = specimen(place, value), path_to(place)

    def example() -> None:
        found = [f.path for f in check(policy) if f.rule == rule]
        assert any(path == there[: len(path)] for there in found), found

    return example


def allows(rule: str, place: Place, value: Any) -> Example:
    """The field may have that value, as far as the rule goes."""
    policy = specimen(place, value)

    def example() -> None:
        assert rule not in rules_of(policy)

    return example


def settles(inputs: Tree, live: Tree) -> Example:
    """Check that the tenant has what the program says."""

    def example() -> None:
        found = decode(POLICY, live)
        recorded = record_answer(inputs, found)
        assert plan(recorded, inputs) == NoOp()
        assert find_drift(recorded, found) == []
        assert compare(POLICY, inputs, found) == []

    return example


def both(*examples: Example) -> Example:
    """All of them hold."""

    def example() -> None:
        for each in examples:
            each()

    return example


def _readable(wire: Tree) -> Example:
    def example() -> None:
        decode(POLICY, wire)

    return example


def _type(place: Place) -> Example:
    field, inputs, path = place.field, specimen(place), path_to(place)
    wire = stored(specimen(place, None))
    if field.output_only:
        return _readable(_put(wire, path, _instance(field)))
    if field.ignored or field.alias_of:
        return settles(inputs, _put(stored(inputs), path, get_at(inputs, path)))
    if isinstance(field.type, Enum) and not field.required:
        return settles(specimen(place, None), _put(wire, path, field.type.zero))
    if isinstance(field.type, Enum):
        return breaks("not-a-value", place, "NONSENSE")
    if field.type is Scalar.DURATION:
        return settles(specimen(place, "2h"), _put(wire, path, "7200s"))
    if isinstance(field.type, Scalar) and "int" in field.type and field.shape == "one":
        return both(
            settles(specimen(place, 7), _put(wire, path, "7")),
            settles(specimen(place, "7"), _put(wire, path, 7)),
        )
    if isinstance(field.type, Scalar) and "int" in field.type:
        return settles(specimen(place, [7, 8]), _put(wire, path, ["8", "7"]))
    return settles(inputs, stored(inputs))


def _span(place: Place) -> Example:
    return settles(
        specimen(place, "2h"), _put(stored(specimen(place, None)), path_to(place), "7200")
    )


def _instance(field: Field) -> Any:
    one = True if field.type is Scalar.BOOL else "text"
    return [one] if field.shape == "list" else one


def _shape(place: Place) -> Example:
    inputs = specimen(place)
    if place.field.output_only:
        return _type(place)
    return both(settles(inputs, stored(inputs)), _differ(inputs, specimen(place, None)))


def _differ(one: Tree, other: Tree) -> Example:
    def example() -> None:
        assert compare(POLICY, one, other) != []

    return example


def _oneof(place: Place) -> Example:
    field, path = place.field, path_to(place)
    rivals = [name for name in place.message.oneofs[field.oneof] if name != field.name]
    inputs = specimen(place)
    if not rivals and field.oneof not in place.message.required_oneofs:
        return _differ(specimen(place, {}), specimen(place, None))
    if not rivals:
        inputs = _put(inputs, path, None, wire=False)
    else:
        rival = place.message.fields[rivals[0]]
        inputs = _put(inputs, (*path[:-1], rival.name), sample(rival), wire=False)

    rules = {""} if rivals else {"one-of", "empty-step"}

    def example() -> None:
        assert rules & {f.rule for f in check(inputs) if f.path == path[:-1]}

    return example


def _presence(place: Place) -> Example:
    zero, unset = specimen(place, 0), specimen(place, None)

    def example() -> None:
        assert isinstance(plan(record_answer(zero, answer(stored(unset))), unset), Update)

    return example


def _output_only(place: Place) -> Example:
    inputs, path = specimen(place, None), path_to(place)
    recorded = record_answer(inputs, decode(POLICY, stored(inputs)))
    live = decode(POLICY, _put(stored(inputs), path, _instance(place.field)))

    def example() -> None:
        assert find_drift(recorded, live) == []
        assert get_at(encode(POLICY, live), _wire(path)) is None
        breaks("output-only", place, _instance(place.field))()

    return example


def _immutable(place: Place) -> Example:
    inputs = specimen(place)
    value = sample(place.field, inputs[place.field.name])
    other = {"app_id": "another"} if value == inputs[place.field.name] else value

    def example() -> None:
        recorded = record_answer(inputs, answer(stored(inputs)))
        assert isinstance(plan(recorded, inputs | {place.field.name: other}), Replace)

    return example


def _merge(place: Place) -> Example:
    name = place.field.name
    inputs = specimen(place, {"a": "x", "b": "y"})
    live = answer(stored(inputs))
    desired = inputs | {name: {"a": "x"}}

    def example() -> None:
        recorded = record_answer(inputs, live)
        planned = plan(recorded, desired)
        assert isinstance(planned, Update)
        body = build_body(planned, recorded, desired, live, LifecycleOptions())
        assert body == {place.field.wire: {"a": "x", "b": ""}}

    return example


def _unordered(place: Place) -> Example:
    items = [sample(place.field)]
    items.append(new_item(place.field, items))
    return settles(specimen(place, items), stored(specimen(place, items[::-1])))


def _kept_if(place: Place) -> Example:
    inputs = copy.deepcopy(specimen(place))
    flag = (*path_to(place)[:-1], place.field.kept_if)
    inputs = _put(inputs, flag, False, wire=False)
    kept = stored(inputs)
    assert get_at(kept, _wire(path_to(place))) is None
    return both(settles(inputs, kept), _breaks_as_it_is("not-kept", inputs))


def _breaks_as_it_is(rule: str, policy: Tree) -> Example:
    def example() -> None:
        assert rule in rules_of(policy)

    return example


def _acts_if(place: Place) -> Example:
    flag = (*path_to(place)[:-1], place.field.acts_if)
    return _breaks_as_it_is("no-effect", _put(specimen(place), flag, False, wire=False))


def _alias_of(place: Place) -> Example:
    preferred = Place(place.message, place.message.fields[place.field.alias_of])
    live = stored(specimen(preferred))
    return settles(specimen(place), live)


def _ignored(place: Place) -> Example:
    inputs = specimen(place)

    def example() -> None:
        assert plan(record_answer(inputs, {}), inputs) == NoOp()
        assert compare(POLICY, inputs, specimen(place, None)) == []
        assert place.field.wire not in encode(POLICY, inputs)

    return example


def _bound(name: str, by: int) -> Callable[[Place], Example]:
    def make(place: Place) -> Example:
        field, bound = place.field, getattr(place.field, name)
        rule = "too-few" if by < 0 else "too-many"
        if field.shape == "one":
            rule, values = field.bounds_rule, (bound, bound + by)
        else:
            values = (_items(field, bound), _items(field, bound + by))
        return both(allows(rule, place, values[0]), breaks(rule, place, values[1]))

    return make


def _items(field: Field, number: int) -> Any:
    if isinstance(field.type, Message):
        return [sample(field)] * number
    items = [f"item{index}" for index in range(number)]
    return dict.fromkeys(items, "v") if field.shape == "map" else items


def _bounds_rule(place: Place) -> Example:
    return breaks(place.field.bounds_rule, place, (place.field.most or 0) + 1)


def _refused_by(place: Place) -> Example:
    return breaks(place.field.refused_by, place, sample(place.field))


def _required(place: Place) -> Example:
    return breaks("missing", place, None)


def _deprecated(place: Place) -> Example:
    return breaks("deprecated", place, sample(place.field))


def _names_policy(place: Place) -> Example:
    inputs = specimen(place, "2other" if place.field.shape == "one" else ["2other"])

    def example() -> None:
        assert list_references(inputs) == ["2other"]

    return example


EXAMPLES: dict[str, Callable[[Place], Example]] = {
    "type": _type,
    "shape": _shape,
    "oneof": _oneof,
    "presence": _presence,
    "output_only": _output_only,
    "immutable": _immutable,
    "merge": _merge,
    "unordered": _unordered,
    "required": _required,
    "kept_if": _kept_if,
    "acts_if": _acts_if,
    "alias_of": _alias_of,
    "deprecated": _deprecated,
    "ignored": _ignored,
    "span": _span,
    "names_policy": _names_policy,
    "least": _bound("least", -1),
    "most": _bound("most", 1),
    "bounds_rule": _bounds_rule,
    "refused_by": _refused_by,
}


def _wire(path: Path) -> Path:
    """The path on the wire."""
    return tuple(to_camel_case(part) if type(part) is str else part for part in path)


def _put(tree: Tree, path: Path, value: Any, *, wire: bool = True) -> Tree:
    """`tree` with another value at a place that exists but for its last part."""
    out = copy.deepcopy(tree)
    *above, last = _wire(path) if wire else path
    holder: Any = out
    for part in above:
        holder = holder[part]
    holder[last] = value
    return out
