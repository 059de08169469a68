"""The reads of apps and entitlements of one run: many entitlements with few requests.

The engine reads a stack's attachments one by one, without telling how many will follow. The first
reads of a run are single GETs. Later ones read the pages of their app's entitlements, as long as
these contain policies of the stack. What the pages do not show is read with a GET.

The more reads there were, the more are likely to follow, so the number of pages that are allowed is
the square of the number of reads. Some pages of a large app are read for few of its entitlements.

Nothing that was read here may be the base of a write, and only a GET proves that an object is gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from pulumi_c1policy._client.attachment_client import AttachmentClient
from pulumi_c1policy._client.clock import ClientClock
from pulumi_c1policy._lifecycle.effects.reads import FRESH_SECONDS
from pulumi_c1policy._model.attachment_fields import AttachmentTarget
from pulumi_c1policy.errors import APIError

SINGLE_READS: Final = 4
"""The number of initial reads of entitlements that are sent as single GETs."""

_MAX_FIRST_PAGES = 10
"""The number of pages of an app that its first read may request."""

_MAX_HELP_SECONDS = 10.0
"""The longest time of one page, and of all pages for one read: a GET needs time after them."""

_Object = dict[str, Any]


@dataclass
class _Listing:
    """The entitlements of one app, as far as they were read."""

    lock: Lock
    """Held during the request for a page, whose rows the other threads wait for."""
    pages: Iterator[list[_Object]] | None = None
    rows: dict[str, tuple[_Object, float]] = field(default_factory=dict)
    """The entitlements, each with the time of its page."""
    begun_at: float = 0.0
    reads: int = 0
    pages_read: int = 0
    useless_pages: int = 0
    policies: set[str] = field(default_factory=set)
    """The policies that the state names for entitlements of the app."""


class AttachmentReads:
    """The reads of one run. Thread-safe."""

    def __init__(self, client: AttachmentClient, clock: ClientClock | None = None) -> None:
        """Make an object that has read nothing yet."""
        self._client = client
        self._clock = clock or ClientClock()
        self._lock = Lock()
        self._listings: dict[str, _Listing] = defaultdict(lambda: _Listing(Lock()))
        self._single: set[AttachmentTarget] = set()
        self._reads = self._pages_read = 0

    def get(self, target: AttachmentTarget, policies: Collection[str] = ()) -> tuple[_Object, bool]:
        """Return an object as it was at most `FRESH_SECONDS` ago.

        Args:
            target: The object.
            policies: The policies that the state names for it. A page with such policies probably
                contains other entitlements of the stack.

        Returns:
            The object, and whether a GET has read it.

        Raises:
            NotFoundError: The tenant has no such object.
            APIError: The object could not be read.
        """
        if target.entitlement_id and (found := self._find(target, policies)):
            return found, False
        return self._client.get(target), True

    def forget(self, target: AttachmentTarget) -> None:
        """Read an object that is about to change, or has just changed, with GETs only."""
        with self._lock:
            self._single.add(target)

    def _find(self, target: AttachmentTarget, policies: Collection[str]) -> _Object | None:
        """Find an entitlement on the pages of its app; None if only a GET may read it."""
        with self._lock:
            listing = self._listings[target.app_id]
            self._reads += 1
            listing.reads += 1
            listing.policies |= {*policies} - {""}
            if self._reads <= SINGLE_READS or target in self._single:
                return None
        begun_at = self._clock.monotonic()
        while self._clock.monotonic() - begun_at <= _MAX_HELP_SECONDS:
            # Without the lock between two pages, other threads find their rows in time.
            with listing.lock:
                if found := self._get_fresh(listing, target):
                    return found
                if not self._read_page(listing, target):
                    return None
        return self._get_fresh(listing, target)

    def _get_fresh(self, listing: _Listing, target: AttachmentTarget) -> _Object | None:
        row, seen_at = listing.rows.get(target.entitlement_id, ({}, 0.0))
        return row if row and self._clock.monotonic() - seen_at <= FRESH_SECONDS else None

    def _read_page(self, listing: _Listing, target: AttachmentTarget) -> bool:
        """Read the next page of an app; return False if there is none, or pages do not help."""
        now = self._clock.monotonic()
        if not self._may_read_page(listing):
            return False
        if listing.pages is None or (
            listing.pages is _END and now - listing.begun_at > FRESH_SECONDS
        ):
            listing.pages = self._client.list_entitlement_pages(target.app_id)
            listing.begun_at = now
        try:
            with self._client.limit_time(_MAX_HELP_SECONDS):
                page = next(listing.pages, None)
        except APIError:
            # Pages only save requests: a GET will report the error, if it remains.
            listing.useless_pages, page = listing.reads + SINGLE_READS, None
        if page is None:
            listing.pages = _END
            return False
        listing.pages_read += 1
        with self._lock:
            self._pages_read += 1
        is_useful = any(
            row.get("id") == target.entitlement_id or _names_policy(row, listing.policies)
            for row in page
        )
        listing.useless_pages += not is_useful
        for row in page:
            if not row.get("deletedAt") and row.get("appId") == target.app_id:
                listing.rows[str(row.get("id"))] = row, now
        return True

    def _may_read_page(self, listing: _Listing) -> bool:
        """Return whether the reads so far justify another page of an app."""
        return (
            listing.useless_pages < listing.reads
            and listing.pages_read < _MAX_FIRST_PAGES * listing.reads**2
            and self._pages_read < self._reads**2
        )


_END: Iterator[list[_Object]] = iter(())
"""The pages of an app after the last one."""


def _names_policy(row: _Object, policies: set[str]) -> bool:
    """Return whether an entitlement has one of these policies."""
    return any(
        value in policies
        for name, value in row.items()
        if name.endswith("PolicyId") and isinstance(value, str)
    )
