"""The objects to which the resources of a program attach policies.

Two resources for one object would undo each other's work at every update.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock


@dataclass
class DeclaredTargets:
    """The object of each resource that the engine has checked in this process. Thread-safe.

    A resource that the program no longer declares is not checked, so it is not among them.
    """

    _ids: dict[str, str] = field(default_factory=dict)
    """The id of the attachment by the URN of the resource."""
    _fields: dict[str, frozenset[str]] = field(default_factory=dict)
    """The names of the fields that each resource sets."""
    _lock: Lock = field(default_factory=Lock)

    def declare(self, urn: str, attachment_id: str, fields: Iterable[str] = ()) -> None:
        """Record the attachment of a resource; "" if its id is not known yet.

        Args:
            urn: The resource.
            attachment_id: The id of the attachment.
            fields: The names of the fields that the resource sets.
        """
        if urn:
            with self._lock:
                self._ids[urn] = attachment_id
                self._fields[urn] = frozenset(fields)

    def find_rivals(self, urn: str, attachment_id: str) -> list[str]:
        """Find the URNs of the other resources with the same object."""
        with self._lock:
            return sorted(
                other
                for other, found in self._ids.items()
                if found == attachment_id and urn not in ("", other)
            )

    def find_managers(self, attachment_id: str) -> dict[str, str]:
        """Find the URN of the resource that sets each field of an object."""
        with self._lock:
            return {
                name: urn
                for urn, found in self._ids.items()
                if found == attachment_id
                for name in self._fields[urn]
            }
