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
from pulumi_c1policy._review import operators, text_patterns
from pulumi_c1policy._review.addresses import Address, make_address, parse_all
from pulumi_c1policy._review.condition_keys import make_condition_key, make_key, read_condition
from pulumi_c1policy._review.terms import (
    Facts,
    FunctionCall,
    Term,
    bound_value,
    choose_kind,
    get_sort,
    make_constant,
)

_CONSTANT_FUNCTIONS = frozenset(["duration", "timestamp", "-_", "_+_", "_-_", "_*_"])
_TENANT_PREFIX = "c1."
_MAX_PATTERN_LENGTH = 200


@dataclass(slots=True)
class Guess:
    """A part that the solver does not understand.

    Attributes:
        node: The part.
        term: Its value.
    """

    node: Node
    term: Term


@dataclass(slots=True)
class Encoder:
    """The conditions of two ways of a request, with the facts that they share.

    Attributes:
        facts: The facts of a request.
    """

    facts: Facts = field(default_factory=Facts)

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
            case _:
                return None

    def _guess(self, node: Node) -> Term:
        key = make_key(node)
        if key not in self.facts.guesses:
            kind = choose_kind(node.type, load_environment().enums)
            name = f"guess {len(self.facts.guesses)}"
            value = z3.Const(name, get_sort(kind))
            self.facts.bounds += bound_value(kind, value)
            term = Term(kind, value, z3.Bool(f"{name} exists"))
            self.facts.guesses[key] = Guess(node, term)
        found: Guess = self.facts.guesses[key]
        return found.term

    def _encode_name(self, node: Node) -> Term | None:
        constant = load_environment().constants.get(node.name)
        if constant is None:
            path = _find_path(node)
            return None if path is None else self._get_field(path, node.type)
        if constant.type == "string":
            return make_constant(node.name)
        value = parse_enum_value(constant.enum, node.name)
        if value is None or value.is_older:
            return None
        return Term("string", z3.StringVal(value.name), z3.BoolVal(True), enum=constant.enum)

    def _encode_field(self, node: Node) -> Term | None:
        assert node.target is not None  # noqa: S101 (a field is always of something)
        owner = _find_path(node.target)
        if owner is None:
            return None
        if node.target.type.startswith("map("):
            term, is_present = self._get_key(owner, node.name, node.target.type)
            yes = z3.BoolVal(True)
            return Term("bool", is_present, yes) if node.is_presence_test else term
        if node.target.type not in load_environment().types:
            return None
        kind = load_environment().types[node.target.type].get(node.name)
        path = (*owner, normalize_name(node.name))
        found = self._get_field(path, kind.type if kind else "dyn")
        return found if found is None or not node.is_presence_test else _test_presence(found)

    def _get_address(self) -> Address:
        if self.facts.address is None:
            self.facts.address = make_address()
            self.facts.bounds += self.facts.address.bounds
        return self.facts.address

    def _encode_network(self, ip: Node, network: Node) -> Term | None:
        """Encode the question whether a network contains the address of the request."""
        if _find_path(ip) != ("ip",) or network.name != "cidr" or network.target is not None:
            return None
        texts = [part for each in network.parts for part in (each.parts or [each])]
        networks = parse_all(part.value for part in texts)
        if not networks or not all(isinstance(part.value, str) for part in texts):
            return None
        return Term("bool", self._get_address().is_in(networks), z3.BoolVal(True))

    def _get_field(self, path: tuple[str, ...], type_name: str) -> Term | None:
        if path[0] == "ip":
            address = self._get_address()
            if len(path) > 1:
                value = address.test(path[1])
                return None if value is None else Term("bool", value, z3.BoolVal(True))
        if path not in self.facts.fields:
            enums = load_environment().enums
            kind = choose_kind(type_name, enums)
            value = z3.Const(".".join(path), get_sort(kind))
            enum = type_name if type_name in enums else ""
            self.facts.bounds += bound_value(kind, value)
            label = ".".join(path)
            self.facts.fields[path] = Term(kind, value, z3.BoolVal(True), label, enum)
        return self.facts.fields[path]

    def _get_key(self, path: tuple[str, ...], key: str, type_name: str) -> tuple[Term, Any]:
        place = (path, key)
        if place not in self.facts.keys:
            value_type = type_name.rpartition(", ")[2].removesuffix(")")
            kind = choose_kind(value_type, frozenset())
            name = f"{'.'.join(path)}[{key!r}]"
            is_present = z3.Bool(f"{name} is present")
            value = z3.Const(name, get_sort(kind))
            self.facts.bounds += bound_value(kind, value)
            self.facts.keys[place] = Term(kind, value, is_present), is_present
        return self.facts.keys[place]

    def _encode_call(self, node: Node) -> Term | None:
        parts = node.parts if node.target is None else [node.target, *node.parts]
        match node.name:
            case "now" if not parts:
                return self._get_now()
            case "@in":
                return self._encode_in(*parts)
            case "_[_]":
                return self._encode_index(*parts)
            case "contains" if len(parts) == 2 and parts[0].type == "CIDR":
                return self._encode_network(parts[1], parts[0])
            case "within" if len(parts) == 2:
                return self._encode_network(*parts)
            case "matches" if len(parts) == 2:
                return self._encode_pattern(*parts)
        arguments = [self.encode(part) for part in parts]
        if node.name.startswith(_TENANT_PREFIX):
            return self._encode_function(node, arguments)
        return operators.apply_operator(node.name, arguments)

    def _get_now(self) -> Term:
        if self.facts.now is None:
            value = z3.Int("now")
            self.facts.bounds += bound_value("timestamp", value)
            self.facts.now = Term("timestamp", value, z3.BoolVal(True))
        return self.facts.now

    def _encode_in(self, item: Node, items: Node) -> Term | None:
        if items.kind == "list":
            wanted = self.encode(item)
            found = [operators.equate(wanted, self.encode(part)) for part in items.parts]
            known = [each for each in found if each is not None]
            if len(known) < len(found):
                return None
            exists = z3.And(wanted.exists, *(each.exists for each in known))
            return Term("bool", z3.Or(*(each.value for each in known)), exists)
        path = _find_path(items)
        if items.type.startswith("map(") and path is not None and isinstance(item.value, str):
            _, is_present = self._get_key(path, item.value, items.type)
            return Term("bool", is_present, z3.BoolVal(True))
        return operators.contain(self.encode(item), self.encode(items))

    def _encode_index(self, owner: Node, index: Node) -> Term | None:
        path = _find_path(owner)
        if owner.type.startswith("map(") and path is not None and isinstance(index.value, str):
            return self._get_key(path, index.value, owner.type)[0]
        if isinstance(index.value, int) and not isinstance(index.value, bool):
            return operators.pick(self.encode(owner), index.value)
        return None

    def _encode_pattern(self, text: Node, pattern: Node) -> Term | None:
        whole = operators.to_text(self.encode(text))
        if whole is None or not isinstance(pattern.value, str):
            return None
        if len(pattern.value) > _MAX_PATTERN_LENGTH:
            return None
        found = text_patterns.translate_pattern(pattern.value)
        return None if found is None else Term("bool", z3.InRe(whole.value, found), whole.exists)

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


def _find_path(node: Node) -> tuple[str, ...] | None:
    """Return the names that lead to a message or a map of the request; None for other values."""
    facts = load_environment()
    if node.kind == "name":
        return (node.name,) if node.name in facts.variables else None
    if node.kind != "field" or node.target is None or node.is_presence_test:
        return None
    owner = _find_path(node.target)
    if owner is None or node.target.type not in facts.types:
        return None
    return (*owner, normalize_name(node.name))


def _test_presence(term: Term) -> Term | None:
    """Return the result of `has`: an empty field is an absent field."""
    yes = z3.BoolVal(True)
    if term.enum:
        return None
    match term.kind:
        case "bool":
            return term
        case "int":
            return Term("bool", term.value != 0, yes)
        case "string" | "texts":
            return Term("bool", z3.Length(term.value) > 0, yes)
        case _:
            return None


def _is_constant(node: Node) -> bool:
    """Return whether an expression has a value that does not depend on the request."""
    if node.kind == "constant":
        return node.type != "uint"
    if node.kind == "call" and node.name not in _CONSTANT_FUNCTIONS:
        return False
    return node.kind in ("list", "call") and all(map(_is_constant, node.children()))
