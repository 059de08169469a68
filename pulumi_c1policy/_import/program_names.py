"""Names of adopted resources in a program: a resource name and a variable for each. Pure."""

from __future__ import annotations

import builtins
import keyword
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

_MAX_NAME_LENGTH = 60
_RESERVED = frozenset(
    {*keyword.kwlist, *keyword.softkwlist, *map(str.casefold, dir(builtins)), "c1"}
)


@dataclass(frozen=True, slots=True)
class Name:
    """The names of a resource in the program.

    Attributes:
        resource: The resource's name, in kebab-case.
    """

    resource: str

    @property
    def variable(self) -> str:
        """The Python variable, unique in the program."""
        return self.resource.replace("-", "_")


def make_names(
    display_names: Iterable[str], taken: Collection[str] = (), noun: str = "policy"
) -> list[Name]:
    """Make a unique name for each resource, in their order; repeated names get a number.

    Args:
        display_names: The display names.
        taken: Names of other resources.
        noun: The kind of object, for a display name that makes no name.
    """
    used = dict.fromkeys(taken)
    last_numbers: dict[str, int] = {}
    for display_name in display_names:
        base = name = make_resource_name(display_name, noun)
        while name in used:
            last_numbers[base] = last_numbers.get(base, 1) + 1
            name = f"{base}-{last_numbers[base]}"
        used[name] = None
    return [Name(resource) for resource in used if resource not in taken]


def make_resource_name(display_name: str, noun: str = "policy") -> str:
    """Make a resource name: `Contractors (EMEA), 24/7` -> `contractors-emea-24-7`.

    Latin letters lose their accents. Letters of other scripts stay if Python's identifiers allow
    them.
    """
    plain = "".join(char if _is_allowed(char) else "-" for char in _fold(display_name))
    words = "-".join(filter(None, plain.split("-")))
    if len(words) > _MAX_NAME_LENGTH:
        words = words[: _MAX_NAME_LENGTH + 1].rpartition("-")[0] or words[:_MAX_NAME_LENGTH]
    variable = words.replace("-", "_")
    if not variable.isidentifier():
        return f"{noun}-{words}" if words else noun
    return f"{words}-{noun}" if variable in _RESERVED else words


def _fold(text: str) -> str:
    """Return a text in lower case, without the accents of Latin letters."""
    out = ""
    for char in unicodedata.normalize("NFKD", text).casefold():
        if not (unicodedata.combining(char) and out[-1:].isascii()):
            out += char
    return unicodedata.normalize("NFKC", out)


def _is_allowed(char: str) -> bool:
    return char != "_" and f"a{char}".isidentifier()
