"""Ignored places (`ignore_changes`): an update sends their live values. Pure.

A place is set to the live value as a whole, so that the tenant never gets a value that did not
exist. An index names an item only while the items keep their positions. If they moved, the place is
unclear, and the update is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from pulumi_c1policy._lifecycle.planning.align import align_items
from pulumi_c1policy._lifecycle.planning.respell import are_same_items
from pulumi_c1policy._model.normalize import ABSENT, are_equal, are_same
from pulumi_c1policy._model.paths import Key, Path
from pulumi_c1policy._model.schema import Field, Message, Scalar
from pulumi_c1policy._model.tree import Tree, Value


@dataclass(frozen=True, slots=True)
class Sides:
    """One value on three sides: the program's, the live one, and the prior one (`base`).

    Each may be `ABSENT`.
    """

    own: Value
    live: Value
    base: Value

    @property
    def is_new(self) -> bool:
        """True if only the program has the value, so that no live value is below it."""
        return self.live is self.base is ABSENT

    def at(self, part: str | int) -> Sides:
        """Return the parts at a name, a key or an index."""
        return Sides(*(_get_part(side, part) for side in (self.own, self.live, self.base)))


def _get_part(value: Value, part: str | int) -> Value:
    if isinstance(value, dict):
        return value.get(part, ABSENT)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return ABSENT


def substitute_live_values(
    message: Message,
    desired: Tree,
    live: Tree,
    base: Tree,
    patterns: Iterable[Path],
    fields: Collection[str],
) -> tuple[Tree, list[Path]]:
    """Replace the desired values at ignored places by the live ones.

    Args:
        message: The message of all three trees.
        desired: The desired tree.
        live: The live tree (pruned).
        base: The prior outputs.
        patterns: The ignored places; `"*"` matches any one part.
        fields: The fields that the update sends.

    Returns:
        The tree, and the places whose value is unclear.
    """
    walk, substituted = _Walk(), desired
    for pattern in sorted(patterns, key=len):
        for name in [name for name in fields if not pattern or pattern[0] in ("*", name)]:
            sides = Sides(substituted, live, base)
            substituted = walk.substitute_message(message, sides, (name, *pattern[1:]), ())
    return substituted, list(dict.fromkeys(walk.undecidable))


@dataclass
class _Walk:
    """A walk along patterns that collects the unclear places."""

    undecidable: list[Path] = field(default_factory=list)

    def substitute_message(self, message: Message, sides: Sides, pattern: Path, path: Path) -> Tree:
        """Hold the places of `pattern` (not empty) in a message."""
        head, rest = pattern[0], pattern[1:]
        out: Tree = dict(sides.own) if isinstance(sides.own, dict) else {}
        for name in _match_names(head, sides):
            kind = message.fields.get(name)
            if kind is None or kind.output_only:
                continue
            preferred = message.fields[kind.alias_of] if kind.alias_of else kind
            spellings = [f.name for f in message.fields.values() if f.alias_of == preferred.name]
            both = Sides(
                *(_get_spelled(side, preferred.name, spellings) for side in _list_sides(sides))
            )
            found = self._substitute_field(
                message, preferred, both, sides, rest, (*path, preferred.name)
            )
            if found is both.own:
                continue
            out = {key: value for key, value in out.items() if key not in spellings}
            out.pop(preferred.name, None)
            out |= {} if found is ABSENT else {preferred.name: found}
        return out

    def _substitute_field(
        self, message: Message, kind: Field, sides: Sides, around: Sides, rest: Path, path: Path
    ) -> Value:
        if rest:
            return self.substitute_below(kind, sides, rest, path)
        if _are_same(kind, sides.own, sides.live):
            return sides.own
        rivals = [name for name in message.oneofs.get(kind.oneof, ()) if name != kind.name]
        if any(
            _get_part(side, name) is not ABSENT
            for side in (around.own, around.live)
            for name in rivals
        ):
            # A member of a oneof cannot be substituted if the two sides have different members.
            self.undecidable.append(path)
            return sides.own
        return sides.live

    def substitute_below(self, kind: Field, sides: Sides, rest: Path, path: Path) -> Value:
        """Hold the places of `rest` (not empty) in the value of a field."""
        if kind.shape == "map":
            return self._substitute_in_map(kind, sides, rest, path)
        if sides.own is ABSENT or are_equal(sides.own, sides.live) or sides.is_new:
            return sides.own
        if sides.live is ABSENT:
            self.undecidable.append(path)
            return sides.own
        if kind.shape == "list":
            return self._substitute_in_list(kind, sides, rest, path)
        if isinstance(kind.type, Message) and isinstance(sides.own, dict):
            return self.substitute_message(kind.type, sides, rest, path)
        return (
            self._substitute_in_data(sides, rest, path) if kind.type is Scalar.STRUCT else sides.own
        )

    def _substitute_in_map(self, kind: Field, sides: Sides, rest: Path, path: Path) -> Value:
        own = sides.own if isinstance(sides.own, dict) else {}
        out = dict(own)
        for name in _match_names(rest[0], sides):
            here, item = (*path, Key(name)), sides.at(name)
            if len(rest) == 1:
                out.pop(name, None)
                # Keep the order of the program's keys.
                out |= {} if item.live is ABSENT else {name: item.live}
            elif item.own is not ABSENT:
                out[name] = self._substitute_item(kind, item, rest[1:], here)
        ordered = {key: out[key] for key in own if key in out} | out
        return ordered if ordered or sides.own is not ABSENT else ABSENT

    def _substitute_in_list(self, kind: Field, sides: Sides, rest: Path, path: Path) -> Value:
        if kind.unordered:
            # An index into a set names no item.
            if not _are_same(kind, sides.own, sides.live):
                self.undecidable.append(path)
            return sides.own
        lists = [side if isinstance(side, list) else [] for side in _list_sides(sides)]
        own, live, base = list(lists[0]), lists[1], lists[2]
        longest = max(len(own), len(live)) if len(rest) == 1 else len(own)
        indices = range(longest) if rest[0] == "*" else [rest[0]]
        settled = _find_settled(kind, own, live, base)
        for index in indices:
            if not isinstance(index, int) or index >= longest:
                continue
            item, here = sides.at(index), (*path, index)
            substituted = self._substitute_list_item(kind, item, rest[1:], here)
            if are_equal(substituted, item.own):
                continue
            if (
                substituted is ABSENT
                and index == len(own) - 1
                and settled.issuperset(range(len(live)))
            ):
                own.pop()
            elif substituted is ABSENT or index not in settled or index > len(own):
                self.undecidable.append(here)
            else:
                own[index : index + 1] = [substituted]
        return own

    def _substitute_list_item(self, kind: Field, sides: Sides, rest: Path, path: Path) -> Value:
        if rest:
            return self._substitute_item(kind, sides, rest, path)
        both = ABSENT not in (sides.own, sides.live)
        return sides.own if both and are_same_items(kind, sides.own, sides.live) else sides.live

    def _substitute_item(self, kind: Field, sides: Sides, rest: Path, path: Path) -> Value:
        if not isinstance(kind.type, Message) or not isinstance(sides.own, dict) or sides.is_new:
            return sides.own
        if not isinstance(sides.live, dict):
            self.undecidable.append(path)
            return sides.own
        return self.substitute_message(kind.type, sides, rest, path)

    def _substitute_in_data(self, sides: Sides, rest: Path, path: Path) -> Value:
        """Hold the places of `rest` in free-form JSON."""
        own, live = sides.own, sides.live
        if not rest:
            return live
        if isinstance(own, dict) and isinstance(live, dict):
            out = dict(own)
            for name in _match_names(rest[0], sides):
                found = self._substitute_in_data(sides.at(name), rest[1:], (*path, Key(name)))
                out.pop(name, None)
                out |= {} if found is ABSENT else {name: found}
            return out
        if isinstance(own, list) and isinstance(live, list) and len(own) == len(live):
            chosen = range(len(own)) if rest[0] == "*" else [rest[0]]
            return [
                self._substitute_in_data(sides.at(i), rest[1:], (*path, i)) if i in chosen else item
                for i, item in enumerate(own)
            ]
        if not are_equal(own, live):
            self.undecidable.append(path)
        return own


def _find_settled(
    kind: Field, own: list[Value], live: list[Value], base: list[Value]
) -> frozenset[int]:
    """Find the indices at which all sides have the same item, or only the live side has one."""
    of_live, of_own = align_items(kind, live, base), align_items(kind, own, base)
    return frozenset(
        index
        for index in range(len(live))
        if (of_live.get(index) == index and of_own.get(index) == index)
        or (index >= len(base) and index >= len(own) and of_live.get(index) is None)
    )


def _match_names(head: str | int, sides: Sides) -> list[str]:
    """List the names or keys that a part of a pattern matches."""
    if head != "*":
        return [str(head)]
    found = [side for side in (sides.own, sides.live) if isinstance(side, dict)]
    return list(dict.fromkeys(name for side in found for name in side))


def _list_sides(sides: Sides) -> tuple[Value, Value, Value]:
    return sides.own, sides.live, sides.base


def _get_spelled(side: Value, name: str, spellings: list[str]) -> Value:
    """Get a field's value under its own name or one of its deprecated spellings."""
    found: Iterator[Value] = (_get_part(side, each) for each in (name, *spellings))
    return next((value for value in found if value is not ABSENT and value is not None), ABSENT)


def _are_same(kind: Field, one: Value, other: Value) -> bool:
    if one is ABSENT or other is ABSENT:
        return one is other
    return are_same(kind, one, other)
