"""The journal: the requests that reached the tenant, without any secret.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class RecordedRequest:
    """One request and its answer."""

    method: str
    path: str
    query: dict[str, str]
    update_mask: str | None
    """The mask of an update; None if none was sent."""
    body: dict[str, Any] | None
    """The JSON body; of a token request only its grant type and client id."""
    status: int | None
    """The answer's status; None if there is none yet, or none was ever sent."""
    request_id: str
    fault: str | None = None
    """The faults that hit it."""

    def as_json(self) -> dict[str, Any]:
        """Return the entry in the control endpoint's form."""
        return {
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "updateMask": self.update_mask,
            "body": self.body,
            "status": self.status,
            "requestId": self.request_id,
            "fault": self.fault,
        }


class Journal:
    """Requests in order of arrival. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[str, RecordedRequest] = {}

    def note_arrival(self, entry: RecordedRequest) -> None:
        """Record a request before it is answered."""
        with self._lock:
            self._entries[entry.request_id] = entry

    def answer(self, request_id: str, status: int) -> None:
        """Record the answer; drop one that arrives after a reset."""
        with self._lock:
            if request_id in self._entries:
                self._entries[request_id] = replace(self._entries[request_id], status=status)

    def note_fault(self, request_id: str, fault: str) -> None:
        """Record a fault that hits a request."""
        with self._lock:
            if request_id in self._entries:
                self._entries[request_id] = replace(self._entries[request_id], fault=fault)

    def list_entries(self) -> list[RecordedRequest]:
        """Return the requests so far."""
        with self._lock:
            return list(self._entries.values())

    def clear(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._entries.clear()
