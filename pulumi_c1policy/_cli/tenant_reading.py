"""The requests of `c1policy import` about objects around policies: their names, and attachments.

Names are help, not a gate: if a kind of object cannot be read, the import goes on without the names
of that kind.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from pulumi_c1policy._client import usage_client
from pulumi_c1policy._client.directory_client import DirectoryClient
from pulumi_c1policy._client.outcomes import OutcomeKind
from pulumi_c1policy._import import tenant_objects
from pulumi_c1policy._import.attachable import APP, ENTITLEMENT, Attached, find_attached
from pulumi_c1policy._import.references import Reference
from pulumi_c1policy._import.tenant_objects import MISSING, PLURALS, TenantObject
from pulumi_c1policy._model import object_matching
from pulumi_c1policy.errors import APIError

if TYPE_CHECKING:
    from pulumi_c1policy._client.directory_models import (
        Entitlement,
        StepUpProvider,
        User,
        Webhook,
    )
    from pulumi_c1policy._client.policy_client import PolicyClient
    from pulumi_c1policy._model.id_fields import Kind

_CHUNK = 100
"""The number of ids in one search."""

_MAX_SECONDS, _MAX_SHARE = 20.0, 1 / 4
"""The bounds of one search with its pages and repetitions."""

_Row = TypeVar("_Row")
_Id = TypeVar("_Id")
_Fields = Mapping[Reference, Collection[str]]


def find_attachments(client: PolicyClient, policy_ids: Sequence[str]) -> list[Attached]:
    """Find the attachments of policies: apps first, by name and id.

    Raises:
        APIError: The apps or the entitlements could not be searched.
    """
    found: dict[str, Attached] = {}
    for kind in (APP, ENTITLEMENT):
        what: usage_client.Searched = "apps" if kind is APP else "entitlements"
        for row in usage_client.search_all_by_policies(client.usage, what, policy_ids):
            if attached := find_attached(kind, row, {*policy_ids}):
                found.setdefault(f"{kind.resource} {attached.target.id}", attached)
    return sorted(found.values(), key=lambda each: (each.type.resource, each.name, each.target))


class ObjectReader:
    """The reader of the objects that policies and attachments name."""

    def __init__(self, client: PolicyClient, fields: _Fields, *, has_lookups: bool) -> None:
        """Make a reader that has sent nothing yet.

        Args:
            client: The client.
            fields: The objects, each with the names of the fields that name it.
            has_lookups: Also find the lookup of each object.
        """
        self.objects: dict[Reference, TenantObject] = {}
        """The objects that were read."""
        self.problems: dict[Kind, str] = {}
        """The kinds that could not be read, with the reason."""
        self._client = client
        self._directory = DirectoryClient(client.transport, OutcomeKind.HELP)
        self._fields = fields
        self._has_lookups = has_lookups

    def read(self) -> None:
        """Read the objects of all kinds; a kind that cannot be read becomes a problem."""
        directory = self._directory
        self._read_kind("app", self._read_apps)
        self._read_kind("entitlement", self._read_entitlements)
        self._read_kind("user", self._read_users)
        self._read_kind("webhook", partial(self._read_all, "find_webhook", directory.list_webhooks))
        providers = partial(
            self._read_all, "find_step_up_provider", directory.list_step_up_providers
        )
        self._read_kind("step-up provider", providers)

    def _read_kind(self, kind: Kind, read: Callable[[list[Reference]], None]) -> None:
        found = {each: None for each in self._fields if each.kind == kind}
        if kind == "app":
            found |= {each.app: None for each in self._fields if each.kind == "entitlement"}
        if not (wanted := [each for each in found if each.id]):
            return
        unread = MISSING
        try:
            read(wanted)
        except APIError as error:
            self.problems[kind] = error.summary
            reason = f"the {PLURALS[kind]} could not be read" if self._has_lookups else ""
            unread = TenantObject(reason=reason)
        for reference in wanted:
            self.objects.setdefault(reference, unread)

    def _read_apps(self, wanted: list[Reference]) -> None:
        search = self._directory.search_apps
        rows = self._read_chunks(self._directory.find_apps, [each.id for each in wanted])
        apps = {Reference("app", each.id): each for each in rows}
        for key, app in apps.items():
            self._note(key, app.display_name)
        for key, app in apps.items() if self._has_lookups else ():
            named = self._list_rows(search(display_name=app.display_name))
            self.objects[key] = tenant_objects.judge_named("find_app", "app", app, named)

    def _read_entitlements(self, wanted: list[Reference]) -> None:
        ids = [(each.app_id, each.id) for each in wanted]
        rows = self._read_chunks(self._directory.find_entitlements, ids)
        found = {Reference("entitlement", each.id, each.app_id): each for each in rows}
        for key, each in found.items():
            self._note(key, each.display_name)
        for key, each in found.items() if self._has_lookups else ():
            self.objects[key] = self._judge_entitlement(key, each)

    def _judge_entitlement(self, key: Reference, entitlement: Entitlement) -> TenantObject:
        search, app_id = self._directory.search_entitlements, entitlement.app_id
        app = self.objects.get(key.app)
        by_name: list[Entitlement] = []
        by_alias: list[Entitlement] = []
        judge = partial(
            tenant_objects.judge_entitlement, entitlement, self._fields.get(key, ()), app
        )
        if app and app.lookup and entitlement.display_name:
            by_name = self._list_rows(search(app_id, display_name=entitlement.display_name))
            if judge(by_name, ()).lookup is None and entitlement.alias:
                by_alias = self._list_rows(search(app_id, alias=entitlement.alias))
        return judge(by_name, by_alias)

    def _read_users(self, wanted: list[Reference]) -> None:
        rows = self._read_chunks(self._directory.find_users, [each.id for each in wanted])
        users = {Reference("user", each.id): each for each in rows}
        for key, user in users.items():
            self._note(key, user.display_name, user.email)
        for key, user in users.items() if self._has_lookups else ():
            self.objects[key] = tenant_objects.judge_user(user, self._find_users(user.email))

    def _find_users(self, email: str) -> list[User]:
        """Return the users that the lookup of an email compares."""
        search, match = self._directory.search_users, object_matching.match_email
        if not email:
            return []
        found = match(self._list_rows(search(email=email)), email)
        return found or match(self._list_rows(search(query=email)), email)

    def _read_all(
        self,
        function: str,
        list_rows: Callable[[], Iterator[Webhook | StepUpProvider]],
        wanted: list[Reference],
    ) -> None:
        """Read the objects of a kind of which a tenant has few."""
        rows = self._list_rows(list_rows())
        kind, found = wanted[0].kind, {each.id: each for each in rows}
        for key in wanted:
            if each := found.get(key.id):
                self._note(key, each.display_name)
                if self._has_lookups:
                    self.objects[key] = tenant_objects.judge_named(function, kind, each, rows)

    def _note(self, key: Reference, name: str, email: str = "") -> None:
        """Note a name before its lookup is found, for the case that no lookup can be found."""
        reason = f"the {PLURALS[key.kind]} could not be searched" if self._has_lookups else ""
        self.objects[key] = TenantObject(name, email, reason=reason)

    def _read_chunks(
        self, read: Callable[[Sequence[_Id]], Iterator[_Row]], ids: Sequence[_Id]
    ) -> list[_Row]:
        """Read the objects with these ids, and no more pages once all are found."""
        found: list[_Row] = []
        for chunk in _split(ids):
            wanted = (row for row in read(chunk) if _get_id(row) in chunk)
            found += self._list_rows(islice(wanted, len(chunk)))
        return found

    def _list_rows(self, rows: Iterator[_Row]) -> list[_Row]:
        """Read all rows within the bounds of a search."""
        with self._client.limit_time(_MAX_SECONDS, _MAX_SHARE):
            return [*rows]


def _get_id(row: object) -> object:
    """Return the id of an object; for an entitlement, the ids of its app and its own."""
    own_id, app_id = getattr(row, "id", ""), getattr(row, "app_id", None)
    return own_id if app_id is None else (app_id, own_id)


def _split(ids: Sequence[_Id]) -> Iterator[Sequence[_Id]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
