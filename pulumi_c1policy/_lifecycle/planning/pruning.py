"""Reductions of a tree to what has a meaning, or to what a program may write. Pure."""

from __future__ import annotations

from collections.abc import Callable

from pulumi_c1policy._model.field_values import map_items
from pulumi_c1policy._model.normalize import is_absent
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Field, Message
from pulumi_c1policy._model.tree import Tree, Value


def prune(message: Message, tree: Tree) -> Tree:
    """Drop the zeros that mean absent, so that every spelling of an unset field looks the same.

    Fields that the model does not know, and output-only fields, stay. A deprecated alias moves to
    its preferred name.
    """
    out: Tree = {}
    for name, value in tree.items():
        field = message.fields.get(name)
        if field is None:
            out[name] = value
        elif field.alias_of:
            if not is_absent(field, value) and not tree.get(field.alias_of):
                out[field.alias_of] = value
        else:
            pruned = _map_messages(field, value, prune)
            if field.output_only:
                out |= {name: value} if value else {}
            elif not is_absent(field, value) or _has_unknown_fields(field, pruned):
                out[name] = pruned
    return out


def prune_inputs(tree: Tree) -> Tree:
    """Return a pruned policy without output-only fields, which a tenant or a state adds."""
    return {
        name: value
        for name, value in prune(POLICY, tree).items()
        if name not in POLICY.fields or not POLICY.fields[name].output_only
    }


def strip(message: Message, tree: Tree) -> Tree:
    """Drop what a program cannot write: output-only fields, and fields of a newer API."""
    return {
        name: _map_messages(field, value, strip)
        for name, value in tree.items()
        if (field := message.fields.get(name)) is not None and not field.output_only
    }


def _map_messages(field: Field, value: Value, function: Callable[[Message, Tree], Tree]) -> Value:
    """Apply `function` to each message in the value of a field."""
    kind = field.type
    if not isinstance(kind, Message):
        return value
    return map_items(
        field, value, lambda item: function(kind, item) if isinstance(item, dict) else item
    )


def _has_unknown_fields(field: Field, pruned: Value) -> bool:
    """Return whether a message that means absent still contains fields of a newer API."""
    return isinstance(field.type, Message) and field.shape == "one" and bool(pruned)
