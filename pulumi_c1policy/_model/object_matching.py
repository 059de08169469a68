"""The comparison of found objects with the name or email of a lookup. Pure.

The tenant's filters are hints, so a lookup compares what was found. The lookups of a program and
the command `c1policy import` share these functions, so that an imported lookup finds the same
object. The protocols describe the objects without the models of the client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

_ENABLED = "ENABLED"


class NamedObject(Protocol):
    """An object with a display name."""

    @property
    def id(self) -> str:
        """The id."""

    @property
    def display_name(self) -> str:
        """The name that people see; it may be empty."""


class UserObject(NamedObject, Protocol):
    """A user."""

    @property
    def email(self) -> str:
        """The primary email; it may be empty."""

    @property
    def emails(self) -> tuple[str, ...]:
        """All emails."""

    @property
    def status(self) -> str:
        """The status; empty if the tenant does not tell it."""


class EntitlementObject(NamedObject, Protocol):
    """An entitlement of an app."""

    @property
    def app_id(self) -> str:
        """The id of the app."""

    @property
    def alias(self) -> str:
        """The alias; it may be empty."""


_Object = TypeVar("_Object")
_User = TypeVar("_User", bound=UserObject)


def match_name(
    objects: Iterable[_Object], name: str, get_name: Callable[[_Object], str]
) -> list[_Object]:
    """Return the objects of a name; those of another letter case only if none has it exactly."""
    folded = [each for each in objects if get_name(each).casefold() == name.casefold()]
    return [each for each in folded if get_name(each) == name] or folded


def match_email(users: Iterable[_User], email: str) -> list[_User]:
    """Return the users of an email; those who have it beside another one only if there is none."""
    wanted = email.casefold()
    having = [user for user in users if wanted in map(str.casefold, (user.email, *user.emails))]
    return [user for user in having if user.email.casefold() == wanted] or having


def is_enabled(user: UserObject) -> bool:
    """Return whether the tenant says that the user is enabled."""
    return user.status == _ENABLED
