"""The directory of a test: the people, groups, apps and entitlements that there are.

A table that is given is taken to be whole: a person who is not in `users` does not exist. A table
that is left out is unknown, as is an app, a group or an entitlement that nobody describes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pulumi_c1policy._cel.cel_values import Record, Value
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate.fixtures import FixtureError, names, record

_TABLES = ("users", "groups", "apps", "entitlements")
_ENTITLEMENT = "owners members resource_owners enrolled automatically_enrolled"


class Directory:
    """Who and what there is.

    Args:
        given: The tables `users`, `groups`, `apps` and `entitlements`, each a list of objects.

    Raises:
        FixtureError: A table or a field does not exist, or holds what it cannot hold.
    """

    def __init__(self, given: Mapping[str, Value] | None = None) -> None:
        tables = given or {}
        for name, rows in tables.items():
            if name not in _TABLES or not isinstance(rows, list | tuple):
                advice = f"A directory has the lists {', '.join(_TABLES)}."
                raise FixtureError(f"The directory's `{name}` cannot be read.", advice)
        self.users = _users(tables.get("users"))
        self._by_name: dict[str, Record] = {}
        for user in self.users or ():
            for name in _names(user):
                self._by_name.setdefault(name, user)
        self._groups = [
            record("Group", row, _label("group", row), also="members")
            for row in tables.get("groups", ())
        ]
        self._apps = {_app_id(row): _app(row) for row in tables.get("apps", ())}
        self._entitlements = {
            (_app_id(row, "app_id", "appId"), str(row.get("id", ""))): record(
                "Entitlement", row, _label("entitlement", row), also=_ENTITLEMENT
            )
            for row in tables.get("entitlements", ())
        }

    def find(self, wanted: str) -> Record | None:
        """The user with this id, email or username."""
        return self._by_name.get(wanted)

    def person(self, wanted: str) -> Record:
        """The user with this id, email or username, of whom nothing else may be known."""
        field = "email" if "@" in wanted else "id"
        return self.find(wanted) or Record("User", wanted, {field: wanted})

    def people(self, wanted: Iterable[str]) -> list[Record]:
        """The users with these ids, emails or usernames, in this order."""
        return [self.person(name) for name in wanted]

    def managers(self, user: Record) -> list[Record] | Undecided:
        """The managers of a user, as far as the user's own fields tell."""
        if "managers" in user.hidden:
            return self.people(user.hidden["managers"])
        told = [user.get("manager_id"), user.get("manager")]
        named = [name for name in told if isinstance(name, str) and name]
        if named:
            return [next(filter(None, map(self.find, named)), None) or self.person(named[-1])]
        if isinstance(told[1], Undecided):
            return told[1]
        return []

    def reports(self, managers: list[Record]) -> list[Record] | Undecided:
        """The users whose manager is one of `managers`."""
        if self.users is None:
            return Undecided("the directory has no `users`")
        wanted = {name for manager in managers for name in _names(manager)}
        return [user for user in self.users if wanted & _managers_of(user)]

    def group(self, name: str) -> Record | None:
        """The group with this display name."""
        return next((g for g in self._groups if g.text("display_name") == name), None)

    def members(self, app_id: str, group_id: str) -> list[Record] | Undecided:
        """Who is in a group, or has an entitlement, of an app."""
        for group in self._groups:
            if (group.text("id"), group.text("app_id")) == (group_id, app_id):
                return self._listed(group, "members")
        return self.of_entitlement(app_id, group_id, "members")

    def entitlement(self, app_id: str, entitlement_id: str) -> Record | None:
        """What the directory says of an entitlement."""
        return self._entitlements.get((app_id, entitlement_id))

    def of_entitlement(
        self, app_id: str, entitlement_id: str, relation: str
    ) -> list[Record] | Undecided:
        """Its `owners`, `members` or another list of users that stands at the entitlement."""
        found = self.entitlement(app_id, entitlement_id)
        if found is None:
            what = f"`{entitlement_id}` of app `{app_id}`"
            return Undecided(f"the directory does not have {what}")
        return self._listed(found, relation)

    def app_owners(self, app_id: str) -> list[Record] | Undecided:
        """The owners of an app."""
        app = self._apps.get(app_id)
        if app is None or "owners" not in app:
            return Undecided(f"the directory does not have the owners of app `{app_id}`")
        return self.people(app["owners"])

    def accounts(self, user: Record, app_id: str) -> list[Record] | Undecided:
        """A user's accounts in an app."""
        app = self._apps.get(app_id)
        if app is None or "accounts" not in app:
            return Undecided(f"the directory does not have the accounts of app `{app_id}`")
        own = _names(user)
        return [account for name, account in app["accounts"] if name in own]

    def _listed(self, owner: Record, relation: str) -> list[Record] | Undecided:
        if relation not in owner.hidden:
            return Undecided(f"the directory does not have the {relation} of {owner.label}")
        return self.people(owner.hidden[relation])


def _users(rows: Iterable[Mapping[str, Value]] | None) -> list[Record] | None:
    if rows is None:
        return None
    return [record("User", row, _label("user", row), also="managers") for row in rows]


def _app(row: Mapping[str, Value]) -> dict[str, Any]:
    """What is known of an app: its owners, and its accounts by whose they are."""
    label = _label("app", row)
    if wrong := [name for name in row if name not in ("id", "display_name", "owners", "accounts")]:
        message = f"{label} has no field `{wrong[0]}`."
        raise FixtureError(message, "An app has: id, display_name, owners, accounts.")
    found: dict[str, Any] = {}
    if "owners" in row:
        found["owners"] = names(row["owners"], f"{label}.owners")
    if "accounts" in row:
        found["accounts"] = [
            (str(account.get("user")), account_of(account)) for account in row["accounts"]
        ]
    return found


def account_of(given: Mapping[str, Value]) -> Record:
    """An account: of the directory, or the one that a request is about."""
    fields = {name: value for name, value in given.items() if name != "user"}
    return record("AppUser", fields, "account", also="managers")


def _names(user: Record) -> set[str]:
    """Everything that a user is called by."""
    found = {user.text(field) for field in ("id", "email", "username")}
    for field in ("emails", "usernames"):
        found |= set(user.fields.get(field, ()))
    return found - {""}


def _managers_of(user: Record) -> set[str]:
    found = {user.text("manager"), user.text("manager_id"), *user.hidden.get("managers", ())}
    return found - {""}


def _label(kind: str, row: Mapping[str, Value]) -> str:
    fields = ("email", "display_name", "displayName", "id")
    return next((str(row[field]) for field in fields if row.get(field)), f"a {kind}")


def _app_id(row: Mapping[str, Value], *fields: str) -> str:
    found = next((row[field] for field in fields or ("id",) if field in row), None)
    if not isinstance(found, str):
        raise FixtureError(
            f"An entry of the directory lacks its app's id: {dict(row)!r}.",
            "Give an app its `id`, and an entitlement its `app_id`.",
        )
    return found
