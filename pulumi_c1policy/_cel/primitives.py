"""CEL's own operators and functions, each worked out by the library.

What `1 / 2` or `"a".matches(...)` is, the library knows best. A call that fails is `Undecided`:
what the tenant makes of an expression that fails is not documented.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from pulumi_c1policy._cel import library
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._cel.values import Value

_NAMES = tuple(f"a{number}" for number in range(6))
_EXTRAS = library.Extras(variables=frozenset(_NAMES), checks_only=False)
_STATUS = re.compile(r"^[A-Z_]+: ")


def call(name: str, arguments: list[Value], *, is_member: bool = False) -> Value:
    """The result of CEL's own function `name`, of which the first argument may stand before a dot."""
    if name == "contains" and all(isinstance(value, str) for value in arguments):
        # In the library, the declaration of a network's hides that of a text's.
        return arguments[1] in arguments[0]
    if len(arguments) > len(_NAMES):
        return Undecided(f"`{shown(name)}` has too many arguments to be worked out here")
    compiled = _compiled(name, len(arguments), is_member)
    if compiled is None:
        return Undecided(f"`{shown(name)}` is not worked out here")
    try:
        data = {a: _theirs(value) for a, value in zip(_NAMES, arguments, strict=False)}
        result = compiled.eval(data=data)
    except RuntimeError as error:
        return _failed(name, str(error))
    if result.type().name() == "ERROR":
        return _failed(name, str(result.plain_value()))
    return result.plain_value()


def _failed(name: str, text: str) -> Undecided:
    told = _STATUS.sub("", text.splitlines()[0]).removesuffix(" [INVALID_ARGUMENT]")
    return Undecided(f"`{shown(name)}` fails: {told[:1].lower()}{told[1:]}")


def shown(name: str) -> str:
    """A function as a person writes it: `_==_` is `==`."""
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
        return library.extended(_EXTRAS).compile(source)
    except RuntimeError:
        return None


def _theirs(value: Value) -> Value:
    """A value as the library takes it where it does not know the type."""
    if isinstance(value, list):
        return [_theirs(item) for item in value]
    if isinstance(value, dict):
        return {key: _theirs(item) for key, item in value.items()}
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
