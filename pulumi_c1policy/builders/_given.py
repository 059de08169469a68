"""The common part of all builders: leave out unset arguments."""

from __future__ import annotations

from typing import Any


def drop_unset(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - each builder says its own types
    """Return the fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}
