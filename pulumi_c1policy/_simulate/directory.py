"""The directory of a simulation: its people, groups, apps and entitlements.

A table that is given is complete: a person who is not in `users` does not exist. A table that is
left out is unknown, and so is an app, a group or an entitlement that no table describes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pulumi_c1policy._cel.cel_values import CelObject, Value
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate import wording
from pulumi_c1policy._simulate.fixtures import FixtureError, build_record, read_names

_TABLES = ("users", "groups", "apps", "entitlements", "webhooks", "step_up_providers")
_ENTITLEMENT_RELATIONS = "owners members resource_owners enrolled automatically_enrolled"
_APP_FIELDS = ("id", "display_name", "displayName", "owners", "accounts")


class Directory:
    """The people, groups, apps and entitlements of a simulation.

    People are named by id, email or username.

    Attributes:
        tables: The tables as they were given.
        users: The user records; None if the table is left out.

    Args:
        given: The tables `users`, `groups`, `apps` and `entitlements`, each a list of objects.
            The fields have the names of expressions, in either spelling. Further fields are
            `managers` (users), `members` (groups), `owners` and `accounts` (apps), and `app_id`,
            `owners`, `members`, `resource_owners`, `enrolled` and `automatically_enrolled`
            (entitlements). Only lookups of a program use the tables `webhooks` and
            `step_up_providers`, and the `alias` of an entitlement.

    Raises:
        FixtureError: A table or a field does not exist, or a value has the wrong type.
    """

    def __init__(self, given: Mapping[str, Value] | None = None) -> None:
        tables = self.tables = given or {}
        for name, rows in tables.items():
            if name not in _TABLES:
                advice = f"Use the tables {', '.join(_TABLES)}."
                raise FixtureError(f"A directory has no table `{name}`.", advice)
            if not isinstance(rows, list | tuple):
                advice = "Write a list of objects."
                raise FixtureError(f"The table `{name}` of the directory is not a list.", advice)
        self.users = _read_users(tables.get("users"))
        self._by_name: dict[str, CelObject] = {}
        for user in self.users or ():
            for name in _list_names(user):
                self._by_name.setdefault(name, user)
        self._groups = [
            build_record("Group", row, _make_label("group", row), also="members")
            for row in tables.get("groups", ())
        ]
        self._webhooks = {
            str(row.get("id", "")): _read_name(row) for row in tables.get("webhooks", ())
        }
        self._apps = {_read_app_id(row): _read_app(row) for row in tables.get("apps", ())}
        self._entitlements = {
            (_read_app_id(row, "app_id", "appId"), str(row.get("id", ""))): _read_entitlement(row)
            for row in tables.get("entitlements", ())
        }

    def find(self, wanted: str) -> CelObject | None:
        """Return the user with an id, email or username, or None."""
        return self._by_name.get(wanted)

    def get_person(self, wanted: str) -> CelObject:
        """Return the user with an id, email or username; a user with that name only if unknown."""
        field = "email" if "@" in wanted else "id"
        return self.find(wanted) or CelObject("User", wanted, {field: wanted})

    def get_people(self, wanted: Iterable[str]) -> list[CelObject]:
        """Return the users with these ids, emails or usernames, in this order."""
        return [self.get_person(name) for name in wanted]

    def find_managers(self, user: CelObject) -> list[CelObject] | Undecided:
        """Return the managers of a user, as the fields of the user name them."""
        if "managers" in user.hidden:
            return self.get_people(user.hidden["managers"])
        fields = [user.get("manager_id"), user.get("manager")]
        names = [name for name in fields if isinstance(name, str) and name]
        if names:
            return [next(filter(None, map(self.find, names)), None) or self.get_person(names[-1])]
        if isinstance(fields[1], Undecided):
            return fields[1]
        return []

    def find_reports(self, managers: list[CelObject]) -> list[CelObject] | Undecided:
        """Return the users whose manager is one of `managers`."""
        if self.users is None:
            return Undecided("the directory has no table `users`")
        names = {name for manager in managers for name in _list_names(manager)}
        return [user for user in self.users if names & _list_managers(user)]

    def find_group(self, name: str) -> CelObject | None:
        """Return the group with a display name, or None."""
        return next((g for g in self._groups if g.text("display_name") == name), None)

    def find_members(self, app_id: str, group_id: str) -> list[CelObject] | Undecided:
        """Return the members of a group, or of an entitlement, of an app."""
        for group in self._groups:
            if (group.text("id"), group.text("app_id")) == (group_id, app_id):
                return self._find_related(group, "members")
        return self.find_entitlement_users(app_id, group_id, "members")

    def find_entitlement(self, app_id: str, entitlement_id: str) -> CelObject | None:
        """Return an entitlement, or None."""
        return self._entitlements.get((app_id, entitlement_id))

    def find_entitlement_users(
        self, app_id: str, entitlement_id: str, relation: str
    ) -> list[CelObject] | Undecided:
        """Return the users of an entitlement: its `owners`, `members` or another relation."""
        found = self.find_entitlement(app_id, entitlement_id)
        if found is None:
            missing = f"entitlement or group `{entitlement_id}` of app {self.show_app(app_id)}"
            return Undecided(f"the directory has no {missing}")
        return self._find_related(found, relation)

    def find_app_owners(self, app_id: str) -> list[CelObject] | Undecided:
        """Return the owners of an app."""
        app = self._apps.get(app_id)
        if app is None or "owners" not in app:
            return Undecided(f"the directory has no owners of app {self.show_app(app_id)}")
        return self.get_people(app["owners"])

    def find_accounts(self, user: CelObject, app_id: str) -> list[CelObject] | Undecided:
        """Return the accounts of a user in an app."""
        app = self._apps.get(app_id)
        if app is None or "accounts" not in app:
            return Undecided(f"the directory has no accounts of app {self.show_app(app_id)}")
        names = _list_names(user)
        return [account for name, account in app["accounts"] if name in names]

    def show_app(self, app_id: str) -> str:
        """Return the id of an app for a message, with its display name if it is known."""
        return wording.add_name(f"`{app_id}`", self.name_app(app_id))

    def name_app(self, app_id: str) -> str:
        """Return the display name of an app; "" if it is unknown."""
        return str(self._apps.get(app_id, {}).get("name", ""))

    def name_group(self, app_id: str, group_id: str) -> str:
        """Return the display name of a group, or of an entitlement, of an app; "" if unknown."""
        for group in self._groups:
            if (group.text("id"), group.text("app_id")) == (group_id, app_id):
                return group.text("display_name")
        found = self.find_entitlement(app_id, group_id)
        return found.text("display_name") if found else ""

    def name_machine(self, machine_id: str) -> str:
        """Return the display name of a webhook or an agent; "" if it is unknown."""
        agent = self.find(machine_id)
        return agent.text("displayName") if agent else self._webhooks.get(machine_id, "")

    def _find_related(self, owner: CelObject, relation: str) -> list[CelObject] | Undecided:
        if relation not in owner.hidden:
            return Undecided(f"the directory has no `{relation}` of {owner.label}")
        return self.get_people(owner.hidden[relation])


def read_account(given: Mapping[str, Value]) -> CelObject:
    """Read an account of the directory, or the account that a request is about.

    Raises:
        FixtureError: A field does not exist, or a value has the wrong type.
    """
    fields = {name: value for name, value in given.items() if name != "user"}
    return build_record("AppUser", fields, "account", also="managers")


def _read_users(rows: Iterable[Mapping[str, Value]] | None) -> list[CelObject] | None:
    if rows is None:
        return None
    return [build_record("User", row, _make_label("user", row), also="managers") for row in rows]


def _read_app(row: Mapping[str, Value]) -> dict[str, Any]:
    """Return the name and the owners of an app, and its accounts with the names of their users."""
    label = _make_label("app", row)
    if wrong := [name for name in row if name not in _APP_FIELDS]:
        message = f"App {label} has no field `{wrong[0]}`."
        raise FixtureError(message, f"Use the fields {', '.join(_APP_FIELDS)}.")
    found: dict[str, Any] = {"name": _read_name(row)}
    if "owners" in row:
        found["owners"] = read_names(row["owners"], f"{label}.owners")
    if "accounts" in row:
        found["accounts"] = [
            (str(account.get("user")), read_account(account)) for account in row["accounts"]
        ]
    return found


def _read_entitlement(row: Mapping[str, Value]) -> CelObject:
    # Only lookups know the alias.
    fields = {name: value for name, value in row.items() if name != "alias"}
    label = _make_label("entitlement", row)
    return build_record("Entitlement", fields, label, also=_ENTITLEMENT_RELATIONS)


def _list_names(user: CelObject) -> set[str]:
    """Return the id, the emails and the usernames of a user."""
    found = {user.text(field) for field in ("id", "email", "username")}
    for field in ("emails", "usernames"):
        found |= set(user.fields.get(field, ()))
    return found - {""}


def _list_managers(user: CelObject) -> set[str]:
    found = {user.text("manager"), user.text("manager_id"), *user.hidden.get("managers", ())}
    return found - {""}


def _make_label(kind: str, row: Mapping[str, Value]) -> str:
    fields = ("email", "display_name", "displayName", "id")
    return next((str(row[field]) for field in fields if row.get(field)), f"a {kind}")


def _read_name(row: Mapping[str, Value]) -> str:
    """Return the display name of an object."""
    return str(row.get("display_name") or row.get("displayName") or "")


def _read_app_id(row: Mapping[str, Value], *fields: str) -> str:
    found = next((row[field] for field in fields or ("id",) if field in row), None)
    if not isinstance(found, str):
        raise FixtureError(
            f"The entry {dict(row)!r} of the directory has no id of an app.",
            "Give an app its `id`, and an entitlement its `app_id`.",
        )
    return found
