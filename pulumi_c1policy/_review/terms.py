"""Values of expressions for the solver, and the facts of a request that they depend on.

A term is a value together with the condition under which it exists: `attributes["x"] == 1` fails
if there is no key `x`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal, TypeAlias

import z3

from pulumi_c1policy._cel.syntax_tree import Node
from pulumi_c1policy._review.addresses import Address

Kind: TypeAlias = Literal[
    "bool", "int", "string", "timestamp", "duration", "texts", "any", "opaque"
]
"""The kinds of values. `texts` is a list of strings, `any` a JSON value, `opaque` anything else.

Enums are strings: the name of the value. Times and durations are microseconds.
"""

_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = datetime(1, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_MAX_LENGTH = 10**6
"""The maximum of letters or items. Tenants have less; without it, the solver tries 2**63."""
MAX_DURATION = 315_576_000_000 * 10**6
"""The maximum of a duration, in microseconds."""


@dataclass(frozen=True, slots=True)
class Folded:
    """The origin of a text that is the result of `lowerAscii` or `upperAscii`.

    Attributes:
        name: The function.
        text: The original text.
    """

    name: str
    text: Any


@dataclass(frozen=True, slots=True)
class Term:
    """A value for the solver.

    Attributes:
        kind: The kind of value.
        value: The solver's expression.
        exists: The condition under which the evaluation does not fail.
        label: The name of an opaque value, such as `subject`.
        enum: The enum of a value of an enum; else "".
        folded: The origin of a text with another case; else None.
        path: The names that lead to a JSON value of the request; else empty.
    """

    kind: Kind
    value: Any
    exists: Any
    label: str = ""
    enum: str = ""
    folded: Folded | None = None
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A call of a function of the tenant.

    Attributes:
        name: The function.
        arguments: The arguments.
        result: The result.
    """

    name: str
    arguments: tuple[Term, ...]
    result: Term


@dataclass(frozen=True, slots=True)
class Guess:
    """A part of an expression that the solver does not understand.

    Attributes:
        node: The part.
        term: Its value.
    """

    node: Node
    term: Term


@dataclass(slots=True)
class Facts:
    """The facts of a request that conditions depend on.

    Attributes:
        fields: The fields of messages, by path: `subject.department`.
        keys: The keys of maps by path and key; the second term is the presence of the key.
        calls: The calls of functions of the tenant.
        now: The time of the request; None if no condition asks for it.
        address: The address that the request comes from; None if no condition asks for it.
        bounds: Conditions that are true for every request.
        guesses: The values that stand for parts which the solver does not understand, by key.
        lists: The lists with known items, by the solver's text of the list.
        loop_count: The number of loops over lists.
        offsets: The offsets of named time zones.
        readings: The texts that conditions read as times or durations, each with the result.
        owners: The JSON values whose own keys conditions read, by path.
    """

    fields: dict[tuple[str, ...], Term] = field(default_factory=dict)
    keys: dict[tuple[tuple[str, ...], str], tuple[Term, Any]] = field(default_factory=dict)
    calls: list[FunctionCall] = field(default_factory=list)
    now: Term | None = None
    address: Address | None = None
    bounds: list[Any] = field(default_factory=list)
    guesses: dict[object, Guess] = field(default_factory=dict)
    lists: dict[str, Any] = field(default_factory=dict)
    loop_count: int = 0
    offsets: list[Any] = field(default_factory=list)
    readings: list[tuple[Any, Term]] = field(default_factory=list)
    owners: dict[tuple[str, ...], Any] = field(default_factory=dict)


@cache
def define_any() -> Any:  # noqa: ANN401 (the solver has no types)
    """Return the sort of JSON values: null, bool, number, string, list of strings, and others."""
    found = z3.Datatype("Any")
    found.declare("null")
    found.declare("flag", ("get_flag", z3.BoolSort()))
    found.declare("number", ("get_number", z3.RealSort()))
    found.declare("text", ("get_text", z3.StringSort()))
    found.declare("texts", ("get_texts", z3.SeqSort(z3.StringSort())))
    found.declare("other", ("get_other", define_opaque()))
    return found.create()


@cache
def define_opaque() -> Any:  # noqa: ANN401 (Z3's own)
    """Return the sort of values that the solver can only compare."""
    return z3.DeclareSort("Opaque")


def get_sort(kind: Kind) -> Any:  # noqa: ANN401 (Z3's own)
    """Return the solver's sort of a kind."""
    match kind:
        case "bool":
            return z3.BoolSort()
        case "int" | "timestamp" | "duration":
            return z3.IntSort()
        case "string":
            return z3.StringSort()
        case "texts":
            return z3.SeqSort(z3.StringSort())
        case "any":
            return define_any()
        case "opaque":
            return define_opaque()


def choose_kind(type_name: str, enums: frozenset[str]) -> Kind:
    """Return the kind of a type, as `environment.json` names it."""
    match type_name:
        case "bool" | "int" | "string" | "timestamp" | "duration":
            return type_name
        case "list(string)":
            return "texts"
        case "dyn":
            return "any"
        case _:
            return "string" if type_name in enums else "opaque"


def bound_value(kind: Kind, value: Any) -> list[Any]:  # noqa: ANN401 (Z3's own)
    """Return the conditions that every value of a kind fulfils."""
    if kind == "timestamp":
        return [value >= to_microseconds(_FIRST), value <= to_microseconds(_LAST)]
    if kind == "duration":
        return [value >= -MAX_DURATION, value <= MAX_DURATION]
    if kind == "int":
        return [value >= -(2**63), value < 2**63]
    if kind in ("string", "texts"):
        return [z3.Length(value) <= _MAX_LENGTH]
    return []


def make_constant(value: object) -> Term | None:
    """Return the term of a value; None if the solver cannot represent it."""
    yes = z3.BoolVal(True)
    if isinstance(value, bool):
        return Term("bool", z3.BoolVal(value), yes)
    if isinstance(value, int):
        return Term("int", z3.IntVal(value), yes)
    if isinstance(value, str):
        return Term("string", z3.StringVal(escape_text(value)), yes)
    if isinstance(value, datetime | timedelta):
        kind: Kind = "timestamp" if isinstance(value, datetime) else "duration"
        return Term(kind, z3.IntVal(to_microseconds(value)), yes)
    if value is None:
        return Term("any", define_any().null, yes)
    if isinstance(value, float):
        number = z3.RealVal(repr(value)) if abs(value) < 1e15 else None
        return None if number is None else Term("any", define_any().number(number), yes)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        items = [z3.Unit(z3.StringVal(escape_text(item))) for item in value]
        empty = z3.Empty(get_sort("texts"))
        joined = items[0] if len(items) == 1 else z3.Concat(*items) if items else empty
        return Term("texts", joined, yes)
    return None


def escape_text(text: str) -> str:
    r"""Return text for the solver, which reads `\u{...}` as an escape."""
    return "".join(
        each if " " <= each <= "~" and each != "\\" else f"\\u{{{ord(each):x}}}" for each in text
    )


def read_text(value: Any) -> str:  # noqa: ANN401 (Z3's own)
    """Return the text of a constant of the solver."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), value.as_string())


def to_microseconds(value: datetime | timedelta) -> int:
    """Return the microseconds of a duration, or of a time after 1970 began."""
    span = value - _EPOCH if isinstance(value, datetime) else value
    return span // timedelta(microseconds=1)


def to_moment(microseconds: int) -> datetime:
    """Return the time a number of microseconds after 1970 began."""
    return _EPOCH + timedelta(microseconds=microseconds)
