"""The conversion of values between the engine, the lifecycle's plain trees, and programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final, cast

import pulumi
from pulumi.dynamic.dynamic import PROVIDER_KEY
from pulumi.output import Unknown as EngineUnknown
from pulumi.runtime import rpc

from pulumi_c1policy._lifecycle.planning.state_codec import OPTIONS, OWNERSHIP_INPUT
from pulumi_c1policy._lookup_result import LookupResult
from pulumi_c1policy._model import durations
from pulumi_c1policy._model.id_fields import ID_FIELDS, REFERENCE_FIELDS
from pulumi_c1policy._model.tree import Tree, Value
from pulumi_c1policy._model.unknown import UNKNOWN
from pulumi_c1policy._pulumi import policy_links

if TYPE_CHECKING:
    from pulumi_c1policy.lookup_results import FindEntitlementResult

_INTERNAL = frozenset({PROVIDER_KEY, OWNERSHIP_INPUT, OPTIONS, "urn"})

_UNKNOWN_TEXT: Final[str] = rpc.UNKNOWN
_MAX_EXACT_INTEGER = 2**53


def read_properties(properties: Mapping[str, Value]) -> Tree:
    """Return the policy's fields among the engine's properties, as a plain tree.

    Internal properties and nulls are left out. Unknown values become `UNKNOWN`. Whole numbers,
    which the engine sends as floats, become integers.
    """
    return {
        name: to_plain(value)
        for name, value in properties.items()
        if value is not None and name not in _INTERNAL
    }


def to_plain(value: Value) -> Value:
    """Convert one value of the engine to a plain value."""
    if isinstance(value, dict):
        out = {}
        for key, item in value.items():
            kind = type(item)
            is_plain = kind is bool or (kind is str and item != _UNKNOWN_TEXT)
            out[key] = item if is_plain else to_plain(item)
        return out
    if isinstance(value, str):
        return UNKNOWN if value == _UNKNOWN_TEXT else value
    if isinstance(value, list):
        return [to_plain(item) for item in value]
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return UNKNOWN if isinstance(value, EngineUnknown) else value


def resolve(value: Value, name: str = "") -> Value:
    """Convert a program's value to types that Pulumi can send.

    Durations become text, tuples and sets become lists, enums become their values, and results of
    lookups become ids, also inside outputs. Each output stays an output, so that it is known or
    unknown on its own.

    Args:
        value: The value.
        name: The name of the field that contains it, or of the list's field.

    Raises:
        RunError: The result of a lookup is of another kind than the field names.
    """
    if isinstance(value, str):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, pulumi.Output):
        # A link between policies is the id of a resource itself.
        is_link = policy_links.PROGRAM.has_declared(value)
        return value if is_link else value.apply(lambda known: _replace_results(known, name))
    if isinstance(value, timedelta):
        return durations.to_wire(value)
    if isinstance(value, int) and abs(value) > _MAX_EXACT_INTEGER:
        # The engine's numbers are doubles; the API accepts long integers as text.
        return str(value)
    if isinstance(value, Mapping):
        return {key: resolve(item, key) for key, item in value.items()}
    if isinstance(value, Sequence | frozenset | set) and not isinstance(value, bytes):
        return [resolve(item, name) for item in value]
    if isinstance(value, LookupResult):
        return _take_id(value, name)
    return value.value if isinstance(value, Enum) else value


def _replace_results(value: Value, name: str) -> Value:
    """Replace the results of lookups inside the value of an output; leave all else unchanged."""
    if isinstance(value, dict):
        return {key: _replace_results(item, key) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_replace_results(item, name) for item in value]
    return _take_id(value, name) if isinstance(value, LookupResult) else value


def _take_id(result: LookupResult, name: str) -> Value:
    """Return the id of a lookup's result, or the reference that the field wants."""
    wanted = "entitlement" if name in REFERENCE_FIELDS else ID_FIELDS.get(name, result.KIND)
    if wanted != result.KIND:
        raise pulumi.RunError(
            f"`{name}` names objects of the kind {wanted}, and got {type(result).__name__}, the "
            f"kind {result.KIND}.\nGive `{name}` the id of the kind {wanted}."
        )
    if name in REFERENCE_FIELDS:
        entitlement = cast("FindEntitlementResult", result)
        return {"app_id": entitlement.app_id, "app_entitlement_id": entitlement.id}
    return result.id


def find_secret_names(props: Mapping[str, Value]) -> pulumi.Input[list[str]]:
    """List the names of the inputs that contain a secret; no message may show their values."""
    outputs = {
        name: pulumi.Output.from_input(value) for name, value in props.items() if _has_output(value)
    }
    if not outputs:
        return []

    async def select_secrets() -> list[str]:
        return [name for name, output in outputs.items() if await output.is_secret()]

    return select_secrets()


def _has_output(value: Value) -> bool:
    """Return whether a value contains an output, at any depth."""
    if isinstance(value, dict):
        return any(map(_has_output, value.values()))
    if isinstance(value, list):
        return any(map(_has_output, value))
    return isinstance(value, pulumi.Output)
