"""Expressions for the solver.

A part that the solver does not understand becomes a guess: any value, but the same one for the
same text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import z3

from pulumi_c1policy._cel.cel_values import normalize_name, parse_enum_value
from pulumi_c1policy._cel.environment import load_environment
from pulumi_c1policy._cel.evaluate import evaluate_tree
from pulumi_c1policy._cel.syntax_tree import Node
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._review import (
    list_operators,
    loops,
    operators,
    request_fields,
    request_paths,
    text_functions,
    text_patterns,
    time_parts,
)
from pulumi_c1policy._review.condition_keys import make_condition_key, make_key, read_condition
from pulumi_c1policy._review.request_paths import Binding
from pulumi_c1policy._review.terms import (
    Facts,
    FunctionCall,
    Guess,
    Term,
    bound_value,
    choose_kind,
    get_sort,
    make_constant,
)
from pulumi_c1policy._review.time_parts import ZoneOffset

_CONSTANT_FUNCTIONS = frozenset(
    ["duration", "timestamp", "-_", "_+_", "_-_", "_*_", "lowerAscii", "upperAscii"]
)
_TENANT_PREFIX = "c1."
_MAX_PATTERN_LENGTH = 200


@dataclass(slots=True)
class Encoder:
    """The conditions of two ways of a request, with the facts that they share.

    Attributes:
        facts: The facts of a request.
        bound: The values of the names that a loop binds.
    """

    facts: Facts = field(default_factory=Facts)
    bound: dict[str, Binding] = field(default_factory=dict)

    def encode_condition(self, source: str) -> tuple[Any, Any]:
        """Return whether a rule with a condition matches, and whether its evaluation succeeds.

        The treatment of a condition that fails is not documented: the rule may match or not. The
        assumption is that all conditions that fail are treated alike.
        """
        tree = read_condition(source)
        term = None if tree is None else operators.to_bool(self.encode(tree))
        if term is None:
            return z3.Bool(f"unreadable {make_condition_key(source)!r}"), z3.BoolVal(False)
        return z3.If(term.exists, term.value, z3.Bool("failures match")), term.exists

    def list_bounds(self) -> list[Any]:
        """List the conditions that every request fulfils."""
        lists = [*self.facts.lists.values()]
        related = [each for found in lists for each in found.list_conditions()]
        return [*self.facts.bounds, *related]

    def encode(self, node: Node) -> Term:
        """Return the term of an expression, or a guess."""
        return self._encode(node) or self._guess(node)

    def _encode(self, node: Node) -> Term | None:
        match node.kind:
            case "constant":
                return None if node.type == "uint" else make_constant(node.value)
            case "name":
                return self._encode_name(node)
            case "field":
                return self._encode_field(node)
            case "list" | "call" if _is_constant(node):
                value = evaluate_tree(node, {}, {})
                return None if isinstance(value, Undecided) else make_constant(value)
            case "call":
                return self._encode_call(node)
            case "loop":
                return loops.encode_loop(self, node)
            case _:
                return None

    def _guess(self, node: Node) -> Term:
        if any(each.name in self.bound for each in node.walk() if each.kind == "name"):
            raise loops.BoundNameError
        key = make_key(node)
        if key not in self.facts.guesses:
            kind = choose_kind(node.type, load_environment().enums)
            name = f"guess {len(self.facts.guesses)}"
            value = z3.Const(name, get_sort(kind))
            self.facts.bounds += bound_value(kind, value)
            term = Term(kind, value, z3.Bool(f"{name} exists"))
            self.facts.guesses[key] = Guess(node, term)
        return self.facts.guesses[key].term

    def _encode_name(self, node: Node) -> Term | None:
        bound = self.bound.get(node.name)
        if isinstance(bound, Term):
            return bound
        constant = load_environment().constants.get(node.name)
        if constant is None:
            path = self.find_path(node)
            return None if path is None else request_fields.get_field(self.facts, path, node.type)
        if constant.type == "string":
            return make_constant(node.name)
        value = parse_enum_value(constant.enum, node.name)
        if value is None or value.is_older:
            return None
        return Term("string", z3.StringVal(value.name), z3.BoolVal(True), enum=constant.enum)

    def _encode_field(self, node: Node) -> Term | None:
        assert node.target is not None  # noqa: S101 (a field is always of something)
        if node.target.type == "dyn" or node.target.type.startswith("map("):
            key = self._find_key(node.target, node.name)
            if key is None or not node.is_presence_test:
                return key and key[0]
            return Term("bool", key[1], key[2])
        owner = self.find_path(node.target)
        if owner is None or node.target.type not in load_environment().types:
            return None
        kind = load_environment().types[node.target.type].get(node.name)
        path = (*owner, normalize_name(node.name))
        found = request_fields.get_field(self.facts, path, kind.type if kind else "dyn")
        if found is None or not node.is_presence_test:
            return found
        return request_fields.test_presence(found)

    def find_path(self, node: Node) -> tuple[str, ...] | None:
        """Return the names that lead to a message or a map; None for other values."""
        return request_paths.find_path(node, self.bound)

    def _find_key(self, owner: Node, key: str) -> tuple[Term, Any, Any] | None:
        return request_paths.find_key(self.facts, owner, key, self.bound)

    def _encode_call(self, node: Node) -> Term | None:
        parts = node.parts if node.target is None else [node.target, *node.parts]
        match node.name, parts:
            case "now", []:
                return request_fields.get_now(self.facts)
            case "@in", [item, items]:
                return self._encode_in(item, items)
            case "_[_]", [owner, index]:
                return self._encode_index(owner, index)
            case "contains", [one, other] if one.type == "CIDR":
                return self._encode_network(other, one)
            case "within", [one, other]:
                return self._encode_network(one, other)
            case "_==_" | "_!=_", [one, other] if one.type == "IP":
                return self._compare_addresses(node.name, one, other)
            case "matches", [text, pattern]:
                return self._encode_pattern(text, pattern)
            case "size", [one]:
                return list_operators.measure(self.encode(one))
            case (("timestamp" | "duration"), [text]):
                return self._encode_reading(node.name, text)
            case _ if parts and time_parts.is_time_part(node.name):
                return self._encode_time_part(node.name, parts[0], parts[1:])
            case _:
                return self._encode_plain_call(node, parts)

    def _encode_plain_call(self, node: Node, parts: list[Node]) -> Term | None:
        arguments = [self.encode(part) for part in parts]
        if node.name.startswith(_TENANT_PREFIX):
            return self._encode_function(node, arguments)
        return operators.apply_operator(node.name, arguments)

    def _encode_network(self, ip: Node, network: Node) -> Term | None:
        """Encode the question whether a network contains the address of the request."""
        if self.find_path(ip) != ("ip",) or network.name != "cidr" or network.target is not None:
            return None
        parts = [part for each in network.parts for part in (each.parts or [each])]
        return request_fields.match_networks(self.facts, [part.value for part in parts])

    def _compare_addresses(self, name: str, one: Node, other: Node) -> Term | None:
        ip, text = (one, other) if self.find_path(one) == ("ip",) else (other, one)
        is_parsed = text.kind == "call" and text.name == "ip" and len(text.parts) == 1
        if self.find_path(ip) != ("ip",) or not is_parsed:
            return None
        found = request_fields.match_address(self.facts, text.parts[0].value)
        if found is None or name == "_==_":
            return found
        return Term("bool", z3.Not(found.value), found.exists)

    def _encode_in(self, item: Node, items: Node) -> Term | None:
        if items.kind == "list":
            wanted = self.encode(item)
            found = [operators.equate(wanted, self.encode(part)) for part in items.parts]
            known = [each for each in found if each is not None]
            if len(known) < len(found):
                return None
            exists = z3.And(wanted.exists, *(each.exists for each in known))
            return Term("bool", z3.Or(*(each.value for each in known)), exists)
        if items.type.startswith("map(") and isinstance(item.value, str):
            key = self._find_key(items, item.value)
            return key and Term("bool", key[1], key[2])
        one, other = self.encode(item), self.encode(items)
        if (text := operators.to_text(one)) and other.kind in ("texts", "any"):
            loops.get_list(self.facts, other).add_text(text.value)
        return list_operators.contain(one, other)

    def _encode_index(self, owner: Node, index: Node) -> Term | None:
        if isinstance(index.value, str):
            key = self._find_key(owner, index.value)
            return key and key[0]
        if not isinstance(index.value, int) or isinstance(index.value, bool):
            return None
        if owner.name == "split" and owner.target is not None and len(owner.parts) == 1:
            text = operators.to_text(self.encode(owner.target))
            separator = owner.parts[0].value
            if text is None or not isinstance(separator, str):
                return None
            found = text_functions.pick_split(text, separator, index.value)
            if found is None:
                return None
            self.facts.bounds += found[1]
            return found[0]
        return list_operators.pick(self.encode(owner), index.value)

    def _encode_pattern(self, text: Node, pattern: Node) -> Term | None:
        whole = operators.to_text(self.encode(text))
        if whole is None or not isinstance(pattern.value, str):
            return None
        if len(pattern.value) > _MAX_PATTERN_LENGTH:
            return None
        found = text_patterns.translate_pattern(pattern.value)
        return None if found is None else Term("bool", z3.InRe(whole.value, found), whole.exists)

    def _encode_reading(self, name: str, text: Node) -> Term | None:
        """Encode a time or a duration that is read from a text."""
        given = self.encode(text)
        if given.kind == name:
            return given
        whole = operators.to_text(given)
        if whole is None:
            return None
        found = time_parts.read_time(name, whole)
        self.facts.bounds += bound_value(found.kind, found.value)
        self.facts.readings.append((whole.value, found))
        return found

    def _encode_time_part(self, name: str, moment: Node, zone: list[Node]) -> Term | None:
        names = [each.value for each in zone if isinstance(each.value, str)]
        if len(names) < len(zone) or len(zone) > 1:
            return None

        def add_offset(offset: ZoneOffset) -> None:
            self.facts.offsets.append(offset)
            self.facts.bounds += offset.bounds

        return time_parts.take_part(name, self.encode(moment), "".join(names), add_offset)

    def _encode_function(self, node: Node, arguments: list[Term]) -> Term | None:
        enums = load_environment().enums
        kind = choose_kind(node.type, enums)
        if node.type in enums or kind == "opaque" or not arguments:
            return None
        sorts = [get_sort(each.kind) for each in arguments]
        name = f"{node.name}({', '.join(each.kind for each in arguments)})"
        values = [each.value for each in arguments]
        value = z3.Function(name, *sorts, get_sort(kind))(*values)
        succeeds = z3.Function(f"{name} exists", *sorts, z3.BoolSort())(*values)
        exists = z3.And(succeeds, *(each.exists for each in arguments))
        result = Term(kind, value, exists)
        self.facts.bounds += bound_value(kind, value)
        self.facts.calls.append(FunctionCall(node.name, tuple(arguments), result))
        return result


def _is_constant(node: Node) -> bool:
    """Return whether an expression has a value that does not depend on the request."""
    if node.kind == "constant":
        return node.type != "uint"
    if node.kind == "call" and node.name not in _CONSTANT_FUNCTIONS:
        return False
    return node.kind in ("list", "call") and all(map(_is_constant, node.children()))
