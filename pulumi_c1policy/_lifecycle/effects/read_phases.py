"""The choice of the next request for many reads. No I/O, and no threads.

The engine reads a stack's policies one by one, without telling how many will follow. A round of
reads goes through these phases:

    single GETs       for the first `SINGLE_READS` reads
        |
        v
    pages             of all policies, while each one contains policies that reads wait for
        |       ^
        v       |     after a search that found several policies, one more page is tried
    search by ids     for all ids that reads wait for, while searches find some of them
        |
        v
    single GETs       for the ids that no request for many finds
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

SINGLE_READS: Final = 4
"""The number of initial reads of a round that are sent as single GETs."""

_MAX_PAGES_PER_READ = 3
"""The page budget per read, so that a run with `--target` does not read a large tenant whole."""


@dataclass
class ReadPhases:
    """The phase of a round of reads, and the counts that it depends on."""

    _reads: int = 0
    _pages: int = 0
    _do_pages_help: bool = True
    _do_searches_help: bool = True

    def begin_read(self) -> bool:
        """Count a read; return whether it is sent as a single GET."""
        self._reads += 1
        return self._reads <= SINGLE_READS

    def choose_request(self) -> Literal["page", "search"]:
        """Choose the next request for many."""
        has_budget = self._pages < self._reads * _MAX_PAGES_PER_READ
        return "page" if self._do_pages_help and has_budget else "search"

    def end_page(self, *, has_helped: bool) -> None:
        """Count a page.

        Args:
            has_helped: It contained policies that reads wait for, or it was empty although others
                may follow.
        """
        self._pages += 1
        self._do_pages_help = has_helped

    def may_search(self, waiting: int) -> bool:
        """Return whether a search for this number of ids may help; for one id a GET is as good."""
        return self._do_searches_help and waiting > 1

    def end_search(self, found: int) -> None:
        """Record the number of ids that a search found."""
        self._do_searches_help = found > 0
        self._do_pages_help = found > 1
