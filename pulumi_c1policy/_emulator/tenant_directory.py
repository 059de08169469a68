"""The objects around a tenant's policies: users, apps, entitlements and others.

A table holds the objects of one message in their stored form. An entitlement's id is unique within
its app only, so an object is known by the ids of its app and of itself. Must not import anything of
the package outside `_emulator`.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from pulumi_c1policy._emulator import consistency, rules
from pulumi_c1policy._emulator.api_errors import StatusCode, TenantError, invalid
from pulumi_c1policy._emulator.reading import Reader
from pulumi_c1policy._emulator.tenant_clock import TenantClock
from pulumi_c1policy._emulator.wire_schema import (
    APP,
    ENTITLEMENT,
    PROVIDER,
    RULE,
    USER,
    WEBHOOK,
    get_message,
)

GROUP_TYPE = "group"
"""The id of the resource type of groups in the emulated tenant."""

Key = tuple[str, str]
"""The ids of an object's app ("" for an object without one) and of the object."""


@dataclass(frozen=True)
class Row:
    """One version of an object. `fields` is never changed in place."""

    key: Key
    sequence: int
    fields: dict[str, Any]
    updated_at: int
    is_original: bool = False
    """True if the version always existed, because a test put it there."""

    @property
    def stored(self) -> dict[str, Any]:
        """Return the object in its stored form."""
        return self.fields


class Table:
    """The objects of one message, deleted ones included. Thread-safe."""

    def __init__(self, name: str, clock: TenantClock, make_id: Callable[[], str]) -> None:
        """Make an empty table.

        Args:
            name: The name of the message.
            clock: The tenant's clock.
            make_id: Returns a new id.
        """
        self.name = name
        self.versions: list[Row] = []
        self._clock = clock
        self._make_id = make_id
        self._rows: dict[Key, Row] = {}
        self._lock = threading.RLock()
        self._sequence = 0

    def __iter__(self) -> Iterator[Row]:
        with self._lock:
            return iter(list(self._rows.values()))

    def find(self, key: Key) -> Row | None:
        """Return the object with these ids, deleted or not."""
        return self._rows.get(key)

    def get_live(self, key: Key) -> Row:
        """Return the object with these ids.

        Raises:
            TenantError: There is none, or it was deleted.
        """
        row = self._rows.get(key)
        if row is None or "deletedAt" in row.fields:
            raise make_missing(self.name, key)
        return row

    def read_page(
        self, matches: Callable[[Row], bool], after: int, size: int
    ) -> tuple[list[Row], int | None]:
        """Return one page of the matching objects in the order of their creation.

        Returns:
            The page, and the sequence number to continue after; None on the last page.
        """
        return consistency.take_page(self, matches, after, size)

    def add(
        self, given: dict[str, Any], *, id: str = "", app_id: str = "", is_original: bool = False
    ) -> Row:
        """Store an object, given as JSON; output-only fields are kept.

        Args:
            given: The fields of the object.
            id: Its id; "" makes one.
            app_id: The id of its app.
            is_original: The object always existed, so that no read lags behind it.

        Raises:
            TenantError: A field is unknown or has a wrong value, or the id is taken.
        """
        fields = Reader(keep_output_only=True).read(self.name, given)
        with self._lock:
            self._sequence += 1
            key = (app_id, id or self._make_id())
            if key in self._rows:
                raise invalid(f"the id {key[1]!r} is taken")
            now = self._clock.now()
            own: dict[str, Any] = {"id": key[1], "createdAt": now, "updatedAt": now}
            if app_id:
                own["appId"] = app_id
            known = get_message(self.name).fields
            own = {name: value for name, value in own.items() if name in known}
            return self._store(Row(key, self._sequence, {**own, **fields}, now, is_original))

    def change(self, key: Key, sent: dict[str, Any], paths: tuple[str, ...]) -> Row:
        """Set fields to the sent values; absent ones are reset, and annotations merge.

        Raises:
            TenantError: There is no such object, or an annotation is not allowed.
        """
        with self._lock:
            row = self.get_live(key)
            fields = copy.deepcopy(row.fields)
            for name in paths:
                held = fields.pop(name, None)
                if name == "annotations":
                    sent_notes = sent.get(name, {})
                    if notes := rules.merge_annotations(held or {}, sent_notes):
                        fields[name] = notes
                elif name in sent:
                    fields[name] = sent[name]
            return self._write(row, fields)

    def remove(self, key: Key) -> None:
        """Mark an object deleted.

        Raises:
            TenantError: There is no such object.
        """
        with self._lock:
            row = self.get_live(key)
            self._write(row, {**row.fields, "deletedAt": self._clock.now()})

    def _write(self, row: Row, fields: dict[str, Any]) -> Row:
        now = self._clock.now()
        fields = {**fields, "updatedAt": now}
        return self._store(replace(row, fields=fields, updated_at=now, is_original=False))

    def _store(self, row: Row) -> Row:
        self._rows[row.key] = row
        self.versions.append(row)
        return row


class TenantDirectory:
    """All objects around the policies of one tenant."""

    def __init__(self, clock: TenantClock, make_id: Callable[[], str]) -> None:
        """Make an empty directory; see `Table`."""
        names = (USER, APP, ENTITLEMENT, WEBHOOK, PROVIDER, RULE)
        self._tables = {name: Table(name, clock, make_id) for name in names}
        self.defaults: dict[str, dict[str, Any]] = {}
        """The request defaults of each app, by its id."""
        self.rule_orders: dict[str, list[str]] = {}
        """The ids of each app's configuration rules, in their order."""

    def __getitem__(self, name: str) -> Table:
        """Return the table of a message."""
        return self._tables[name]


def make_missing(name: str, key: Key) -> TenantError:
    """Return the error for an object that does not exist."""
    return TenantError(StatusCode.NOT_FOUND, f"{name.rpartition('.')[2]} {key[1]} not found")
