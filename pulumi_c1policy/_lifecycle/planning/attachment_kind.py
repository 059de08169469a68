"""The facts that are particular to attachments: the policies of an app or an entitlement. Pure.

A program decides about exactly the fields that it sets. The predecessor of a field is its value
before the program set it; the field gets that value back when the program drops it.
"""

from __future__ import annotations

from pulumi_c1policy._lifecycle.planning.object_kind import ObjectKind
from pulumi_c1policy._lifecycle.planning.prior import Prior
from pulumi_c1policy._model.attachment_fields import APP_POLICIES, ENTITLEMENT_POLICIES
from pulumi_c1policy._model.schema import Message
from pulumi_c1policy._model.tree import Tree, make_zero


def list_settable(message: Message) -> list[str]:
    """List the fields that an attachment may set: all but the ids of its object."""
    return [field.name for field in message.fields.values() if not field.immutable]


def list_set(message: Message, inputs: Tree) -> list[str]:
    """List the fields that these inputs set."""
    return [name for name in list_settable(message) if inputs.get(name) is not None]


def select_values(message: Message, live: Tree, names: list[str]) -> Tree:
    """Select fields of a live object; an absent one has its zero, which means inherited."""
    zeros = {name: make_zero(message.fields[name]) for name in names}
    return {name: zero if live.get(name) is None else live[name] for name, zero in zeros.items()}


def find_dropped(prior: Prior, desired: Tree) -> list[str]:
    """Find the fields that the prior inputs set and the desired ones do not."""
    message = prior.kind.message
    return [name for name in list_set(message, prior.inputs) if desired.get(name) is None]


def find_added(prior: Prior, desired: Tree) -> list[str]:
    """Find the fields that the desired inputs set and the prior ones do not."""
    message = prior.kind.message
    return [name for name in list_set(message, desired) if prior.inputs.get(name) is None]


def find_overwritten(prior: Prior, refreshed: Prior) -> Tree:
    """Find the values of the last write that others have changed since, by field."""
    written = prior.outputs | prior.overwritten
    return {
        name: written[name]
        for name in list_set(prior.kind.message, prior.inputs)
        if written.get(name) is not None and refreshed.outputs.get(name) != written[name]
    }


def _make_kind(message: Message, noun: str) -> ObjectKind:
    def select_managed(inputs: Tree, live: Tree) -> Tree:
        ids = {field.name: live.get(field.name) for field in message.required}
        return ids | select_values(message, live, list_set(message, inputs))

    return ObjectKind(
        message=message,
        select_managed=select_managed,
        noun=noun,
        identity={field.name: "the id of the object" for field in message.required},
        is_owned=False,
        defaults={},
    )


APP_POLICIES_KIND = _make_kind(APP_POLICIES, "the policies of the app")
"""The policies of an app, as the lifecycle sees them."""

ENTITLEMENT_POLICIES_KIND = _make_kind(ENTITLEMENT_POLICIES, "the policies of the entitlement")
"""The policies of an entitlement, as the lifecycle sees them."""
