"""The smallest possible changes of a policy: of one leaf, one item or one kind.

An edit refers to a stored policy (decoded, so without zeros), and has the path of its expected
change.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from pulumi_c1policy._lifecycle.checks import rejected_steps
from pulumi_c1policy._lifecycle.planning.diff import Change
from pulumi_c1policy._model.paths import Key, Path, format_path
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Field, Message, Scalar
from pulumi_c1policy._model.tree import Tree
from tests.support.strategies import make_meaningful, make_minimal, make_sample, make_whole_sample

REMOVED: Final = object()

AMONG_EQUALS: Final = ", among equals"
"""The end of the kind of an edit that moves equal items, so that their positions are ambiguous."""


class Edit(NamedTuple):
    """One change: the path of the expected report, and the places that it sets or removes."""

    kind: str
    path: Path
    places: tuple[tuple[Path, Any], ...]

    def __repr__(self) -> str:
        return f"<{self.kind} at {format_path(self.path)}>"

    @property
    def field(self) -> Field:
        """The top-level field of the policy that contains the edit."""
        return POLICY.fields[str(self.path[0])]


def apply(tree: Tree, edit: Edit) -> Tree:
    """Return a copy of `tree` with the edit."""
    out = copy.deepcopy(tree)
    for path, value in edit.places:
        *above, last = path
        holder: Any = out
        for part in above:
            holder = holder[part]
        if value is REMOVED:
            del holder[last]
        elif isinstance(holder, list) and last == len(holder):
            holder.append(copy.deepcopy(value))
        else:
            holder[last] = copy.deepcopy(value)
    return out


def changes_match_edit(changes: list[Change], edit: Edit) -> bool:
    """Return whether `changes` are exactly the effect of `edit`.

    A new message is reported as one addition at its own path, so a change may be above the edit if
    it adds or deletes a whole message.
    """
    if not changes:
        return False
    if all(change.path[: len(edit.path)] == edit.path for change in changes):
        return True
    (first, *more) = changes
    return not more and first.kind != "update" and edit.path[: len(first.path)] == first.path


def list_edits(message: Message, tree: Tree, path: Path = ()) -> Iterator[Edit]:
    """Yield every edit of `tree` that a tenant or a program can make."""
    for group, members in message.oneofs.items():
        yield from _list_oneof_edits(message, group, members, tree, path)
    flags = {f.kept_if for f in message.fields.values() if f.kept_if}
    for name, field in message.fields.items():
        if field.oneof or field.output_only or field.ignored or field.alias_of:
            continue
        if field.kept_if and not tree.get(field.kept_if):
            continue
        if name in flags and tree.get(name):
            dropped = [n for n, f in message.fields.items() if f.kept_if == name and n in tree]
            removed = tuple(((*path, gone), REMOVED) for gone in (name, *dropped))
            yield Edit("turned off, with its dependent fields", path or (name,), removed)
        elif name in tree:
            yield from _list_value_edits(field, tree[name], (*path, name))
        else:
            yield Edit("set", (*path, name), (((*path, name), make_whole_sample(field)),))


def _list_oneof_edits(
    message: Message, group: str, members: tuple[str, ...], tree: Tree, path: Path
) -> Iterator[Edit]:
    set_member = next((name for name in members if name in tree), None)
    if set_member is None:
        field = message.fields[members[0]]
        yield Edit("member set", (*path, field.name), (((*path, field.name), make_sample(field)),))
        return
    here = (*path, set_member)
    for other in [name for name in members if name != set_member][-2:]:
        kind = message.fields[other].type
        value = (
            make_minimal(kind) if isinstance(kind, Message) else make_sample(message.fields[other])
        )
        yield Edit("kind changed", path, ((here, REMOVED), ((*path, other), value)))
    switch = message.fields[set_member].type is Scalar.BOOL
    if group not in message.required_oneofs or (switch and len(members) == 1):
        yield Edit("member removed", here, ((here, REMOVED),))
    yield from _list_leaf_edits(message.fields[set_member], tree[set_member], here)


def _list_value_edits(field: Field, value: Any, path: Path) -> Iterator[Edit]:
    if not field.required and _remove_tags(value) != {}:
        yield Edit("removed", path, ((path, REMOVED),))
    if field.shape == "list":
        yield from _list_item_edits(field, value, path)
    elif field.shape == "map":
        yield Edit(
            "key added", (*path, Key("a_New.Key")), (((*path, "a_New.Key"), _make_item(field)),)
        )
        for key, item in value.items():
            yield Edit("key removed", (*path, Key(key)), (((*path, key), REMOVED),))
            yield from _list_leaf_edits(field, item, (*path, Key(key)))
    else:
        yield from _list_leaf_edits(field, value, path)


def _list_item_edits(field: Field, value: list[Any], path: Path) -> Iterator[Edit]:
    if field.unordered:
        yield Edit("item added", path, ((path, [*value, make_new_item(field, value)]),))
        if len(value) > 1:
            yield Edit("item removed", path, ((path, value[1:]),))
        return
    new, known = _make_item(field), [_remove_tags(item) for item in value]
    among = AMONG_EQUALS if new in known else ""
    yield Edit(f"item added{among}", (*path, len(value)), (((*path, len(value)), new),))
    yield Edit(f"item put first{among}", path, ((path, [new, *value]),))
    if len(value) > 1:
        among = AMONG_EQUALS if known[0] in known[1:] else ""
        yield Edit(f"first item removed{among}", path, ((path, value[1:]),))
        yield Edit(
            "last item removed", (*path, len(value) - 1), (((*path, len(value) - 1), REMOVED),)
        )
        if known[0] != known[1]:
            yield Edit("items swapped", path, ((path, [value[1], value[0], *value[2:]]),))
    for index, item in enumerate(value):
        yield from _list_leaf_edits(field, item, (*path, index))


def _list_leaf_edits(field: Field, value: Any, path: Path) -> Iterator[Edit]:
    if isinstance(field.type, Message):
        yield from list_edits(field.type, value, path)
    elif field.type is Scalar.STRUCT:
        yield Edit("data added", (*path, Key("new_Key")), (((*path, "new_Key"), "subject.id"),))
        for key, leaf in value.items():
            other = leaf == "subject.email" or "subject.email"
            yield Edit("data changed", (*path, Key(key)), (((*path, key), other),))
            yield Edit("data removed", (*path, Key(key)), (((*path, key), REMOVED),))
            if isinstance(leaf, bool):
                yield Edit("data retyped", (*path, Key(key)), (((*path, key), int(leaf)),))
    elif field.type is not Scalar.BOOL:
        yield Edit("changed", path, ((path, make_sample(field, other_than=value)),))


def _make_item(field: Field) -> Any:
    return make_meaningful(field.type) if isinstance(field.type, Message) else make_sample(field)


def make_new_item(field: Field, known: list[Any]) -> Any:
    """Return an item that is not in `known`."""
    item = _make_item(field)
    if isinstance(field.type, Message):
        name = next(iter(item))
        others = [tree.get(name) for tree in known]
        return item | {name: next(x for x in ("sample", "another", "third") if x not in others)}
    return next(
        x for x in (item, make_sample(field, item), *_FURTHER_SAMPLES[field.type]) if x not in known
    )


_FURTHER_SAMPLES: dict[object, tuple[str, ...]] = {
    Scalar.STRING: ("third", "fourth"),
    Scalar.INT64: ("9", "10"),
}


def _remove_tags(value: Any) -> Any:
    """Return a value without fields that the model does not know, tags included."""
    if isinstance(value, dict):
        return {key: _remove_tags(item) for key, item in value.items() if key != "newerField"}
    return [_remove_tags(item) for item in value] if isinstance(value, list) else value


def keeps_rejected_steps(tree: Tree, edit: Edit) -> bool:
    """Return whether both versions contain the same kinds of steps that tenants reject.

    Else one side keeps what the other does not write; `test_held_step_plans.py` tests that.
    """
    other = apply(tree, edit)
    before, after = (
        {rule for _, rule in rejected_steps.find_steps(each)} for each in (tree, other)
    )
    return before == after and "agent_user_id" not in edit.path


def is_minimal_mask(edit: Edit, mask: Iterable[str]) -> bool:
    """Return whether a mask has only the edit's field, or a baseline policy and the steps."""
    also = {"policySteps"} if edit.field.wire == "baselinePolicyId" else set()
    return set(mask) - also == {edit.field.wire}
