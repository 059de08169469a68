"""The three-way merge of a tree, without the loss of either side's changes. Pure."""

from __future__ import annotations

from typing import Literal

from pulumi_c1policy._lifecycle.planning.align import align_items
from pulumi_c1policy._lifecycle.planning.respell import are_same_items
from pulumi_c1policy._model.normalize import ABSENT, are_same, canonicalize
from pulumi_c1policy._model.schema import Field, Message
from pulumi_c1policy._model.tree import Tree, Value

Side = Literal["ours", "theirs"]


def merge(message: Message, *, base: Tree, theirs: Tree, ours: Tree, prefer: Side) -> Tree:
    """Merge two versions of a tree: both sides' changes from `base`.

    Fields that the model does not know come from `theirs`. Lists are merged item by item, as far as
    the items of the three sides can be paired.

    Args:
        message: The message of all three.
        base: The common ancestor.
        theirs: The tenant's version (pruned).
        ours: The program's version.
        prefer: The side that wins if both changed the same value.
    """
    base, theirs, ours = (_rename_aliases(message, tree) for tree in (base, theirs, ours))
    reduced = [canonicalize(message, tree) for tree in (base, theirs, ours)]
    out: Tree = {}
    for name in [*ours, *(name for name in theirs if name not in ours)]:
        field = message.fields.get(name)
        if field is None:
            if name in theirs and not _is_replaced(message, theirs[name], *reduced[1:]):
                out[name] = theirs[name]
            continue
        if _are_messages(field, theirs.get(name), ours.get(name)):
            # Even an empty canonical form may contain fields of a newer API.
            merged = _merge_field(field, base.get(name, ABSENT), theirs[name], ours[name], prefer)
            out[name] = merged
            continue
        has_base, has_theirs, has_ours = (name in tree for tree in reduced)
        if not (has_base or has_theirs or has_ours):
            if name in theirs:
                out[name] = theirs[name]
            elif name in ours and not (field.kept_if and reduced[1].get(field.kept_if)):
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
    winner, loser = reduced[1:] if prefer == "theirs" else reduced[:0:-1]
    return _drop_rivals(message, out, winner, loser)


def _drop_rivals(message: Message, merged: Tree, winner: Tree, loser: Tree) -> Tree:
    """Keep one member of each oneof of which the two sides set different members."""
    lost: set[str] = set()
    for members in message.oneofs.values():
        rivals = {name for name in members if name in merged and name in winner | loser}
        if len(rivals) > 1:
            lost |= rivals - winner.keys()
    return {name: value for name, value in merged.items() if name not in lost}


def _rename_aliases(message: Message, tree: Tree) -> Tree:
    """Rename deprecated aliases to their preferred names."""
    aliases = {f.name: f.alias_of for f in message.fields.values() if f.alias_of}
    if not aliases.keys() & tree.keys():
        return tree
    moved = {aliases[name]: value for name, value in tree.items() if name in aliases and value}
    return moved | {n: v for n, v in tree.items() if n not in aliases and (v or n not in moved)}


def _is_replaced(message: Message, unknown: Value, theirs: Tree, ours: Tree) -> bool:
    """Guess whether our member of a oneof replaces an unknown field, a member of a newer API.

    An unknown message counts as a member if the tenant sets no known member.
    """
    groups = [set(message.oneofs[group]) for group in message.required_oneofs]
    return isinstance(unknown, dict) and any(
        not theirs.keys() & group and ours.keys() & group for group in groups
    )


def _are_messages(field: Field, theirs: Value, ours: Value) -> bool:
    one = field.shape == "one" and isinstance(field.type, Message)
    return one and isinstance(theirs, dict) and isinstance(ours, dict)


def _merge_field(field: Field, base: Value, theirs: Value, ours: Value, prefer: Side) -> Value:
    if ABSENT in (theirs, ours):
        return _choose(field, base, theirs, ours, prefer)
    if isinstance(theirs, dict) and isinstance(ours, dict):
        ancestor = base if isinstance(base, dict) else {}
        if field.shape == "map" and not field.merge:
            return _merge_map(field, ancestor, theirs, ours, prefer)
        if field.shape == "one" and isinstance(field.type, Message):
            return merge(field.type, base=ancestor, theirs=theirs, ours=ours, prefer=prefer)
    if isinstance(theirs, list) and isinstance(ours, list):
        if field.shape == "list" and not field.unordered:
            items = base if isinstance(base, list) else []
            return _merge_list(field, items, theirs, ours, prefer)
        chosen = _choose(field, base, theirs, ours, prefer)
        if isinstance(field.type, Message) and isinstance(chosen, list):
            return [_add_unknown_fields(field.type, item, theirs) for item in chosen]
        return chosen
    return _choose(field, base, theirs, ours, prefer)


def _add_unknown_fields(message: Message, item: Tree, theirs: list[Tree]) -> Tree:
    """Add to an item of a set the fields that only the tenant knows."""
    reduced = canonicalize(message, item)
    known = next((their for their in theirs if canonicalize(message, their) == reduced), item)
    return merge(message, base=item, theirs=known, ours=item, prefer="ours")


def _choose(field: Field, base: Value, theirs: Value, ours: Value, prefer: Side) -> Value:
    """Choose a whole value: of the side that changed it, or of the preferred one if both did."""
    if _is_same(field, base, theirs):
        return ours
    if _is_same(field, base, ours):
        return theirs
    return ours if prefer == "ours" or _is_same(field, theirs, ours) else theirs


def _is_same(field: Field, one: Value, other: Value) -> bool:
    if one is ABSENT or other is ABSENT:
        return one is other
    return are_same(field, one, other)


def _merge_map(field: Field, base: Tree, theirs: Tree, ours: Tree, prefer: Side) -> Tree:
    out: Tree = {}
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
    unchanged = base is theirs or (
        ABSENT not in (base, theirs) and are_same_items(field, base, theirs)
    )
    if unchanged:
        return ours
    if base is ours or (ABSENT not in (base, ours) and are_same_items(field, base, ours)):
        return theirs
    return ours if prefer == "ours" else theirs


def _merge_list(
    field: Field, base: list[Value], theirs: list[Value], ours: list[Value], prefer: Side
) -> list[Value]:
    of_theirs, of_ours = align_items(field, theirs, base), align_items(field, ours, base)
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
