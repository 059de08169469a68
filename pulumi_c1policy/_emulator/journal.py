"""What reached the tenant, without any secret.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class RecordedRequest:
    """One request and how it was answered."""

    method: str
    path: str
    query: dict[str, str]
    update_mask: str | None
    """The mask of an update; None when none was sent."""
    body: dict[str, Any] | None
    """The JSON body; of a token request only its grant type and client id."""
    status: int | None
    """The answer's status; None while there is none, or if none was ever sent."""
    request_id: str
    fault: str | None = None
    """What befell it on the way, if anything did."""

    def as_json(self) -> dict[str, Any]:
        """The entry as the control endpoint prints it."""
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
    """Requests in order of arrival; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[str, RecordedRequest] = {}

    def arrive(self, entry: RecordedRequest) -> None:
        """Record a request before it is answered."""
        with self._lock:
            self._entries[entry.request_id] = entry

    def answer(self, request_id: str, status: int) -> None:
        """Record the answer; one that a reset has overtaken is dropped."""
        with self._lock:
            if request_id in self._entries:
                self._entries[request_id] = replace(self._entries[request_id], status=status)

    def befall(self, request_id: str, fault: str) -> None:
        """Record what goes wrong with a request."""
        with self._lock:
            if request_id in self._entries:
                self._entries[request_id] = replace(self._entries[request_id], fault=fault)

    def entries(self) -> list[RecordedRequest]:
        """The requests so far."""
        with self._lock:
            return list(self._entries.values())

    def clear(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._entries.clear()
