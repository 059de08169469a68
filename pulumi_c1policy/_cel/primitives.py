"""CEL's own operators and functions, evaluated by the library.

A call that fails is `Undecided`: it is not documented what the tenant does with an expression that
fails.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from pulumi_c1policy._cel import cel_library
from pulumi_c1policy._cel.cel_values import Value
from pulumi_c1policy._cel.undecided import Undecided

_NAMES = tuple(f"a{number}" for number in range(6))
_EXTRAS = cel_library.Extras(variables=frozenset(_NAMES), checks_only=False)
_STATUS = re.compile(r"^[A-Z_]+: ")


def call_primitive(name: str, arguments: list[Value], *, is_member: bool = False) -> Value:
    """Return the result of CEL's own function `name`; its first argument may precede the dot."""
    if name == "contains" and all(isinstance(value, str) for value in arguments):
        # In the library, the declaration for networks hides the one for texts.
        return arguments[1] in arguments[0]
    if len(arguments) > len(_NAMES):
        return Undecided(f"`{format_function(name)}` has too many arguments to be worked out here")
    compiled = _compiled(name, len(arguments), is_member)
    if compiled is None:
        return Undecided(f"`{format_function(name)}` is not worked out here")
    try:
        data = {a: _convert(value) for a, value in zip(_NAMES, arguments, strict=False)}
        result = compiled.eval(data=data)
    except RuntimeError as error:
        return _failed(name, str(error))
    if result.type().name() == "ERROR":
        return _failed(name, str(result.plain_value()))
    return result.plain_value()


def _failed(name: str, text: str) -> Undecided:
    told = _STATUS.sub("", text.splitlines()[0]).removesuffix(" [INVALID_ARGUMENT]")
    return Undecided(f"`{format_function(name)}` fails: {told[:1].lower()}{told[1:]}")


def format_function(name: str) -> str:
    """Return a function as a person writes it: `_==_` is `==`."""
    is_operator = name.startswith("_") or name.endswith("_")
    return name.replace("_", "") if is_operator else name.removeprefix("@")


@lru_cache(maxsize=256)
def _compiled(name: str, count: int, is_member: bool) -> Any:  # noqa: ANN401
    names = _NAMES[:count]
    if name == "_[_]":
        source = f"{names[0]}[{names[1]}]"
    elif name == "@in":
        source = f"{names[0]} in {names[1]}"
    elif name.startswith("_"):
        source = f"{names[0]} {name.strip('_')} {names[1]}"
    elif name.endswith("_"):
        source = f"{name.strip('_')}{names[0]}"
    elif is_member:
        source = f"{names[0]}.{name}({', '.join(names[1:])})"
    else:
        source = f"{name}({', '.join(names)})"
    try:
        return cel_library.load_extended(_EXTRAS).compile(source)
    except RuntimeError:
        return None


def _convert(value: Value) -> Value:
    """Convert a value for the library if it does not know its type."""
    if isinstance(value, list):
        return [_convert(item) for item in value]
    if isinstance(value, dict):
        return {key: _convert(item) for key, item in value.items()}
    if isinstance(value, datetime):
        from google.protobuf.timestamp_pb2 import Timestamp

        moment = Timestamp()
        moment.FromDatetime(value)
        return moment
    if isinstance(value, timedelta):
        from google.protobuf.duration_pb2 import Duration

        span = Duration()
        span.FromTimedelta(value)
        return span
    return value
