"""Values at the border: what the engine sends, as the core's plain trees, and what programs write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import Enum
from typing import Final

import pulumi
from pulumi.dynamic.dynamic import PROVIDER_KEY
from pulumi.output import Unknown as EngineUnknown
from pulumi.runtime import rpc

from pulumi_c1policy._model import durations
from pulumi_c1policy._model.tree import Tree, Value
from pulumi_c1policy._model.unknown import UNKNOWN
from pulumi_c1policy._pulumi.owner import OPTIONS, OWNER

_INTERNAL = frozenset({PROVIDER_KEY, OWNER, OPTIONS, "urn"})

_UNKNOWN_TEXT: Final[str] = rpc.UNKNOWN
_EXACT = 2**53


def inputs(properties: Mapping[str, Value]) -> Tree:
    """The policy's inputs or outputs among the engine's properties.

    What the engine or the program put there for themselves and nulls are left out, unknown values become `UNKNOWN`, and
    whole numbers, which the engine sends as floats, become integers.
    """
    return {
        name: plain(value)
        for name, value in properties.items()
        if value is not None and name not in _INTERNAL
    }


def plain(value: Value) -> Value:
    """One value of the engine's as the core knows it."""
    if isinstance(value, dict):
        out = {}
        for key, item in value.items():
            kind = type(item)
            is_plain = kind is bool or (kind is str and item != _UNKNOWN_TEXT)
            out[key] = item if is_plain else plain(item)
        return out
    if isinstance(value, str):
        return UNKNOWN if value == _UNKNOWN_TEXT else value
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return UNKNOWN if isinstance(value, EngineUnknown) else value


def written(value: Value) -> Value:
    """What a program wrote, in types that Pulumi can send: `timedelta`, tuples and enums resolved.

    Outputs stay as they are, so that each is known or unknown on its own.
    """
    if isinstance(value, pulumi.Output | str):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, timedelta):
        return durations.wire(value)
    if isinstance(value, int) and abs(value) > _EXACT:
        # The engine's numbers are doubles; the API takes long integers as text.
        return str(value)
    if isinstance(value, Mapping):
        return {key: written(item) for key, item in value.items()}
    if isinstance(value, Sequence | frozenset | set) and not isinstance(value, bytes):
        return [written(item) for item in value]
    return value.value if isinstance(value, Enum) else value


def secret_names(props: Mapping[str, Value]) -> pulumi.Input[list[str]]:
    """The names of the inputs that hold a secret, so that no message shows their values."""
    outputs = {
        name: pulumi.Output.from_input(value) for name, value in props.items() if _lifted(value)
    }
    if not outputs:
        return []

    async def names() -> list[str]:
        return [name for name, output in outputs.items() if await output.is_secret()]

    return names()


def _lifted(value: Value) -> bool:
    """Whether there is an output in `value`, at any depth."""
    if isinstance(value, dict):
        return any(map(_lifted, value.values()))
    if isinstance(value, list):
        return any(map(_lifted, value))
    return isinstance(value, pulumi.Output)
