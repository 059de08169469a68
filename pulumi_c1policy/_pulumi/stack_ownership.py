"""The ownership annotations of a resource, and the internal inputs of the program.

The product shows a "Managed by" label for them, and removes them when a person edits the policy.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Iterator, Mapping
from typing import Any, cast

import pulumi
from pulumi.runtime import rpc

from pulumi_c1policy._lifecycle.planning.ownership import OWNERSHIP_KEYS
from pulumi_c1policy._lifecycle.planning.state_codec import OPTIONS, OWNERSHIP_INPUT
from pulumi_c1policy._model.tree import Tree

TYPE = "c1policy.Policy"
"""The type in the address of a resource."""

_STACK = "pulumi:pulumi:Stack"
MAX_ANNOTATION_LENGTH = 256
"""The maximum number of characters of an annotation's value."""
_UNSAFE_CHARACTER = re.compile(r"[^A-Za-z0-9._/-]")


def make_ownership(type_name: str, name: str, parent: pulumi.Resource | None) -> Tree:
    """Make the ownership annotations of the resource `name` in the running program's stack.

    The workspace is `project/stack`, with the organization before it if there is one. The address
    consists of the parents' types, the type and the name, as in the resource's URN.
    """
    organization = pulumi.get_organization()
    workspace = f"{pulumi.get_project()}/{pulumi.get_stack()}"
    if organization and organization != "organization":
        workspace = f"{organization}/{workspace}"
    address: pulumi.Input[str] = escape_annotation(f"{type_name}/{name}")
    if parent is not None:
        # The future leaves the parent's dependencies out: a component depends on its children, and
        # this resource is one of them.
        future = cast("Awaitable[str]", parent.urn.future())
        urn: pulumi.Output[str] = pulumi.Output.from_input(future)
        address = urn.apply(
            lambda urn: escape_annotation(f"{_list_parent_types(urn)}{type_name}/{name}")
        )
    return {
        "managed_by": "pulumi",
        "iac_workspace": escape_annotation(workspace),
        "iac_resource_address": address,
    }


def parse_ownership(urn: str, type_name: str = TYPE) -> Tree:
    """Make the ownership annotations of a resource from its URN.

    A URN does not contain the organization, so the workspace has none. The result is empty if there
    is no URN.
    """
    parts = urn.removeprefix("urn:pulumi:").split("::", 3)
    if len(parts) != 4:
        return {}
    stack, project, types, name = parts
    parent = types.rpartition("$")[0]
    above = "".join(f"{kind}/" for kind in parent.split("$") if kind not in ("", _STACK))
    return {
        "managed_by": "pulumi",
        "iac_workspace": escape_annotation(f"{project}/{stack}"),
        "iac_resource_address": escape_annotation(f"{above}{type_name}/{name}"),
    }


def _list_parent_types(urn: str) -> str:
    """Return the types in a URN, without the stack: `…::a:b:C$d:e:F::name` -> `a:b:C/d:e:F/`."""
    types = urn.split("::")[2].split("$")
    return "".join(f"{kind}/" for kind in types if kind != _STACK)


def escape_annotation(value: str) -> str:
    """Return a value as an annotation may contain it: URL-safe, at most 256 characters, unique.

    `~` and the hexadecimal number of each UTF-8 byte replace any other character. A hash replaces
    the end of a long text.
    """
    text = _UNSAFE_CHARACTER.sub(
        lambda found: "".join(f"~{b:02X}" for b in found[0].encode()), value
    )
    if len(text) <= MAX_ANNOTATION_LENGTH:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:32]
    return f"{text[: MAX_ANNOTATION_LENGTH - 33]}~{digest}"


def list_secret_texts(properties: Mapping[str, Any]) -> list[str]:
    """List every text, map keys included, in the inputs that contain a secret."""
    options = properties.get(OPTIONS)
    secrets = options.get("secrets") if isinstance(options, Mapping) else None
    return [text for name in secrets or () for text in _list_texts(properties.get(str(name)))]


def _list_texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        # The engine's marker for an unknown value is no secret.
        if value != rpc.UNKNOWN:
            yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from _list_texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _list_texts(item)


def list_names(properties: Tree, urn: str) -> tuple[str, ...]:
    """List the names that a user may write for the resource in `c1policy:severity`.

    Args:
        properties: The inputs of the resource, which contain its address.
        urn: The URN of the resource; "" if it is not known.
    """
    ownership = properties.get(OWNERSHIP_INPUT)
    address = ownership.get("iac_resource_address") if isinstance(ownership, dict) else None
    found = [urn, urn.rpartition("::")[2]]
    if isinstance(address, str):
        found += [address, address.rpartition("/")[2]]
    return tuple(dict.fromkeys(filter(None, found)))


def add_ownership(properties: Tree) -> tuple[Tree, list[str]]:
    """Add the ownership annotations to the program's inputs.

    Returns:
        The inputs, and the ownership annotations that the program set to another value. If the
        program's annotations as a whole are unknown, they stay unknown.
    """
    ownership, own = properties.get(OWNERSHIP_INPUT), properties.get("annotations")
    if not isinstance(ownership, dict) or not (own is None or isinstance(own, dict)):
        return dict(properties), []
    clashes = [
        key
        for key in OWNERSHIP_KEYS
        if key in (own or {}) and (own or {})[key] != ownership.get(key)
    ]
    return {**properties, "annotations": {**(own or {}), **ownership}}, clashes
