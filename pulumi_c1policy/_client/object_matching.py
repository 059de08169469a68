"""The comparison of found objects with the name or email of a lookup. Pure.

The tenant's filters are hints, so a lookup compares what was found. The lookups of a program and
the command `c1policy import` share these functions, so that an imported lookup finds the same
object. This module imports no model at run time, because most programs look nothing up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from pulumi_c1policy._client.directory_models import User

_ENABLED = "ENABLED"
_Object = TypeVar("_Object")


def match_name(
    objects: Iterable[_Object], name: str, get_name: Callable[[_Object], str]
) -> list[_Object]:
    """Return the objects of a name; those of another letter case only if none has it exactly."""
    folded = [each for each in objects if get_name(each).casefold() == name.casefold()]
    return [each for each in folded if get_name(each) == name] or folded


def match_email(users: Iterable[User], email: str) -> list[User]:
    """Return the users of an email; those who have it beside another one only if there is none."""
    wanted = email.casefold()
    having = [user for user in users if wanted in map(str.casefold, (user.email, *user.emails))]
    return [user for user in having if user.email.casefold() == wanted] or having


def is_enabled(user: User) -> bool:
    """Return whether the tenant says that the user is enabled."""
    return user.status == _ENABLED
