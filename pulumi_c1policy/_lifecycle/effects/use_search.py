"""The search for all uses of some policies in a tenant, within a number of requests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from pulumi_c1policy._client import usage_client
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._client.usage_client import RowPage, UsageClient
from pulumi_c1policy._lifecycle.effects.use_guard import SEARCHED
from pulumi_c1policy._lifecycle.planning import use_report, uses
from pulumi_c1policy._lifecycle.planning.use_report import Report
from pulumi_c1policy.errors import APIError, NotFoundError

_PROGRESS_STEP = 25
"""The number of requests between two messages about the progress."""

_MAX_IDS_PER_SEARCH = 100
_Result = TypeVar("_Result")


class _LimitError(Exception):
    """The number of requests is used up."""


class UseSearch:
    """One search, which counts its requests."""

    def __init__(
        self, client: PolicyClient, limit: int, show_progress: Callable[[str], None]
    ) -> None:
        """Make a search that has sent nothing yet.

        Args:
            client: The client.
            limit: The maximum number of requests.
            show_progress: Show a sentence while a long search goes on.
        """
        self._client: UsageClient = client.usage
        self._limit = limit
        self._show_progress = show_progress
        self._count = 0
        self._task = ""

    def fill(
        self, report: Report, others: Mapping[str, dict[str, Any]], *, is_deep: bool = False
    ) -> None:
        """Add the uses of a report's policies, and the sentences about what was not read.

        Args:
            report: The report with its policies.
            others: All policies of the tenant (decoded) by id; they may use those of the report.
            is_deep: Also look at the request defaults and the rules of each app.
        """
        ids = sorted({subject.id for subject in report.subjects})
        for own_id, policy in others.items():
            report.uses += uses.find_in_policy(own_id, policy, set(ids))
        steps: list[Callable[[Report, list[str]], None]] = [self._search_objects]
        steps += [self._read_apps] if is_deep else []
        try:
            if ids:
                for step in steps:
                    step(report, ids)
                self._name_apps(report)
        except _LimitError:
            report.problems.append(
                f"The limit of {self._limit} requests was reached while reading {self._task}; the "
                "rest was not read. Raise it with --limit, or name fewer policies."
            )
        report.not_looked_at += [*(() if is_deep else use_report.ONLY_DEEP)]
        report.not_looked_at += use_report.NEVER_LOOKED_AT
        use_report.sort_uses(report)

    def _search_objects(self, report: Report, ids: Sequence[str]) -> None:
        """Search for the apps and entitlements that use the policies."""
        for what, find in SEARCHED.items():
            self._task = f"{what} by policy"
            try:
                for chunk in _split(ids):
                    for row in self._follow(partial(self._client.search_by_policies, what, chunk)):
                        report.uses += find(row, chunk)
            except APIError as error:
                report.problems.append(f"The {what} could not be searched: {error.summary}")

    def _read_apps(self, report: Report, ids: Sequence[str]) -> None:
        """Read the request defaults and the configuration rules of each app."""
        self._task = "the list of apps"
        try:
            apps = {str(row.get("id")): row for row in self._follow(self._client.list_apps)}
        except APIError as error:
            report.problems.append(f"The apps could not be listed: {error.summary}")
            return
        known = [each for each in apps if usage_client.is_plain_id(each)]
        report.app_names |= {each: str(apps[each].get("displayName") or "") for each in known}
        readers = {"request defaults": self._read_defaults, "configuration rules": self._read_rules}
        missing = dict.fromkeys(readers, 0)
        for number, app_id in enumerate(known):
            self._task = f"app {number + 1} of {len(known)}"
            for what, read in [*readers.items()]:
                try:
                    read(report, app_id, ids)
                except NotFoundError:
                    # An app may have none. If no app has any, the endpoint may be missing.
                    missing[what] += 1
                except APIError as error:
                    del readers[what]
                    report.problems.append(f"The {what} could not be read: {error.summary}")
        for what, count in missing.items():
            if known and count == len(known):
                report.problems.append(f"The {what} could not be read: 404 for every app.")

    def _read_defaults(self, report: Report, app_id: str, ids: Sequence[str]) -> None:
        found = self._send(partial(self._client.get_request_defaults, app_id))
        report.uses += uses.find_in_defaults(app_id, found, ids)

    def _read_rules(self, report: Report, app_id: str, ids: Sequence[str]) -> None:
        for rule in self._follow(partial(self._client.list_configuration_rules, app_id)):
            report.uses += uses.find_in_rule(app_id, rule, ids)

    def _name_apps(self, report: Report) -> None:
        """Look up the names of the apps of entitlements."""
        report.app_names |= {use.id: use.name for use in report.uses if use.kind == "app"}
        unnamed = sorted({use.app_id for use in report.uses} - report.app_names.keys() - {""})
        self._task = "the names of apps"
        try:
            for chunk in _split(unnamed):
                for row in self._follow(partial(self._client.search_apps_by_ids, chunk)):
                    if row.get("id") in chunk:
                        report.app_names[row["id"]] = str(row.get("displayName") or "")
        except APIError:
            # The report then shows their ids.
            pass

    def _follow(self, read: Callable[[str], RowPage]) -> Iterator[dict[str, Any]]:
        """Yield the rows of all pages."""
        return usage_client.follow_pages(lambda token: self._send(partial(read, token)))

    def _send(self, request: Callable[[], _Result]) -> _Result:
        """Send a request, if the limit permits it."""
        if self._count >= self._limit:
            raise _LimitError
        self._count += 1
        if self._count % _PROGRESS_STEP == 0:
            self._show_progress(f"{self._count} requests, reading {self._task} …")
        return request()


def _split(ids: Collection[str]) -> Iterator[list[str]]:
    listed = [*ids]
    for start in range(0, len(listed), _MAX_IDS_PER_SEARCH):
        yield listed[start : start + _MAX_IDS_PER_SEARCH]
