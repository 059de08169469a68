"""Suggestions for field names that do not exist. Pure."""

from __future__ import annotations

import re
from difflib import get_close_matches

from pulumi_c1policy._model.schema import Message

_VENDOR_SPELLINGS = {
    "users_approval": "users",
    "user": "users",
    "app_owner": "app_owners",
    "group_approval": "group",
    "app_group": "group",
    "entitlement_owner": "entitlement_owners",
    "resource_owner": "resource_owners",
    "multi_step_provision": "multi_step",
    "policy_post_actions": "post_actions",
    "steps_key": "step_key",
    "approve": "approval",
    "provisioning": "provision",
}
"""Spellings of the vendor's documentation, product and Terraform provider, by field."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def guess_field(message: Message, name: object) -> str:
    """Guess the field of a message from a wrong name; return "" if none is similar."""
    known = _list_known_fields(message)
    snake = _to_snake(str(name))
    for candidate in (snake, _VENDOR_SPELLINGS.get(snake), _index_by_type(message).get(snake)):
        if candidate in known:
            return candidate
    return next(iter(get_close_matches(snake, known, n=1, cutoff=0.6)), "")


def suggest_field(message: Message, name: object) -> str:
    """Return a hint for a wrong field name: "did you mean `step_key`?", or the existing fields."""
    known = _list_known_fields(message)
    if not known:
        return "this message has no fields; write {}"
    if field := guess_field(message, name):
        return f"did you mean `{field}`?"
    return "these fields exist: " + ", ".join(f"`{field}`" for field in known)


def _list_known_fields(message: Message) -> list[str]:
    fields = message.fields.values()
    return [f.name for f in fields if not (f.output_only or f.deprecated or f.refused_by)]


def _index_by_type(message: Message) -> dict[str, str]:
    """Index the members of oneofs by the name of their message: `manager_approval` -> `manager`.

    The vendor's Terraform provider uses these names.
    """
    return {
        _to_snake(field.type.name.rpartition(".")[2]): field.name
        for field in message.fields.values()
        if field.oneof and isinstance(field.type, Message)
    }


def _to_snake(name: str) -> str:
    return _HUMP.sub("_", name).lower().replace("-", "_")
