"""Evaluation of an expression on partly known values.

`false && x` is false even if `x` is unknown. A result that depends on an unknown value is
`Undecided`, with the reason. An unknown field is not treated as empty. The library evaluates CEL's
own functions (see `primitives`); the tree is walked here, because the library has no unknown value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from pulumi_c1policy._cel import checker, compiler, primitives
from pulumi_c1policy._cel.cel_values import CelObject, EnumValue, Value, are_equal, parse_enum_value
from pulumi_c1policy._cel.cost import Meter, TooCostlyError
from pulumi_c1policy._cel.environment import Place, load_environment
from pulumi_c1policy._cel.name_uses import is_operator
from pulumi_c1policy._cel.syntax_tree import Node
from pulumi_c1policy._cel.undecided import Undecided

Functions: TypeAlias = Mapping[str, Callable[..., Value]]
"""Implementations of the vendor's functions, by name; the value before a dot comes first."""

_OVERLOADED = frozenset({"_==_", "_!=_", "@in", "_[_]", "size"})

# The accumulator of an expanded macro. It starts as a new list, and no expression can refer to it.
_COLLECTED_NAME = "@result"

_TOO_DEEP = "the expression is nested too deeply to be evaluated"


def evaluate(
    source: str, place: Place, variables: Mapping[str, Value], functions: Functions
) -> Value:
    """Evaluate an expression.

    Args:
        source: The expression.
        place: The place of the expression.
        variables: The values of the known variables.
        functions: The implementations of the vendor's functions.

    Returns:
        The value, or `Undecided` with the reason.

    Raises:
        CheckerUnavailableError: The library is not installed or does not work.
    """
    tree = _compile_accepted(source, place)
    return tree if isinstance(tree, Undecided) else evaluate_tree(tree, variables, functions)


def evaluate_tree(tree: Node, variables: Mapping[str, Value], functions: Functions) -> Value:
    """Evaluate a syntax tree, or a part of one without bound names; see `evaluate`."""
    try:
        return _Evaluation(variables, functions, Meter()).evaluate(tree, {})
    except TooCostlyError as error:
        return Undecided(f"the expression is too costly to evaluate: {error}")
    except RecursionError:
        return Undecided(_TOO_DEEP)


@lru_cache(maxsize=4096)
def _compile_accepted(source: str, place: Place) -> Node | Undecided:
    worst = checker.find_worst(checker.check(source, place))
    if worst is not None and worst.severity == "error":
        return Undecided(f"the tenant rejects the expression: {worst.message}")
    tree = compiler.compile_expression(source).tree
    return tree or Undecided(_TOO_DEEP)


@dataclass(frozen=True, slots=True)
class _Evaluation:
    variables: Mapping[str, Value]
    functions: Functions
    meter: Meter

    def evaluate(self, node: Node, bound: Mapping[str, Value]) -> Value:
        self.meter.spend()
        match node.kind:
            case "constant":
                # Python has no unsigned numbers: `1u - 2u` would be -1.
                is_unsigned = node.type == "uint"
                return Undecided("it has unsigned numbers") if is_unsigned else node.value
            case "name":
                return bound[node.name] if node.name in bound else self._evaluate_name(node.name)
            case "field":
                return self._evaluate_field(node, bound)
            case "call":
                return self._evaluate_call(node, bound)
            case "list":
                return self._evaluate_all(node.parts, bound)
            case "map":
                return self._evaluate_map(node, bound)
            case "loop":
                return self._evaluate_loop(node, bound)

    def _evaluate_all(self, nodes: list[Node], bound: Mapping[str, Value]) -> Value:
        """Evaluate all nodes; return their values, or the first `Undecided`."""
        values = []
        for node in nodes:
            value = self.evaluate(node, bound)
            if isinstance(value, Undecided):
                return value
            values.append(value)
        return values

    def _evaluate_name(self, name: str) -> Value:
        constant = load_environment().constants.get(name)
        if constant is None and name in load_environment().variables:
            return self.variables.get(name, Undecided(f"`{name}` is not given"))
        if constant is None:
            return Undecided(f"`{name}` cannot be evaluated offline")
        # The values of an enum of strings are not documented, so its names are used as values.
        return name if constant.type == "string" else parse_enum_value(constant.enum, name)

    def _evaluate_field(self, node: Node, bound: Mapping[str, Value]) -> Value:
        assert node.target is not None  # noqa: S101 (a field is always of something)
        owner = self.evaluate(node.target, bound)
        if isinstance(owner, Undecided):
            return owner
        if isinstance(owner, CelObject):
            value = owner.get(node.name)
            if not node.is_presence_test or isinstance(value, Undecided):
                return value
            # As in protobuf, an empty field is an absent field.
            return value not in ("", 0, [], {})
        if not isinstance(owner, dict):
            return Undecided(f"`.{node.name}` fails: the value before it has no fields")
        if node.is_presence_test:
            return node.name in owner
        return owner.get(node.name, Undecided(f"`.{node.name}` fails: the key does not exist"))

    def _evaluate_call(self, node: Node, bound: Mapping[str, Value]) -> Value:
        if node.name in ("_&&_", "_||_"):
            return self._evaluate_logic(node, bound)
        if node.name == "_?_:_":
            return self._evaluate_choice(node, bound)
        if node.name == "@not_strictly_false":
            return self.evaluate(node.parts[0], bound) is not False
        parts = node.parts if node.target is None else [node.target, *node.parts]
        arguments = self._evaluate_all(parts, bound)
        if isinstance(arguments, Undecided):
            return arguments
        if node.name == "_+_" and all(isinstance(each, list) for each in arguments):
            one, other = arguments
            if parts[0].name == _COLLECTED_NAME:
                # Extend the list of `map` and `filter` in place: copies would cost quadratic time.
                one += other
                return one
            self.meter.spend_on_concatenation(one, other)
            return one + other
        self.meter.spend_on_call(node.name, arguments)
        if node.name in self.functions and not _is_text_contains(node.name, arguments):
            return self.functions[node.name](*arguments)
        if node.name in _OVERLOADED and any(map(_has_our_type, arguments)):
            return _call_on_our_types(node.name, arguments)
        is_member = node.target is not None
        if is_operator(node) or load_environment().is_standard(node.name, is_member=is_member):
            return primitives.call(node.name, arguments, is_member=is_member)
        return Undecided(f"the result of `{node.name}` is not known offline")

    def _evaluate_logic(self, node: Node, bound: Mapping[str, Value]) -> Value:
        decisive = node.name == "_||_"
        unknown: Undecided | None = None
        for part in node.parts:
            value = self.evaluate(part, bound)
            if value is decisive:
                return decisive
            if not isinstance(value, bool | Undecided):
                value = Undecided(
                    f"`{primitives.format_function_name(node.name)}` fails: it needs a bool"
                )
            if unknown is None and isinstance(value, Undecided):
                unknown = value
        return not decisive if unknown is None else unknown

    def _evaluate_choice(self, node: Node, bound: Mapping[str, Value]) -> Value:
        condition, one, other = node.parts
        decided = self.evaluate(condition, bound)
        if isinstance(decided, Undecided):
            return decided
        if not isinstance(decided, bool):
            return Undecided("`?` fails: the value before it is not a bool")
        return self.evaluate(one if decided else other, bound)

    def _evaluate_map(self, node: Node, bound: Mapping[str, Value]) -> Value:
        if node.name:
            return Undecided(f"creating a `{node.name}` is not documented")
        parts = self._evaluate_all(node.parts, bound)
        if isinstance(parts, Undecided):
            return parts
        return dict(zip(parts[::2], parts[1::2], strict=True))

    def _evaluate_loop(self, node: Node, bound: Mapping[str, Value]) -> Value:
        loop, names = node.loop, node.bound
        over = self.evaluate(loop.over, bound)
        if isinstance(over, Undecided):
            return over
        collected = {**bound, names[-1]: self.evaluate(loop.start, bound)}
        for item in _iterate_items(over, len(names) - 1):
            inner = {**collected, **dict(zip(names, item, strict=False))}
            if self.evaluate(loop.condition, inner) is False:
                break
            collected[names[-1]] = self.evaluate(loop.step, inner)
        return self.evaluate(loop.result, collected)


def _iterate_items(over: Value, count: int) -> list[tuple[Value, ...]]:
    """Return the values that the names of a loop take in turn: an item, or an index and an item."""
    if count == 1:
        return [(item,) for item in over]
    return list(over.items()) if isinstance(over, dict) else list(enumerate(over))


def _is_text_contains(name: str, arguments: list[Value]) -> bool:
    """Return whether a call is CEL's own `contains`, not that of networks."""
    return name == "contains" and not isinstance(arguments[0], CelObject)


def _has_our_type(value: Value) -> bool:
    """Return whether a value is of a type that the library cannot take."""
    return isinstance(value, CelObject | EnumValue) or (
        isinstance(value, list) and any(map(_has_our_type, value))
    )


def _call_on_our_types(name: str, arguments: list[Value]) -> Value:
    if name == "size":
        return len(arguments[0])
    one, other = arguments
    if name == "@in":
        return _contains(other, one)
    if name in ("_==_", "_!=_"):
        answer = are_equal(one, other)
        return answer if isinstance(answer, Undecided) else answer is (name == "_==_")
    if isinstance(other, int) and 0 <= other < len(one):
        return one[other]
    return Undecided(f"`[{other}]` fails: the list has {len(one)} items")


def _contains(items: Value, wanted: Value) -> Value:
    answers = [are_equal(item, wanted) for item in items]
    if any(answer is True for answer in answers):
        return True
    return next((answer for answer in answers if answer is not False), False)
