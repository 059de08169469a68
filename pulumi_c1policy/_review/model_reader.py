"""The request that an answer of the solver describes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from pulumi_c1policy._cel.cel_values import Value, normalize_name
from pulumi_c1policy._cel.environment import load_environment
from pulumi_c1policy._review.terms import Facts, Term, read_text, to_moment
from pulumi_c1policy._review.witness import CallResult, ExampleRequest
from pulumi_c1policy._simulate import fixtures, networks

_TYPES = {"subject": "User", "account": "AppUser", "task": "Task", "entitlement": "Entitlement"}


def build_request(facts: Facts, model: Any) -> ExampleRequest:  # noqa: ANN401 (Z3's own)
    """Return the request that an answer of the solver describes."""
    fields: dict[str, Any] = {}
    for found in facts.lists.values():
        if found.path:
            _set_value(fields, found.path, {})
            for item in found.items:
                if _holds(model, item.belongs):
                    _set_value(fields, item.binding, {})
    for path, term in facts.fields.items():
        if path[0] not in _TYPES:
            continue
        if len(path) == 1:
            _set_value(fields, path, {})
        elif term.kind != "opaque" and _belongs(facts, model, path):
            _set_value(fields, path, _read_value(model, term))
    for (path, key), (term, is_present) in facts.keys.items():
        if not _belongs(facts, model, path) or not _is_owner(facts, model, path):
            continue
        _set_value(fields, path, {})
        if _holds(model, is_present):
            is_owner = (*path, key) in facts.owners and _is_owner(facts, model, (*path, key))
            value = {} if is_owner else _read_value(model, term)
            _set_value(fields, (*path, key), _write_time(facts, model, value))
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
    spelled = {name: _spell(_TYPES[name], own) for name, own in fields.items()}
    return ExampleRequest(spelled, address, now, calls)


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


def _write_time(facts: Facts, model: Any, value: Value) -> Value:  # noqa: ANN401 (Z3's own)
    """Return the time or the duration that conditions read from a text, else the value.

    The solver knows that the text is one, but not how it is written.
    """
    for text, found in facts.readings:
        is_read = isinstance(value, str) and _holds(model, found.exists)
        if is_read and read_text(model.eval(text, model_completion=True)) == value:
            return _read_value(model, found)
    return value


def _holds(model: Any, condition: Any) -> bool:  # noqa: ANN401 (Z3's own)
    return str(model.eval(condition, model_completion=True)) == "True"


def _belongs(facts: Facts, model: Any, path: tuple[str, ...]) -> bool:  # noqa: ANN401 (Z3's own)
    """Return whether a path leads to an item that its list has, or to no item."""
    owners = [(facts.lists.get(repr(path[:at])), name) for at, name in enumerate(path)]
    return all(
        found is None or _holds(model, found.items[int(number)].belongs) for found, number in owners
    )


def _is_owner(facts: Facts, model: Any, path: tuple[str, ...]) -> bool:  # noqa: ANN401 (Z3's own)
    """Return whether a path leads to a JSON object, or to a field of a message."""
    return path not in facts.owners or _holds(model, facts.owners[path])


def _set_value(tree: dict[str, Any], path: Sequence[str], value: Value) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    if value == {}:
        tree.setdefault(path[-1], {})
    else:
        tree[path[-1]] = value


def _spell(kind: str, fields: Mapping[str, Value]) -> dict[str, Any]:
    """Return the fields of a message in the documented spelling, and lists of messages as lists."""
    known = load_environment().types[kind]
    names = {
        normalize_name(name): name
        for name, each in reversed(known.items())
        if not each.preferred_spelling
    }
    found: dict[str, Any] = {}
    for name, value in fields.items():
        spelled = names.get(name, name)
        inner = known[spelled].type.removeprefix("list(").removesuffix(")")
        if inner not in load_environment().types:
            found[spelled] = value
        elif known[spelled].type.startswith("list("):
            found[spelled] = [_spell(inner, item) for item in value.values()]
        else:
            found[spelled] = _spell(inner, value)
    return found


def _read_value(model: Any, term: Term) -> Value:  # noqa: ANN401 (Z3's own)
    """Return the value of a term as JSON."""
    if term.kind == "opaque":
        return {"label": term.label}
    found = model.eval(term.value, model_completion=True)
    match term.kind:
        case "timestamp":
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
            return read_text(found)


def _read_any(found: Any) -> Value:  # noqa: ANN401 (Z3's own)
    inner = found.children()[0] if found.children() else None
    match found.decl().name():
        case "flag":
            return str(inner) == "True"
        case "number" if inner is not None:
            number = Fraction(inner.numerator_as_long(), inner.denominator_as_long())
            return int(number) if number.denominator == 1 else float(number)
        case "text" if inner is not None:
            return read_text(inner)
        case "texts":
            return _read_texts(inner)
        case _:
            return None


def _read_texts(found: Any) -> list[str]:  # noqa: ANN401 (Z3's own)
    if found.decl().name() == "seq.unit":
        return [read_text(found.children()[0])]
    return [text for child in found.children() for text in _read_texts(child)]
