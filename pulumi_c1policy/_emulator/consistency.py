"""Reads of an eventually consistent tenant: older versions, and pages that move.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Literal, Protocol

from pulumi_c1policy._emulator.quirks import Quirks
from pulumi_c1policy._emulator.state import PolicyStore, Record

Endpoint = Literal["get", "list", "search"]
_Matches = Callable[[Record], bool]


class Readable(Protocol):
    """The part of the policies that a read needs."""

    def find(self, policy_id: str) -> Record | None:
        """Return the policy with that id, deleted or not."""

    def read_page(
        self, matches: _Matches, after: int, size: int
    ) -> tuple[list[Record], int | None]:
        """Return one page of the matching policies, and the position to continue from."""


class Past:
    """The policies as they were at an earlier time."""

    def __init__(self, records: dict[str, Record]) -> None:
        self._records = records

    def find(self, policy_id: str) -> Record | None:
        """Return the policy with that id, deleted or not."""
        return self._records.get(policy_id)

    def read_page(
        self, matches: _Matches, after: int, size: int
    ) -> tuple[list[Record], int | None]:
        """Return one page in order of creation."""
        later = (r for r in self._records.values() if r.sequence > after and matches(r))
        found = list(islice(later, size + 1))
        return found[:size], found[size - 1].sequence if len(found) > size else None


class ByOffset:
    """The policies in pages that count from the start, the last changed one first."""

    def __init__(self, records: list[Record]) -> None:
        self._records = sorted(records, key=lambda record: -record.updated_at)

    def find(self, policy_id: str) -> Record | None:
        """Return the policy with that id, deleted or not."""
        return next((record for record in self._records if record.id == policy_id), None)

    def read_page(
        self, matches: _Matches, after: int, size: int
    ) -> tuple[list[Record], int | None]:
        """Return one page; `after` is the number of matching policies on the pages before it."""
        found = list(islice(filter(matches, self._records), after, after + size + 1))
        return found[:size], after + size if len(found) > size else None


def select_version(
    store: PolicyStore, quirks: Quirks, endpoint: Endpoint, now: int, *, turn: int = 0
) -> Readable:
    """Return the policies as an endpoint sees them now.

    Args:
        store: The policies.
        quirks: The tenant's quirks.
        endpoint: The endpoint.
        now: The tenant's time in nanoseconds.
        turn: The number of the read; with replicas, the odd ones lag.
    """
    lag = {"get": quirks.get_lag, "list": quirks.list_lag, "search": quirks.search_lag}[endpoint]
    if quirks.replicas and turn % 2 == 0:
        lag = 0.0
    by_offset = quirks.offset_pages and endpoint != "get"
    if not lag:
        return ByOffset(list(store)) if by_offset else store
    until = now - int(lag * 1e9)
    # Builtin policies always existed.
    records = {v.id: v for v in store.versions if v.updated_at <= until or v.builtin}
    return ByOffset(list(records.values())) if by_offset else Past(records)
