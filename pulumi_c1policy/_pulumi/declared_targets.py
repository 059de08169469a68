"""The objects to which the resources of a program attach policies.

Two resources for one object would undo each other's work at every update.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock


@dataclass
class DeclaredTargets:
    """The object of each resource that the engine has checked in this process. Thread-safe.

    A resource that the program no longer declares is not checked, so it is not among them.
    """

    _ids: dict[str, str] = field(default_factory=dict)
    """The id of the attachment by the URN of the resource."""
    _lock: Lock = field(default_factory=Lock)

    def declare(self, urn: str, attachment_id: str) -> None:
        """Record the attachment of a resource; "" if its id is not known yet."""
        if urn:
            with self._lock:
                self._ids[urn] = attachment_id

    def find_rivals(self, urn: str, attachment_id: str) -> list[str]:
        """Find the URNs of the other resources with the same object."""
        with self._lock:
            return sorted(
                other
                for other, found in self._ids.items()
                if found == attachment_id and urn not in ("", other)
            )
