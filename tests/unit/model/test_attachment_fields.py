"""The fields of attachments are fields of the API's apps and entitlements, with their types."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from pulumi_c1policy._model.attachment_fields import APP_POLICIES, ENTITLEMENT_POLICIES, OVERRIDE
from pulumi_c1policy._model.schema import Field, Message, Scalar

SCHEMA = Path(__file__).parents[2] / "reference" / "around-policies.openapi.yaml"
SCHEMAS = yaml.safe_load(SCHEMA.read_text("utf-8"))["components"]["schemas"]
TYPES: dict[object, str] = {Scalar.STRING: "string", Scalar.BOOL: "boolean"}
FIELDS = [
    pytest.param(message, field, id=f"{message.name}.{field.name}")
    for message in (APP_POLICIES, ENTITLEMENT_POLICIES)
    for field in message.fields.values()
]


@pytest.mark.parametrize(("message", "field"), FIELDS)
def test_a_field_is_a_field_of_the_api(message: Message, field: Field) -> None:
    own_id = "app_id" if message is APP_POLICIES else "entitlement_id"
    wire = "id" if field.name == own_id else field.wire
    published = SCHEMAS[message.name]["properties"][wire]
    assert published["type"] == TYPES[field.type]
    assert published.get("readOnly", False) is (field.required and wire == "id")


@pytest.mark.parametrize(("message", "field"), FIELDS)
def test_a_field_names_the_object_or_has_presence(message: Message, field: Field) -> None:
    assert field.required is field.immutable is not field.presence
    assert field.names_policy is field.name.endswith("_policy_id")
    assert re.fullmatch(r"[A-Z0-9].{3,320}\.", field.doc)


@pytest.mark.parametrize("message", [APP_POLICIES, ENTITLEMENT_POLICIES], ids=lambda m: m.name)
def test_every_policy_of_the_object_is_a_field(message: Message) -> None:
    published = {name for name in SCHEMAS[message.name]["properties"] if name.endswith("PolicyId")}
    assert published == {f.wire for f in message.fields.values() if f.names_policy}


def test_a_request_has_the_override_beside_the_entitlement() -> None:
    request = SCHEMAS["c1.api.app.v1.UpdateAppEntitlementRequestInput"]["properties"]
    assert ENTITLEMENT_POLICIES.fields[OVERRIDE].wire in request
