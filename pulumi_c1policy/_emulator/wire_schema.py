"""The OpenAPI structure of the policy API and of what stands around policies, as data.

Reading, storing and sending all follow this one structure, so the tenant can only answer what it
allows. `schema.json` and `around.json` are the published files in JSON, because YAML is not a
run-time dependency. Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal, TypeAlias

Kind = Literal[
    "string", "bool", "int32", "uint32", "int64", "uint64",
    "enum", "duration", "timestamp", "message", "struct",
]  # fmt: skip
Shape = Literal["single", "list", "map"]

# The published file marks only some of these output-only; the reference says that all of them are.
ASSIGNED = frozenset({"assigned", "assignedUserIds"})

# A tenant rejects these in a write, although it ignores all other output-only fields.
REFUSED_ON_WRITE = frozenset(
    {
        ("c1.api.policy.v1.Approval", "assigned"),
        ("c1.api.policy.v1.ManagerApproval", "assignedUserIds"),
    }
)

# Any JSON value, in a request, in an answer or stored.
Json: TypeAlias = Any

POLICY = "c1.api.policy.v1.Policy"
CREATE_REQUEST = "c1.api.policy.v1.CreatePolicyRequest"
USER = "c1.api.user.v1.User"
APP = "c1.api.app.v1.App"
ENTITLEMENT = "c1.api.app.v1.AppEntitlement"
RULE = "c1.api.app.v1.AppEntitlementRoutingRule"
WEBHOOK = "c1.api.webhooks.v1.Webhook"
PROVIDER = "c1.api.stepup.v1.StepUpProvider"


@dataclass(frozen=True)
class WireField:
    """One field of a message."""

    name: str
    kind: Kind
    shape: Shape = "single"
    message: str = ""
    """The name of the message of a `message` field."""
    enum: tuple[str, ...] = ()
    """The values of an `enum` field; the first is its zero value."""
    nullable: bool = False
    read_only: bool = False
    oneof: str | None = None
    """The name of the oneof group of the field."""

    @property
    def has_presence(self) -> bool:
        """True if a zero value that was set differs from an unset one."""
        if self.shape != "single":
            return False
        return self.oneof is not None or self.nullable or self.is_message

    @property
    def is_message(self) -> bool:
        """True if the field is a message in protobuf, so that unset reads as null."""
        return self.kind in {"message", "struct", "duration", "timestamp"}

    @property
    def proto_name(self) -> str:
        """The field's name in the .proto file, which protobuf JSON accepts as well."""
        return re.sub(r"(?<!^)([A-Z])", r"_\1", self.name).lower()


@dataclass(frozen=True)
class WireMessage:
    """One message: its fields by JSON name."""

    name: str
    fields: Mapping[str, WireField] = field(default_factory=dict)

    @property
    def by_any_name(self) -> Mapping[str, WireField]:
        """Return the fields under their JSON name and under their .proto name."""
        return _names(self.name)


@cache
def load_document() -> dict[str, Any]:
    """Return the paths and the messages of both OpenAPI documents."""
    policies, around = _load("schema.json"), _load("around.json")
    # The document of the policies describes the messages that both have in full.
    schemas = {**around["components"]["schemas"], **policies["components"]["schemas"]}
    paths = {**around["paths"], **policies["paths"]}
    return {"paths": paths, "components": {"schemas": schemas}}


def _load(name: str) -> dict[str, Any]:
    text = resources.files(__package__).joinpath(name).read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def get_message(name: str) -> WireMessage:
    """Return the message with that full name."""
    schema = load_document()["components"]["schemas"][name]
    oneofs = {
        member: group
        for group, members in schema.get("x-oneof-groups", {}).items()
        for member in members
    }
    return WireMessage(
        name,
        {
            key: _read_field(key, prop, oneofs.get(key))
            for key, prop in schema.get("properties", {}).items()
        },
    )


@cache
def _names(name: str) -> dict[str, WireField]:
    fields = get_message(name).fields.values()
    return {f.proto_name: f for f in fields} | {f.name: f for f in fields}


def _read_field(name: str, prop: dict[str, Any], oneof: str | None) -> WireField:
    inner, shape = prop, "single"
    if "items" in prop:
        inner, shape = prop["items"], "list"
    elif isinstance(prop.get("additionalProperties"), dict):
        inner, shape = prop["additionalProperties"], "map"
    reference = inner.get("$ref") or next(
        (option["$ref"] for option in inner.get("oneOf", ()) if "$ref" in option), ""
    )
    if reference and _is_free(reference):
        reference, inner = "", {"type": "object"}
    return WireField(
        name,
        kind=_read_kind(inner, reference),
        shape=shape,  # type: ignore[arg-type]
        message=reference.rpartition("/")[2],
        enum=tuple(inner.get("enum", ())),
        # An enum must list null besides typing it; the one nullable enum does not.
        nullable="enum" not in prop and ("oneOf" in prop or "null" in prop.get("type", ())),
        read_only=bool(prop.get("readOnly")) or name in ASSIGNED,
        oneof=oneof,
    )


def _is_free(reference: str) -> bool:
    """Return whether a message may contain any JSON: its fields are not published."""
    schema = load_document()["components"]["schemas"][reference.rpartition("/")[2]]
    return schema.get("additionalProperties") is True


def _read_kind(inner: dict[str, Any], reference: str) -> Kind:
    if reference:
        return "message"
    if "enum" in inner:
        return "enum"
    declared = inner["type"]
    base = declared if isinstance(declared, str) else declared[0]
    if base == "object":
        # A google.protobuf.Struct; the published file writes it as an object without properties.
        return "struct"
    kinds: dict[str | None, Kind] = {
        "date-time": "timestamp", "duration": "duration", "int32": "int32",
        "uint32": "uint32", "int64": "int64", "uint64": "uint64",
    }  # fmt: skip
    plain: dict[str, Kind] = {"string": "string", "boolean": "bool"}
    return kinds.get(inner.get("format")) or plain[base]


def walk(name: str, value: dict[str, Any], path: str = "") -> Iterator[tuple[str, str, Any]]:
    """Yield every message in a stored value, outermost first.

    Yields:
        Its path as a person would write it, its full name and its stored dict.
    """
    yield path, name, value
    for member in get_message(name).fields.values():
        if member.kind != "message" or member.name not in value:
            continue
        held, where = value[member.name], f"{path}.{member.name}".lstrip(".")
        if member.shape == "list":
            inner = [(f"{where}[{index}]", item) for index, item in enumerate(held)]
        elif member.shape == "map":
            inner = [(f"{where}[{json.dumps(key)}]", item) for key, item in held.items()]
        else:
            inner = [(where, held)]
        for where_inner, item in inner:
            yield from walk(member.message, item, where_inner)
