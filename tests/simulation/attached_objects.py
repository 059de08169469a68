"""The apps and entitlements of a simulated tenant, and the record of all writes to them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from pulumi_c1policy._emulator.api_errors import TenantError
from pulumi_c1policy._emulator.tenant import Tenant
from pulumi_c1policy._emulator.tenant_directory import Key, Row
from pulumi_c1policy._emulator.wire_schema import APP, ENTITLEMENT
from tests.simulation.looks import Call, Look

APPS = "/api/v1/apps/"
POLICY_FIELDS = {
    "grantPolicyId": "GRANT",
    "revokePolicyId": "REVOKE",
    "certifyPolicyId": "CERTIFY",
    "emergencyGrantPolicyId": "GRANT",
}
"""The fields that name a policy, each with the type of the policy."""

BOOLEANS = ("emergencyGrantEnabled", "overrideAccessRequestsDefaults")
FIELDS = (*POLICY_FIELDS, *BOOLEANS)
"""The fields that an attachment may manage."""


@dataclass(frozen=True)
class ObjectEffect:
    """One write to an app or an entitlement that the tenant accepted.

    Attributes:
        at: When it took effect.
        actor: Who sent it.
        key: The object: the ids of its app ("" for an app) and of itself.
        before: The object before it; None when it is added.
        after: The object after it.
        sent_at: When it was sent.
        look: The last look of that client at the object when it was sent.
        run: The number of the process of ours that sent it; 0 for others.
        body: The JSON of the request.
        call: The call of the provider that sent it; None for others.
    """

    at: float
    actor: str
    key: Key
    before: Row | None
    after: Row
    sent_at: float = 0.0
    look: Look | None = None
    run: int = 0
    body: Any = None
    call: Call | None = None


class AttachedObjects:
    """The apps and entitlements of one tenant."""

    def __init__(self, tenant: Tenant, get_now: Callable[[], float]) -> None:
        self.tenant = tenant
        self.effects: list[ObjectEffect] = []
        self.recorded: list[tuple[float, Key, str, Any]] = []
        """The values that a state recorded after a create or an update, in their order."""
        self._get_now = get_now

    def add(self, chance: Random, entitlements: int) -> None:
        """Add two apps with entitlements, some of them with policies of others."""
        for app in ("app-1", "app-2"):
            given = {"displayName": app, **self._draw_fields(chance, is_app=True)}
            self._add(APP, app, "", given)
        for number in range(entitlements):
            name = f"entitlement-{number + 1}"
            given = {"displayName": name, **self._draw_fields(chance, is_app=False)}
            self._add(ENTITLEMENT, name, chance.choice(["app-1", "app-1", "app-2"]), given)

    def add_entitlement(self, name: str, app_id: str, given: dict[str, Any]) -> None:
        """Add an entitlement."""
        self._add(ENTITLEMENT, name, app_id, given)

    def list_keys(self) -> list[Key]:
        """List the objects that exist."""
        rows = [row for name in (APP, ENTITLEMENT) for row in self.tenant.directory[name]]
        return [row.key for row in rows if "deletedAt" not in row.fields]

    def find(self, key: Key) -> Row | None:
        """Return an object, deleted or not."""
        return self.tenant.directory[_table(key)].find(key)

    def value(self, key: Key, name: str) -> Any:
        """Return the live value of a field; its zero if it is unset."""
        row = self.find(key)
        return value_of(row, name)

    def list_foreign_policies(self, kind: str) -> list[str]:
        """List the policies of a type that exist and that no stack manages, builtin ones too."""
        return [
            record.id
            for record in self.tenant.policies
            if record.deleted_at is None
            and record.fields.get("policyType") == f"POLICY_TYPE_{kind}"
            and not record.fields.get("annotations", {}).get("managed_by")
        ]

    def is_update(self, method: str, path: str) -> bool:
        """Return whether a request updates an object."""
        return method == "POST" and path.startswith(APPS)

    def read_visible(self, path: str) -> Row | None:
        """Return the object at a path as the last request saw it."""
        key = read_key(path)
        return self.tenant.see("get", self.tenant.directory[_table(key)]).find(key)

    def record(self, actor: str, write: Callable[[], Any], **sent: Any) -> Any:
        """Carry out a write and keep what it did; returns what `write` returns."""
        tables = [self.tenant.directory[name] for name in (APP, ENTITLEMENT)]
        held = {row.key: row for table in tables for row in table}
        starts = [len(table.versions) for table in tables]
        result = write()
        for table, start in zip(tables, starts, strict=True):
            for row in table.versions[start:]:
                before, held[row.key] = held.get(row.key), row
                self.effects.append(
                    ObjectEffect(self._get_now(), actor, row.key, before, row, **sent)
                )
        return result

    def edit(self, actor: str, key: Key, **changes: Any) -> None:
        """Let somebody else change fields of an object."""
        table, paths = self.tenant.directory[_table(key)], tuple(changes)
        with contextlib.suppress(TenantError):
            self.record(actor, lambda: table.change(key, changes, paths))

    def remove(self, actor: str, key: Key) -> None:
        """Let somebody else delete an object."""
        with contextlib.suppress(TenantError):
            self.record(actor, lambda: self.tenant.directory[_table(key)].remove(key))

    def list_written(self, key: Key, name: str, until: float) -> list[Any]:
        """List the values of a field that a stack recorded last, or has sent since."""
        found = [e for e in self.recorded if e[1:3] == (key, name) and e[0] <= until]
        since = found[-1][0] if found else 0.0
        sent = [e for e in self.effects if e.key == key and e.run and since <= e.at < until]
        return [e[3] for e in found[-1:]] + [value_of(effect.after, name) for effect in sent]

    def history(self, key: Key, name: str) -> list[tuple[float, str, Any]]:
        """List the values of a field, each with the time and the actor that set it."""
        found: list[tuple[float, str, Any]] = []
        for effect in self.effects:
            value = value_of(effect.after, name)
            if effect.key == key and (not found or found[-1][2] != value):
                found.append((effect.at, effect.actor, value))
        return found

    def _add(self, message: str, name: str, app_id: str, given: dict[str, Any]) -> None:
        table = self.tenant.directory[message]
        self.record("nobody", lambda: table.add(given, id=name, app_id=app_id, is_original=True))

    def _draw_fields(self, chance: Random, *, is_app: bool) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for name, kind in POLICY_FIELDS.items():
            if name.startswith("emergency") and is_app:
                continue
            if chance.random() < 0.5:
                fields[name] = chance.choice(self.list_foreign_policies(kind))
        for name in BOOLEANS if not is_app else ():
            if chance.random() < 0.3:
                fields[name] = True
        return fields


def read_key(path: str) -> Key:
    """Return the object that a path of the API names."""
    parts = path.removeprefix(APPS).split("/")
    return (parts[0], parts[2]) if len(parts) > 2 else ("", parts[0])


def read_target(attachment_id: str) -> Key:
    """Return the object of an attachment with this id."""
    app_id, _, entitlement_id = attachment_id.partition("/")
    return (app_id, entitlement_id) if entitlement_id else ("", app_id)


def value_of(row: Row | None, name: str) -> Any:
    """Return the value of a field of an object; its zero if it is unset."""
    found = row.fields.get(name) if row else None
    return found or (False if name in BOOLEANS else "")


def _table(key: Key) -> str:
    return ENTITLEMENT if key[0] else APP
