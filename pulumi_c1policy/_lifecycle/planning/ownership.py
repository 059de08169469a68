"""Who keeps a policy, as its annotations tell. Pure.

The marks name the tool, the workspace (a stack) and the resource. The product clears them when a person edits
the policy there; that is how a person takes a policy over.
"""

from __future__ import annotations

from typing import TypeAlias

from pulumi_c1policy._model.tree import Tree

MARKS = ("managed_by", "iac_workspace", "iac_resource_address")
"""The annotations that say who keeps a policy."""

Resource: TypeAlias = tuple[str, ...]
"""A resource as the marks name it: their values."""

PERSON = "a person in ConductorOne"
"""Who keeps a policy whose marks the product has cleared."""


def marks(policy: Tree) -> Tree:
    """The ownership annotations in a policy's tree, which may be damaged, that say something."""
    notes = policy.get("annotations")
    if not isinstance(notes, dict):
        return {}
    return {key: notes[key] for key in MARKS if notes.get(key) and isinstance(notes[key], str)}


def workspace(policy: Tree) -> str:
    """The stack whose mark a policy's tree carries, or ""."""
    return str(marks(policy).get("iac_workspace", ""))


def keeper(ours: Tree, live: Tree) -> str:
    """Who keeps the live policy, if not the resource with the marks `ours`.

    Args:
        ours: The marks while it was ours.
        live: The marks now.

    Returns:
        "" where it is still ours, else a name for messages.
    """
    if live == ours:
        return ""
    if not live:
        return PERSON
    tool, workspace = live.get("managed_by", "?"), live.get("iac_workspace", "?")
    address = live.get("iac_resource_address")
    return f"{tool} in the workspace {workspace!r}" + (f" ({address})" if address else "")


def resource(policy: Tree) -> Resource | None:
    """The one resource of one stack that a policy's marks name, or None where a mark is missing."""
    found = marks(policy)
    return tuple(found.values()) if len(found) == len(MARKS) else None
