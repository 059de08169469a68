"""Keep the program's spelling of what the tenant answered. Pure."""

from __future__ import annotations

from pulumi_c1policy._lifecycle.planning.align import align_items
from pulumi_c1policy._model.normalize import are_equal, are_same, canonicalize, canonicalize_field
from pulumi_c1policy._model.schema import Field, Message
from pulumi_c1policy._model.tree import Tree, Value


def respell(message: Message, written: Tree, answer: Tree) -> Tree:
    """Spell an answer as the program wrote it, wherever both are semantically equal.

    Args:
        message: The message of both.
        written: What the program wrote.
        answer: The tenant's answer (pruned).

    Returns:
        A tree that is semantically equal to `answer` and contains all of it.
    """
    if are_equal(written, answer):
        return written
    meaning = canonicalize(message, written) if written.keys() - answer.keys() else {}
    out: Tree = {}
    for name, value in written.items():
        field = message.fields.get(name)
        if field is None or (field.alias_of and value != answer.get(field.alias_of)):
            continue
        if field.alias_of or (name not in answer and name not in meaning):
            if not (field.kept_if and answer.get(field.kept_if)):
                out[name] = value
        elif name in answer:
            out[name] = _respell_field(field, value, answer[name])
    spelled = out.keys() | {message.fields[name].alias_of for name in out}
    return out | {name: value for name, value in answer.items() if name not in spelled}


def _respell_field(field: Field, written: Value, answer: Value) -> Value:
    kind = field.type
    if field.shape == "list" and isinstance(written, list) and isinstance(answer, list):
        if field.unordered:
            return _respell_set(field, written, answer)
        partner = align_items(field, answer, written)
        return [
            _respell_item(field, written[partner[i]], item) if i in partner else item
            for i, item in enumerate(answer)
        ]
    if field.shape == "map" and isinstance(written, dict) and isinstance(answer, dict):
        # If keys merge, the program writes an empty value for no value.
        empty = {key: value for key, value in written.items() if field.merge and not value}
        return empty | {
            key: _respell_item(field, written[key], value) if key in written else value
            for key, value in answer.items()
        }
    if isinstance(kind, Message) and isinstance(written, dict) and isinstance(answer, dict):
        return respell(kind, written, answer)
    return written if are_same(field, written, answer) else answer


def _respell_item(field: Field, written: Value, answer: Value) -> Value:
    kind = field.type
    if isinstance(kind, Message) and isinstance(written, dict) and isinstance(answer, dict):
        return respell(kind, written, answer)
    return written if are_same_items(field, written, answer) else answer


def _respell_set(field: Field, written: list[Value], answer: list[Value]) -> list[Value]:
    if are_same(field, written, answer):
        return written
    same_items = [
        item for item in written if any(are_same_items(field, item, other) for other in answer)
    ]
    new = [
        item
        for item in answer
        if not any(are_same_items(field, item, other) for other in same_items)
    ]
    return same_items + new


def are_same_items(field: Field, one: Value, other: Value) -> bool:
    """Return whether two items of a list or map field are semantically equal."""
    if isinstance(field.type, Message):
        if not (isinstance(one, dict) and isinstance(other, dict)):
            return are_equal(one, other)
        return are_equal(canonicalize(field.type, one), canonicalize(field.type, other))
    return are_equal(canonicalize_field(field, [one]), canonicalize_field(field, [other]))
