"""Update masks: a protobuf FieldMask in its JSON form.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from pulumi_c1policy._emulator.errors import invalid
from pulumi_c1policy._emulator.schema import POLICY, get_message

IMMUTABLE = ("policyType", "scope")


def list_writable() -> tuple[str, ...]:
    """Return the policy's fields that an update may name."""
    fields = get_message(POLICY).fields.values()
    return tuple(f.name for f in fields if not f.read_only and f.name not in IMMUTABLE)


def parse(
    mask: str | None, newer: Collection[str] = (), *, tolerant: bool = False
) -> tuple[str, ...] | None:
    """Parse a mask; return its top-level fields, or None if it names none.

    Args:
        mask: Paths, separated by commas.
        newer: Fields that this tenant knows beyond the published structure.
        tolerant: Accept snake_case and ignore unknown paths, instead of rejecting them.

    Raises:
        TenantError: A path is not one that an update of a policy may name.
    """
    paths = (mask or "").strip().split(",")
    if paths == [""]:
        return None
    if tolerant:
        camel = (re.sub(r"_([a-z])", lambda found: found[1].upper(), path) for path in paths)
        paths = [path for path in camel if path in list_writable() or path in newer]
    for path in paths:
        _check(path, newer)
    return tuple(dict.fromkeys(paths))


def _check(path: str, newer: Collection[str]) -> None:
    top, dot, _ = path.partition(".")
    fields = get_message(POLICY).fields
    if "_" in top:
        raise invalid(f"update_mask: path {path!r} is not lowerCamelCase")
    if top not in fields and top not in newer:
        raise invalid(f"update_mask: {path!r} is not a field of a policy")
    if top in fields and fields[top].read_only:
        raise invalid(f"update_mask: {top!r} is output-only")
    if top in IMMUTABLE:
        raise invalid(f"update_mask: {top!r} cannot be changed after creation")
    if dot:
        raise invalid(f"update_mask: path {path!r} goes through a map, a list or a scalar")
