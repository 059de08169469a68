"""An example for each kind of fact of the model; the example fails without the fact."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from pulumi_c1policy._import.references import Reference, list_references
from pulumi_c1policy._lifecycle.checks.policy_checks import check
from pulumi_c1policy._lifecycle.planning.decisions import LifecycleOptions
from pulumi_c1policy._lifecycle.planning.diff import compare
from pulumi_c1policy._lifecycle.planning.plan import NoOp, Replace, Update, build_body, plan
from pulumi_c1policy._lifecycle.planning.prior import find_drift, record_answer
from pulumi_c1policy._model.paths import Path, get_at
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Enum, Field, Message, Scalar, to_camel_case
from pulumi_c1policy._model.tree import Tree, decode, encode
from tests.support.edits import make_new_item
from tests.support.strategies import make_sample
from tests.unit.lifecycle.planning.specimens import Place, find_path, make_specimen
from tests.unit.lifecycle.planning.tenant_answers import answer, store

Example = Callable[[], None]
"""A check that succeeds with the complete model; it computes the tenant's part in advance."""


def list_rules(policy: Tree) -> set[str]:
    """Return the ids of the rules that a policy breaks."""
    return {finding.rule for finding in check(policy)}


def make_breach(rule: str, place: Place, value: Any) -> Example:
    """Return an example in which a rule rejects the value of the field."""
    policy, path = make_specimen(place, value), find_path(place)

    def example() -> None:
        found = [f.path for f in check(policy) if f.rule == rule]
        assert any(path == there[: len(path)] for there in found), found

    return example


def make_allowance(rule: str, place: Place, value: Any) -> Example:
    """Return an example in which a rule accepts the value of the field."""
    policy = make_specimen(place, value)

    def example() -> None:
        assert rule not in list_rules(policy)

    return example


def make_settled(inputs: Tree, live: Tree) -> Example:
    """Return an example in which the live policy equals the inputs."""

    def example() -> None:
        found = decode(POLICY, live)
        prior = record_answer(inputs, found)
        assert plan(prior, inputs) == NoOp()
        assert find_drift(prior, found) == []
        assert compare(POLICY, inputs, found) == []

    return example


def combine(*examples: Example) -> Example:
    """Return an example that consists of several ones."""

    def example() -> None:
        for each in examples:
            each()

    return example


def _make_readable(wire: Tree) -> Example:
    def example() -> None:
        decode(POLICY, wire)

    return example


def _show_type(place: Place) -> Example:
    field, inputs, path = place.field, make_specimen(place), find_path(place)
    wire = store(make_specimen(place, None))
    if field.output_only:
        return _make_readable(_put(wire, path, _make_value(field)))
    if field.ignored or field.alias_of:
        return make_settled(inputs, _put(store(inputs), path, get_at(inputs, path)))
    if isinstance(field.type, Enum) and not field.required:
        return make_settled(make_specimen(place, None), _put(wire, path, field.type.zero))
    if isinstance(field.type, Enum):
        return make_breach("not-a-value", place, "NONSENSE")
    if field.type is Scalar.DURATION:
        return make_settled(make_specimen(place, "2h"), _put(wire, path, "7200s"))
    if isinstance(field.type, Scalar) and "int" in field.type and field.shape == "one":
        return combine(
            make_settled(make_specimen(place, 7), _put(wire, path, "7")),
            make_settled(make_specimen(place, "7"), _put(wire, path, 7)),
        )
    if isinstance(field.type, Scalar) and "int" in field.type:
        return make_settled(make_specimen(place, [7, 8]), _put(wire, path, ["8", "7"]))
    return make_settled(inputs, store(inputs))


def _show_span(place: Place) -> Example:
    return make_settled(
        make_specimen(place, "2h"),
        _put(store(make_specimen(place, None)), find_path(place), "7200"),
    )


def _make_value(field: Field) -> Any:
    one = True if field.type is Scalar.BOOL else "text"
    return [one] if field.shape == "list" else one


def _show_shape(place: Place) -> Example:
    inputs = make_specimen(place)
    if place.field.output_only:
        return _show_type(place)
    return combine(
        make_settled(inputs, store(inputs)), _make_difference(inputs, make_specimen(place, None))
    )


def _make_difference(one: Tree, other: Tree) -> Example:
    def example() -> None:
        assert compare(POLICY, one, other) != []

    return example


def _show_oneof(place: Place) -> Example:
    field, path = place.field, find_path(place)
    rivals = [name for name in place.message.oneofs[field.oneof] if name != field.name]
    inputs = make_specimen(place)
    if not rivals and field.oneof not in place.message.required_oneofs:
        return _make_difference(make_specimen(place, {}), make_specimen(place, None))
    if not rivals:
        inputs = _put(inputs, path, None, wire=False)
    else:
        rival = place.message.fields[rivals[0]]
        inputs = _put(inputs, (*path[:-1], rival.name), make_sample(rival), wire=False)

    rules = {""} if rivals else {"one-of", "empty-step"}

    def example() -> None:
        assert rules & {f.rule for f in check(inputs) if f.path == path[:-1]}

    return example


def _show_presence(place: Place) -> Example:
    zero, unset = make_specimen(place, 0), make_specimen(place, None)

    def example() -> None:
        assert isinstance(plan(record_answer(zero, answer(store(unset))), unset), Update)

    return example


def _show_output_only(place: Place) -> Example:
    inputs, path = make_specimen(place, None), find_path(place)
    prior = record_answer(inputs, decode(POLICY, store(inputs)))
    live = decode(POLICY, _put(store(inputs), path, _make_value(place.field)))

    def example() -> None:
        assert find_drift(prior, live) == []
        assert get_at(encode(POLICY, live), _to_wire(path)) is None
        make_breach("output-only", place, _make_value(place.field))()

    return example


def _show_immutable(place: Place) -> Example:
    inputs = make_specimen(place)
    value = make_sample(place.field, inputs[place.field.name])
    other = {"app_id": "another"} if value == inputs[place.field.name] else value

    def example() -> None:
        prior = record_answer(inputs, answer(store(inputs)))
        assert isinstance(plan(prior, inputs | {place.field.name: other}), Replace)

    return example


def _show_merge(place: Place) -> Example:
    name = place.field.name
    inputs = make_specimen(place, {"a": "x", "b": "y"})
    live = answer(store(inputs))
    desired = inputs | {name: {"a": "x"}}

    def example() -> None:
        prior = record_answer(inputs, live)
        planned = plan(prior, desired)
        assert isinstance(planned, Update)
        body = build_body(planned, prior, desired, live, LifecycleOptions())
        assert body == {place.field.wire: {"a": "x", "b": ""}}

    return example


def _show_unordered(place: Place) -> Example:
    items = [make_sample(place.field)]
    items.append(make_new_item(place.field, items))
    return make_settled(make_specimen(place, items), store(make_specimen(place, items[::-1])))


def _show_kept_if(place: Place) -> Example:
    inputs = copy.deepcopy(make_specimen(place))
    flag = (*find_path(place)[:-1], place.field.kept_if)
    inputs = _put(inputs, flag, False, wire=False)
    kept = store(inputs)
    assert get_at(kept, _to_wire(find_path(place))) is None
    return combine(make_settled(inputs, kept), _make_policy_breach("not-kept", inputs))


def _make_policy_breach(rule: str, policy: Tree) -> Example:
    def example() -> None:
        assert rule in list_rules(policy)

    return example


def _show_acts_if(place: Place) -> Example:
    flag = (*find_path(place)[:-1], place.field.acts_if)
    return _make_policy_breach("no-effect", _put(make_specimen(place), flag, False, wire=False))


def _show_alias_of(place: Place) -> Example:
    preferred = Place(place.message, place.message.fields[place.field.alias_of])
    live = store(make_specimen(preferred))
    return make_settled(make_specimen(place), live)


def _show_ignored(place: Place) -> Example:
    inputs = make_specimen(place)

    def example() -> None:
        assert plan(record_answer(inputs, {}), inputs) == NoOp()
        assert compare(POLICY, inputs, make_specimen(place, None)) == []
        assert place.field.wire not in encode(POLICY, inputs)

    return example


def _show_bound(name: str, by: int) -> Callable[[Place], Example]:
    def make(place: Place) -> Example:
        field, bound = place.field, getattr(place.field, name)
        rule = "too-few" if by < 0 else "too-many"
        if field.shape == "one":
            rule, values = field.bounds_rule, (bound, bound + by)
        else:
            values = (_make_items(field, bound), _make_items(field, bound + by))
        return combine(make_allowance(rule, place, values[0]), make_breach(rule, place, values[1]))

    return make


def _make_items(field: Field, number: int) -> Any:
    if isinstance(field.type, Message):
        return [make_sample(field)] * number
    items = [f"item{index}" for index in range(number)]
    return dict.fromkeys(items, "v") if field.shape == "map" else items


def _show_bounds_rule(place: Place) -> Example:
    return make_breach(place.field.bounds_rule, place, (place.field.most or 0) + 1)


def _show_refused_by(place: Place) -> Example:
    return make_breach(place.field.refused_by, place, make_sample(place.field))


def _show_required(place: Place) -> Example:
    return make_breach("missing", place, None)


def _show_deprecated(place: Place) -> Example:
    return make_breach("deprecated", place, make_sample(place.field))


def _show_names_policy(place: Place) -> Example:
    inputs = make_specimen(place, "2other" if place.field.shape == "one" else ["2other"])

    def example() -> None:
        assert Reference("policy", "2other") in list_references(POLICY, inputs)

    return example


EXAMPLES: dict[str, Callable[[Place], Example]] = {
    "type": _show_type,
    "shape": _show_shape,
    "oneof": _show_oneof,
    "presence": _show_presence,
    "output_only": _show_output_only,
    "immutable": _show_immutable,
    "merge": _show_merge,
    "unordered": _show_unordered,
    "required": _show_required,
    "kept_if": _show_kept_if,
    "acts_if": _show_acts_if,
    "alias_of": _show_alias_of,
    "deprecated": _show_deprecated,
    "ignored": _show_ignored,
    "span": _show_span,
    "names_policy": _show_names_policy,
    "least": _show_bound("least", -1),
    "most": _show_bound("most", 1),
    "bounds_rule": _show_bounds_rule,
    "refused_by": _show_refused_by,
}


def _to_wire(path: Path) -> Path:
    """Return a path with the names of the wire."""
    return tuple(to_camel_case(part) if type(part) is str else part for part in path)


def _put(tree: Tree, path: Path, value: Any, *, wire: bool = True) -> Tree:
    """Return a copy of `tree` with a value at a path; only its last part may be new."""
    out = copy.deepcopy(tree)
    *above, last = _to_wire(path) if wire else path
    holder: Any = out
    for part in above:
        holder = holder[part]
    holder[last] = value
    return out
