"""Update masks: a protobuf FieldMask in its JSON form.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from pulumi_c1policy._emulator.api_errors import invalid
from pulumi_c1policy._emulator.wire_schema import APP, ENTITLEMENT, POLICY, get_message

IMMUTABLE: Mapping[str, tuple[str, ...]] = {
    POLICY: ("policyType", "scope"),
    # Inferred: an update does not move an entitlement to another app or resource.
    ENTITLEMENT: ("appId", "appResourceTypeId", "appResourceId"),
}
"""The fields of a message that nobody changes after its creation."""

_NOUNS = {POLICY: "a policy", APP: "an app", ENTITLEMENT: "an entitlement"}


def list_writable(name: str = POLICY) -> tuple[str, ...]:
    """Return the fields of a message that an update may name."""
    fields, fixed = get_message(name).fields.values(), IMMUTABLE.get(name, ())
    return tuple(f.name for f in fields if not f.read_only and f.name not in fixed)


def parse(
    mask: str | None, newer: Collection[str] = (), *, tolerant: bool = False, name: str = POLICY
) -> tuple[str, ...] | None:
    """Parse a mask; return its top-level fields, or None if it names none.

    Args:
        mask: Paths, separated by commas.
        newer: Fields that this tenant knows beyond the published structure.
        tolerant: Accept snake_case and ignore unknown paths, instead of rejecting them.
        name: The message that the update changes.

    Raises:
        TenantError: A path is not one that an update of the message may name.
    """
    paths = (mask or "").strip().split(",")
    if paths == [""]:
        return None
    if tolerant:
        camel = (re.sub(r"_([a-z])", lambda found: found[1].upper(), path) for path in paths)
        paths = [path for path in camel if path in list_writable(name) or path in newer]
    for path in paths:
        _check(name, path, newer)
    return tuple(dict.fromkeys(paths))


def _check(name: str, path: str, newer: Collection[str]) -> None:
    top, dot, _ = path.partition(".")
    fields = get_message(name).fields
    if "_" in top:
        raise invalid(f"update_mask: path {path!r} is not lowerCamelCase")
    if top not in fields and top not in newer:
        raise invalid(f"update_mask: {path!r} is not a field of {_NOUNS[name]}")
    if top in fields and fields[top].read_only:
        raise invalid(f"update_mask: {top!r} is output-only")
    if top in IMMUTABLE.get(name, ()):
        raise invalid(f"update_mask: {top!r} cannot be changed after creation")
    if dot and fields[top].kind == "message" and fields[top].shape == "single":
        raise invalid(f"update_mask: the emulated tenant knows no path in a message: {path!r}")
    if dot:
        raise invalid(f"update_mask: path {path!r} goes through a map, a list or a scalar")
