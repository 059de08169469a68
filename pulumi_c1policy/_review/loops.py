"""CEL's macros `exists` and `all` for the solver.

The solver does not know all items of a list, only some: one item for each loop that shows its
result, and those that conditions compare with items. For these the loop is evaluated. So every
request is a solution, and solutions that are no requests do not pass the simulator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

import z3

from pulumi_c1policy._cel.environment import load_environment
from pulumi_c1policy._cel.syntax_tree import Node
from pulumi_c1policy._review import list_operators, operators
from pulumi_c1policy._review.request_paths import Binding
from pulumi_c1policy._review.terms import Facts, Kind, Term, define_any, get_sort

if TYPE_CHECKING:
    from pulumi_c1policy._review.encoder import Encoder

_MAX_USUAL = 3


@dataclass(frozen=True, slots=True)
class Macro:
    """An expanded `exists` or `all`.

    Attributes:
        name: `exists` or `all`.
        over: The list.
        item: The name of the item.
        test: The condition on the item.
    """

    name: str
    over: Node
    item: str
    test: Node


@dataclass(slots=True)
class Item:
    """An item that a list may have.

    Attributes:
        binding: Its value.
        belongs: The condition that it belongs to the list.
    """

    binding: Binding
    belongs: Any


@dataclass(frozen=True, slots=True)
class _Loop:
    """A macro as `exists`; `all` is the opposite of `exists` with the opposite condition.

    Attributes:
        test: Returns the condition on an item.
        found: Whether an item fulfils it, if the evaluation succeeds.
        evaluated: Whether the evaluation succeeds.
    """

    test: Callable[[Binding], Term]
    found: Any
    evaluated: Any


@dataclass(slots=True)
class ListFacts:
    """The facts of a list that the solver knows.

    Attributes:
        over: The list of texts, or the JSON value; None for a list of messages.
        path: The path of a list of messages in the request; empty for others.
        items: The known items.
    """

    over: Term | None
    path: tuple[str, ...] = ()
    items: list[Item] = field(default_factory=list)
    _loops: list[_Loop] = field(default_factory=list)

    def add_text(self, value: Any) -> None:  # noqa: ANN401 (the solver has no types)
        """Add a text that a condition looks for in the list."""
        binding = Term("string", value, z3.BoolVal(True))
        if self.over is not None and self.over.kind == "any":
            binding = Term("any", define_any().text(value), z3.BoolVal(True))
        known = [each.binding for each in self.items if isinstance(each.binding, Term)]
        if not any(binding.value.eq(each.value) for each in known):
            self._add(binding)

    def add_loop(
        self, name: str, number: int, test: Callable[[Binding], Term]
    ) -> tuple[Term, list[Any]]:
        """Add a loop; return its result, and the conditions that every request fulfils.

        Args:
            name: `exists` or `all`.
            number: A number for the names of the solver.
            test: Returns the condition on an item.
        """
        is_exists = name == "exists"
        loop = _Loop(
            test if is_exists else lambda binding: _negate(test(binding)),
            z3.Bool(f"loop {number}"),
            z3.Bool(f"loop {number} exists"),
        )
        shown, failed = self._add(self._make_item()), self._add(self._make_item())
        result, failure = loop.test(shown.binding), loop.test(failed.binding)
        shows = z3.And(shown.belongs, result.exists, result.value)
        fails = z3.And(failed.belongs, z3.Not(failure.exists))
        conditions = [
            z3.Implies(z3.And(loop.evaluated, loop.found), shows),
            z3.Implies(z3.Not(loop.evaluated), fails),
        ]
        self._loops.append(loop)
        exists = z3.And(loop.evaluated, *self._list_requirements())
        return Term("bool", loop.found if is_exists else z3.Not(loop.found), exists), conditions

    def list_conditions(self) -> list[Any]:
        """List the conditions that the loops and the items have to fulfil together."""
        # A condition on an item may add another one.
        items = [*self.items]
        return [
            self._relate(loop, item.belongs, loop.test(item.binding))
            for loop in self._loops
            for item in items
        ]

    def list_usual(self) -> list[Any]:
        """List the conditions that the list of an example has known items only."""
        if self.over is None or not self._loops:
            return []
        bindings = [each.binding for each in self.items if isinstance(each.binding, Term)]
        sort = define_any()
        is_json = self.over.kind == "any"
        texts = [sort.get_text(each.value) if is_json else each.value for each in bindings]
        own = sort.get_texts(self.over.value) if is_json else self.over.value
        chosen = [each for size in range(_MAX_USUAL + 1) for each in combinations(texts, size)]
        return [z3.Or(*(own == _join_texts(each) for each in chosen))]

    def _make_item(self) -> Binding:
        number = str(len(self.items))
        if self.over is None:
            return (*self.path, number)
        kind: Kind = "any" if self.over.kind == "any" else "string"
        name = f"{self.over.value.sexpr()} item {number}"
        return Term(kind, z3.Const(name, get_sort(kind)), z3.BoolVal(True))

    def _add(self, binding: Binding) -> Item:
        if isinstance(binding, tuple):
            item = Item(binding, z3.Bool(f"{binding!r} exists"))
        else:
            assert self.over is not None  # noqa: S101 (only messages have paths)
            found = list_operators.contain(binding, self.over)
            assert found is not None  # noqa: S101 (a list contains texts and JSON values)
            item = Item(binding, z3.And(found.value, *self._list_requirements()))
        self.items.append(item)
        return item

    def _list_requirements(self) -> list[Any]:
        """List the conditions that a value is a list or an object."""
        if self.over is None:
            return []
        if self.over.kind != "any":
            return [self.over.exists]
        sort = define_any()
        value = self.over.value
        return [self.over.exists, z3.Or(sort.is_texts(value), sort.is_other(value))]

    def _relate(self, loop: _Loop, belongs: Any, result: Term) -> Any:  # noqa: ANN401 (Z3's own)
        shows = z3.And(result.exists, result.value)
        is_found = z3.And(loop.evaluated, loop.found)
        is_missing = z3.And(loop.evaluated, z3.Not(loop.found))
        refutes = z3.And(result.exists, z3.Not(result.value))
        both = z3.And(z3.Implies(shows, is_found), z3.Implies(is_missing, refutes))
        return z3.Implies(belongs, both)


def _negate(term: Term) -> Term:
    return Term("bool", z3.Not(term.value), term.exists)


def _join_texts(values: tuple[Any, ...]) -> Any:  # noqa: ANN401 (Z3's own)
    units = [z3.Unit(each) for each in values]
    if not units:
        return z3.Empty(get_sort("texts"))
    return units[0] if len(units) == 1 else z3.Concat(*units)


class BoundNameError(Exception):
    """A part that the solver does not understand depends on the item of a loop."""


def encode_loop(encoder: Encoder, node: Node) -> Term | None:
    """Return the result of a loop; None for one that is nested or no `exists` or `all`."""
    macro = read_macro(node)
    if macro is None or encoder.bound:
        return None
    try:
        return _unroll(encoder, macro) if macro.over.kind == "list" else _encode(encoder, macro)
    except BoundNameError:
        return None


def get_list(facts: Facts, items: Term) -> ListFacts:
    """Return the facts of a list of texts or a JSON value."""
    found: ListFacts = facts.lists.setdefault(items.value.sexpr(), ListFacts(items))
    return found


def _unroll(encoder: Encoder, macro: Macro) -> Term | None:
    """Encode a loop over items that are written in the condition."""
    name = "_||_" if macro.name == "exists" else "_&&_"
    result: Term | None = Term("bool", z3.BoolVal(macro.name == "all"), z3.BoolVal(True))
    for item in macro.over.parts:
        test = _test_item(encoder, macro, encoder.encode(item))
        result = result and operators.combine(name, [result, test])
    return result


def _test_item(encoder: Encoder, macro: Macro, binding: Binding) -> Term:
    encoder.bound[macro.item] = binding
    try:
        found = operators.to_bool(encoder.encode(macro.test))
    finally:
        del encoder.bound[macro.item]
    if found is None:
        raise BoundNameError
    return found


def _encode(encoder: Encoder, macro: Macro) -> Term | None:
    path = encoder.find_path(macro.over)
    item_type = macro.over.type.removeprefix("list(").removesuffix(")")
    if path is not None and item_type in load_environment().types:
        found: ListFacts = encoder.facts.lists.setdefault(repr(path), ListFacts(None, path))
    else:
        over = encoder.encode(macro.over)
        if over.kind not in ("texts", "any"):
            return None
        found = get_list(encoder.facts, over)
    encoder.facts.loop_count += 1
    result, conditions = found.add_loop(
        macro.name, encoder.facts.loop_count, lambda item: _test_item(encoder, macro, item)
    )
    encoder.facts.bounds += conditions
    return result


def read_macro(node: Node) -> Macro | None:
    """Return the macro that a loop was expanded from; None for another loop."""
    over, start, condition, step, result = node.parts
    names = {True: ("all", "_&&_"), False: ("exists", "_||_")}
    if not isinstance(start.value, bool) or len(node.bound) != 2:
        return None
    name, operator = names[start.value]
    item, collected = node.bound
    is_plain = result.kind == "name" and result.name == collected
    is_plain = is_plain and condition.name == "@not_strictly_false"
    if not is_plain or step.name != operator or len(step.parts) != 2:
        return None
    before, test = step.parts
    if before.name != collected or any(each.name == collected for each in test.walk()):
        return None
    return Macro(name, over, item, test)
