"""Check of the type that an expression returns."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_c1policy._cel.context import Context
from pulumi_c1policy._cel.diagnostics import Diagnostic
from pulumi_c1policy._cel.syntax_tree import Node

WRONG = "wrong-result"
UNKNOWN = "unknown-result"

_USERS = frozenset(["User", "list(User)"])


def check(context: Context, tree: Node) -> Iterator[Diagnostic]:
    """Yield at most one diagnostic: the type of the expression is wrong or unknown."""
    wanted, found = context.place_facts.returns, tree.type
    if wanted == "any" or (wanted == "bool" and found == "bool"):
        return
    if wanted == "users" and (found in _USERS or _is_empty_list(tree)):
        return
    offset = context.find_start(tree)
    expected = "`bool`" if wanted == "bool" else "`User` or `list(User)`"
    if found == "dyn" or (wanted == "users" and found == "list(dyn)" and not _is_mixed(tree)):
        message = (
            f"{context.place.phrase} must be {expected}, and the type of this is known only "
            f"at run time"
        )
        yield context.warning(offset, UNKNOWN, message)
        return
    message = f"{context.place.phrase} must be {expected}, not `{found}`"
    yield context.error(offset, WRONG, message + _suggest(tree, wanted, found))


def _is_empty_list(tree: Node) -> bool:
    return tree.kind == "list" and not tree.parts


def _is_mixed(tree: Node) -> bool:
    """Return whether a list literal has items of known, different types."""
    return tree.kind == "list" and all(part.type != "dyn" for part in tree.parts)


def _suggest(tree: Node, wanted: str, found: str) -> str:
    if wanted == "bool":
        if found in _USERS or found == "list(dyn)":
            return "; compare a field of the user, or write `.exists(...)` for a list"
        return "; compare it, for example with `==`"
    if tree.kind == "call" and tree.name.endswith(".HasEntitlement"):
        return "; `c1.directory.apps.v1.GetEntitlementMembers` returns the users who have it"
    if found == "list(dyn)":
        return "; concatenate lists with `+`, as in `[subject] + appOwners`"
    if found in ("string", "list(string)"):
        return "; find a user with `c1.directory.users.v1.FindByEmail` or `GetByID`"
    if found == "bool":
        return "; choose between users with `condition ? one : other`"
    return ""
