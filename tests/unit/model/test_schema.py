"""Properties that are derived from the description of a message."""

from __future__ import annotations

import pytest

from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import (
    Enum,
    Field,
    Message,
    Scalar,
    index_messages,
    to_camel_case,
)


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("step_key", "stepKey"),
        ("display_name", "displayName"),
        ("id", "id"),
        ("c1_user_picker", "c1UserPicker"),
        ("oauth2_field_view", "oauth2FieldView"),
        ("ipv4", "ipv4"),
        ("default_value_cel", "defaultValueCel"),
    ],
)
def test_the_wire_has_lower_camel_case(name: str, wire: str) -> None:
    assert to_camel_case(name) == wire
    assert Field(name=name, type=Scalar.STRING).wire == wire


@pytest.mark.parametrize("message", index_messages(POLICY).values(), ids=lambda m: m.short_name)
def test_the_fields_of_a_message_have_different_wire_names(message: Message) -> None:
    assert len(message.wire_fields) == len(message.fields)
    assert not message.wire_fields.keys() & (message.fields.keys() - message.wire_fields.keys())


def test_a_short_name_has_no_package() -> None:
    found = [message.short_name for message in index_messages(POLICY).values()]
    assert {"Policy", "ConnectorProvisionDoNotSave", "FieldRelationship"} <= set(found)
    assert not [name for name in found if "." in name]


def test_a_message_may_contain_itself() -> None:
    """Fields that are set later replace the derived values."""
    message = Message("m.v1.Node", "A node.")
    assert message.fields == {}
    assert message.oneofs == {}
    message.define(
        Field(name="next_node", type=message, oneof="kind"),
        Field(name="leaf", type=Scalar.STRING, oneof="kind"),
        Field(name="label", type=Scalar.STRING, required=True),
    )
    assert list(message.fields) == ["next_node", "leaf", "label"]
    assert list(message.wire_fields) == ["nextNode", "leaf", "label"]
    assert message.oneofs == {"kind": ("next_node", "leaf")}
    assert list(index_messages(message)) == ["m.v1.Node"]


def test_the_zero_of_an_enum_is_its_first_value() -> None:
    assert Enum("E", ("E_UNSPECIFIED", "E_ONE")).zero == "E_UNSPECIFIED"


def test_the_index_begins_with_the_policy_and_has_every_message() -> None:
    found = index_messages(POLICY)
    assert next(iter(found)) == POLICY.name
    for message in found.values():
        for field in message.fields.values():
            assert not isinstance(field.type, Message) or field.type.name in found
