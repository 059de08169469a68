"""A provider that does nothing, with inputs and outputs of the same size.

It shows the cost of the engine alone.
"""

from __future__ import annotations

import os
import uuid
from typing import Any

from pulumi import dynamic

DRIFTED = "BENCHMARK_DRIFTED"
"""The variable with the name of the policy that a read reports as changed."""

_MADE = {
    "created_at": "2026-01-01T00:00:00.000000000Z",
    "updated_at": "2026-01-01T00:00:00.000000000Z",
    "system_builtin": False,
}
_MARKS = {"managed_by": "pulumi", "iac_workspace": "bench/floor"}


class FloorProvider(dynamic.ResourceProvider):
    """A provider that answers every call from its arguments."""

    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.DiffResult:
        """Compare the inputs by value."""
        return dynamic.DiffResult(changes=any(_olds.get(k) != v for k, v in _news.items()))

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Return a random id."""
        return dynamic.CreateResult(uuid.uuid4().hex[:27], {**props, **_MADE})

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """Return the properties unchanged, except for the policy in the environment."""
        found = dict(props)
        if props["display_name"] == os.environ.get(DRIFTED):
            found["description"] = "Somebody was here."
        return dynamic.ReadResult(id_, found, {k: v for k, v in found.items() if k not in _MADE})

    def update(
        self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]
    ) -> dynamic.UpdateResult:
        """Return the new inputs as outputs."""
        return dynamic.UpdateResult({**_olds, **_news})


class Floor(dynamic.Resource, module="benchmark", name="Floor"):
    """A resource of that provider."""

    def __init__(self, name: str, props: dict[str, Any]) -> None:
        marks = {**_MARKS, "iac_resource_address": f"benchmark.Floor/{name}"}
        super().__init__(FloorProvider(), name, {**props, "annotations": marks})
