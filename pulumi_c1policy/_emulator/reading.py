"""JSON requests into the form in which the tenant stores messages, by protobuf JSON's rules.

Stored form: lowerCamelCase names, set fields only, 64-bit integers as decimal strings, durations in
their shortest form. Unknown fields are dropped without a word, as the vendor's gateway does it.
Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from pulumi_c1policy._emulator import durations
from pulumi_c1policy._emulator.errors import invalid
from pulumi_c1policy._emulator.schema import Field, Json, message

# What a tenant with the quirk `server_fills` sets on creation where nothing was sent.
FILLS: dict[str, dict[str, Any]] = {
    "c1.api.policy.v1.Approval": {"allowReassignment": True},
    "c1.api.policy.v1.Wait": {"name": "Wait"},
}

_BOUNDS = {
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}
_ZEROS: tuple[Any, ...] = (False, "", 0)


def parse(body: bytes) -> dict[str, Any]:
    """The JSON object of a request body; an empty body is an empty message.

    Raises:
        TenantError: It is not one JSON object, or a key stands in it twice.
    """
    if not body.strip():
        return {}
    try:
        parsed = json.loads(body, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise invalid(f"proto: syntax error: {error}") from error
    if not isinstance(parsed, dict):
        raise invalid("proto: syntax error: unexpected token, expected an object")
    return parsed


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate field")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"invalid value {name}")


@dataclass(frozen=True)
class Reader:
    """Reads messages, with the liberties that a tenant's quirks take."""

    keep_unknown: bool = False
    """Keep fields and enum values that the structure does not know."""
    fill: bool = False
    """Set the server's own defaults where a field was not sent."""

    def read(self, name: str, raw: Json, path: str = "") -> dict[str, Any]:
        """The stored form of a JSON message.

        Raises:
            TenantError: A value has the wrong type, or two members of one oneof are set.
        """
        if not isinstance(raw, dict):
            raise invalid(f"proto: {path or 'request'}: unexpected value, expected an object")
        names = message(name).by_any_name
        stored: dict[str, Any] = {}
        seen: set[str] = set()
        sent: set[str] = set()
        groups: dict[str, str] = {}
        for key, value in raw.items():
            member = names.get(key)
            if member is None:
                if self.keep_unknown and value is not None:
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
            read = self._shaped(member, value, where)
            if not member.read_only and (member.has_presence or read not in ([], {})):
                stored[member.name] = read
        if self.fill:
            absent = {k: v for k, v in FILLS.get(name, {}).items() if k not in sent}
            stored = {**absent, **stored}
        return {k: v for k, v in stored.items() if not _is_zero(names.get(k), v)}

    def _shaped(self, member: Field, value: Json, path: str) -> Json:
        if member.shape == "list":
            if not isinstance(value, list):
                raise invalid(f"proto: {path}: unexpected value, expected a list")
            return [
                self._single(member, item, f"{path}[{index}]") for index, item in enumerate(value)
            ]
        if member.shape == "map":
            if not isinstance(value, dict):
                raise invalid(f"proto: {path}: unexpected value, expected an object")
            return {
                key: self._single(member, item, f"{path}[{json.dumps(key)}]")
                for key, item in value.items()
            }
        return self._single(member, value, path)

    def _single(self, member: Field, value: Json, path: str) -> Json:
        match member.kind:
            case "message":
                return self.read(member.message, value, path)
            case "struct" if isinstance(value, dict):
                return value
            case "bool" if isinstance(value, bool):
                return value
            case "string" | "timestamp" if isinstance(value, str):
                return value
            case "enum":
                return self._enum(member, value, path)
            case "duration" if isinstance(value, str) and durations.is_wire(value):
                return durations.plain(value)
            case "int32" | "uint32":
                return _integer(member.kind, value, path)
            case "int64" | "uint64":
                return str(_integer(member.kind, value, path))
            case _:
                pass
        raise invalid(f"proto: {path}: invalid value for {member.kind} field")

    def _enum(self, member: Field, value: Json, path: str) -> str:
        if isinstance(value, str) and (value in member.enum or self.keep_unknown):
            return value
        if type(value) is int and 0 <= value < len(member.enum):
            return member.enum[value]
        raise invalid(f"proto: {path}: invalid value for enum field")


def _integer(kind: str, value: Json, path: str) -> int:
    low, high = _BOUNDS[kind]
    whole_text = isinstance(value, str) and re.fullmatch(r"-?(0|[1-9][0-9]{0,19})", value)
    whole_float = isinstance(value, float) and value.is_integer()
    number = int(value) if whole_text or whole_float or type(value) is int else None
    if number is None or not low <= number <= high:
        raise invalid(f"proto: {path}: invalid value for {kind} field")
    return number


def _is_zero(member: Field | None, value: Json) -> bool:
    if member is None or member.shape != "single" or member.has_presence:
        return False
    if member.kind in {"int64", "uint64"} and value == "0":
        return True
    return value in _ZEROS or (member.kind == "enum" and value == member.enum[0])
