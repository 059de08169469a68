"""The names of adopted policies in a program: a resource's name and a variable each. Pure."""

from __future__ import annotations

import builtins
import keyword
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

_LONGEST = 60
_TAKEN = frozenset({*keyword.kwlist, *keyword.softkwlist, *map(str.casefold, dir(builtins))})


@dataclass(frozen=True, slots=True)
class Name:
    """The names of a policy in the program.

    Attributes:
        resource: The resource's name, in kebab-case.
    """

    resource: str

    @property
    def variable(self) -> str:
        """The Python variable, unique in the program."""
        return self.resource.replace("-", "_")


def make_names(display_names: Iterable[str], taken: Collection[str] = ()) -> list[Name]:
    """Name each policy, in their order; the later ones of equal names get a number.

    Args:
        display_names: The display names.
        taken: Names of other resources.
    """
    found = dict.fromkeys(taken)
    last: dict[str, int] = {}
    for display_name in display_names:
        base = chosen = make_resource_name(display_name)
        while chosen in found:
            last[base] = last.get(base, 1) + 1
            chosen = f"{base}-{last[base]}"
        found[chosen] = None
    return [Name(resource) for resource in found if resource not in taken]


def make_resource_name(display_name: str) -> str:
    """Make a resource name: `Contractors (EMEA), 24/7` -> `contractors-emea-24-7`.

    Latin letters lose their accents; letters of other scripts stay, as Python's identifiers allow.
    """
    plain = "".join(char if _may_stand(char) else "-" for char in _fold(display_name))
    words = "-".join(filter(None, plain.split("-")))
    if len(words) > _LONGEST:
        words = words[: _LONGEST + 1].rpartition("-")[0] or words[:_LONGEST]
    variable = words.replace("-", "_")
    if not variable.isidentifier():
        return f"policy-{words}" if words else "policy"
    return f"{words}-policy" if variable in _TAKEN else words


def _fold(text: str) -> str:
    """Return a text in lower case, without the accents of Latin letters."""
    out = ""
    for char in unicodedata.normalize("NFKD", text).casefold():
        if not (unicodedata.combining(char) and out[-1:].isascii()):
            out += char
    return unicodedata.normalize("NFKC", out)


def _may_stand(char: str) -> bool:
    return char != "_" and f"a{char}".isidentifier()
