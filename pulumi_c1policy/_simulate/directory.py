"""The directory of a test: the people, groups, apps and entitlements that there are.

A table that is given is taken to be whole: a person who is not in `users` does not exist. A table
that is left out is unknown, as is an app, a group or an entitlement that nobody describes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._cel.values import Record, Value
from pulumi_c1policy._simulate.fixtures import FixtureError, record

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
        self.users = self._users(tables.get("users"))
        self._groups = [
            record("Group", row, _label("group", row), also="members")
            for row in tables.get("groups", ())
        ]
        self._apps = {_app_id(row): row for row in tables.get("apps", ())}
        self._entitlements = {
            (_app_id(row, "app_id", "appId"), str(row.get("id", ""))): record(
                "Entitlement", row, _label("entitlement", row), also=_ENTITLEMENT
            )
            for row in tables.get("entitlements", ())
        }

    def _users(self, rows: Iterable[Mapping[str, Value]] | None) -> list[Record] | None:
        if rows is None:
            return None
        return [record("User", row, _label("user", row), also="managers") for row in rows]

    def find(self, wanted: str) -> Record | None:
        """The user with this id, email or username."""
        return next((user for user in self.users or () if wanted in _names(user)), None)

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
        names = [name for name in told if isinstance(name, str) and name]
        if names:
            return [next(filter(None, map(self.find, names)), None) or self.person(names[-1])]
        if isinstance(told[1], Undecided):
            return told[1]
        return []

    def reports(self, managers: list[Record]) -> list[Record] | Undecided:
        """The users whose manager is one of `managers`."""
        if self.users is None:
            return Undecided("the directory has no `users`")
        names = {name for manager in managers for name in _names(manager)}
        return [user for user in self.users if names & _managers_of(user)]

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

    def accounts(self, user: Record, app_id: str) -> list[dict[str, Any]] | Undecided:
        """A user's accounts in an app, as they were given."""
        app = self._apps.get(app_id)
        if app is None or "accounts" not in app:
            return Undecided(f"the directory does not have the accounts of app `{app_id}`")
        names = _names(user)
        return [account for account in app["accounts"] if account.get("user") in names]

    def _listed(self, owner: Record, relation: str) -> list[Record] | Undecided:
        if relation not in owner.hidden:
            return Undecided(f"the directory does not have the {relation} of {owner.label}")
        return self.people(owner.hidden[relation])


def _names(user: Record) -> set[str]:
    """Everything that a user is called by."""
    names = {user.text(field) for field in ("id", "email", "username")}
    for field in ("emails", "usernames"):
        names |= set(user.fields.get(field, ()))
    return names - {""}


def _managers_of(user: Record) -> set[str]:
    names = {user.text("manager"), user.text("manager_id"), *user.hidden.get("managers", ())}
    return names - {""}


def _label(kind: str, row: Mapping[str, Value]) -> str:
    names = ("email", "display_name", "displayName", "id")
    return next((str(row[name]) for name in names if row.get(name)), f"a {kind}")


def _app_id(row: Mapping[str, Value], *names: str) -> str:
    found = next((row[name] for name in names or ("id",) if name in row), None)
    if not isinstance(found, str):
        raise FixtureError(
            f"An entry of the directory lacks its app's id: {dict(row)!r}.",
            "Give an app its `id`, and an entitlement its `app_id`.",
        )
    return found
