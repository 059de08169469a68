"""The model equals the API's published structure in its fields, types, values and oneofs."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Enum, Field, Message, Scalar, index_messages

SCHEMA = Path(__file__).parents[2] / "reference" / "policy-api.openapi.yaml"
REF = "#/components/schemas/"
FORM_FIELD = "c1.api.form.v1.Field"

# Schemas without properties that allow any: free-form data.
FREE_FORM = {"validate.FieldRules"}
# The structure lacks a known behaviour: a value of a running request is not an input.
OUTPUT_ONLY_BEYOND_SCHEMA = {("c1.api.policy.v1.Provision", "assigned")}
# Null, absent and empty are equal.
NULL_MEANS_EMPTY = {("c1.api.form.v1.TextField", "suffix")}

SCALARS = {
    ("boolean", ""): Scalar.BOOL,
    ("string", ""): Scalar.STRING,
    ("integer", "int32"): Scalar.INT32,
    ("integer", "uint32"): Scalar.UINT32,
    ("string", "int64"): Scalar.INT64,
    ("string", "uint64"): Scalar.UINT64,
    ("string", "duration"): Scalar.DURATION,
    ("string", "date-time"): Scalar.TIMESTAMP,
    ("object", ""): Scalar.STRUCT,
}
ALWAYS_NULLABLE = {Scalar.DURATION, Scalar.TIMESTAMP, Scalar.STRUCT}

Schemas = dict[str, Any]


class Facts(NamedTuple):
    """The facts about a field that the structure and the model share."""

    type: object
    """A message's name, an enum's values or a scalar."""
    shape: str
    nullable: bool
    output_only: bool
    deprecated: bool


@cache
def load_schemas() -> Schemas:
    """Return the published schemas by name."""
    document = yaml.safe_load(SCHEMA.read_text())
    schemas: Schemas = document["components"]["schemas"]
    return schemas


def read_published(prop: dict[str, Any]) -> Facts:
    """Read the structure's facts about one property."""
    shape, item = "one", prop
    if "items" in prop:
        shape, item = "list", prop["items"]
    elif isinstance(prop.get("additionalProperties"), dict):
        shape, item = "map", prop["additionalProperties"]
    types = prop.get("type", [])
    nullable = "null" in types or {"type": "null"} in prop.get("oneOf", [])
    flags = prop.get("readOnly", False), prop.get("deprecated", False)
    return Facts(read_published_type(item), shape, nullable, *flags)


def read_published_type(item: dict[str, Any]) -> object:
    """Read the type of one value."""
    for option in item.get("oneOf", [item]):
        if "$ref" in option:
            name = option["$ref"].removeprefix(REF)
            return Scalar.STRUCT if name in FREE_FORM else name
    if "enum" in item:
        return tuple(item["enum"])
    types = item["type"] if isinstance(item["type"], list) else [item["type"]]
    (kind,) = (name for name in types if name != "null")
    return SCALARS.get((kind, form := item.get("format", "")), f"{kind} {form}")


def read_modelled(message: Message, field: Field) -> Facts:
    """Read the model's facts about the same."""
    place = (message.name, field.wire)
    kind: object = field.type
    if isinstance(kind, Message):
        kind = kind.name
    elif isinstance(kind, Enum):
        kind = kind.values
    nullable = (
        field.shape == "list"
        or (field.shape == "one" and isinstance(field.type, Message))
        or field.type in ALWAYS_NULLABLE
        or field.presence
        or bool(field.oneof)
        or place in NULL_MEANS_EMPTY
    )
    output_only = field.output_only and place not in OUTPUT_ONLY_BEYOND_SCHEMA
    return Facts(kind, field.shape, nullable, output_only, bool(field.deprecated))


def list_reachable(schemas: Schemas, root: str) -> set[str]:
    """Return the schemas that `root` contains, at any depth."""
    found, waiting = set(), [root]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            types = (read_published(p).type for p in schemas[name].get("properties", {}).values())
            waiting += [kind for kind in types if kind in schemas]
    return found


def list_differences(schemas: Schemas, root: Message = POLICY) -> list[str]:
    """List the differences between the structure and the model."""
    ours, theirs = index_messages(root), list_reachable(schemas, root.name)
    found = [f"{name}: the model lacks the message" for name in sorted(theirs - set(ours))]
    found += [f"{name}: no such message" for name in sorted(set(ours) - theirs)]
    for name in sorted(theirs & set(ours)):
        message, schema = ours[name], schemas[name]
        found += list_field_differences(message, message.wire_fields, schema)
        found += list_oneof_differences(message, schema)
    return found


def list_field_differences(
    message: Message, fields: dict[str, Field], schema: dict[str, Any]
) -> list[str]:
    """List the disagreements between the properties of a schema and the fields of a message."""
    properties = schema.get("properties", {})
    found = [f"{message.name}: the model lacks {name}" for name in properties if name not in fields]
    for name, field in fields.items():
        if name not in properties:
            found.append(f"{message.name}: there is no {name}")
        elif read_published(properties[name]) != (mine := read_modelled(message, field)):
            found.append(f"{message.name}.{name}: {read_published(properties[name])} is not {mine}")
    return found


def list_oneof_differences(message: Message, schema: dict[str, Any]) -> list[str]:
    """List the oneof groups of a message that differ in the structure."""
    theirs = {group: set(members) for group, members in schema.get("x-oneof-groups", {}).items()}
    ours = {
        group: {message.fields[name].wire for name in members}
        for group, members in message.oneofs.items()
    }
    return [
        f"{message.name}: oneof {group}: {theirs.get(group)} is not {ours.get(group)}"
        for group in theirs.keys() | ours.keys()
        if theirs.get(group) != ours.get(group)
    ]


def test_the_model_has_exactly_what_the_api_publishes() -> None:
    """No message, field, type, value or oneof differs."""
    assert list_differences(load_schemas()) == []


def test_a_policy_is_created_from_its_writable_fields() -> None:
    """The body of a create call is the policy without what the tenant sets."""
    writable = {field.wire: field for field in POLICY.fields.values() if not field.output_only}
    assert (
        list_field_differences(
            POLICY, writable, load_schemas()["c1.api.policy.v1.CreatePolicyRequest"]
        )
        == []
    )


Mutation = Callable[[Schemas], object]


def _set(schema: str, prop: str, **facts: object) -> Mutation:
    return lambda schemas: schemas[schema]["properties"][prop].update(facts)


def _add(schema: str, prop: str, **facts: object) -> Mutation:
    return lambda schemas: schemas[schema].setdefault("properties", {}).update({prop: facts})


def _remove(schema: str, prop: str) -> Mutation:
    return lambda schemas: schemas[schema]["properties"].pop(prop)


def _regroup(schema: str, group: str, members: list[str]) -> Mutation:
    return lambda schemas: schemas[schema].setdefault("x-oneof-groups", {}).update({group: members})


def _add_enum_value(schemas: Schemas) -> None:
    schemas["c1.api.policy.v1.Policy"]["properties"]["policyType"]["enum"].append("POLICY_TYPE_NEW")


def _add_message(schemas: Schemas) -> None:
    schemas["c1.api.policy.v1.New"] = {"type": "object"}
    _add("c1.api.policy.v1.PolicyStep", "new", **{"$ref": REF + "c1.api.policy.v1.New"})(schemas)


_POLICY = "c1.api.policy.v1.Policy"
_DATE = "c1.api.form.v1.DateField"
_INT64_RULES = "validate.Int64Rules"


@pytest.mark.parametrize(
    ("mutation", "difference"),
    [
        pytest.param(_remove(_POLICY, "rules"), "there is no rules", id="additional-field"),
        pytest.param(_add(_POLICY, "new", type="string"), "the model lacks new", id="new-field"),
        pytest.param(
            _add("c1.api.policy.v1.Escalation.SkipStep", "new", type="string"),
            "SkipStep: the model lacks new",
            id="field-in-empty-message",
        ),
        pytest.param(_set(_POLICY, "description", type="boolean"), "Policy.desc", id="other-type"),
        pytest.param(_set(_INT64_RULES, "gt", format="uint64"), "Rules.gt", id="other-format"),
        pytest.param(
            _add(_INT64_RULES, "in", type="string", format="int64"), "Rules.in", id="list-removed"
        ),
        pytest.param(_add(_POLICY, "policySteps", type="object"), "policySteps", id="map-removed"),
        pytest.param(
            _set(_DATE, "maxDaysFromToday", type="integer"), "maxDays", id="nullable-removed"
        ),
        pytest.param(_set(_POLICY, "description", type=["string", "null"]), "desc", id="nullable"),
        pytest.param(_set(_POLICY, "description", readOnly=True), "Policy.desc", id="read-only"),
        pytest.param(_set(_POLICY, "id", readOnly=False), "Policy.id", id="writable"),
        pytest.param(_set(_POLICY, "description", deprecated=True), "Policy.desc", id="deprecated"),
        pytest.param(
            _set("c1.api.policy.v1.Rule", "policyKey", deprecated=False),
            "Rule.policyKey",
            id="deprecation-removed",
        ),
        pytest.param(_add_enum_value, "POLICY_TYPE_NEW", id="new-enum-value"),
        pytest.param(_add_message, "v1.New: the model lacks the message", id="new-message"),
        pytest.param(
            _remove("c1.api.policy.v1.Approval", "escalation"),
            "v1.Escalation: no such message",
            id="message-out-of-reach",
        ),
        pytest.param(
            _regroup("c1.api.policy.v1.Wait", "until", ["condition", "duration"]),
            "Wait: oneof until",
            id="oneof-member-removed",
        ),
        pytest.param(
            _regroup("c1.api.policy.v1.Wait", "new", ["name"]), "Wait: oneof new", id="new-oneof"
        ),
        pytest.param(
            lambda schemas: schemas["c1.api.policy.v1.Wait"].pop("x-oneof-groups"),
            "Wait: oneof until",
            id="oneof-removed",
        ),
    ],
)
def test_each_kind_of_change_of_the_api_is_reported(mutation: Mutation, difference: str) -> None:
    """The comparison names the change."""
    schemas = copy.deepcopy(load_schemas())
    mutation(schemas)
    assert any(difference in found for found in list_differences(schemas))
