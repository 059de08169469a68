"""The selection of a tenant's policies by name, id or type. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

from pulumi_c1policy._model.schema import to_camel_case
from pulumi_c1policy._model.tree import Tree, Value
from pulumi_c1policy.errors import C1PolicyError

_MAX_SHOWN = 5


class SelectionError(C1PolicyError):
    """A name matches no policy of the tenant, or more than one."""


def list_existing(rows: Iterable[Tree]) -> list[Tree]:
    """Return the policies (on the wire) that are not deleted, each once, by name and id."""
    found = {
        str(row["id"]): row for row in rows if row.get("id") and not _get_field(row, "deleted_at")
    }
    return sorted(found.values(), key=lambda row: (get_name(row).casefold(), str(row["id"])))


def get_name(row: Tree) -> str:
    """Return a policy's display name, or its id if it has none."""
    return str(_get_field(row, "display_name") or row["id"])


def get_name_and_type(row: Tree) -> tuple[str, str]:
    """Return a policy's display name, or its id if it has none, and its type."""
    return get_name(row), str(_get_field(row, "policy_type") or "")


def select_named(rows: Sequence[Tree], names: Collection[str]) -> list[Tree]:
    """Select policies by id or display name, in the order of `rows`.

    Raises:
        SelectionError: A name matches no policy, or more than one.
    """
    by_id = {str(row["id"]): row for row in rows}
    by_name: dict[str, list[Tree]] = {}
    for row in rows:
        by_name.setdefault(get_name(row), []).append(row)
    ids = {str(_find_one(by_id, by_name, name)["id"]) for name in names}
    return [row for row in rows if str(row["id"]) in ids]


def select_types(rows: Iterable[Tree], types: Collection[str]) -> list[Tree]:
    """Select the policies of some types; all if no type is given."""
    return [row for row in rows if not types or str(_get_field(row, "policy_type")) in types]


def _get_field(row: Tree, field: str) -> Value:
    """Return a field of a policy on the wire, in either spelling of its name."""
    return row.get(to_camel_case(field)) or row.get(field)


def _find_one(by_id: dict[str, Tree], by_name: dict[str, list[Tree]], name: str) -> Tree:
    if name in by_id:
        return by_id[name]
    found = by_name.get(name, [])
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(str(row["id"]) for row in found[:_MAX_SHOWN])
        raise SelectionError(
            f"{len(found)} policies have the display name {name!r}.",
            f"Name the policy by its id instead: {ids}.",
        )
    near = get_close_matches(name, by_name, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "`--all` selects every policy."
    raise SelectionError(
        f"The tenant has no policy {name!r}.", f"Name a policy by its id or display name; {hint}"
    )
