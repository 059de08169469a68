"""The conversion of JSON requests to the stored form of messages, by protobuf JSON's rules.

Stored form: lowerCamelCase names, set fields only, 64-bit integers as decimal strings, durations in
their shortest form. An unknown field is rejected: the vendor's gateway decodes strictly. Must not
import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pulumi_c1policy._emulator import wire_durations
from pulumi_c1policy._emulator.api_errors import invalid
from pulumi_c1policy._emulator.wire_schema import REFUSED_ON_WRITE, Json, WireField, get_message

# The defaults that a tenant with the quirk `server_fills` sets on creation.
FILLS: dict[str, dict[str, Any]] = {
    "c1.api.policy.v1.Approval": {"allowReassignment": True},
    "c1.api.policy.v1.Wait": {"name": "Wait"},
}

# Protobuf's parsers stop at 100 (C++, Java) or 10000 (Go); this is what Python's stack allows.
DEEPEST = 200

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_QUERY_NUMBER = re.compile(r"[-+]?[0-9]{1,20}")
_BOUNDS = {
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}
_TYPES = {"struct": dict, "bool": bool, "string": str}
_ZEROS: tuple[Any, ...] = (False, "", 0)


def parse(body: bytes) -> dict[str, Any]:
    """Parse the JSON object of a request body; an empty body is an empty message.

    Raises:
        TenantError: It is not one JSON object in UTF-8, or it contains a key twice.
    """
    if not body.strip(b" \t\r\n"):
        return {}
    try:
        parsed = json.loads(
            body.decode(), object_pairs_hook=_require_unique, parse_constant=_reject_constant
        )
        _check(parsed)
    except (ValueError, RecursionError) as error:
        raise invalid(f"proto: syntax error: {error}") from error
    if not isinstance(parsed, dict):
        raise invalid("proto: syntax error: unexpected token, expected an object")
    return parsed


def parse_query(pairs: Iterable[tuple[str, str]], members: Iterable[WireField]) -> dict[str, Any]:
    """Convert the query parameters of a request to JSON, by grpc-gateway's rules.

    Args:
        pairs: The parameters in their order; those that are not a member's are ignored.
        members: The possible members, under their JSON name or their .proto name.

    Raises:
        TenantError: A parameter is given twice, or is no number where one belongs.
    """
    names = {name: member for member in members for name in (member.name, member.proto_name)}
    asked: dict[str, Any] = {}
    for key, text in pairs:
        member = names.get(key)
        if member is None:
            continue
        if member.name in asked:
            raise invalid(f"too many values for field {key!r}")
        is_number = member.kind == "int32"
        if is_number and not _QUERY_NUMBER.fullmatch(text):
            raise invalid(f"parsing field {key!r}: invalid value {text!r}")
        asked[member.name] = int(text) if is_number else text
    return asked


def _require_unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate field")
    return found


def _reject_constant(name: str) -> None:
    raise ValueError(f"invalid value {name}")


def _check(value: Json, depth: int = 1) -> None:
    """Reject what only Python accepts: half a surrogate pair, an endless number, any depth."""
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, float) and math.isinf(value):
        raise ValueError("number out of range")
    elif isinstance(value, dict | list):
        if depth > DEEPEST:
            raise ValueError("exceeded max recursion depth")
        for item in (*value, *value.values()) if isinstance(value, dict) else value:
            _check(item, depth + 1)


@dataclass(frozen=True)
class Reader:
    """A reader of messages, with the tolerance of a tenant's quirks."""

    keep_unknown: bool = False
    """Keep fields and enum values that the structure does not know."""
    fill: bool = False
    """Set the server's own defaults for fields that were not sent."""
    keep_output_only: bool = False
    """Keep output-only fields: the message is not sent by a client, but seeds the tenant."""

    def read(self, name: str, raw: Json, path: str = "") -> dict[str, Any]:
        """Return the stored form of a JSON message.

        Raises:
            TenantError: A field is unknown, a value has the wrong type, or two members of one oneof
                are set.
        """
        if not isinstance(raw, dict):
            raise invalid(f"proto: {path or 'request'}: unexpected value, expected an object")
        names = get_message(name).by_any_name
        stored: dict[str, Any] = {}
        seen: set[str] = set()
        sent: set[str] = set()
        groups: dict[str, str] = {}
        for key, value in raw.items():
            member = names.get(key)
            if member is None:
                if not self.keep_unknown:
                    place = f" in {path}" if path else ""
                    raise invalid(f"proto: unknown field {json.dumps(key)}{place}")
                if value is not None:
                    stored[key] = value
                continue
            where = f"{path}.{member.name}".lstrip(".")
            if member.name in seen:
                raise invalid(f"proto: {where}: duplicate field")
            seen.add(member.name)
            if value is None:
                continue
            sent.add(member.name)
            if member.oneof and groups.setdefault(member.oneof, member.name) != member.name:
                raise invalid(f"proto: {where}: oneof {name}.{member.oneof} is already set")
            read = self._read_shape(member, value, where)
            is_kept = not member.read_only or (name, member.name) in REFUSED_ON_WRITE
            is_kept = is_kept or self.keep_output_only
            if is_kept and (member.has_presence or read not in ([], {})):
                stored[member.name] = read
        if self.fill:
            absent = {k: v for k, v in FILLS.get(name, {}).items() if k not in sent}
            stored = {**absent, **stored}
        return {k: v for k, v in stored.items() if not _is_zero(names.get(k), v)}

    def _read_shape(self, member: WireField, value: Json, path: str) -> Json:
        if member.shape == "list":
            if not isinstance(value, list):
                raise invalid(f"proto: {path}: unexpected value, expected a list")
            return [
                self._read_single(member, item, f"{path}[{index}]")
                for index, item in enumerate(value)
            ]
        if member.shape == "map":
            if not isinstance(value, dict):
                raise invalid(f"proto: {path}: unexpected value, expected an object")
            return {
                key: self._read_single(member, item, f"{path}[{json.dumps(key)}]")
                for key, item in value.items()
            }
        return self._read_single(member, value, path)

    def _read_single(self, member: WireField, value: Json, path: str) -> Json:
        read: Json = None
        match member.kind:
            case "message":
                return self.read(member.message, value, path)
            case "struct" | "bool" | "string" if isinstance(value, _TYPES[member.kind]):
                read = value
            case "timestamp" if isinstance(value, str) and wire_durations.is_timestamp(value):
                read = value
            case "duration" if isinstance(value, str) and wire_durations.is_wire(value):
                read = wire_durations.shorten(value)
            case "enum":
                read = self._read_enum(member, value)
            case "int32" | "uint32":
                read = _read_whole(member.kind, value)
            case "int64" | "uint64":
                number = _read_whole(member.kind, value)
                read = None if number is None else str(number)
            case _:
                pass
        if read is None:
            raise invalid(f"proto: {path}: invalid value for {member.kind} field")
        return read

    def _read_enum(self, member: WireField, value: Json) -> str | int | None:
        # Numbers are open in proto3. An unknown name is rejected, as protobuf JSON says: newer
        # gateways drop it, which would only hide a misspelt one.
        if isinstance(value, str):
            return value if value in member.enum or self.keep_unknown else None
        number = _read_whole("int32", value)
        if number is None or not 0 <= number < len(member.enum):
            return number
        return member.enum[number]


def _read_whole(kind: str, value: Json) -> int | None:
    """Return the number, if it is whole and fits: `7`, `7.0`, `7e0`, and each of them as text."""
    low, high = _BOUNDS[kind]
    if isinstance(value, str):
        value = Decimal(value) if _NUMBER.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return int(value) if low <= value <= high and value == int(value) else None


def _is_zero(member: WireField | None, value: Json) -> bool:
    if member is None or member.shape != "single" or member.has_presence:
        return False
    if member.kind in {"int64", "uint64"} and value == "0":
        return True
    return value in _ZEROS or (member.kind == "enum" and value == member.enum[0])
