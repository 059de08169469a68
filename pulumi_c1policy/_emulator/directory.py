"""The objects around a tenant's policies: users, apps, entitlements and others.

A table holds the objects of one message in their stored form. An entitlement's id is unique within
its app only, so an object is known by the ids of its app and of itself. Must not import anything of
the package outside `_emulator`.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pulumi_c1policy._emulator import rules
from pulumi_c1policy._emulator.clock import Clock
from pulumi_c1policy._emulator.errors import Code, TenantError, invalid
from pulumi_c1policy._emulator.reading import Reader
from pulumi_c1policy._emulator.schema import get_message

USER = "c1.api.user.v1.User"
APP = "c1.api.app.v1.App"
ENTITLEMENT = "c1.api.app.v1.AppEntitlement"
WEBHOOK = "c1.api.webhooks.v1.Webhook"
PROVIDER = "c1.api.stepup.v1.StepUpProvider"
RULE = "c1.api.app.v1.AppEntitlementRoutingRule"

GROUP_TYPE = "group"
"""The id of the resource type of groups in the emulated tenant."""

Tables = Mapping[str, Sequence[Mapping[str, Any]]]
"""The lists of a directory file: `users`, `apps`, `groups` and `entitlements`."""

Key = tuple[str, str]
"""The ids of an object's app ("" for an object without one) and of the object."""


@dataclass(frozen=True)
class Row:
    """One object. `fields` is never changed in place."""

    key: Key
    sequence: int
    fields: dict[str, Any]

    @property
    def stored(self) -> dict[str, Any]:
        """Return the object in its stored form."""
        return self.fields


class Table:
    """The objects of one message, deleted ones included. Thread-safe."""

    def __init__(self, name: str, clock: Clock, make_id: Callable[[], str]) -> None:
        """Make an empty table.

        Args:
            name: The name of the message.
            clock: The tenant's clock.
            make_id: Returns a new id.
        """
        self.name = name
        self._clock = clock
        self._make_id = make_id
        self._rows: dict[Key, Row] = {}
        self._lock = threading.RLock()
        self._sequence = 0

    def __iter__(self) -> Iterator[Row]:
        with self._lock:
            return iter(list(self._rows.values()))

    def add(self, given: dict[str, Any], *, id: str = "", app_id: str = "") -> Row:
        """Store an object, given as JSON; output-only fields are kept.

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
            self._rows[key] = Row(key, self._sequence, {**own, **fields})
            return self._rows[key]

    def find(self, key: Key) -> Row:
        """Return the object with these ids.

        Raises:
            TenantError: There is none, or it was deleted.
        """
        row = self._rows.get(key)
        if row is None or "deletedAt" in row.fields:
            raise TenantError(Code.NOT_FOUND, f"{self.name.rpartition('.')[2]} {key[1]} not found")
        return row

    def change(self, key: Key, sent: dict[str, Any], paths: tuple[str, ...]) -> Row:
        """Set fields to the sent values; absent ones are reset, and annotations merge."""
        with self._lock:
            row = self.find(key)
            fields = copy.deepcopy(row.fields)
            for name in paths:
                held = fields.pop(name, None)
                if name == "annotations":
                    sent_notes = sent.get(name, {})
                    if notes := rules.merge_annotations(held or {}, sent_notes):
                        fields[name] = notes
                elif name in sent:
                    fields[name] = sent[name]
            fields["updatedAt"] = self._clock.now()
            self._rows[key] = replace(row, fields=fields)
            return self._rows[key]

    def remove(self, key: Key) -> None:
        """Mark an object deleted."""
        with self._lock:
            row = self.find(key)
            fields = {**row.fields, "deletedAt": self._clock.now()}
            self._rows[key] = replace(row, fields=fields)

    def read_page(
        self, matches: Callable[[Row], bool], after: int, size: int
    ) -> tuple[list[Row], int | None]:
        """Return one page of the matching objects in the order of their creation.

        Returns:
            The page, and the sequence number to continue after; None on the last page.
        """
        found = [row for row in self if row.sequence > after and matches(row)]
        return found[:size], found[size - 1].sequence if len(found) > size else None


class Directory:
    """All objects around the policies of one tenant."""

    def __init__(self, clock: Clock, make_id: Callable[[], str]) -> None:
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

    def fill(self, tables: Tables) -> None:
        """Add the objects of a directory file, which `c1policy simulate` reads as well.

        Ids are kept. Fields that the API does not have are left out.

        Args:
            tables: Its lists; a field may have either spelling.
        """
        for user in tables.get("users", ()):
            self._fill(USER, {"status": "ENABLED", **user})
        for app in tables.get("apps", ()):
            self._fill(APP, app)
        for group in tables.get("groups", ()):
            self._fill(ENTITLEMENT, {"appResourceTypeId": GROUP_TYPE, **group})
        for entitlement in tables.get("entitlements", ()):
            self._fill(ENTITLEMENT, entitlement)

    def _fill(self, name: str, given: Mapping[str, Any]) -> None:
        app_id = str(given.get("appId") or given.get("app_id") or "")
        fields = {key: value for key, value in given.items() if _fits(name, key, value)}
        self[name].add(fields, id=str(given.get("id") or ""), app_id=app_id)


def _fits(name: str, field: str, value: object) -> bool:
    """Return whether a message has a field that may have this value."""
    if field in {"id", "appId", "app_id"}:
        return False
    try:
        Reader(keep_output_only=True).read(name, {field: value})
    except TenantError:
        return False
    return True
