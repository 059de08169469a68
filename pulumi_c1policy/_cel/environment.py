"""The known facts about ConductorOne's expressions, read from `environment.json`.

The file is data with its source and date, so that a change of the vendor's documentation is a
change of data. Field names have the spelling that the documentation prefers; the other spelling is
derived here. This module imports nothing of ours, and no type checker.
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
    """The place of an expression, which decides its variables and its result."""

    RULE_CONDITION = "rule-condition"
    WAIT_CONDITION = "wait-condition"
    APPROVER = "approver"
    PROVISIONER = "provisioner"
    ACCOUNT_CONFIG = "account-config"
    FORM = "form"

    @property
    def phrase(self) -> str:
        """The place in a sentence: `a rule's condition`."""
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
    """The facts about one place."""

    returns: str
    """`bool`, `users` (a user or a list of them) or `any`."""
    variables: frozenset[str]
    doubtful: dict[str, str]
    """Variables that may or may not exist, each with the reason of the doubt."""
    syntax_only: bool


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """One spelling of one field."""

    type: str
    instead: str = ""
    """The spelling to write instead, if that is the preferred one."""
    doubt: str = ""
    """The reason why the tenant may not know the field, if there is one."""


@dataclass(frozen=True, slots=True)
class Constant:
    """One spelling of one value of an enum."""

    type: str
    enum: str
    doubt: str = ""
    older: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a function."""

    name: str
    parameters: tuple[str, ...]
    returns: str
    member: bool
    """The first parameter is before the dot."""
    variadic: bool
    """The last parameter may be repeated."""
    places: frozenset[Place]
    doubt: str = ""

    @property
    def arity(self) -> int:
        """The number of arguments between the parentheses."""
        return len(self.parameters) - self.member

    def takes(self, count: int) -> bool:
        """Return whether it can be called with `count` arguments between the parentheses."""
        return count >= self.arity if self.variadic else count == self.arity

    def __str__(self) -> str:
        shown = ", ".join(self.parameters[self.member :])
        owner = f"{self.parameters[0]}." if self.member else ""
        return f"{owner}{self.name}({shown}{', ...' if self.variadic else ''})"


class Environment:
    """All known facts about ConductorOne's expressions."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.version: str = data["version"]
        self.source: str = data["source"]
        self.variables: dict[str, str] = data["variables"]
        self.foreign_variables: dict[str, str] = data["foreign_variables"]
        self.other_words: dict[str, str] = data["words_of_other_languages"]
        extensions = data["extensions"]
        self.extension_namespaces: frozenset[str] = frozenset(extensions["namespaces"])
        self.namespaces: frozenset[str] = self.extension_namespaces | set(data["namespaces"])
        """First words of names that are functions as a whole: the vendor's and CEL's own."""
        self._extensions: dict[str, list[int]] = extensions["member"]
        self.enums: frozenset[str] = frozenset(data["enums"])
        self.places = {Place(name): _place(facts) for name, facts in data["places"].items()}
        self.types = {name: _fields(facts) for name, facts in data["types"].items()}
        self._prefixes: dict[str, str] = {
            name: facts["bare_prefix"]
            for name, facts in data["enums"].items()
            if "bare_prefix" in facts
        }
        self.constants: dict[str, Constant] = {}
        for name, facts in data["enums"].items():
            self.constants |= _constants(name, facts)
        self.signatures: dict[str, list[Signature]] = {}
        for facts in data["functions"]:
            for signature in _signatures(facts):
                self.signatures.setdefault(signature.name, []).append(signature)
        self._standard: dict[str, dict[str, list[int]]] = data["standard_functions"]

    def arities(self, name: str, *, member: bool) -> set[int]:
        """Return the possible numbers of arguments of a function; empty if it is unknown."""
        counts = set(self._standard["member" if member else "global"].get(name, ()))
        counts |= {s.arity for s in self.signatures.get(name, ()) if s.member is member}
        return counts

    def takes(self, name: str, count: int, *, member: bool) -> bool:
        """Return whether the function is known and can be called with `count` arguments."""
        return count in self.arities(name, member=member) or any(
            s.takes(count) for s in self.signatures.get(name, ()) if s.member is member
        )

    def is_standard(self, name: str, *, member: bool) -> bool:
        """Return whether the function is one of CEL's own."""
        return name in self._standard["member" if member else "global"]

    def is_extension(self, name: str, count: int, *, member: bool) -> bool:
        """Return whether the function is an extension of CEL, which a tenant may have."""
        if not member:
            return name.partition(".")[0] in self.extension_namespaces
        return count in self._extensions.get(name, ())

    def calls(self, name: str, count: int, *, member: bool) -> list[Signature]:
        """Return the documented ways to call the function with `count` arguments."""
        return [s for s in self.signatures.get(name, ()) if s.member is member and s.takes(count)]

    def enum_of(self, name: str) -> str:
        """Return the enum whose prefix `name` has, or ""."""
        found = (enum for enum, prefix in self._prefixes.items() if name.startswith(prefix))
        return next(found, "")

    def without_prefix(self, enum: str, name: str) -> str:
        """Return an enum value without the prefix that it has on its own: `USER_STATUS_ENABLED`."""
        return name.removeprefix(self._prefixes.get(enum, ""))

    def values(self, enum: str) -> list[str]:
        """Return the values of an enum, each in the preferred spelling."""
        known = [
            name
            for name, constant in self.constants.items()
            if constant.enum == enum and not constant.doubt and not constant.older
        ]
        return [name for name in known if "." in name] or known

    @cached_property
    def maps(self) -> frozenset[str]:
        """The names of the fields that are maps."""
        found = {n for fields in self.types.values() for n, f in fields.items() if "map" in f.type}
        return frozenset(found)

    @cached_property
    def members(self) -> frozenset[str]:
        """The names of the functions that are called after a dot."""
        own = {name for name, ways in self.signatures.items() if any(w.member for w in ways)}
        return frozenset(own | self._standard["member"].keys())

    @cached_property
    def globals(self) -> frozenset[str]:
        """The names of the functions that are called without a dot."""
        own = {name for name, ways in self.signatures.items() if not ways[0].member}
        return frozenset(own | self._standard["global"].keys())


@cache
def load_environment() -> Environment:
    """Return the environment of this release."""
    text = resources.files("pulumi_c1policy._cel").joinpath("environment.json").read_text("utf-8")
    return Environment(json.loads(text))


def _place(facts: dict[str, Any]) -> PlaceFacts:
    return PlaceFacts(
        facts["returns"],
        frozenset(facts.get("variables", ())),
        facts.get("doubtful", {}),
        facts.get("syntax_only", False),
    )


def _fields(facts: dict[str, Any]) -> dict[str, FieldFacts]:
    found: dict[str, FieldFacts] = {}
    for name, kind in facts["fields"].items():
        found[name] = FieldFacts(kind)
        if (snake := _snake(name)) != name:
            found[snake] = FieldFacts(kind, instead=name)
        if (camel := _camel(name)) != name:
            # In one message, a map field cannot have two spellings with the same type.
            other = "map(string, dyn)" if kind.startswith("map") else kind
            found[camel] = FieldFacts(other, doubt=f"is documented as `{name}` only")
    for name, kind in facts.get("doubtful", {}).items():
        for spelling in {name, _snake(name), _camel(name)}:
            found[spelling] = FieldFacts(kind, doubt=facts["doubt"])
    return found


def _constants(enum: str, facts: dict[str, Any]) -> dict[str, Constant]:
    kind, prefix = facts.get("type", enum), facts.get("bare_prefix")
    doubt = "is not a documented spelling"
    found: dict[str, Constant] = {}
    for value in facts["values"]:
        sure = "" if "qualified" in facts["documented"] else doubt
        found[f"{enum}.{value}"] = Constant(kind, enum, sure)
        if prefix:
            sure = "" if "bare" in facts["documented"] else doubt
            found[f"{prefix}{value}"] = Constant(kind, enum, sure)
            found[f"{enum}.{prefix}{value}"] = Constant(kind, enum, doubt)
    if prefix:
        for spelling in (f"{enum}.UNSPECIFIED", f"{prefix}UNSPECIFIED"):
            found[spelling] = Constant(kind, enum, "is not a documented value")
    for name in facts.get("older", ()):
        found[name] = Constant(kind, enum, older=True)
    return found


_SIGNATURE = re.compile(r"(?P<name>[\w.]+)\((?P<parameters>.*)\) -> (?P<returns>.+)")


def _signatures(facts: dict[str, Any]) -> list[Signature]:
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


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", name)


def _camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name)
