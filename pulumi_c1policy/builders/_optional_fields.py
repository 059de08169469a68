"""The common part of all builders: arguments that were not given."""

from __future__ import annotations

from typing import Any


def drop_unset(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - each builder says its own types
    """Return the fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


def take_app_id(group: Any) -> Any:  # noqa: ANN401 - an id, the result of a lookup, or an output
    """Return the id of the app of a group that a lookup has found, or an output of it.

    Raises:
        TypeError: The group is an id, which does not tell its app.
    """
    if hasattr(group, "apply"):
        return group.apply(take_app_id)
    if not hasattr(group, "app_id"):
        raise TypeError("a group's id needs app_id=...; the result of find_group has its own")
    return group.app_id
