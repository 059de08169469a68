"""Ownership annotations: the stack and the resource that manage a policy. Pure.

They name the tool, the workspace (a stack) and the resource. When a person edits a policy in the
product, the product removes them: that is how a person takes a policy over.
"""

from __future__ import annotations

from typing import TypeAlias

from pulumi_c1policy._model.tree import Tree

OWNERSHIP_KEYS = ("managed_by", "iac_workspace", "iac_resource_address")
"""The keys of the ownership annotations."""

Resource: TypeAlias = tuple[str, ...]
"""A resource of a stack: the values of its ownership annotations, in the order of the keys."""

PERSON = "a person in ConductorOne"
"""The manager of a policy without ownership annotations, in messages."""


def read_ownership(policy: Tree) -> Tree:
    """Return the ownership annotations of a policy that are not empty.

    Args:
        policy: A policy's tree; the annotations in it may be damaged.
    """
    notes = policy.get("annotations")
    if not isinstance(notes, dict):
        return {}
    return {
        key: notes[key] for key in OWNERSHIP_KEYS if notes.get(key) and isinstance(notes[key], str)
    }


def read_workspace(policy: Tree) -> str:
    """Return the workspace in a policy's ownership annotations, or ""."""
    return str(read_ownership(policy).get("iac_workspace", ""))


def describe_manager(ours: Tree, live: Tree) -> str:
    """Name the manager of a live policy, if it is not the resource with the annotations `ours`.

    Args:
        ours: The ownership annotations of the resource.
        live: The ownership annotations of the live policy.

    Returns:
        "" if the annotations are the same, else a name for messages.
    """
    if live == ours:
        return ""
    if not live:
        return PERSON
    tool, workspace = live.get("managed_by", "?"), live.get("iac_workspace", "?")
    address = live.get("iac_resource_address")
    return f"{tool} in the workspace {workspace!r}" + (f" ({address})" if address else "")


def read_resource(policy: Tree) -> Resource | None:
    """Return the resource that a policy's ownership annotations name, or None if one is missing."""
    found = read_ownership(policy)
    return tuple(found.values()) if len(found) == len(OWNERSHIP_KEYS) else None
