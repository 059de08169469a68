"""The records of a client about itself: the call that it serves, and its last look at an object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Look:
    """A GET of one object that was answered.

    Attributes:
        version: The version that the answer shows (its `updated_at`); 0 for none.
        arrived_at: When the answer arrived at the client.
    """

    version: int
    arrived_at: float


@dataclass(frozen=True)
class Call:
    """One call of the engine for a resource.

    Attributes:
        method: create, update, delete, …
        resource: The resource's name.
        began_at: When it began.
        desired: The checked inputs; empty for a delete.
        recorded: The outputs in the state; empty for a create.
        options: The decisions of the program for the resource.
    """

    method: str
    resource: str
    began_at: float
    desired: Mapping[str, Any] = field(default_factory=dict)
    recorded: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
