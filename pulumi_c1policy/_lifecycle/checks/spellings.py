"""What a person meant who wrote a field name that does not exist. Pure."""

from __future__ import annotations

import re
from difflib import get_close_matches

from pulumi_c1policy._model.schema import Message

# Spellings of the vendor's documentation, product and Terraform provider that do not follow from
# the name of a message.
_VENDOR = {
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
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def meant(message: Message, name: object) -> str:
    """The field of `message` that was meant by `name`, or "" where nobody can tell."""
    known = _known(message)
    snake = _snake(str(name))
    for candidate in (snake, _VENDOR.get(snake), _by_type(message).get(snake)):
        if candidate in known:
            return candidate
    return next(iter(get_close_matches(snake, known, n=1, cutoff=0.6)), "")


def suggestion(message: Message, name: object) -> str:
    """What to write instead of `name` in `message`: `did you mean `step_key`?`, or the choices."""
    known = _known(message)
    if not known:
        return "nothing goes in here, write {}"
    if field := meant(message, name):
        return f"did you mean `{field}`?"
    return "these fields exist: " + ", ".join(f"`{field}`" for field in known)


def _known(message: Message) -> list[str]:
    fields = message.fields.values()
    return [f.name for f in fields if not (f.output_only or f.deprecated or f.refused_by)]


def _by_type(message: Message) -> dict[str, str]:
    """The fields by the name of their message: `manager_approval` -> `manager`.

    The vendor's provider names the members of a oneof so.
    """
    return {
        _snake(field.type.name.rpartition(".")[2]): field.name
        for field in message.fields.values()
        if field.oneof and isinstance(field.type, Message)
    }


def _snake(name: str) -> str:
    return _HUMP.sub("_", name).lower().replace("-", "_")
