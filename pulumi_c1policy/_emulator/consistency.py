"""Reads of an eventually consistent tenant: older versions, and pages that move.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, Literal, Protocol, TypeVar

from pulumi_c1policy._emulator.quirks import Quirks

Endpoint = Literal["get", "list", "search"]


class Version(Protocol):
    """One version of a stored object."""

    @property
    def key(self) -> Any:  # noqa: ANN401 (an id, or the ids of an app and an entitlement)
        """Return the id by which a GET finds the object."""

    @property
    def sequence(self) -> int:
        """Return the object's position in the order of creation."""

    @property
    def updated_at(self) -> int:
        """Return the time of the version in nanoseconds."""

    @property
    def is_original(self) -> bool:
        """Return true if the version always existed."""


V = TypeVar("V", bound=Version)
_Page = tuple[list[V], int | None]


class Readable(Protocol[V]):
    """The part of a store that a read needs."""

    def find(self, key: Any, /) -> V | None:  # noqa: ANN401 (see Version)
        """Return the object with that id, deleted or not."""

    def read_page(self, matches: Callable[[V], bool], after: int, size: int, /) -> _Page[V]:
        """Return one page of the matching objects, and the position to continue from."""


class Store(Readable[V], Protocol[V]):
    """A store of objects with all their versions."""

    def __iter__(self) -> Iterator[V]: ...

    @property
    def versions(self) -> Sequence[V]:
        """Every version ever written, in the order of the writes."""


def take_page(
    versions: Iterable[V], matches: Callable[[V], bool], after: int, size: int
) -> _Page[V]:
    """Return one page of the matching objects in order of creation.

    Returns:
        The page, and the sequence number to continue after; None on the last page.
    """
    later = (each for each in versions if each.sequence > after and matches(each))
    found = list(islice(later, size + 1))
    return found[:size], found[size - 1].sequence if len(found) > size else None


class Past(Generic[V]):
    """The objects as they were at an earlier time."""

    def __init__(self, versions: dict[Any, V]) -> None:
        self._versions = versions

    def find(self, key: Any, /) -> V | None:  # noqa: ANN401 (see Version)
        """Return the object with that id, deleted or not."""
        return self._versions.get(key)

    def read_page(self, matches: Callable[[V], bool], after: int, size: int, /) -> _Page[V]:
        """Return one page in order of creation."""
        return take_page(self._versions.values(), matches, after, size)


class ByOffset(Generic[V]):
    """The objects in pages that count from the start, the last changed one first."""

    def __init__(self, versions: Iterable[V]) -> None:
        self._versions = sorted(versions, key=lambda version: -version.updated_at)

    def find(self, key: Any, /) -> V | None:  # noqa: ANN401 (see Version)
        """Return the object with that id, deleted or not."""
        return next((version for version in self._versions if version.key == key), None)

    def read_page(self, matches: Callable[[V], bool], after: int, size: int, /) -> _Page[V]:
        """Return one page; `after` is the number of matching objects on the pages before it."""
        found = list(islice(filter(matches, self._versions), after, after + size + 1))
        return found[:size], after + size if len(found) > size else None


def select_version(
    store: Store[V], quirks: Quirks, endpoint: Endpoint, now: int, *, turn: int = 0
) -> Readable[V]:
    """Return the objects of a store as an endpoint sees them now.

    Args:
        store: The objects.
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
        return ByOffset(store) if by_offset else store
    until = now - int(lag * 1e9)
    versions = {v.key: v for v in store.versions if v.updated_at <= until or v.is_original}
    return ByOffset(versions.values()) if by_offset else Past(versions)
