"""Bringing two versions of a policy together without losing what either side said. Pure.

`respell` keeps the program's spelling where it means what the tenant answered; `merge` is the three-way
merge; `strip` and `prune` reduce a tree to what a program may write, and to what means anything.
"""

from __future__ import annotations

from typing import Literal

from pulumi_c1policy._lifecycle.planning.align import aligned
from pulumi_c1policy._lifecycle.planning.normalize import (
    ABSENT,
    canonical,
    canonical_field,
    equal,
    is_absent,
    same,
)
from pulumi_c1policy._model.schema import Field, Message
from pulumi_c1policy._model.tree import Tree, Value

Side = Literal["ours", "theirs"]


def prune(message: Message, tree: Tree) -> Tree:
    """`tree` without the zeros that mean absent; unknown and output-only fields stay.

    A deprecated alias moves to its preferred name. This makes an answer look the same whichever way
    the tenant spells what is unset.
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
            kept = _on_messages(field, value, prune)
            if field.output_only:
                out |= {name: value} if value else {}
            elif not is_absent(field, value) or _deep_unknown(field, kept):
                out[name] = kept
    return out


def strip(message: Message, tree: Tree) -> Tree:
    """`tree` without what a program cannot write: output-only fields and those of a newer API."""
    return {
        name: _on_messages(field, value, strip)
        for name, value in tree.items()
        if (field := message.fields.get(name)) is not None and not field.output_only
    }


def _on_messages(field: Field, value: Value, function: Value) -> Value:
    """`function(message, tree)` applied to each message that `value` consists of."""
    kind = field.type
    if not isinstance(kind, Message):
        return value
    if field.shape == "list" and isinstance(value, list):
        return [function(kind, item) if isinstance(item, dict) else item for item in value]
    if field.shape == "map" and isinstance(value, dict):
        return {
            key: function(kind, item) if isinstance(item, dict) else item
            for key, item in value.items()
        }
    return function(kind, value) if isinstance(value, dict) else value


def _deep_unknown(field: Field, pruned: Value) -> bool:
    """Whether something is left in a message that means nothing to this version of the model."""
    return isinstance(field.type, Message) and field.shape == "one" and bool(pruned)


def respell(message: Message, written: Tree, answer: Tree) -> Tree:
    """`answer`, spelled as `written` wherever both mean the same.

    Args:
        message: What both are.
        written: What the program wrote.
        answer: What the tenant answered, pruned.

    Returns:
        A tree that means what `answer` means and holds all that it holds.
    """
    if equal(written, answer):
        return written
    meaning = canonical(message, written) if written.keys() - answer.keys() else {}
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
        partner = aligned(field, answer, written)
        return [
            _respell_item(field, written[partner[i]], item) if i in partner else item
            for i, item in enumerate(answer)
        ]
    if field.shape == "map" and isinstance(written, dict) and isinstance(answer, dict):
        # Where keys merge, an empty value is written to have none.
        none = {key: value for key, value in written.items() if field.merge and not value}
        return none | {
            key: _respell_item(field, written[key], value) if key in written else value
            for key, value in answer.items()
        }
    if isinstance(kind, Message) and isinstance(written, dict) and isinstance(answer, dict):
        return respell(kind, written, answer)
    return written if same(field, written, answer) else answer


def _respell_item(field: Field, written: Value, answer: Value) -> Value:
    kind = field.type
    if isinstance(kind, Message) and isinstance(written, dict) and isinstance(answer, dict):
        return respell(kind, written, answer)
    return written if same_item(field, written, answer) else answer


def _respell_set(field: Field, written: list[Value], answer: list[Value]) -> list[Value]:
    if same(field, written, answer):
        return written
    kept = [item for item in written if any(same_item(field, item, other) for other in answer)]
    new = [item for item in answer if not any(same_item(field, item, other) for other in kept)]
    return kept + new


def same_item(field: Field, one: Value, other: Value) -> bool:
    """Whether two items of a list or map field are semantically equal."""
    if isinstance(field.type, Message):
        if not (isinstance(one, dict) and isinstance(other, dict)):
            return equal(one, other)
        return equal(canonical(field.type, one), canonical(field.type, other))
    return equal(canonical_field(field, [one]), canonical_field(field, [other]))


def merge(message: Message, *, base: Tree, theirs: Tree, ours: Tree, prefer: Side) -> Tree:
    """The three-way merge: what changed from `base` on either side, in one tree.

    Fields that the model does not know are taken from `theirs`. A list is merged item by item, as
    far as the items of all three sides can be told to belong together.

    Args:
        message: What all three are.
        base: The common ancestor.
        theirs: The tenant's version, pruned.
        ours: The program's version.
        prefer: The side that wins where both changed the same thing.
    """
    base, theirs, ours = (_preferred(message, tree) for tree in (base, theirs, ours))
    meant = [canonical(message, tree) for tree in (base, theirs, ours)]
    out: Tree = {}
    for name in [*ours, *(name for name in theirs if name not in ours)]:
        field = message.fields.get(name)
        if field is None:
            if name in theirs and not _ousted(message, theirs[name], *meant[1:]):
                out[name] = theirs[name]
            continue
        if _both_messages(field, theirs.get(name), ours.get(name)):
            # Even where nothing in them means anything to us, there may be fields of a newer API.
            merged = _merge_field(field, base.get(name, ABSENT), theirs[name], ours[name], prefer)
            out[name] = merged
            continue
        has_base, has_theirs, has_ours = (name in tree for tree in meant)
        if not (has_base or has_theirs or has_ours):
            if name in theirs:
                out[name] = theirs[name]
            elif name in ours and not (field.kept_if and meant[1].get(field.kept_if)):
                out[name] = ours[name]
            continue
        merged = _merge_field(
            field,
            base.get(name) if has_base else ABSENT,
            theirs.get(name) if has_theirs else ABSENT,
            ours.get(name) if has_ours else ABSENT,
            prefer,
        )
        if merged is not ABSENT:
            out[name] = merged
    return _one_of_each(message, out, *(meant[1:] if prefer == "theirs" else meant[:0:-1]))


def _one_of_each(message: Message, merged: Tree, winner: Tree, loser: Tree) -> Tree:
    """`merged` with one member of each oneof, where both sides have set another."""
    lost: set[str] = set()
    for members in message.oneofs.values():
        rivals = {name for name in members if name in merged and name in winner | loser}
        if len(rivals) > 1:
            lost |= rivals - winner.keys()
    return {name: value for name, value in merged.items() if name not in lost}


def _preferred(message: Message, tree: Tree) -> Tree:
    """`tree` with deprecated aliases under their preferred name."""
    aliases = {f.name: f.alias_of for f in message.fields.values() if f.alias_of}
    if not aliases.keys() & tree.keys():
        return tree
    moved = {aliases[name]: value for name, value in tree.items() if name in aliases and value}
    return moved | {n: v for n, v in tree.items() if n not in aliases and (v or n not in moved)}


def _ousted(message: Message, unknown: Value, theirs: Tree, ours: Tree) -> bool:
    """Whether our member of a oneof takes the place of one that only a newer API knows.

    Nobody can tell for sure; a message where no known member is set is most likely one.
    """
    groups = [set(message.oneofs[group]) for group in message.required_oneofs]
    return isinstance(unknown, dict) and any(
        not theirs.keys() & group and ours.keys() & group for group in groups
    )


def _both_messages(field: Field, theirs: Value, ours: Value) -> bool:
    one = field.shape == "one" and isinstance(field.type, Message)
    return one and isinstance(theirs, dict) and isinstance(ours, dict)


def _merge_field(field: Field, base: Value, theirs: Value, ours: Value, prefer: Side) -> Value:
    if ABSENT in (theirs, ours):
        return _choose(field, base, theirs, ours, prefer)
    if field.shape == "map" and not field.merge:
        return _merge_map(field, {} if base is ABSENT else base, theirs, ours, prefer)
    if field.shape == "list" and not field.unordered:
        return _merge_list(field, [] if base is ABSENT else base, theirs, ours, prefer)
    if field.shape == "one" and isinstance(field.type, Message):
        return merge(
            field.type,
            base=base if isinstance(base, dict) else {},
            theirs=theirs,
            ours=ours,
            prefer=prefer,
        )
    chosen = _choose(field, base, theirs, ours, prefer)
    if isinstance(field.type, Message) and isinstance(chosen, list):
        return [_with_unknown(field.type, item, theirs) for item in chosen]
    return chosen


def _with_unknown(message: Message, item: Tree, theirs: list[Tree]) -> Tree:
    """An item of a set, with what only the tenant knows of it."""
    meant = canonical(message, item)
    known = next((their for their in theirs if canonical(message, their) == meant), item)
    return merge(message, base=item, theirs=known, ours=item, prefer="ours")


def _choose(field: Field, base: Value, theirs: Value, ours: Value, prefer: Side) -> Value:
    """One whole value: the side that changed it, or the preferred one where both did."""
    if _equal(field, base, theirs):
        return ours
    if _equal(field, base, ours):
        return theirs
    return ours if prefer == "ours" or _equal(field, theirs, ours) else theirs


def _equal(field: Field, one: Value, other: Value) -> bool:
    if one is ABSENT or other is ABSENT:
        return one is other
    return same(field, one, other)


def _merge_map(field: Field, base: Value, theirs: Value, ours: Value, prefer: Side) -> Value:
    out = {}
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        before, after, own = (side.get(key, ABSENT) for side in (base, theirs, ours))
        merged = _merge_item(field, before, after, own, prefer)
        if merged is not ABSENT:
            out[key] = merged
    return out


def _merge_item(field: Field, base: Value, theirs: Value, ours: Value, prefer: Side) -> Value:
    kind = field.type
    if isinstance(kind, Message) and isinstance(theirs, dict) and isinstance(ours, dict):
        ancestor = base if isinstance(base, dict) else {}
        return merge(kind, base=ancestor, theirs=theirs, ours=ours, prefer=prefer)
    unchanged = base is theirs or (ABSENT not in (base, theirs) and same_item(field, base, theirs))
    if unchanged:
        return ours
    if base is ours or (ABSENT not in (base, ours) and same_item(field, base, ours)):
        return theirs
    return ours if prefer == "ours" else theirs


def _merge_list(field: Field, base: Value, theirs: Value, ours: Value, prefer: Side) -> Value:
    of_theirs, of_ours = aligned(field, theirs, base), aligned(field, ours, base)
    in_place = {index: index for index in range(len(base))}
    moved_theirs = of_theirs != in_place or len(theirs) != len(base)
    moved_ours = of_ours != in_place or len(ours) != len(base)
    follow_ours = not moved_theirs or (moved_ours and prefer == "ours")
    shape, of_shape = (ours, of_ours) if follow_ours else (theirs, of_theirs)
    in_theirs = {j: i for i, j in of_theirs.items()}
    in_ours = {j: i for i, j in of_ours.items()}
    out = list(shape)
    for index, old in of_shape.items():
        if old in in_theirs and old in in_ours:
            sides = base[old], theirs[in_theirs[old]], ours[in_ours[old]]
            out[index] = _merge_item(field, *sides, prefer)
    return out
