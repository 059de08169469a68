"""The guard of deletions: the apps and entitlements that use a policy.

The preview of a deletion calls no provider, so the guard asks when a deletion comes. It asks once
ahead for all policies that the run seems to delete. If a policy seems in use, it asks again for
that policy, because the run may have attached another policy meanwhile.

The guard is help, not a gate: where the tenant cannot be asked, a deletion goes on, with one
warning per run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from threading import Lock
from typing import Final

from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._client.usage_client import Searched
from pulumi_c1policy._lifecycle.effects.known_state import KnownState
from pulumi_c1policy._lifecycle.planning import use_texts, uses
from pulumi_c1policy._lifecycle.planning.ownership import read_workspace
from pulumi_c1policy._lifecycle.planning.uses import Use
from pulumi_c1policy.errors import APIError

SEARCHED: Final[Mapping[Searched, Callable[..., list[Use]]]] = {
    "apps": uses.find_in_app,
    "entitlements": uses.find_in_entitlement,
}
"""The searches, each with the function that finds the uses in a row."""

MAX_PAGES: Final = 10
"""The number of pages of one search for the uses of one policy."""

_MAX_PAGES_AHEAD = 20
"""The number of pages of one search ahead; policies that it leaves open are searched alone."""

_MAX_POLICIES_PER_SEARCH = 100
_MAX_LIST_PAGES = 20
_MAX_SECONDS = 10.0
"""The deadline of one search with all its pages."""


@dataclass(frozen=True, slots=True)
class InUse:
    """The uses of a policy.

    Attributes:
        uses: The uses that were found, at least one.
        is_complete: False if there may be more.
    """

    uses: list[Use]
    is_complete: bool


class UseGuard:
    """The guard of one run. Thread-safe: one thread asks, the others wait."""

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
        self._known = known
        self._warn = warn
        self._lock = Lock()
        self._asked: set[str] = set()
        self._seen: dict[str, list[Use]] = {}
        """The uses that the search ahead saw, by policy; an empty list if it was left open."""
        self._was_list_read = False
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
        with self._lock:
            if policy_id not in self._asked:
                self._ask_ahead(policy_id, workspace)
            found = self._ask_again(policy_id) if policy_id in self._seen else None
            self._warn_once()
            return found

    def _ask_ahead(self, policy_id: str, workspace: str) -> None:
        """Search for the uses of all policies that the run seems to delete."""
        ids = self._known.list_dropped() | {policy_id}
        if self._asked and not self._was_list_read:
            # A destroy without a refresh shows the policies one by one, as they are deleted.
            self._was_list_read = True
            ids |= self._list_owned(workspace)
        new = sorted(ids - self._asked)
        self._asked.update(new)
        for start in range(0, len(new), _MAX_POLICIES_PER_SEARCH):
            chunk = new[start : start + _MAX_POLICIES_PER_SEARCH]
            for what in SEARCHED:
                with self._client.limit_time(_MAX_SECONDS):
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
        found: list[Use] = []
        is_complete = True
        for what in SEARCHED:
            earlier = [use for use in self._seen[policy_id] if f"{use.kind}s" == what]
            with self._client.limit_time(_MAX_SECONDS):
                now, is_whole = self._search_one(what, policy_id)
            # If the tenant does not answer any more, its earlier answer remains.
            found += earlier if now is None else now
            is_complete = is_complete and is_whole
        return InUse(uses.drop_repeated(found), is_complete) if found else None

    def _search_one(self, what: Searched, policy_id: str) -> tuple[list[Use] | None, bool]:
        """Return the uses of one policy (None if the tenant does not tell), and if they are all."""
        found: list[Use] = []
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
    ) -> tuple[list[Use], str] | None:
        """Return the uses on one page and the next token, or None if the page cannot be read."""
        if what in self._failed:
            return None
        ids = sorted(policy_ids)
        try:
            page = self._client.usage.search_by_policies(what, ids, token)
        except APIError as error:
            self._failed[what] = error.summary
            return None
        find = SEARCHED[what]
        return [use for row in page.rows for use in find(row, ids)], page.next_token

    def _list_owned(self, workspace: str) -> set[str]:
        """List the ids of the workspace's policies that no resource of the program holds."""
        found: set[str] = set()
        try:
            with self._client.limit_time(_MAX_SECONDS):
                for page in islice(self._client.list_pages(), _MAX_LIST_PAGES):
                    found |= {
                        str(policy.get("id"))
                        for policy in page
                        if read_workspace(policy) == workspace and not policy.get("deletedAt")
                    }
        except APIError:
            # The list only saves requests.
            pass
        return {each for each in found if not self._known.is_declared(each)}

    def _warn_once(self) -> None:
        if self._failed and not self._has_warned:
            self._has_warned = True
            self._warn(use_texts.warn_of_unchecked(self._failed))
