"""The search for the objects that policies name.

The search is help, not a gate: an object that the tenant does not tell about has no facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice

from pulumi_c1policy._client.attachment_client import AttachmentClient
from pulumi_c1policy._client.directory_models import Entitlement, User
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._lifecycle.checks.named_objects import (
    KINDS,
    Candidate,
    Facts,
    ObjectKey,
)
from pulumi_c1policy._lifecycle.effects.known_state import KnownState
from pulumi_c1policy._lifecycle.effects.shared_search import Problems, SharedSearch
from pulumi_c1policy._model.attachment_fields import AttachmentTarget
from pulumi_c1policy._model.id_fields import Kind
from pulumi_c1policy.errors import APIError, NotFoundError

Found = Iterator[tuple[ObjectKey, Facts]]

_MAX_KEYS = 100
_MAX_ROWS = 500
"""The rows of one search: a tenant that does not know the filter answers with all objects."""
_MAX_READS = 20
"""The objects of one kind that are read by their id, to confirm that they do not exist."""
_MAX_APPS = 200
_MAX_REFERENCES = 300
"""The bounds of the search for the app that has an entitlement."""
_MAX_SEARCH_SECONDS, _MAX_SEARCH_SHARE = 10.0, 1 / 8


class ObjectSearch:
    """The search of one run. Thread-safe.

    Attributes:
        problems: The kinds of objects that the tenant does not tell about.
    """

    def __init__(
        self, client: PolicyClient, attachments: AttachmentClient, known: KnownState
    ) -> None:
        """Make a search that has asked nothing yet.

        Args:
            client: The client to ask through.
            attachments: The client of apps and entitlements, over the same transport.
            known: The policies that the engine has shown; these exist.
        """
        self._client = client
        self._attachments = attachments
        self._known = known
        self._searches: dict[Kind, SharedSearch[ObjectKey, Facts]] = {
            kind: SharedSearch(partial(self._search, kind), _MAX_KEYS) for kind in KINDS
        }
        self._reads: dict[Kind, int] = dict.fromkeys(KINDS, 0)
        self.problems: Problems[Kind] = Problems(KINDS)

    def find(self, keys: Iterable[ObjectKey]) -> dict[ObjectKey, Facts]:
        """Find the facts about objects; those that the tenant does not tell about are left out."""
        by_kind: dict[Kind, list[ObjectKey]] = {kind: [] for kind in KINDS}
        for key in keys:
            by_kind[key.kind].append(key)
        entitlements = self._searches["entitlement"].ask(by_kind.pop("entitlement"))
        found = {**entitlements}
        # An app that has an entitlement exists.
        found |= {
            ObjectKey("app", key.app_id): Facts()
            for key, facts in entitlements.items()
            if facts.exists
        }
        for kind, own in by_kind.items():
            found |= self._searches[kind].ask(key for key in own if key not in found)
        return found

    def _search(self, kind: Kind, keys: Sequence[ObjectKey]) -> dict[ObjectKey, Facts]:
        found: dict[ObjectKey, Facts] = {}
        if kind == "policy":
            found |= {key: Facts() for key in keys if key.id in self._known.ids}
        if kind in self.problems or len(found) == len(keys):
            return found
        try:
            with self._client.limit_time(_MAX_SEARCH_SECONDS, _MAX_SEARCH_SHARE):
                self._fill(kind, keys, found)
        except APIError as error:
            self.problems.note(kind, error)
        return found

    def _fill(self, kind: Kind, keys: Sequence[ObjectKey], found: dict[ObjectKey, Facts]) -> None:
        """Add the facts about the objects of one kind."""
        wanted = [key for key in keys if key not in found]
        remaining = set(wanted)
        for key, facts in islice(self._list(kind, wanted), _MAX_ROWS):
            if key in remaining:
                found[key] = facts
                remaining.remove(key)
            if not remaining:
                return
        # A search may lag behind the store, so a read decides.
        absent = [key for key in wanted if key in remaining]
        for key in absent:
            found[key] = self._read(key)
        if kind == "entitlement":
            lost = [key for key in absent if not found[key].exists]
            found |= {
                key: Facts(exists=False, candidates=candidates)
                for key, candidates in self._find_candidates(lost).items()
            }

    def _list(self, kind: Kind, keys: Sequence[ObjectKey]) -> Found:
        directory, ids = self._client.directory, [key.id for key in keys]
        if kind == "user":
            for user in directory.find_users(ids):
                yield ObjectKey(kind, user.id), _describe_user(user)
        elif kind == "entitlement":
            for each in directory.find_entitlements([(key.app_id, key.id) for key in keys]):
                yield _make_key(each), Facts()
        elif kind == "policy":
            for policy in self._client.search(refs=ids, scope_view="POLICY_SCOPE_VIEW_ALL"):
                if not policy.get("deletedAt"):
                    yield ObjectKey(kind, str(policy.get("id"))), Facts()
        else:
            finders: dict[Kind, Callable[[Sequence[str]], Iterator[object]]] = {
                "app": directory.find_apps,
                "step-up provider": directory.find_step_up_providers,
                "webhook": directory.find_webhooks,
            }
            for found in finders[kind](ids):
                yield ObjectKey(kind, str(getattr(found, "id", ""))), Facts()

    def _read(self, key: ObjectKey) -> Facts:
        """Read an object that no search has found; the API documents no read of some kinds."""
        self._reads[key.kind] += 1
        if self._reads[key.kind] > _MAX_READS:
            return Facts(exists=False)
        try:
            if key.kind == "user":
                user = self._client.directory.get_user(key.id)
                return _describe_user(user) if not user.deleted_at else Facts(exists=False)
            if key.kind == "policy":
                return Facts(exists=not self._client.get(key.id).get("deletedAt"))
            if key.kind in ("app", "entitlement"):
                target = (
                    AttachmentTarget(key.id)
                    if key.kind == "app"
                    else AttachmentTarget(key.app_id, key.id)
                )
                return Facts(exists=not self._attachments.get(target).get("deletedAt"))
        except NotFoundError:
            pass
        return Facts(exists=False)

    def _find_candidates(self, keys: Sequence[ObjectKey]) -> dict[ObjectKey, tuple[Candidate, ...]]:
        """Find the entitlements that wrong ids probably mean; a failure finds none."""
        found: dict[ObjectKey, tuple[Candidate, ...]] = {}
        try:
            if keys:
                found |= self._find_by_resource(keys)
            if others := [key for key in keys if key not in found]:
                found |= self._find_in_other_apps(others)
        except APIError:
            # The message then names no entitlement.
            pass
        return found

    def _find_by_resource(
        self, keys: Sequence[ObjectKey]
    ) -> dict[ObjectKey, tuple[Candidate, ...]]:
        apps = [*dict.fromkeys(key.app_id for key in keys)]
        rows = self._client.directory.find_entitlements_of_resources(apps, [k.id for k in keys])
        listed = [*islice(rows, _MAX_ROWS)]
        return _collect(
            keys, listed, lambda key, e: (e.app_id, e.app_resource_id) == (key.app_id, key.id)
        )

    def _find_in_other_apps(
        self, keys: Sequence[ObjectKey]
    ) -> dict[ObjectKey, tuple[Candidate, ...]]:
        directory = self._client.directory
        apps = [app.id for app in islice(directory.search_apps(), _MAX_APPS)]
        pairs = [(app, key.id) for key in keys for app in apps if app != key.app_id]
        listed: list[Entitlement] = []
        for start in range(0, min(len(pairs), _MAX_REFERENCES), _MAX_KEYS):
            chunk = pairs[start : start + _MAX_KEYS]
            listed += islice(directory.find_entitlements(chunk), _MAX_ROWS)
        return _collect(keys, listed, lambda key, e: e.app_id != key.app_id and e.id == key.id)


def _collect(
    keys: Iterable[ObjectKey],
    rows: Sequence[Entitlement],
    fits: Callable[[ObjectKey, Entitlement], bool],
) -> dict[ObjectKey, tuple[Candidate, ...]]:
    """Return the rows that fit each key; keys without any are left out.

    Of several entitlements of a resource, that of its members comes first.
    """
    found = {}
    for key in keys:
        fitting = sorted((row for row in rows if fits(key, row)), key=_is_not_of_members)
        if fitting:
            found[key] = tuple(Candidate(_make_key(row), row.display_name) for row in fitting)
    return found


def _is_not_of_members(row: Entitlement) -> bool:
    return "member" not in f"{row.slug} {row.display_name}".casefold()


def _describe_user(user: User) -> Facts:
    return Facts(exists=user.status != "DELETED", is_disabled=user.status == "DISABLED")


def _make_key(entitlement: Entitlement) -> ObjectKey:
    return ObjectKey("entitlement", entitlement.id, entitlement.app_id)
