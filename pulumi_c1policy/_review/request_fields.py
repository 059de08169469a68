"""The fields and keys of a request for the solver."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import z3

from pulumi_c1policy._cel.environment import load_environment
from pulumi_c1policy._review.addresses import Address, make_address, parse_all
from pulumi_c1policy._review.terms import (
    Facts,
    Term,
    bound_value,
    choose_kind,
    define_any,
    get_sort,
    to_microseconds,
)

_EARLIEST = to_microseconds(datetime(2020, 1, 1, tzinfo=UTC))
_LATEST = to_microseconds(datetime(2220, 1, 1, tzinfo=UTC))
_JSON_OBJECT = "map(string, dyn)"


def get_field(facts: Facts, path: tuple[str, ...], type_name: str) -> Term | None:
    """Return the field of a message of the request; None if the solver cannot represent it.

    Args:
        facts: The facts of the request, which get the field.
        path: The names that lead to the field.
        type_name: The type, as `environment.json` names it.
    """
    if path[0] == "ip":
        address = get_address(facts)
        if len(path) > 1:
            value = address.test(path[1])
            return None if value is None else Term("bool", value, z3.BoolVal(True))
    if path not in facts.fields:
        enums = load_environment().enums
        kind = choose_kind(type_name, enums)
        label = ".".join(path)
        value = z3.Const(label, get_sort(kind))
        enum = type_name if type_name in enums else ""
        facts.bounds += bound_value(kind, value)
        facts.fields[path] = Term(kind, value, z3.BoolVal(True), label, enum)
    return facts.fields[path]


def get_key(facts: Facts, path: tuple[str, ...], key: str, type_name: str) -> tuple[Term, Any]:
    """Return the value of a key of a map, and the condition that the map has the key."""
    place = (path, key)
    if place not in facts.keys:
        value_type = type_name.rpartition(", ")[2].removesuffix(")")
        kind = choose_kind(value_type, frozenset())
        name = f"{path!r}[{key!r}]"
        is_present = z3.Bool(f"{name} is present")
        value = z3.Const(name, get_sort(kind))
        facts.bounds += bound_value(kind, value)
        facts.keys[place] = Term(kind, value, is_present, path=(*path, key)), is_present
    return facts.keys[place]


def get_inner_key(facts: Facts, owner: Term, key: str) -> tuple[Term, Any, Any]:
    """Return the value of a key of a JSON object, its presence, and whether it is an object."""
    is_object = define_any().is_other(owner.value)
    facts.owners[owner.path] = is_object
    term, is_present = get_key(facts, owner.path, key, _JSON_OBJECT)
    exists = z3.And(owner.exists, is_object)
    inner = Term("any", term.value, z3.And(exists, is_present), path=(*owner.path, key))
    return inner, is_present, exists


def test_presence(term: Term) -> Term | None:
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


def get_now(facts: Facts) -> Term:
    """Return the time of the request: one of the present or of the next two centuries."""
    if facts.now is None:
        value = z3.Int("now")
        facts.bounds += [value >= _EARLIEST, value <= _LATEST]
        facts.now = Term("timestamp", value, z3.BoolVal(True))
    return facts.now


def get_address(facts: Facts) -> Address:
    """Return the address that the request comes from."""
    if facts.address is None:
        facts.address = make_address()
        facts.bounds += facts.address.bounds
    return facts.address


def match_networks(facts: Facts, texts: list[object]) -> Term | None:
    """Return whether one of the networks contains the address; None if one is not valid."""
    networks = parse_all(texts)
    if not networks or not all(isinstance(each, str) for each in texts):
        return None
    return Term("bool", get_address(facts).is_in(networks), z3.BoolVal(True))


def match_address(facts: Facts, text: object) -> Term | None:
    """Return whether the request comes from an address; None if it is not valid."""
    if not isinstance(text, str) or "/" in text or (single := parse_all([text])) is None:
        return None
    address = get_address(facts)
    is_same = address.is_in(single)
    # It is not documented whether `::ffff:10.0.0.1` and `10.0.0.1` are equal.
    unknown = z3.Bool(f"the mapped address is {single[0].network_address}")
    return Term("bool", z3.If(address.is_mapped, unknown, is_same), z3.BoolVal(True))
