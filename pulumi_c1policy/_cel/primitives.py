"""Evaluation of CEL's own operators and functions by the library.

A call that fails returns `Undecided`, because the tenant's treatment of an expression that fails is
not documented.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from pulumi_c1policy._cel import cel_library
from pulumi_c1policy._cel.cel_values import Value
from pulumi_c1policy._cel.undecided import Undecided

_ARGUMENT_NAMES = tuple(f"a{number}" for number in range(6))
_EXTRAS = cel_library.Extras(variables=frozenset(_ARGUMENT_NAMES), checks_only=False)
_STATUS = re.compile(r"^[A-Z_]+: ")


def call(name: str, arguments: list[Value], *, is_member: bool = False) -> Value:
    """Evaluate CEL's own function or operator `name`.

    Args:
        name: The library's name, such as `_==_` or `startsWith`.
        arguments: The values; none is `Undecided`, a `Record` or an `EnumValue`.
        is_member: Whether the first argument is written before the dot.

    Returns:
        The result, or `Undecided` if the call fails or cannot be made.
    """
    if name == "contains" and all(isinstance(value, str) for value in arguments):
        # In the library, the declared `contains` of networks hides that of strings.
        return arguments[1] in arguments[0]
    if len(arguments) > len(_ARGUMENT_NAMES):
        return Undecided(
            f"`{format_function_name(name)}` cannot be evaluated offline with so many arguments"
        )
    compiled = _compile_call(name, len(arguments), is_member)
    if compiled is None:
        return Undecided(f"`{format_function_name(name)}` cannot be evaluated offline")
    try:
        data = {
            a: _convert_value(value) for a, value in zip(_ARGUMENT_NAMES, arguments, strict=False)
        }
        result = compiled.eval(data=data)
    except RuntimeError as error:
        return _report_failure(name, str(error))
    if result.type().name() == "ERROR":
        return _report_failure(name, str(result.plain_value()))
    return result.plain_value()


def _report_failure(name: str, text: str) -> Undecided:
    reason = _STATUS.sub("", text.splitlines()[0]).removesuffix(" [INVALID_ARGUMENT]")
    return Undecided(f"`{format_function_name(name)}` fails: {reason[:1].lower()}{reason[1:]}")


def format_function_name(name: str) -> str:
    """Return a function's name as it is written in an expression: `==` for `_==_`."""
    is_operator = name.startswith("_") or name.endswith("_")
    return name.replace("_", "") if is_operator else name.removeprefix("@")


@lru_cache(maxsize=256)
def _compile_call(name: str, count: int, is_member: bool) -> Any:  # noqa: ANN401
    names = _ARGUMENT_NAMES[:count]
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
        return cel_library.get_extended_environment(_EXTRAS).compile(source)
    except RuntimeError:
        return None


def _convert_value(value: Value) -> Value:
    """Convert a value to a type that the library accepts for a variable of type `dyn`."""
    if isinstance(value, list):
        return [_convert_value(item) for item in value]
    if isinstance(value, dict):
        return {key: _convert_value(item) for key, item in value.items()}
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
