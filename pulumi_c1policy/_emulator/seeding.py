"""The objects around policies that a test puts into the tenant: users, apps, entitlements.

Further fields of an object are keywords in lowerCamelCase, as on the wire. Each method returns the
object's id. Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import copy
from typing import Any

from pulumi_c1policy._emulator.quirks import Quirks
from pulumi_c1policy._emulator.reading import Reader
from pulumi_c1policy._emulator.render import render
from pulumi_c1policy._emulator.tenant import Tenant
from pulumi_c1policy._emulator.tenant_directory import GROUP_TYPE, Key
from pulumi_c1policy._emulator.wire_schema import (
    APP,
    ENTITLEMENT,
    PROVIDER,
    USER,
    WEBHOOK,
    get_message,
)

_Json = Any


class Seeding:
    """The methods that add and change objects around policies, without a request."""

    @property
    def tenant(self) -> Tenant:
        """The tenant."""
        raise NotImplementedError

    def add_user(
        self,
        email: str,
        display_name: str = "",
        *,
        status: str = "ENABLED",
        id: str = "",
        **fields: _Json,
    ) -> str:
        """Add a user; `status` is `ENABLED`, `DISABLED` or `DELETED`."""
        named = {"email": email, "displayName": display_name or email, "status": status}
        return self._add(USER, {**named, **fields}, id)

    def add_app(self, display_name: str, *, id: str = "", **fields: _Json) -> str:
        """Add an app."""
        return self._add(APP, {"displayName": display_name, **fields}, id)

    def add_entitlement(
        self, app_id: str, display_name: str, *, alias: str = "", id: str = "", **fields: _Json
    ) -> str:
        """Add an entitlement to an app. Its id is unique within the app only."""
        given = {"displayName": display_name, "alias": alias, **fields}
        return self._add(ENTITLEMENT, given, id, app_id)

    def add_group(self, app_id: str, name: str, *, id: str = "", **fields: _Json) -> str:
        """Add a group to an app.

        Returns:
            The id of the group's entitlement, which approvals name. The group itself is a resource
            with another id.
        """
        own = {
            "appResourceTypeId": GROUP_TYPE,
            "appResourceId": self.tenant.policies.make_id(),
        }
        return self.add_entitlement(app_id, name, id=id, **{**own, **fields})

    def add_webhook(self, display_name: str, *, id: str = "", **fields: _Json) -> str:
        """Add a webhook."""
        return self._add(WEBHOOK, {"displayName": display_name, **fields}, id)

    def add_step_up_provider(self, display_name: str, *, id: str = "", **fields: _Json) -> str:
        """Add an enabled provider of step-up authentication."""
        given = {"displayName": display_name, "enabled": True, **fields}
        return self._add(PROVIDER, given, id)

    def edit_app(self, app_id: str, changes: dict[str, _Json]) -> None:
        """Let a person change fields of an app in the product; null resets one."""
        self._edit(APP, ("", app_id), changes)

    def edit_entitlement(self, app_id: str, entitlement_id: str, changes: dict[str, _Json]) -> None:
        """Let a person change fields of an entitlement in the product; null resets one."""
        self._edit(ENTITLEMENT, (app_id, entitlement_id), changes)

    def edit_user(self, user_id: str, changes: dict[str, _Json]) -> None:
        """Let the directory change fields of a user; null resets one."""
        self._edit(USER, ("", user_id), changes)

    def remove_user(self, user_id: str) -> None:
        """Delete a user softly."""
        self.tenant.directory[USER].remove(("", user_id))

    def remove_app(self, app_id: str) -> None:
        """Delete an app softly; its entitlements stay."""
        self.tenant.directory[APP].remove(("", app_id))

    def remove_entitlement(self, app_id: str, entitlement_id: str) -> None:
        """Delete an entitlement softly."""
        self.tenant.directory[ENTITLEMENT].remove((app_id, entitlement_id))

    def app(self, app_id: str) -> dict[str, _Json]:
        """Return an app as JSON with unset fields left out."""
        return self._show(APP, ("", app_id))

    def entitlement(self, app_id: str, entitlement_id: str) -> dict[str, _Json]:
        """Return an entitlement as JSON with unset fields left out."""
        return self._show(ENTITLEMENT, (app_id, entitlement_id))

    def _add(self, name: str, given: dict[str, _Json], id: str, app_id: str = "") -> str:
        table = self.tenant.directory[name]
        return table.add(given, id=id, app_id=app_id, is_original=True).key[1]

    def _edit(self, name: str, key: Key, changes: dict[str, _Json]) -> None:
        sent = Reader(keep_output_only=True).read(name, changes)
        names = get_message(name).by_any_name
        self.tenant.directory[name].change(key, sent, tuple(names[each].name for each in changes))

    def _show(self, name: str, key: Key) -> dict[str, _Json]:
        row = self.tenant.directory[name].get_live(key)
        return copy.deepcopy(render(name, row.stored, Quirks(unset_fields="omitted")))
