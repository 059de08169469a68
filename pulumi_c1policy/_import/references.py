"""The ids in the inputs of a resource, each with the object that it names. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from pulumi_c1policy._import.python_source import Code
from pulumi_c1policy._model.field_values import map_items
from pulumi_c1policy._model.id_fields import ID_FIELDS, REFERENCE_FIELDS, Kind
from pulumi_c1policy._model.schema import Field, Message, Scalar
from pulumi_c1policy._model.tree import Tree, Value

GROUP_FIELDS: Final = REFERENCE_FIELDS | {"app_group_id"}
"""The fields that name an entitlement as a group."""

_OTHER_KINDS = {name: kind for name, kind in ID_FIELDS.items() if kind != "policy"}


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """An object of the tenant that inputs name.

    Attributes:
        kind: Its kind.
        id: Its id; that of an entitlement is unique within its app only.
        app_id: The app of an entitlement; "" for other kinds.
    """

    kind: Kind
    id: str
    app_id: str = ""

    @property
    def app(self) -> Reference:
        """The app of an entitlement."""
        return Reference("app", self.app_id)


Replace = Callable[[Reference, str], Value]
"""A function from a reference and the name of its field to the value to write for the id.

The value is the id, the id with a comment, or an expression.
"""


def replace_ids(message: Message, inputs: Tree, replace: Replace) -> Tree:
    """Replace every id in the inputs.

    A reference to a group consists of two ids. It is replaced as a whole if its entitlement becomes
    an expression, because the result of a lookup becomes the whole reference.
    """
    app_id = str(inputs.get("app_id") or "")
    return {
        name: map_items(field, inputs[name], partial(_replace_item, field, app_id, replace))
        for name, field in message.fields.items()
        if name in inputs
    }


def _replace_item(field: Field, app_id: str, replace: Replace, value: Value) -> Value:
    if isinstance(field.type, Message) and isinstance(value, dict):
        if field.name in REFERENCE_FIELDS:
            ids = [str(value.get(name) or "") for name in ("app_entitlement_id", "app_id")]
            whole = replace(Reference("entitlement", *ids), field.name)
            if isinstance(whole, Code):
                return whole
        return replace_ids(field.type, value, replace)
    kind = "policy" if field.names_policy else _OTHER_KINDS.get(field.name)
    if kind is None or field.type is not Scalar.STRING or not (value and isinstance(value, str)):
        return value
    return replace(Reference(kind, value, app_id if kind == "entitlement" else ""), field.name)


def list_references(message: Message, inputs: Tree) -> dict[Reference, set[str]]:
    """List the objects that the inputs name, each with the names of the fields that name it."""
    found: dict[Reference, set[str]] = {}

    def collect(reference: Reference, field_name: str) -> Value:
        found.setdefault(reference, set()).add(field_name)
        return reference.id

    replace_ids(message, inputs, collect)
    return found
