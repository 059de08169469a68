"""The count of the objects that use a policy, for the preview of its update.

The count is help, not a gate: a search that the tenant does not answer is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._client.usage_client import Searched
from pulumi_c1policy._lifecycle.effects.shared_search import Problems, SharedSearch
from pulumi_c1policy._lifecycle.effects.use_guard import SEARCHED, InUse
from pulumi_c1policy._lifecycle.planning import uses
from pulumi_c1policy._lifecycle.planning.uses import PolicyUse
from pulumi_c1policy.errors import APIError

_MAX_PAGES = 5
"""The number of pages of one search; a policy with more uses is used by "at least" so many."""
_MAX_POLICIES_PER_SEARCH = 100
_MAX_SEARCH_SECONDS, _MAX_SEARCH_SHARE = 10.0, 1 / 8


class UseCount:
    """The count of one run. Thread-safe.

    Attributes:
        problems: The kinds of objects that the tenant does not tell about.
    """

    def __init__(self, client: PolicyClient) -> None:
        """Make a count that has asked nothing yet."""
        self._client = client
        self._shared: SharedSearch[str, InUse] = SharedSearch(
            self._search, _MAX_POLICIES_PER_SEARCH
        )
        self.problems: Problems[Searched] = Problems(SEARCHED)

    def find(self, policy_id: str) -> InUse | None:
        """Find the apps and entitlements that use a policy; None if the tenant names none."""
        return self._shared.ask([policy_id]).get(policy_id)

    def _search(self, policy_ids: Sequence[str]) -> dict[str, InUse]:
        found: list[PolicyUse] = []
        incomplete: set[str] = set()
        for what in SEARCHED:
            rows, is_complete = self._read(what, policy_ids)
            if rows and not is_complete and len(policy_ids) > 1:
                # One policy with many uses hides the uses of the others.
                for each in policy_ids:
                    more, is_complete = self._read(what, [each])
                    rows += more
                    incomplete |= set() if is_complete else {each}
            elif not is_complete:
                incomplete.update(policy_ids)
            found += rows
        listed = uses.drop_repeated(found)
        by_policy = {each: [use for use in listed if use.policy_id == each] for each in policy_ids}
        return {each: InUse(own, each not in incomplete) for each, own in by_policy.items() if own}

    def _read(self, what: Searched, policy_ids: Sequence[str]) -> tuple[list[PolicyUse], bool]:
        """Return the uses on the first pages of a search, and if these are all."""
        found: list[PolicyUse] = []
        token = ""
        if what in self.problems:
            return found, False
        try:
            with self._client.limit_time(_MAX_SEARCH_SECONDS, _MAX_SEARCH_SHARE):
                for _ in range(_MAX_PAGES):
                    page = self._client.usage.search_by_policies(what, policy_ids, token)
                    found += [u for row in page.rows or () for u in SEARCHED[what](row, policy_ids)]
                    token = page.next_page_token
                    if not token:
                        return found, True
        except APIError as error:
            self.problems.note(what, error)
        return found, False
