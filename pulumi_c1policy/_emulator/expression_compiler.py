"""Expressions compiled as a tenant compiles them, with Google's library if it is installed.

`cel-expr-python` is optional and slow to load: it is imported when the first expression is
compiled. Must not import anything of the package outside `_emulator`, above all none of our
checkers.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from pulumi_c1policy._emulator.declarations import (
    CONDITION_FUNCTIONS,
    DOUBTFUL_FIELDS,
    DOUBTFUL_VARIABLES,
    ENUMS,
    FUNCTIONS,
    MESSAGES,
    TIME_FORMATS,
    VARIABLES,
    Place,
)

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import DescriptorProto

_PACKAGE = "tenant"
_ERROR = re.compile(r"^(?:INVALID_ARGUMENT: )?ERROR: <input>:(-?\d+):(-?\d+): (.*)$")
_SIGNATURE = re.compile(r"(?P<name>[\w.]+)\((?P<parameters>.*)\) -> (?P<returns>.+)")
# The library stops at 32 levels, CEL elsewhere at 250: an undecided expression is accepted.
_UNDECIDED = ("Exceeded max recursion depth", "Expression recursion limit exceeded")
_RESULTS: dict[Place, tuple[str, ...]] = {
    "condition": ("bool",),
    "approver": ("User", "list(User)", "list(dyn)"),
}
_LOCK = threading.Lock()


class BrokenEnvironmentError(Exception):
    """The library does not accept our declarations, so no expression can be checked."""


def is_available() -> bool:
    """Return whether the library is installed, without loading it."""
    return find_spec("cel_expr_python") is not None


def find_faults(
    text: str, place: Place, *, knows_ip: bool, is_lenient: bool
) -> list[tuple[int, int, str]]:
    """Return the reasons why the text does not compile: line and column from 1, and the text.

    Args:
        text: The expression.
        place: The place of the expression, which decides its variables and its result.
        knows_ip: Conditions have the variable `ip`.
        is_lenient: The tenant knows names that its documentation lists for other places only.

    Raises:
        BrokenEnvironmentError: The library does not accept our declarations.
    """
    with _LOCK:
        env = _make_environment(place, knows_ip, is_lenient)
        try:
            compiled = env.compile(text)
        except RuntimeError as error:
            return _parse(str(error))
        result = compiled.return_type()
        if any(result == _make_type(kind) for kind in (*_RESULTS[place], "dyn")):
            return []
        shown = result.name().replace(f"{_PACKAGE}.", "")
        return [(1, 1, f"expected {_RESULTS[place][0]}, found {shown}")]


def _parse(told: str) -> list[tuple[int, int, str]]:
    if any(phrase in told for phrase in _UNDECIDED):
        return []
    found = [_ERROR.match(line) for line in told.split("\n")]
    places = [
        (max(int(match[1]), 1), max(int(match[2]), 1), match[3].removesuffix(" [INVALID_ARGUMENT]"))
        for match in found
        if match
    ]
    return sorted(places) or [(1, 1, told)]


@lru_cache(maxsize=8)
def _make_environment(place: Place, knows_ip: bool, is_lenient: bool) -> Any:  # noqa: ANN401
    from cel_expr_python import cel
    from cel_expr_python.ext import ext_strings

    variables = dict(VARIABLES[place])
    extensions: list[Any] = [ext_strings.ExtStrings()]
    if place == "condition" and knows_ip:
        variables["ip"] = "IP"
    if is_lenient:
        variables |= DOUBTFUL_VARIABLES[place]
        extensions += _list_further_extensions()
    try:
        extensions.append(_make_functions(place))
        env = cel.NewEnv(
            _make_pool(is_lenient),
            variables={
                name: _make_type(kind) for name, kind in (variables | _make_constants()).items()
            },
            extensions=extensions,
        )
        # A broken environment fails at the first compilation only, and then looks like a bad
        # expression.
        env.compile("true")
        for name in variables:
            env.compile(f"{name} == {name}")
        for message in MESSAGES:
            env.compile(f"[{_PACKAGE}.{message}{{}}].size() == 1")
    except (AttributeError, RuntimeError, TypeError, ValueError) as error:
        raise BrokenEnvironmentError(str(error)) from error
    return env


def _list_further_extensions() -> list[Any]:
    """Return extensions of CEL that the vendor's pages do not list and that a tenant may have."""
    from cel_expr_python.ext import ext_bindings, ext_encoders, ext_math, ext_optional

    return [
        ext_bindings.ExtBindings(),
        ext_encoders.ExtEncoders(),
        ext_math.ExtMath(),
        ext_optional.ExtOptional(),
    ]


def _make_constants() -> dict[str, str]:
    found = {f"TimeFormat.{name}": "string" for name in TIME_FORMATS}
    for enum, (prefix, values) in ENUMS.items():
        for value in values.split():
            for name in (f"{enum}.{value}", f"{prefix}{value}", f"{enum}.{prefix}{value}"):
                found[name] = enum
    return found


def _make_functions(place: Place) -> Any:  # noqa: ANN401
    """Declare the vendor's functions as an extension: a plain `contains` collides with the
    string's.
    """
    from cel_expr_python import cel

    overloads: dict[str, list[Any]] = {}
    for text in (*FUNCTIONS, *(CONDITION_FUNCTIONS if place == "condition" else ())):
        match = _SIGNATURE.fullmatch(text)
        assert match, text  # noqa: S101 (our own data)
        owner, _, member = match["name"].rpartition(".")
        is_member = owner in {*MESSAGES, "string"}
        parameters = [part for part in match["parameters"].split(", ") if part]
        if is_member:
            parameters.insert(0, owner)
        overloads.setdefault(member if is_member else match["name"], []).append(
            cel.Overload(
                text,
                _make_type(match["returns"]),
                [_make_type(p) for p in parameters],
                is_member=is_member,
            )
        )
    return cel.CelExtension("tenant", [cel.FunctionDecl(n, ways) for n, ways in overloads.items()])


def _make_type(kind: str) -> Any:  # noqa: ANN401
    from cel_expr_python import cel

    if kind.startswith("list("):
        return cel.Type.List(_make_type(kind[5:-1]))
    if kind in {"bool", "string", "int", "dyn", "timestamp", "duration"}:
        return getattr(cel.Type, kind.upper())
    return cel.Type(f"{_PACKAGE}.{kind}")


@lru_cache(maxsize=2)
def _make_pool(is_lenient: bool) -> Any:  # noqa: ANN401
    """Declare the types as proto2 messages, an enum as a message without fields.

    proto3 drops a type with two spellings of a field. Enums of protobuf are numbers, so values of
    different ones would compare.
    """
    from google.protobuf import (
        descriptor_pb2,
        descriptor_pool,
        duration_pb2,
        struct_pb2,
        timestamp_pb2,
    )

    pool = descriptor_pool.DescriptorPool()
    file = descriptor_pb2.FileDescriptorProto(
        name="tenant.proto", package=_PACKAGE, syntax="proto2"
    )
    for known in (duration_pb2, struct_pb2, timestamp_pb2):
        file.dependency.append(known.DESCRIPTOR.name)
        pool.AddSerializedFile(known.DESCRIPTOR.serialized_pb)
    for enum in ENUMS:
        file.message_type.add(name=enum)
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        message.options.deprecated_legacy_json_field_conflicts = True
        known_fields = fields | (DOUBTFUL_FIELDS.get(name, {}) if is_lenient else {})
        for number, (spelling, kind) in enumerate(_list_spellings(known_fields), 1):
            _add_field(message, spelling, number, kind)
    pool.AddSerializedFile(file.SerializeToString())
    return pool


def _list_spellings(fields: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, kind in fields.items():
        yield name, kind
        snake = re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", name)
        camel = re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name)
        # Map fields cannot have both spellings.
        if not kind.startswith("map("):
            yield from ((other, kind) for other in {snake, camel} - {name})


# Numbers of FieldDescriptorProto: 8 bool, 9 string, 3 int64, 11 a message; labels 1 optional and
# 3 repeated.
_SCALARS: dict[str, Any] = {"bool": 8, "string": 9, "int": 3}
_WELL_KNOWN = {
    "timestamp": "Timestamp",
    "duration": "Duration",
    "map(string, dyn)": "Struct",
    "dyn": "Value",
}


def _add_field(message: DescriptorProto, name: str, number: int, kind: str) -> None:
    field: Any = message.field.add(name=name, number=number, label=1)
    if kind.startswith("list("):
        field.label, kind = 3, kind[5:-1]
    if kind in _SCALARS:
        field.type = _SCALARS[kind]
        return
    field.type = 11
    if kind in _WELL_KNOWN:
        field.type_name = f".google.protobuf.{_WELL_KNOWN[kind]}"
    elif kind.startswith("map("):
        title = "".join(part.capitalize() for part in name.split("_"))
        entry = message.nested_type.add(name=f"{title}Entry")
        entry.options.map_entry = True
        entry.field.add(name="key", number=1, label=1, type=9)
        entry.field.add(name="value", number=2, label=1, type=_SCALARS[kind[12:-1]])
        field.label, field.type_name = 3, f".{_PACKAGE}.{message.name}.{entry.name}"
    else:
        field.type_name = f".{_PACKAGE}.{kind}"
