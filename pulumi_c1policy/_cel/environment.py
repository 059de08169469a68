"""Documented facts about ConductorOne's expressions, read from `environment.json`.

The file has the preferred spelling of each field; the other spelling is derived here. This module
imports nothing of ours and does not import the CEL library.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from importlib import resources
from typing import Any


class Place(StrEnum):
    """The place of an expression; it decides the variables and the type of the result."""

    RULE_CONDITION = "rule-condition"
    WAIT_CONDITION = "wait-condition"
    APPROVER = "approver"
    PROVISIONER = "provisioner"
    ACCOUNT_CONFIG = "account-config"
    FORM = "form"

    @property
    def phrase(self) -> str:
        """The name of the place in messages, such as `a rule's condition`."""
        return _PHRASES[self]


_PHRASES = {
    Place.RULE_CONDITION: "a rule's condition",
    Place.WAIT_CONDITION: "a wait's condition",
    Place.APPROVER: "an approver expression",
    Place.PROVISIONER: "a provisioner expression",
    Place.ACCOUNT_CONFIG: "an account's configuration",
    Place.FORM: "a form's expression",
}


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """The facts about one place.

    Attributes:
        returns: The type of the result: `bool`, `users` (a user or a list of users) or `any`.
        variables: The documented variables.
        doubtful: Variables that may not exist, each with the reason for the doubt.
        is_syntax_only: Whether only the syntax can be checked.
    """

    returns: str
    variables: frozenset[str]
    doubtful: dict[str, str]
    is_syntax_only: bool


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """One spelling of one field.

    Attributes:
        type: The type of the field.
        preferred_spelling: The spelling to write instead, or "" if this one is preferred.
        doubt: The reason why the tenant may not know the field, as a predicate, or "".
    """

    type: str
    preferred_spelling: str = ""
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Constant:
    """One spelling of one value of an enum.

    Attributes:
        type: The type of the value; the enum itself or `string`.
        enum: The enum.
        doubt: The reason why the tenant may not know the spelling, as a predicate, or "".
        is_older: Whether it is an older name of a value.
    """

    type: str
    enum: str
    doubt: str = ""
    is_older: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """One overload of a function.

    Attributes:
        name: The whole name, such as `c1.user.v1.HasApp`.
        parameters: The types of the parameters.
        returns: The type of the result.
        is_member: Whether the first argument is written before the dot.
        is_variadic: Whether the last parameter can be repeated.
        places: The places at which the overload can be called.
        doubt: The reason why the tenant may not know the overload, as a predicate, or "".
    """

    name: str
    parameters: tuple[str, ...]
    returns: str
    is_member: bool
    is_variadic: bool
    places: frozenset[Place]
    doubt: str = ""

    @property
    def arity(self) -> int:
        """The number of arguments between the parentheses."""
        return len(self.parameters) - self.is_member

    def accepts(self, count: int) -> bool:
        """Return whether it can be called with `count` arguments between the parentheses."""
        return count >= self.arity if self.is_variadic else count == self.arity

    def __str__(self) -> str:
        owner = f"{self.parameters[0]}." if self.is_member else ""
        parameters = [*self.parameters[self.is_member :], *(["..."] if self.is_variadic else [])]
        return f"{owner}{self.name}({', '.join(parameters)})"


class Environment:
    """All documented facts about ConductorOne's expressions."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.variables: dict[str, str] = data["variables"]
        self.foreign_variables: dict[str, str] = data["foreign_variables"]
        self.foreign_functions: dict[str, str] = data["words_of_other_languages"]
        self._extension_namespaces = frozenset[str](data["extensions"]["namespaces"])
        self._extensions: dict[str, list[int]] = data["extensions"]["member"]
        self.namespaces = self._extension_namespaces | set(data["namespaces"])
        """First words of dotted function names: the vendor's and CEL's."""
        self.enums = frozenset(data["enums"])
        self.places = {Place(name): _read_place(facts) for name, facts in data["places"].items()}
        self.types = {name: _read_fields(facts) for name, facts in data["types"].items()}
        enums: dict[str, dict[str, Any]] = data["enums"]
        self._prefixes: dict[str, str] = {
            name: facts["bare_prefix"] for name, facts in enums.items() if "bare_prefix" in facts
        }
        self.constants: dict[str, Constant] = {}
        for name, facts in enums.items():
            self.constants |= _read_constants(name, facts)
        self.signatures: dict[str, list[Signature]] = {}
        for facts in data["functions"]:
            for signature in _read_signatures(facts):
                self.signatures.setdefault(signature.name, []).append(signature)
        self._standard: dict[str, dict[str, list[int]]] = data["standard_functions"]

    def list_arities(self, name: str, *, is_member: bool) -> set[int]:
        """Return the numbers of arguments that the function takes; empty if it is unknown."""
        counts = set(self._standard["member" if is_member else "global"].get(name, ()))
        return counts | {each.arity for each in self._find_overloads(name, is_member)}

    def accepts(self, name: str, count: int, *, is_member: bool) -> bool:
        """Return whether the function is known and can be called with `count` arguments."""
        return count in self.list_arities(name, is_member=is_member) or bool(
            self.find_signatures(name, count, is_member=is_member)
        )

    def is_standard(self, name: str, *, is_member: bool) -> bool:
        """Return whether the function is one of CEL's standard functions."""
        return name in self._standard["member" if is_member else "global"]

    def is_extension(self, name: str, count: int, *, is_member: bool) -> bool:
        """Return whether the function belongs to a CEL extension that a tenant may have."""
        if not is_member:
            return name.partition(".")[0] in self._extension_namespaces
        return count in self._extensions.get(name, ())

    def find_signatures(self, name: str, count: int, *, is_member: bool) -> list[Signature]:
        """Return the documented overloads of the function that take `count` arguments."""
        return [each for each in self._find_overloads(name, is_member) if each.accepts(count)]

    def _find_overloads(self, name: str, is_member: bool) -> list[Signature]:
        return [each for each in self.signatures.get(name, ()) if each.is_member is is_member]

    def find_enum(self, name: str) -> str:
        """Return the enum whose prefix `name` begins with, such as `USER_STATUS_`, or ""."""
        found = (enum for enum, prefix in self._prefixes.items() if name.startswith(prefix))
        return next(found, "")

    def strip_prefix(self, enum: str, name: str) -> str:
        """Remove the prefix of an unqualified value: `ENABLED` of `USER_STATUS_ENABLED`."""
        return name.removeprefix(self._prefixes.get(enum, ""))

    def list_values(self, enum: str) -> list[str]:
        """List the values of an enum, each in its preferred spelling."""
        known = [
            name
            for name, constant in self.constants.items()
            if constant.enum == enum and not constant.doubt and not constant.is_older
        ]
        return [name for name in known if "." in name] or known

    @cached_property
    def map_fields(self) -> frozenset[str]:
        """The names of the fields that are maps."""
        every = (item for fields in self.types.values() for item in fields.items())
        return frozenset(name for name, field in every if field.type.startswith("map("))

    @cached_property
    def member_functions(self) -> frozenset[str]:
        """The names of the functions that are called after a dot."""
        own = {name for name, found in self.signatures.items() if any(f.is_member for f in found)}
        return frozenset(own | self._standard["member"].keys())

    @cached_property
    def global_functions(self) -> frozenset[str]:
        """The names of the functions that are not called after a dot."""
        own = {name for name, found in self.signatures.items() if not found[0].is_member}
        return frozenset(own | self._standard["global"].keys())


@cache
def load_environment() -> Environment:
    """Return the environment that this release knows."""
    text = resources.files("pulumi_c1policy._cel").joinpath("environment.json").read_text("utf-8")
    return Environment(json.loads(text))


def _read_place(facts: dict[str, Any]) -> PlaceFacts:
    return PlaceFacts(
        facts["returns"],
        frozenset(facts.get("variables", ())),
        facts.get("doubtful", {}),
        facts.get("syntax_only", False),
    )


def _read_fields(facts: dict[str, Any]) -> dict[str, FieldFacts]:
    found: dict[str, FieldFacts] = {}
    for name, kind in facts["fields"].items():
        found[name] = FieldFacts(kind)
        if (snake := _to_snake_case(name)) != name:
            found[snake] = FieldFacts(kind, preferred_spelling=name)
        if (camel := _to_camel_case(name)) != name:
            # Two protobuf map fields would need the same name for their entry types.
            other = "map(string, dyn)" if kind.startswith("map") else kind
            found[camel] = FieldFacts(other, doubt=f"is documented as `{name}` only")
    for name, kind in facts.get("doubtful", {}).items():
        for spelling in {name, _to_snake_case(name), _to_camel_case(name)}:
            found[spelling] = FieldFacts(kind, doubt=facts["doubt"])
    return found


def _read_constants(enum: str, facts: dict[str, Any]) -> dict[str, Constant]:
    kind, prefix = facts.get("type", enum), facts.get("bare_prefix")
    doubt = "is not a documented spelling"
    found: dict[str, Constant] = {}
    for value in facts["values"]:
        doubt_here = "" if "qualified" in facts["documented"] else doubt
        found[f"{enum}.{value}"] = Constant(kind, enum, doubt_here)
        if prefix:
            doubt_here = "" if "bare" in facts["documented"] else doubt
            found[f"{prefix}{value}"] = Constant(kind, enum, doubt_here)
            found[f"{enum}.{prefix}{value}"] = Constant(kind, enum, doubt)
    if prefix:
        for spelling in (f"{enum}.UNSPECIFIED", f"{prefix}UNSPECIFIED"):
            found[spelling] = Constant(kind, enum, "is not a documented value")
    for name in facts.get("older", ()):
        found[name] = Constant(kind, enum, is_older=True)
    return found


_SIGNATURE = re.compile(r"(?P<name>[\w.]+)\((?P<parameters>.*)\) -> (?P<returns>.+)")


def _read_signatures(facts: dict[str, Any]) -> Iterator[Signature]:
    places = frozenset(Place(name) for name in facts.get("places", Place))
    for text in facts["signatures"]:
        match = _SIGNATURE.fullmatch(text)
        assert match, text  # noqa: S101 (our own data, and a test reads it)
        parameters = tuple(filter(None, match["parameters"].split(", ")))
        is_variadic = parameters[-1:] == ("...",)
        yield Signature(
            match["name"],
            parameters[:-1] if is_variadic else parameters,
            match["returns"],
            facts.get("member", False),
            is_variadic,
            places,
            facts.get("doubt", ""),
        )


def _to_snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", name)


def _to_camel_case(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name)
