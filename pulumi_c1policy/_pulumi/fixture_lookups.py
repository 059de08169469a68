"""The answers to a program's lookups from a directory of a simulation, without a tenant.

A table that is given is complete: an object that it does not contain is not found. A table that is
left out is unknown, and the lookup invents an object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from pulumi_c1policy._pulumi.program_lookups import format_call, quote

_Row = Mapping[str, Any]
# The name of each function, and the tables in which it looks, by its token.
_FUNCTIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "c1policy:index:findApp": ("find_app", ("apps",)),
    "c1policy:index:findEntitlement": ("find_entitlement", ("entitlements",)),
    "c1policy:index:findGroup": ("find_group", ("groups", "entitlements")),
    "c1policy:index:findStepUpProvider": ("find_step_up_provider", ("step_up_providers",)),
    "c1policy:index:findUser": ("find_user", ("users",)),
    "c1policy:index:findWebhook": ("find_webhook", ("webhooks",)),
}
# The field that each criterion names.
_FIELDS = {"name": "display_name", "alias": "alias"}
_RESULT_FIELDS = ("id", "app_id", "display_name", "alias", "email", "url", "enabled")


def answer(directory: _Row, token: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return what mocks answer to a call; nothing if the directory does not tell.

    Args:
        directory: The tables of the directory.
        token: The token of the function.
        arguments: The arguments of the call.

    Raises:
        RunError: The directory contains the table, and not exactly one such object, or a user who
            is not enabled.
    """
    function, tables = _FUNCTIONS.get(token, ("", ()))
    known = [directory[table] for table in tables if directory.get(table) is not None]
    if not known:
        return {}
    rows = [_normalize(row) for table in known for row in table]
    shown = {name: value for name, value in arguments.items() if name != "app_id"}
    call = format_call(function, **shown)
    scope = _find_app_id(directory, arguments) if "app" in arguments else {}
    found = [row for row in rows if _fits(row, arguments) and scope.items() <= row.items()]
    if len(found) == 1:
        [row] = found
        if str(row.get("status") or "ENABLED").rpartition(".")[2].upper() != "ENABLED":
            raise pulumi.RunError(f"{call} finds a user who is not enabled in the directory.")
        return {name: row[name] for name in _RESULT_FIELDS if row.get(name) is not None} | scope
    ids = ", ".join(str(row.get("id") or row.get("email")) for row in found)
    problem = f"finds {len(found)} objects ({ids})" if found else "finds nothing"
    raise pulumi.RunError(
        f"{call} {problem} in the directory.\nCorrect the table {quote(tables[0])} of the "
        "directory, or leave the table out."
    )


def _find_app_id(directory: _Row, arguments: Mapping[str, Any]) -> dict[str, str]:
    """Return the id of the app of an entitlement, if it is known."""
    if "app_id" in arguments:
        return {"app_id": arguments["app_id"]}
    found = answer(directory, "c1policy:index:findApp", {"name": arguments["app"]})
    return {"app_id": found["id"]} if "id" in found else {}


def _fits(row: _Row, arguments: Mapping[str, Any]) -> bool:
    """Return whether an object is the one that the arguments name."""
    if "email" in arguments:
        emails: Sequence[str] = (row.get("email") or "", *(row.get("emails") or ()))
        return str(arguments["email"]).casefold() in map(str.casefold, emails)
    return all(
        row.get(field) == arguments[name] for name, field in _FIELDS.items() if name in arguments
    )


def _normalize(row: _Row) -> dict[str, Any]:
    """Return an object with the spelling of results."""
    spellings = {name.replace("_", ""): name for name in _RESULT_FIELDS}
    return {
        spellings.get(name.replace("_", "").lower(), name): value for name, value in row.items()
    }
