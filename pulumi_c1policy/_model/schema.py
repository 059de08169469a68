"""The language in which the API's messages are described.

A message is data: its fields, their types, and every fact that another layer must know about a
field (may it change, does its order count, which oneof is it in). Reading, writing, checking,
comparing and documenting all walk this data, so that a fact stands in one place only.

Names in Python are snake_case, as programs write them; the wire's lowerCamelCase is derived.
This module imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Literal


class Scalar(StrEnum):
    """A value without fields of its own, named as protobuf names it."""

    BOOL = "bool"
    STRING = "string"
    INT32 = "int32"
    UINT32 = "uint32"
    INT64 = "int64"
    """An integer that travels as a decimal string."""
    UINT64 = "uint64"
    DURATION = "duration"
    """A span of time; on the wire seconds with an `s`: `"3600s"`."""
    TIMESTAMP = "timestamp"
    """RFC 3339, in UTC."""
    STRUCT = "struct"
    """Free-form JSON: data, in which no key is a field name."""


@dataclass(frozen=True, slots=True)
class Enum:
    """An enumeration of the API. The first value is its zero: the same as absent."""

    name: str
    values: tuple[str, ...]
    doc: str = ""

    @property
    def zero(self) -> str:
        """The value that stands for "not set"."""
        return self.values[0]


Shape = Literal["one", "list", "map"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a message, and all that is known about it."""

    name: str
    """snake_case, as programs and state spell it."""
    type: Scalar | Enum | Message
    shape: Shape = "one"
    doc: str = ""
    """One or two sentences for the editor and the reference: meaning, unit, bounds, default."""
    oneof: str = ""
    """The group of which exactly (or at most) one member may be set."""
    presence: bool = False
    """A zero differs from absent (only where the API itself can tell them apart and means it)."""
    output_only: bool = False
    """Set by the tenant; never sent, never compared."""
    immutable: bool = False
    """Cannot change after creation: a change replaces the policy."""
    merge: bool = False
    """An update merges keys instead of replacing the map; an empty value deletes a key."""
    unordered: bool = False
    """A list whose order means nothing: compared as a set."""
    required: bool = False
    """The program must set it."""
    kept_if: str = ""
    """Name of the boolean sibling without which the tenant drops this field."""
    acts_if: str = ""
    """Name of the boolean sibling without which this field has no effect."""
    alias_of: str = ""
    """The preferred spelling of this deprecated field; both mean the same."""
    deprecated: str = ""
    """Why not to use it, and what to use instead."""
    span: bool = False
    """An integer that counts seconds; a program may write it as any span of time."""
    ignored: bool = False
    """The tenant accepts the field and does nothing with it: neither compared nor sent."""
    refused_by: str = ""
    """Id of the rule by which tenants refuse this member of a oneof; it may still be read."""
    bounds_rule: str = "out-of-bounds"
    """Id of the rule about `least` and `most`."""
    names_policy: bool = False
    """The value is the id of a policy, or a list of such."""
    cel: str = ""
    """The place (as the expression checker names it) when the value is a CEL expression."""
    least: int | None = None
    """Smallest number of items, or of seconds of a duration, or smallest number."""
    most: int | None = None
    """Largest number of items, or of seconds of a duration, or largest number."""

    @property
    def wire(self) -> str:
        """The name on the wire, in lowerCamelCase."""
        return camel(self.name)


class Message:
    """A message of the API: its name there, its fields, and which oneof groups want a member.

    Args:
        name: The API's full name, such as `c1.api.policy.v1.Rule`.
        doc: What it is for, in a sentence.
        fields: Its fields, in the order in which documentation lists them.
        required_oneofs: Groups of which exactly one member must be set; of any other group at
            most one may be.
    """

    def __init__(
        self, name: str, doc: str, *fields: Field, required_oneofs: Iterable[str] = ()
    ) -> None:
        self.name = name
        self.doc = doc
        self.required_oneofs = frozenset(required_oneofs)
        self._fields = fields

    def define(self, *fields: Field) -> None:
        """Give the fields later, for messages that contain themselves."""
        self._fields = fields
        self.forget()

    def forget(self) -> None:
        """Work out anew what follows from the fields."""
        for name, value in vars(type(self)).items():
            if isinstance(value, cached_property):
                self.__dict__.pop(name, None)

    @property
    def short_name(self) -> str:
        """The name without its package: `ConnectorProvision.DoNotSave` -> `…DoNotSave` joined."""
        package_less = self.name.rpartition(".v1.")[2] or self.name
        return package_less.replace(".", "")

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The fields by their snake_case name."""
        return {field.name: field for field in self._fields}

    @cached_property
    def wire_fields(self) -> dict[str, Field]:
        """The fields by their name on the wire."""
        return {field.wire: field for field in self._fields}

    @cached_property
    def oneofs(self) -> dict[str, tuple[str, ...]]:
        """The names of the members of each oneof group."""
        groups: dict[str, list[str]] = {}
        for field in self._fields:
            if field.oneof:
                groups.setdefault(field.oneof, []).append(field.name)
        return {group: tuple(members) for group, members in groups.items()}

    @cached_property
    def required(self) -> tuple[Field, ...]:
        """The fields that a program must set."""
        return tuple(field for field in self._fields if field.required)

    @cached_property
    def plain(self) -> dict[str, type | Message]:
        """The fields that may be set freely to any text, truth value or message, by name.

        For a text or a truth value it is the type that it has in Python.
        """
        types = {Scalar.STRING: str, Scalar.BOOL: bool}
        return {
            field.name: field.type if isinstance(field.type, Message) else types[field.type]
            for field in self._fields
            if (isinstance(field.type, Message) or field.type in types)
            and field.shape == "one"
            and not (field.required or field.output_only or field.deprecated)
            and not (field.kept_if or field.acts_if or field.refused_by)
        }

    @cached_property
    def expressive(self) -> dict[str, Field]:
        """The fields that a program sets and that are CEL expressions or lead to some, by name."""
        return {
            field.name: field
            for field in self._fields
            if not (field.output_only or field.ignored)
            and (field.cel or (isinstance(field.type, Message) and _has_expressions(field.type)))
        }

    @cached_property
    def conditional(self) -> tuple[Field, ...]:
        """The fields that the tenant keeps only because of a sibling."""
        return tuple(field for field in self._fields if field.kept_if)

    @cached_property
    def members(self) -> dict[str, tuple[str, str]]:
        """The oneof group and the member in it that setting a field chooses, by the field's name.

        A deprecated spelling chooses the member that it stands for.
        """
        return {
            field.name: (chosen.oneof, chosen.name)
            for field in self._fields
            if (chosen := self.fields[field.alias_of or field.name]).oneof
        }

    def __repr__(self) -> str:
        return f"Message({self.name!r})"


def _has_expressions(message: Message) -> bool:
    return any(field.cel for m in messages(message).values() for field in m.fields.values())


def camel(name: str) -> str:
    """snake_case to lowerCamelCase: `step_key` -> `stepKey`."""
    head, *tail = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in tail)


def messages(root: Message) -> dict[str, Message]:
    """Every message that can be reached from `root`, by the API's name, `root` first."""
    found: dict[str, Message] = {}
    waiting = [root]
    while waiting:
        message = waiting.pop(0)
        if message.name in found:
            continue
        found[message.name] = message
        waiting += [f.type for f in message.fields.values() if isinstance(f.type, Message)]
    return found
