"""The facts of the model are consistent."""

from __future__ import annotations

import re

import pytest

from pulumi_c1policy._model.attachment_fields import APP_POLICIES, ENTITLEMENT_POLICIES
from pulumi_c1policy._model.id_fields import ID_FIELDS, REFERENCE_FIELDS
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.refs import APP_ENTITLEMENT_REFERENCE
from pulumi_c1policy._model.schema import Field, Message, Scalar, index_messages

FIELDS = [
    pytest.param(message, field, id=f"{message.name}.{field.name}")
    for message in index_messages(POLICY).values()
    for field in message.fields.values()
]
NUMBERS = {Scalar.INT32, Scalar.UINT32, Scalar.INT64, Scalar.UINT64}
CEL_PLACES = {
    "rule-condition",
    "wait-condition",
    "approver",
    "provisioner",
    "account-config",
    "form",
}


@pytest.mark.parametrize(("message", "field"), FIELDS)
def test_the_facts_of_a_field_fit_its_type(message: Message, field: Field) -> None:
    """A field has only facts that its type supports."""
    assert field.cel in {"", *CEL_PLACES}
    assert not field.cel or field.type in (Scalar.STRING, Scalar.STRUCT)
    assert not field.presence or (field.type in NUMBERS and field.shape == "one")
    assert not field.unordered or field.shape == "list"
    assert not field.merge or field.shape == "map"
    assert not field.oneof or field.shape == "one"
    assert not (field.required and (field.output_only or field.oneof or field.deprecated))
    if field.least is not None or field.most is not None:
        assert field.shape != "one" or field.type in {*NUMBERS, Scalar.DURATION}
    if field.kept_if:
        assert message.fields[field.kept_if].type is Scalar.BOOL
    if field.alias_of:
        assert message.fields[field.alias_of].type == field.type
        assert field.deprecated


@pytest.mark.parametrize(("message", "field"), FIELDS)
def test_every_field_is_documented_in_sentences(message: Message, field: Field) -> None:
    """A text begins with a capital letter, ends with a full stop, and is short."""
    assert re.fullmatch(r"[A-Z0-9].{3,320}\.", field.doc), field.doc
    assert message.doc.endswith(".")


@pytest.mark.parametrize("message", index_messages(POLICY).values(), ids=lambda m: m.name)
def test_required_groups_exist(message: Message) -> None:
    """A required group has members."""
    assert message.required_oneofs <= set(message.oneofs)


OTHER_IDS = """
    app_user_id automation_template_id baton_resource_action_id connector_id
    external_ticket_provisioner_config_id id resource_type_id schema_id vault_boundary_id vault_ids
"""
"""The ids of objects that no lookup finds."""


def test_every_id_of_an_object_has_the_kind_of_the_object() -> None:
    messages = [*index_messages(POLICY).values(), APP_POLICIES, ENTITLEMENT_POLICIES]
    fields = [field for message in messages for field in message._fields]
    found = {
        field.name
        for field in fields
        if field.type is Scalar.STRING
        and field.name.endswith(("_id", "_ids"))
        and not field.output_only
    }
    assert found | {"id"} == (ID_FIELDS.keys() - {"allowed_reassignees"}) | {*OTHER_IDS.split()}
    policies = {name for name, kind in ID_FIELDS.items() if kind == "policy"}
    assert policies == {field.name for field in fields if field.names_policy}
    references = {field.name for field in fields if field.type is APP_ENTITLEMENT_REFERENCE}
    assert references == REFERENCE_FIELDS
