"""The searches for the objects that policies name: users, apps, entitlements and others.

The tenant's filters are hints: they may match in any case, in part, or not at all. The caller
compares what was found. Deleted objects are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from pulumi_c1policy._client import decoding, object_paths, paging
from pulumi_c1policy._client.answer_models import Page
from pulumi_c1policy._client.api_requests import ApiRequest
from pulumi_c1policy._client.directory_models import (
    App,
    Entitlement,
    EntitlementView,
    StepUpProvider,
    User,
    UserEnvelope,
    UserView,
    Webhook,
)
from pulumi_c1policy._client.outcomes import Call, OutcomeKind
from pulumi_c1policy._client.transport import Transport

_USERS_PATH = "/api/v1/users"
_MAX_PAGE_SIZE = 100
# The rows of entitlements are heavy; the vendor's documentation advises small pages.
_HEAVY_PAGE_SIZE = 25
_Row = TypeVar("_Row")


class _Object(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def deleted_at(self) -> str: ...


_AnyObject = TypeVar("_AnyObject", bound=_Object)


class DirectoryClient:
    """The searches in the directory of a tenant. Each call reads pages as they are used."""

    def __init__(self, transport: Transport, kind: OutcomeKind = OutcomeKind.READ) -> None:
        """Share the transport, with its pool and its pace, of another client.

        Args:
            transport: The transport.
            kind: The kind of the requests: `READ`, or `HELP` if the caller can do without them.
        """
        self._transport = transport
        self._kind = kind

    def search_users(self, *, email: str = "", query: str = "") -> Iterator[User]:
        """Yield the users with an email, or that match a free text.

        Raises:
            APIError: A page could not be read.
        """
        filters = {"email": email, "query": query}
        views = self._search("users", Page[UserView], filters, _MAX_PAGE_SIZE)
        return _list_existing(view.user for view in views)

    def search_apps(self, *, display_name: str = "") -> Iterator[App]:
        """Yield the apps with a display name.

        Raises:
            APIError: A page could not be read.
        """
        filters = {"displayName": display_name}
        found = self._search("apps", Page[App], filters, _MAX_PAGE_SIZE)
        return _list_existing(found)

    def search_entitlements(
        self, app_id: str, *, display_name: str = "", alias: str = ""
    ) -> Iterator[Entitlement]:
        """Yield the entitlements of an app with a display name or an alias.

        Raises:
            APIError: A page could not be read.
        """
        filters = {"appIds": [app_id], "displayName": display_name, "alias": alias}
        found = self._search_entitlements(filters)
        return (each for each in found if each.app_id == app_id)

    def list_webhooks(self) -> Iterator[Webhook]:
        """Yield all webhooks.

        Raises:
            APIError: A page could not be read.
        """
        found = self._search("webhooks", Page[Webhook], {}, _MAX_PAGE_SIZE)
        return _list_existing(found)

    def list_step_up_providers(self) -> Iterator[StepUpProvider]:
        """Yield all providers of step-up authentication.

        Raises:
            APIError: A page could not be read.
        """
        found = self._search("step-up/providers", Page[StepUpProvider], {}, _MAX_PAGE_SIZE)
        return _list_existing(found)

    def find_users(self, ids: Sequence[str]) -> Iterator[User]:
        """Yield those of these users that exist, as far as the tenant knows the filter.

        Raises:
            APIError: A page could not be read.
        """
        filters = {"refs": [{"id": each} for each in ids]}
        views = self._search("users", Page[UserView], filters, _MAX_PAGE_SIZE)
        return _list_existing(view.user for view in views)

    def find_apps(self, ids: Sequence[str]) -> Iterator[App]:
        """Yield those of these apps that exist, as `find_users` does."""
        found = self._search("apps", Page[App], {"appIds": [*ids]}, _MAX_PAGE_SIZE)
        return _list_existing(found)

    def find_entitlements(self, ids: Sequence[tuple[str, str]]) -> Iterator[Entitlement]:
        """Yield those of these entitlements that exist, as `find_users` does.

        Args:
            ids: The id of the app, and the id of the entitlement.
        """
        refs = [{"appId": app_id, "id": own_id} for app_id, own_id in ids]
        return self._search_entitlements({"refs": refs})

    def find_entitlements_of_resources(
        self, app_ids: Sequence[str], resource_ids: Sequence[str]
    ) -> Iterator[Entitlement]:
        """Yield the entitlements of resources of these apps, as `find_users` does."""
        filters = {"appIds": [*app_ids], "resourceIds": [*resource_ids]}
        return self._search_entitlements(filters)

    def find_webhooks(self, ids: Sequence[str]) -> Iterator[Webhook]:
        """Yield those of these webhooks that exist, as `find_users` does."""
        filters = {"refs": [{"id": each} for each in ids]}
        found = self._search("webhooks", Page[Webhook], filters, _MAX_PAGE_SIZE)
        return _list_existing(found)

    def find_step_up_providers(self, ids: Sequence[str]) -> Iterator[StepUpProvider]:
        """Yield those of these providers of step-up authentication that exist."""
        filters = {"refs": [{"id": each} for each in ids]}
        found = self._search("step-up/providers", Page[StepUpProvider], filters, _MAX_PAGE_SIZE)
        return _list_existing(found)

    def get_user(self, user_id: str) -> User:
        """Return a user.

        Raises:
            NotFoundError: The tenant has no such user.
            APIError: The user could not be read.
        """
        path = object_paths.build_path(_USERS_PATH, user_id, "GET", "user")
        request = ApiRequest(Call(OutcomeKind.READ, "GET", path, has_id=True))
        return decoding.request_model(self._transport, UserEnvelope, request).user_view.user

    def _search_entitlements(self, filters: Mapping[str, object]) -> Iterator[Entitlement]:
        views = self._search("entitlements", Page[EntitlementView], filters, _HEAVY_PAGE_SIZE)
        return _list_existing(view.app_entitlement for view in views)

    def _search(
        self, name: str, page: type[Page[_Row]], filters: Mapping[str, object], page_size: int
    ) -> Iterator[_Row]:
        path = f"/api/v1/search/{name}"
        pages = paging.search_pages(self._transport, path, page, filters, page_size, self._kind)
        for rows in pages:
            yield from rows


def _list_existing(found: Iterable[_AnyObject | None]) -> Iterator[_AnyObject]:
    """Yield each object once, without those that were deleted softly."""
    seen = set()
    for each in found:
        if each is not None and each.id and not each.deleted_at:
            key = (getattr(each, "app_id", ""), each.id)
            if key not in seen:
                seen.add(key)
                yield each
