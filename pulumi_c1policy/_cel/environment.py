"""What is known of ConductorOne's expressions, read from `environment.json`.

The file is data with its source and date, so that a change of the vendor's documentation is a
change of data. Field names stand in it as the documentation prefers them; the other spelling is derived
here. This module imports nothing of ours, and no type checker.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from importlib import resources
from typing import Any


class Place(StrEnum):
    """Where an expression stands, which decides its variables and its result."""

    RULE_CONDITION = "rule-condition"
    WAIT_CONDITION = "wait-condition"
    APPROVER = "approver"
    PROVISIONER = "provisioner"
    ACCOUNT_CONFIG = "account-config"
    FORM = "form"

    @property
    def phrase(self) -> str:
        """The place as a sentence names it: `a rule's condition`."""
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
    """What an expression finds at one place."""

    returns: str
    """`bool`, `users` (a user or a list of them) or `any`."""
    variables: frozenset[str]
    doubtful: dict[str, str]
    """Variables that may or may not be there, each with the reason of the doubt."""
    syntax_only: bool


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """One spelling of one field."""

    type: str
    preferred_spelling: str = ""
    """The spelling to write instead, if that is the preferred one."""
    doubt: str = ""
    """Why the tenant may not know the field, if that is so."""


@dataclass(frozen=True, slots=True)
class Constant:
    """One spelling of one value of an enum."""

    type: str
    enum: str
    doubt: str = ""
    is_older: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a function."""

    name: str
    parameters: tuple[str, ...]
    returns: str
    member: bool
    """The first parameter stands before the dot."""
    variadic: bool
    """The last parameter may be repeated."""
    places: frozenset[Place]
    doubt: str = ""

    @property
    def arity(self) -> int:
        """The number of arguments between the parentheses."""
        return len(self.parameters) - self.member

    def accepts(self, count: int) -> bool:
        """Whether it can be called with `count` arguments between the parentheses."""
        return count >= self.arity if self.variadic else count == self.arity

    def __str__(self) -> str:
        shown = ", ".join(self.parameters[self.member :])
        owner = f"{self.parameters[0]}." if self.member else ""
        return f"{owner}{self.name}({shown}{', ...' if self.variadic else ''})"


class Environment:
    """All that is known of ConductorOne's expressions."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.version: str = data["version"]
        self.source: str = data["source"]
        self.variables: dict[str, str] = data["variables"]
        self.foreign_variables: dict[str, str] = data["foreign_variables"]
        self.foreign_functions: dict[str, str] = data["words_of_other_languages"]
        extensions = data["extensions"]
        self.extension_namespaces: frozenset[str] = frozenset(extensions["namespaces"])
        self.namespaces: frozenset[str] = self.extension_namespaces | set(data["namespaces"])
        """First words of names that are functions as a whole: the vendor's and CEL's own."""
        self._extensions: dict[str, list[int]] = extensions["member"]
        self.enums: frozenset[str] = frozenset(data["enums"])
        self.places = {Place(name): _read_place(facts) for name, facts in data["places"].items()}
        self.types = {name: _read_fields(facts) for name, facts in data["types"].items()}
        self._prefixes: dict[str, str] = {
            name: facts["bare_prefix"]
            for name, facts in data["enums"].items()
            if "bare_prefix" in facts
        }
        self.constants: dict[str, Constant] = {}
        for name, facts in data["enums"].items():
            self.constants |= _read_constants(name, facts)
        self.signatures: dict[str, list[Signature]] = {}
        for facts in data["functions"]:
            for signature in _read_signatures(facts):
                self.signatures.setdefault(signature.name, []).append(signature)
        self._standard: dict[str, dict[str, list[int]]] = data["standard_functions"]

    def list_arities(self, name: str, *, member: bool) -> set[int]:
        """With how many arguments the function can be called, empty where it is not known."""
        counts = set(self._standard["member" if member else "global"].get(name, ()))
        counts |= {s.arity for s in self.signatures.get(name, ()) if s.member is member}
        return counts

    def accepts(self, name: str, count: int, *, member: bool) -> bool:
        """Whether the function is known and can be called with `count` arguments."""
        return count in self.list_arities(name, member=member) or any(
            s.accepts(count) for s in self.signatures.get(name, ()) if s.member is member
        )

    def is_standard(self, name: str, *, member: bool) -> bool:
        """Whether the function is one of CEL's own."""
        return name in self._standard["member" if member else "global"]

    def is_extension(self, name: str, count: int, *, member: bool) -> bool:
        """Whether CEL has such a function beyond its standard, so that a tenant may have it."""
        if not member:
            return name.partition(".")[0] in self.extension_namespaces
        return count in self._extensions.get(name, ())

    def find_signatures(self, name: str, count: int, *, member: bool) -> list[Signature]:
        """The documented ways to call the function with `count` arguments."""
        return [s for s in self.signatures.get(name, ()) if s.member is member and s.accepts(count)]

    def find_enum(self, name: str) -> str:
        """The enum of which `name` would be a value by its prefix, "" if there is none."""
        found = (enum for enum, prefix in self._prefixes.items() if name.startswith(prefix))
        return next(found, "")

    def strip_prefix(self, enum: str, name: str) -> str:
        """A value without the prefix by which it stands alone: `USER_STATUS_ENABLED`."""
        return name.removeprefix(self._prefixes.get(enum, ""))

    def list_values(self, enum: str) -> list[str]:
        """The values of an enum, each in the one spelling to write."""
        known = [
            name
            for name, constant in self.constants.items()
            if constant.enum == enum and not constant.doubt and not constant.is_older
        ]
        return [name for name in known if "." in name] or known

    @cached_property
    def map_fields(self) -> frozenset[str]:
        """Names of the fields that are maps."""
        found = {n for fields in self.types.values() for n, f in fields.items() if "map" in f.type}
        return frozenset(found)

    @cached_property
    def member_functions(self) -> frozenset[str]:
        """Names of the functions that are called after a dot."""
        own = {name for name, ways in self.signatures.items() if any(w.member for w in ways)}
        return frozenset(own | self._standard["member"].keys())

    @cached_property
    def global_functions(self) -> frozenset[str]:
        """Names of the functions that are called by themselves."""
        own = {name for name, ways in self.signatures.items() if not ways[0].member}
        return frozenset(own | self._standard["global"].keys())


@cache
def load_environment() -> Environment:
    """The environment that this release knows."""
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
            # A map field cannot have two spellings of the same type in one message.
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


def _read_signatures(facts: dict[str, Any]) -> list[Signature]:
    places = frozenset(Place(name) for name in facts.get("places", Place))
    found = []
    for text in facts["signatures"]:
        match = _SIGNATURE.fullmatch(text)
        assert match, text  # noqa: S101 (our own data, and a test reads it)
        parameters = tuple(filter(None, match["parameters"].split(", ")))
        variadic = parameters[-1:] == ("...",)
        found.append(
            Signature(
                match["name"],
                parameters[:-1] if variadic else parameters,
                match["returns"],
                facts.get("member", False),
                variadic,
                places,
                facts.get("doubt", ""),
            )
        )
    return found


def _to_snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", name)


def _to_camel_case(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name)
