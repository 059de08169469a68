"""The tables of a directory file, which fill a tenant at its start.

The format is that of `c1policy simulate --directory`, but this reads it on its own. Must not import
anything of the package outside `_emulator`.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_c1policy._emulator.api_errors import TenantError
from pulumi_c1policy._emulator.reading import Reader
from pulumi_c1policy._emulator.tenant_clock import TenantClock
from pulumi_c1policy._emulator.tenant_directory import GROUP_TYPE, Key, TenantDirectory
from pulumi_c1policy._emulator.wire_schema import (
    APP,
    ENTITLEMENT,
    PROVIDER,
    USER,
    WEBHOOK,
    WireField,
    get_message,
)

Tables = Mapping[str, Sequence[Mapping[str, Any]]]
"""The lists of a directory file, by their names."""

_TABLES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "users": (USER, {"status": "ENABLED"}),
    "apps": (APP, {}),
    "groups": (ENTITLEMENT, {"appResourceTypeId": GROUP_TYPE}),
    "entitlements": (ENTITLEMENT, {}),
    "webhooks": (WEBHOOK, {}),
    "step_up_providers": (PROVIDER, {"enabled": True}),
}
"""The message of each list, and the fields of an object that does not set them."""


def fill(directory: TenantDirectory, tables: Tables) -> None:
    """Add the objects of a directory file, and change those that exist; ids are kept.

    A field has either spelling. Fields that the API does not have are left out, and so is a group
    or an entitlement without an app, which no request can name. An entitlement that is a group as
    well is one object.

    Raises:
        ValueError: A list or a value is not allowed.
    """
    _check_shape(tables)
    for name, (kind, own) in _TABLES.items():
        held = {row.key for row in directory[kind]}
        for index, given in enumerate(tables.get(name, ())):
            try:
                _add(directory, kind, {**own, **_translate(tables, kind, given)}, held)
            except TenantError as error:
                raise ValueError(f"directory: {name}[{index}]: {error}") from error


def check(tables: Tables) -> None:
    """Reject tables that `fill` would reject.

    Raises:
        ValueError: A list or a value is not allowed.
    """
    ids = itertools.count()
    fill(TenantDirectory(TenantClock(), lambda: str(next(ids))), tables)


def _check_shape(tables: object) -> None:
    if not isinstance(tables, Mapping):
        raise ValueError("a directory must be an object of lists")  # noqa: TRY004 (a file is wrong)
    for name, rows in tables.items():
        if name not in _TABLES:
            raise ValueError(f"a directory has no table {name!r}; use {', '.join(_TABLES)}")
        is_list = isinstance(rows, list | tuple)
        if not is_list or not all(isinstance(row, Mapping) for row in rows):
            raise ValueError(f"directory: {name} must be a list of objects")


def _add(directory: TenantDirectory, kind: str, fields: dict[str, Any], held: set[Key]) -> None:
    """Add an object, or give one of an earlier list further fields."""
    app_id, own_id = str(fields.pop("appId", "")), str(fields.pop("id", ""))
    if kind == ENTITLEMENT and not app_id:
        return
    if (app_id, own_id) in held:
        sent = Reader(keep_output_only=True).read(kind, fields)
        directory[kind].change((app_id, own_id), sent, tuple(fields))
    else:
        directory[kind].add(fields, id=own_id, app_id=app_id, is_original=True)


def _translate(tables: Tables, kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the API's message that an object of a file has."""
    names = get_message(kind).by_any_name
    found = {
        names[key].name: _spell(names[key], value) for key, value in given.items() if key in names
    }
    managers = given.get("managers") or [given.get("manager")]
    if kind == USER and any(managers):
        found.setdefault("managerIds", [_find_user(tables, str(each)) for each in managers if each])
    if kind == ENTITLEMENT and given.get("members"):
        found.setdefault("grantCount", len(given["members"]))
    return found


def _spell(member: WireField, value: object) -> object:
    """Return an enum's value as the API spells it: `HUMAN`, `UserType.HUMAN`, `USER_TYPE_HUMAN`."""
    if member.kind != "enum" or not isinstance(value, str):
        return value
    name = f"_{value.rpartition('.')[2].upper()}"
    ends = ((known, f"_{known}") for known in member.enum)
    return next((known for known, end in ends if end.endswith(name) or name.endswith(end)), value)


def _find_user(tables: Tables, name: str) -> str:
    """Return the id of the user with an id, email or username; the name itself if unknown."""
    for user in tables.get("users", ()):
        if name in (user.get("id"), user.get("email"), user.get("username")):
            return str(user.get("id") or name)
    return name
