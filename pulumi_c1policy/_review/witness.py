"""An example: a request that gets through with less than before, confirmed by the simulator."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pulumi_c1policy._cel.cel_values import CelObject, Value, normalize_name
from pulumi_c1policy._simulate import fixtures, networks

if TYPE_CHECKING:
    from pulumi_c1policy._review.terms import Facts, Term

SUBJECT_ID = "example"
"""The id of the person of an example, if no condition depends on it."""

_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
_TYPES = {"subject": "User", "account": "AppUser", "task": "Task", "entitlement": "Entitlement"}


@dataclass(frozen=True, slots=True)
class CallResult:
    """The result of a function of the tenant.

    Attributes:
        name: The function.
        arguments: The arguments; a message is `{"label": "subject"}`.
        result: The result.
    """

    name: str
    arguments: tuple[Value, ...]
    result: Value

    def __str__(self) -> str:
        shown = ", ".join(
            each["label"] if isinstance(each, dict) else json.dumps(each, ensure_ascii=False)
            for each in self.arguments
        )
        return f"{self.name}({shown})"


@dataclass(frozen=True, slots=True)
class ExampleRequest:
    """A request as plain JSON, for a person and for the simulator.

    Attributes:
        fields: The fields of `subject`, `task`, `entitlement` and `account`, by variable. Fields
            that no condition reads are left out.
        ip: The address that the request comes from; None if no condition reads it.
        now: The time of the request; None if no condition reads it.
        calls: The results of functions of the tenant.
    """

    fields: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    ip: str | None = None
    now: str | None = None
    calls: Sequence[CallResult] = ()

    def to_plain(self) -> dict[str, Any]:
        """Return the request as JSON values; docs/review.md describes them."""
        found: dict[str, Any] = {name: dict(fields) for name, fields in self.fields.items()}
        if self.ip is not None:
            found["ip"] = self.ip
        if self.now is not None:
            found["now"] = self.now
        if self.calls:
            found["functions"] = [{"call": str(each), "result": each.result} for each in self.calls]
        return found

    def to_arguments(self) -> dict[str, Any]:
        """Return the arguments of `simulate`."""
        subject = {"id": SUBJECT_ID, **self.fields.get("subject", {})}
        others = {name: value for name, value in self.fields.items() if name != "subject"}
        now = None if self.now is None else datetime.fromisoformat(self.now)
        return {
            "subject": subject,
            **others,
            "ip": self.ip,
            "now": now,
            "functions": _build_functions(self.calls),
        }


def _build_functions(calls: Sequence[CallResult]) -> dict[str, Callable[..., Value]]:
    tables: dict[str, dict[str, Value]] = {}
    for call in calls:
        tables.setdefault(call.name, {})[_make_call_key(call.arguments)] = call.result
    return {name: _build_function(name, table) for name, table in tables.items()}


def _build_function(name: str, table: Mapping[str, Value]) -> Callable[..., Value]:
    from pulumi_c1policy._cel.undecided import Undecided

    def call(*arguments: Value) -> Value:
        plain = tuple(
            {"label": each.label} if isinstance(each, CelObject) else each for each in arguments
        )
        return table.get(_make_call_key(plain), Undecided(f"`{name}` is not given"))

    return call


def _make_call_key(arguments: Sequence[Value]) -> str:
    return json.dumps(list(arguments), sort_keys=True, default=str)


def build_request(facts: Facts, model: Any) -> ExampleRequest:  # noqa: ANN401 (Z3's own)
    """Return the request that an answer of the solver describes."""
    fields: dict[str, dict[str, Value]] = {}
    for path, term in facts.fields.items():
        if len(path) > 1 and path[0] in _TYPES and term.kind != "opaque":
            _set_value(fields.setdefault(path[0], {}), path[1:], _read_value(model, term))
        elif path[0] in _TYPES:
            _set_value(fields, path, {})
    for (path, key), (term, is_present) in facts.keys.items():
        _set_value(fields, path, {})
        if str(model.eval(is_present, model_completion=True)) == "True":
            _set_value(fields, (*path, key), _read_value(model, term))
    now = None if facts.now is None else _read_value(model, facts.now)
    calls = [
        CallResult(
            call.name,
            tuple(_read_value(model, each) for each in call.arguments),
            _read_value(model, call.result),
        )
        for call in facts.calls
    ]
    address = None if facts.address is None else facts.address.read(model)
    return ExampleRequest(_spell(fields), address, now, calls)


def build_variables(facts: Facts, model: Any) -> dict[str, Value]:  # noqa: ANN401 (Z3's own)
    """Return the variables of expressions that an answer of the solver describes.

    The key `now` has the time of the request.
    """
    request = build_request(facts, model)
    found: dict[str, Value] = {}
    for name, fields in request.fields.items():
        found[name] = fixtures.build_record(_TYPES[name], fields, name)
    if request.ip is not None:
        found["ip"] = networks.parse_address(request.ip)
    if request.now is not None:
        found["now"] = datetime.fromisoformat(request.now)
    return found


def _set_value(tree: dict[str, Any], path: Sequence[str], value: Value) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    if value == {}:
        tree.setdefault(path[-1], {})
    else:
        tree[path[-1]] = value


def _spell(fields: Mapping[str, Mapping[str, Value]]) -> dict[str, dict[str, Value]]:
    """Return the fields in the documented spelling."""
    from pulumi_c1policy._cel.environment import load_environment

    found: dict[str, dict[str, Value]] = {}
    for variable, own in fields.items():
        known = load_environment().types[_TYPES[variable]]
        names = {
            normalize_name(name): name
            for name, facts in reversed(known.items())
            if not facts.preferred_spelling
        }
        found[variable] = {names.get(name, name): value for name, value in own.items()}
    return found


def _read_value(model: Any, term: Term) -> Value:  # noqa: ANN401 (Z3's own)
    """Return the value of a term as JSON."""
    if term.kind == "opaque":
        return {"label": term.label}
    found = model.eval(term.value, model_completion=True)
    match term.kind:
        case "timestamp":
            from pulumi_c1policy._review.terms import to_moment

            return to_moment(found.as_long()).astimezone(UTC).isoformat()
        case "duration":
            seconds = timedelta(microseconds=found.as_long()) // timedelta(seconds=1)
            return f"{seconds}s"
        case "any":
            return _read_any(found)
        case "texts":
            return _read_texts(found)
        case "bool":
            return str(found) == "True"
        case "int":
            return found.as_long()
        case "string":
            return _unescape(found.as_string())


def _read_any(found: Any) -> Value:  # noqa: ANN401 (Z3's own)
    inner = found.children()[0] if found.children() else None
    match found.decl().name():
        case "flag":
            return str(inner) == "True"
        case "number" if inner is not None:
            number = Fraction(inner.numerator_as_long(), inner.denominator_as_long())
            return int(number) if number.denominator == 1 else float(number)
        case "text" if inner is not None:
            return _unescape(inner.as_string())
        case "texts":
            return _read_texts(inner)
        case _:
            return None


def _read_texts(found: Any) -> list[str]:  # noqa: ANN401 (Z3's own)
    if found.decl().name() == "seq.unit":
        return [_unescape(found.children()[0].as_string())]
    return [text for child in found.children() for text in _read_texts(child)]


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
