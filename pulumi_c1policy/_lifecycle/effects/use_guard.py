"""The guard of deletions: the apps and entitlements that use a policy.

The preview of a deletion calls no provider, so the guard asks when a deletion comes. It asks once
ahead for all policies that the run seems to delete. If a policy seems in use, it asks again for
that policy, because the run may have attached another policy meanwhile.

The guard is help, not a gate: where the tenant cannot be asked, a deletion goes on, with one
warning per run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from threading import Lock
from typing import Any, Final

from pulumi_c1policy._client.outcomes import OutcomeKind
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._client.usage_client import Searched, UsageClient
from pulumi_c1policy._lifecycle.effects.known_state import KnownState
from pulumi_c1policy._lifecycle.planning import use_texts, uses
from pulumi_c1policy._lifecycle.planning.ownership import read_workspace
from pulumi_c1policy._lifecycle.planning.uses import PolicyUse
from pulumi_c1policy.errors import APIError

SEARCHED: Final[Mapping[Searched, Callable[..., list[PolicyUse]]]] = {
    "apps": uses.find_in_app,
    "entitlements": uses.find_in_entitlement,
}
"""The searches, each with the function that finds the uses in a row."""

MAX_PAGES: Final = 10
"""The number of pages of one search for the uses of one policy."""

_MAX_PAGES_AHEAD = 20
"""The number of pages of one search ahead; policies that it leaves open are searched alone."""

_MAX_POLICIES_PER_SEARCH = 100
_MAX_LIST_PAGES = 3
"""The number of pages of all policies that one question ahead reads."""

_MAX_AHEAD_SECONDS, _MAX_AHEAD_SHARE = 30.0, 1 / 4
_MAX_SEARCH_SECONDS, _MAX_SEARCH_SHARE = 10.0, 1 / 8
"""The bounds of the question ahead, and of one search with all its pages.

At least half of an operation's deadline remains for the deletion.
"""

_MAX_NAMES_SECONDS = 3.0
"""The bound of the request for the names of apps."""


@dataclass(frozen=True, slots=True)
class InUse:
    """The uses of a policy.

    Attributes:
        uses: The uses that were found, at least one.
        is_complete: False if there may be more.
    """

    uses: list[PolicyUse]
    is_complete: bool


class UseGuard:
    """The guard of one run. Thread-safe: one thread asks ahead; others wait for their answer."""

    def __init__(
        self, client: PolicyClient, known: KnownState, warn: Callable[[str], None]
    ) -> None:
        """Make a guard that has asked nothing yet.

        Args:
            client: The client to ask through.
            known: The policies that the engine has shown.
            warn: Show a warning.
        """
        self._client = client
        self._usage = UsageClient(client.transport, OutcomeKind.HELP)
        self._known = known
        self._warn = warn
        self._lock = Lock()
        self._asked: set[str] = set()
        self._answered: frozenset[str] = frozenset()
        """The policies of the questions that ended; their deletions do not wait for others."""
        self._seen: dict[str, list[PolicyUse]] = {}
        """The uses that the search ahead saw, by policy; an empty list if it was left open."""
        self._pages: Iterator[list[dict[str, Any]]] | None = None
        """The pages of all policies that were not read yet; None before the first question."""
        self._app_names: dict[str, str] = {}
        """The display names of apps, as far as the run has seen them."""
        self._failed: dict[str, str] = {}
        """The searches that failed, with the reason; they are not tried again."""
        self._has_warned = False

    def find(self, policy_id: str, workspace: str) -> InUse | None:
        """Find the uses of a policy that is about to be deleted.

        Args:
            policy_id: The policy's id.
            workspace: The workspace that manages it; the run may delete others of it.

        Returns:
            None if the tenant names no use, or cannot be asked.
        """
        if policy_id not in self._answered:
            with self._lock:
                if policy_id not in self._asked:
                    with self._client.limit_time(_MAX_AHEAD_SECONDS, _MAX_AHEAD_SHARE):
                        self._ask_ahead(policy_id, workspace)
                self._answered = frozenset(self._asked)
        found = self._ask_again(policy_id) if policy_id in self._seen else None
        self._warn_once()
        return found

    def _ask_ahead(self, policy_id: str, workspace: str) -> None:
        """Search for the uses of all policies that the run seems to delete."""
        ids = self._known.list_dropped() | {policy_id}
        if self._pages is None:
            self._pages = self._client.list_pages()
        else:
            # A destroy without a refresh shows the policies one by one, as they are deleted.
            ids |= self._list_owned(workspace, self._pages)
        new = sorted(ids - self._asked)
        self._asked.update(new)
        for start in range(0, len(new), _MAX_POLICIES_PER_SEARCH):
            chunk = new[start : start + _MAX_POLICIES_PER_SEARCH]
            for what in SEARCHED:
                with self._client.limit_time(_MAX_SEARCH_SECONDS, _MAX_SEARCH_SHARE):
                    self._search_ahead(what, chunk)

    def _search_ahead(self, what: Searched, policy_ids: Iterable[str]) -> None:
        """Search for the uses of several policies, until each is seen to be used or not."""
        remaining, token = set(policy_ids), ""
        for _ in range(_MAX_PAGES_AHEAD):
            page = self._request(what, remaining, token)
            if page is None:
                return
            rows, token = page
            for use in rows:
                self._seen.setdefault(use.policy_id, []).append(use)
            used = {use.policy_id for use in rows}
            remaining -= used
            if not token or not remaining:
                return
            # The next search leaves out the policies that are used: each of them may have many
            # rows, and one is enough.
            token = "" if used else token
        for each in remaining:
            self._seen.setdefault(each, [])

    def _ask_again(self, policy_id: str) -> InUse | None:
        """Search for the uses of one policy as they are now."""
        found: list[PolicyUse] = []
        is_complete = True
        for what in SEARCHED:
            earlier = [use for use in self._seen[policy_id] if f"{use.kind}s" == what]
            with self._client.limit_time(_MAX_SEARCH_SECONDS, _MAX_SEARCH_SHARE):
                now, is_whole = self._search_one(what, policy_id)
            # If the tenant does not answer any more, its earlier answer remains.
            found += earlier if now is None else now
            is_complete = is_complete and is_whole
        if not found:
            return None
        return InUse(self._name_apps(uses.sort(uses.drop_repeated(found))), is_complete)

    def _name_apps(self, found: list[PolicyUse]) -> list[PolicyUse]:
        """Add the names of apps to the uses that a text lists, with at most one request."""
        self._app_names |= {use.id: use.name for use in found if use.kind == "app"}
        shown = {use.app_id for use in found[: use_texts.MAX_SHOWN]} - {""}
        if unnamed := sorted(shown - self._app_names.keys()):
            try:
                with self._client.limit_time(_MAX_NAMES_SECONDS):
                    rows = self._usage.search_apps_by_ids(unnamed).rows or []
            except APIError:
                # The text then shows their ids.
                rows = []
            # An app without an answer is not asked for again.
            self._app_names |= dict.fromkeys(unnamed, "")
            self._app_names |= {
                str(row.get("id")): str(row.get("displayName") or "") for row in rows
            }
        return [replace(use, app_name=self._app_names.get(use.app_id, "")) for use in found]

    def _search_one(self, what: Searched, policy_id: str) -> tuple[list[PolicyUse] | None, bool]:
        """Return the uses of one policy (None if the tenant does not tell), and if they are all."""
        found: list[PolicyUse] = []
        token = ""
        for _ in range(MAX_PAGES):
            page = self._request(what, [policy_id], token)
            if page is None:
                return found or None, False
            rows, token = page
            found += rows
            if not token:
                return found, True
        if not found:
            self._failed[what] = f"a search for {policy_id} has more than {MAX_PAGES} pages"
        return found, False

    def _request(
        self, what: Searched, policy_ids: Iterable[str], token: str
    ) -> tuple[list[PolicyUse], str] | None:
        """Return the uses on one page and the next token, or None if the page cannot be read."""
        if what in self._failed:
            return None
        ids = sorted(policy_ids)
        try:
            page = self._usage.search_by_policies(what, ids, token)
        except APIError as error:
            self._failed[what] = error.summary
            return None
        find = SEARCHED[what]
        return [use for row in page.rows or () for use in find(row, ids)], page.next_page_token

    def _list_owned(self, workspace: str, pages: Iterator[list[dict[str, Any]]]) -> set[str]:
        """List the workspace's policies on the next pages that no resource of the program holds."""
        found: set[str] = set()
        try:
            with self._client.limit_time(_MAX_SEARCH_SECONDS, _MAX_SEARCH_SHARE):
                for page in islice(pages, _MAX_LIST_PAGES):
                    found |= {
                        str(policy.get("id"))
                        for policy in page
                        if read_workspace(policy) == workspace and not policy.get("deletedAt")
                    }
        except APIError:
            # The list only saves requests; an iterator that failed has no more pages.
            pass
        return {each for each in found if not self._known.is_declared(each)}

    def _warn_once(self) -> None:
        if not self._failed:
            # Do not wait for a thread that asks.
            return
        with self._lock:
            is_first = bool(self._failed) and not self._has_warned
            self._has_warned = self._has_warned or is_first
        if is_first:
            self._warn(use_texts.warn_of_unchecked(self._failed))
