"""The language that describes the API's messages.

A message is data: its fields, their types, and every fact about a field that another layer needs
(whether it may change, whether its order counts, which oneof it is in). Reading, writing, checking,
comparing and documenting all walk this data, so that each fact has one place.

Names in Python are snake_case, as programs write them; the wire's lowerCamelCase is derived. This
module imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from typing import Literal


class Scalar(StrEnum):
    """A value without fields, named as protobuf names it."""

    BOOL = "bool"
    STRING = "string"
    INT32 = "int32"
    UINT32 = "uint32"
    INT64 = "int64"
    """An integer that travels as a decimal string."""
    UINT64 = "uint64"
    DURATION = "duration"
    """A duration; on the wire seconds with an `s`: `"3600s"`."""
    TIMESTAMP = "timestamp"
    """RFC 3339, in UTC."""
    STRUCT = "struct"
    """Free-form JSON: data, whose keys are not field names."""


@dataclass(frozen=True, slots=True)
class Enum:
    """An enumeration of the API. The first value is its zero, which means absent."""

    name: str
    values: tuple[str, ...]
    doc: str = ""

    @property
    def zero(self) -> str:
        """The value for "not set"."""
        return self.values[0]


Shape = Literal["one", "list", "map"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a message, and all known facts about it."""

    name: str
    """The name in snake_case, as in programs and states."""
    type: Scalar | Enum | Message
    shape: Shape = "one"
    doc: str = ""
    """One or two sentences for the editor and the reference: meaning, unit, bounds, default."""
    oneof: str = ""
    """The oneof group, of which exactly (or at most) one member may be set."""
    presence: bool = False
    """A zero differs from an absent value (only if the API itself distinguishes them)."""
    output_only: bool = False
    """Only the tenant sets the field; it is never sent and never compared."""
    immutable: bool = False
    """The field cannot change after the creation: a change replaces the policy."""
    merge: bool = False
    """An update merges the keys instead of replacing the map; an empty value deletes a key."""
    unordered: bool = False
    """The order of the list has no meaning: it is compared as a set."""
    required: bool = False
    """The program must set the field."""
    kept_if: str = ""
    """The name of the boolean sibling without which the tenant drops the field."""
    acts_if: str = ""
    """The name of the boolean sibling without which the field has no effect."""
    alias_of: str = ""
    """The preferred spelling of this deprecated field, with the same meaning."""
    deprecated: str = ""
    """The reason not to use the field, and the replacement."""
    span: bool = False
    """The field is an integer of seconds; a program may write any duration."""
    ignored: bool = False
    """The tenant accepts the field without effect: it is neither compared nor sent."""
    refused_by: str = ""
    """The id of the rule by which tenants reject this member of a oneof; it may still be read."""
    bounds_rule: str = "out-of-bounds"
    """The id of the rule about `least` and `most`."""
    names_policy: bool = False
    """The value is the id of a policy, or a list of such ids."""
    cel: str = ""
    """The place of a CEL expression, in the expression checker's terms."""
    least: int | None = None
    """The minimum number of items, of seconds of a duration, or the minimum number."""
    most: int | None = None
    """The maximum number of items, of seconds of a duration, or the maximum number."""

    @property
    def wire(self) -> str:
        """The name on the wire, in lowerCamelCase."""
        return to_camel_case(self.name)


class Message:
    """A message of the API: its name, its fields, and the oneof groups that need a member.

    Args:
        name: The API's full name, such as `c1.api.policy.v1.Rule`.
        doc: Its purpose, in a sentence.
        fields: Its fields, in the order of the documentation.
        required_oneofs: Groups of which exactly one member must be set; of any other group at
            most one may be set.
    """

    def __init__(
        self, name: str, doc: str, *fields: Field, required_oneofs: Iterable[str] = ()
    ) -> None:
        self.name = name
        self.doc = doc
        self.required_oneofs = frozenset(required_oneofs)
        self._fields = fields

    def define(self, *fields: Field) -> None:
        """Set the fields later, for messages that contain themselves."""
        self._fields = fields
        self.forget()

    def forget(self) -> None:
        """Drop the cached properties of the fields."""
        for name, value in vars(type(self)).items():
            if isinstance(value, cached_property):
                self.__dict__.pop(name, None)

    @property
    def short_name(self) -> str:
        """The name without its package."""
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

        The value is the message, or the Python type of the text or truth value.
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
        """The fields that a program sets and that are CEL expressions or contain some, by name."""
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
        """The oneof group, and the member in it, that each field sets, by the field's name.

        A deprecated spelling sets the member that it replaces.
        """
        return {
            field.name: (chosen.oneof, chosen.name)
            for field in self._fields
            if (chosen := self.fields[field.alias_of or field.name]).oneof
        }

    def __repr__(self) -> str:
        return f"Message({self.name!r})"


def _has_expressions(message: Message) -> bool:
    return any(field.cel for m in index_messages(message).values() for field in m.fields.values())


@cache
def to_camel_case(name: str) -> str:
    """Convert snake_case to lowerCamelCase: `step_key` -> `stepKey`."""
    head, *tail = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in tail)


def index_messages(root: Message) -> dict[str, Message]:
    """Index every message that can be reached from `root` by the API's name, `root` first."""
    found: dict[str, Message] = {}
    waiting = [root]
    while waiting:
        message = waiting.pop(0)
        if message.name in found:
            continue
        found[message.name] = message
        waiting += [f.type for f in message.fields.values() if isinstance(f.type, Message)]
    return found
