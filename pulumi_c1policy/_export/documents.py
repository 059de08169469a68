"""The stable form of an exported object: the JSON of the wire in one spelling. Pure.

Unset fields and the times are left out, names are sorted, and so are the lists whose order has no
meaning. Fields that the model does not know stay: a backup must not lose them.
"""

from __future__ import annotations

import json
from typing import Any, Final

from pulumi_c1policy._lifecycle.planning.attachment_kind import list_settable
from pulumi_c1policy._model.attachment_fields import (
    APP_POLICIES,
    ENTITLEMENT_POLICIES,
    AttachmentTarget,
)
from pulumi_c1policy._model.field_values import map_items
from pulumi_c1policy._model.normalize import is_absent
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Field, Message, Scalar
from pulumi_c1policy._model.tree import ShapeError, Tree, Value, decode, encode

_INDENT: Final = 2


def make_policy_document(row: Tree) -> Tree:
    """Return the document of a policy (on the wire).

    Raises:
        ShapeError: The policy does not have the shape that this release knows.
    """
    tree = decode(POLICY, row)
    document = encode(POLICY, _arrange(POLICY, tree)) | {"id": tree.get("id")}
    return document | ({"systemBuiltin": True} if tree.get("system_builtin") else {})


def get_message(target: AttachmentTarget) -> Message:
    """Return the fields of an attachment to an app or an entitlement."""
    return ENTITLEMENT_POLICIES if target.entitlement_id else APP_POLICIES


def make_attachment_document(target: AttachmentTarget, name: str, live: Tree) -> Tree:
    """Return the document of an attachment.

    Args:
        target: The app or the entitlement.
        name: Its display name.
        live: Its fields (decoded).
    """
    ids = {"appId": target.app_id} if target.entitlement_id else {}
    document = ids | {"id": target.entitlement_id or target.app_id, "displayName": name}
    message = get_message(target)
    return document | encode(message, select_values(target, live))


def read_attachment_document(document: Tree) -> tuple[AttachmentTarget, Tree]:
    """Return the target and the fields that are set (decoded) of an attachment in a document.

    Raises:
        ShapeError: The document does not have the shape of an attachment.
    """
    own_id, app_id = str(document.get("id") or ""), str(document.get("appId") or "")
    target = AttachmentTarget(app_id, own_id) if app_id else AttachmentTarget(own_id)
    if not own_id:
        raise ShapeError("`id` should be the id of an app or an entitlement")
    wire = get_message(target).wire_fields
    known = {name: value for name, value in document.items() if name in wire}
    return target, select_values(target, decode(get_message(target), known))


def select_values(target: AttachmentTarget, live: Tree) -> Tree:
    """Select the fields of an attachment's object that are set; an empty id means inherited."""
    names = list_settable(get_message(target))
    return {name: live[name] for name in names if live.get(name)}


def to_bytes(document: Value) -> bytes:
    """Return the bytes of a document's file."""

    def write(*, ascii_only: bool) -> bytes:
        text = json.dumps(document, indent=_INDENT, sort_keys=True, ensure_ascii=ascii_only)
        return f"{text}\n".encode()

    try:
        return write(ascii_only=False)
    except UnicodeEncodeError:  # A half of a surrogate pair, which JSON can carry.
        return write(ascii_only=True)


def _arrange(message: Message, tree: Tree) -> Tree:
    """Drop the fields that are unset, and sort the lists whose order has no meaning."""
    out: Tree = {}
    for name, value in tree.items():
        field = message.fields.get(name)
        if field is None:
            out |= {} if value is None else {name: value}
            continue
        arranged = _arrange_field(field, value)
        if not is_absent(field, value) or _says_something(field, arranged):
            out[name] = arranged
    return out


def _arrange_field(field: Field, value: Value) -> Value:
    kind = field.type
    if isinstance(kind, Message):
        value = map_items(
            field, value, lambda item: _arrange(kind, item) if isinstance(item, dict) else item
        )
    if field.unordered and isinstance(value, list):
        return sorted(value, key=_make_sort_key)
    return value


def _says_something(field: Field, arranged: Value) -> bool:
    """Return whether a value that means absent belongs into a backup all the same.

    A message may contain fields of a newer API, and a `false` chooses the member of a oneof.
    """
    if field.type is Scalar.BOOL:
        return bool(field.oneof) and arranged is False
    return isinstance(field.type, Message) and field.shape == "one" and bool(arranged)


def _make_sort_key(item: Any) -> str:  # noqa: ANN401 (a JSON value)
    return json.dumps(item, sort_keys=True)
