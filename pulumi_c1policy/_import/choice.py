"""The selection of a tenant's policies by name, id or type. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

from pulumi_c1policy._model.schema import to_camel_case
from pulumi_c1policy._model.tree import Tree, Value
from pulumi_c1policy.errors import C1PolicyError

_SHOWN = 5


class ChoiceError(C1PolicyError):
    """A name matches no policy of the tenant, or several."""


def list_existing(rows: Iterable[Tree]) -> list[Tree]:
    """Return the policies (on the wire) that are not deleted, each once, by name and id."""
    found = {str(row["id"]): row for row in rows if row.get("id") and not _said(row, "deleted_at")}
    return sorted(found.values(), key=lambda row: (get_name(row).casefold(), str(row["id"])))


def get_name(row: Tree) -> str:
    """Return a policy's display name, or its id if it has none."""
    return str(_said(row, "display_name") or row["id"])


def select_named(rows: Sequence[Tree], wanted: Collection[str]) -> list[Tree]:
    """Select the policies that `wanted` names by id or display name, in the order of `rows`.

    Raises:
        ChoiceError: A name matches none, or several.
    """
    by_id = {str(row["id"]): row for row in rows}
    by_name: dict[str, list[Tree]] = {}
    for row in rows:
        by_name.setdefault(get_name(row), []).append(row)
    ids = {str(_one(by_id, by_name, text)["id"]) for text in wanted}
    return [row for row in rows if str(row["id"]) in ids]


def select_types(rows: Iterable[Tree], types: Collection[str]) -> list[Tree]:
    """Select the policies of some types; all if no type is given."""
    return [row for row in rows if not types or str(_said(row, "policy_type")) in types]


def _said(row: Tree, field: str) -> Value:
    return row.get(to_camel_case(field)) or row.get(field)


def _one(by_id: dict[str, Tree], by_name: dict[str, list[Tree]], text: str) -> Tree:
    if text in by_id:
        return by_id[text]
    found = by_name.get(text, [])
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(str(row["id"]) for row in found[:_SHOWN])
        raise ChoiceError(f"{len(found)} policies are called {text!r}.", f"Give the id: {ids}.")
    near = get_close_matches(text, by_name, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "see `--all` for all of them."
    raise ChoiceError(
        f"The tenant has no policy {text!r}.", f"Give an id or a display name; {hint}"
    )
