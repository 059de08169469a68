"""The API call that lists the events of the system log.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pulumi_c1policy._emulator import search
from pulumi_c1policy._emulator.api_errors import StatusCode, TenantError
from pulumi_c1policy._emulator.system_log import LoggedChange
from pulumi_c1policy._emulator.tenant import Stored, Tenant

_UNITS_PER_SECOND = 1e9


def list_events(tenant: Tenant, asked: Stored) -> Stored:
    """Answer one page of the system log, by default the oldest events first."""
    form = tenant.quirks.system_log
    if form == "forbidden":
        raise TenantError(StatusCode.PERMISSION_DENIED, "the system log needs another role")
    if form == "missing":
        raise TenantError(StatusCode.NOT_FOUND, "Not Found")
    newest_first = asked.get("sortDirection") == "SORT_DIRECTION_DESC"
    read = tenant.system_log.make_reader(newest_first=newest_first)

    def read_page(
        matches: Callable[[LoggedChange], bool], after: int, size: int
    ) -> tuple[list[LoggedChange], int | None]:
        found, last = read(matches, after, size)
        return [dataclasses.replace(each, has_entity=form == "entities") for each in found], last

    smallest, pages = search.SMALLEST_SEARCH_PAGE, tenant.quirks.pages
    return search.answer(
        read_page, _make_filter(tenant, asked), asked, smallest=smallest, pages=pages
    )


def _make_filter(tenant: Tenant, asked: Stored) -> Callable[[LoggedChange], bool]:
    find = tenant.system_log.find_sequence
    since, until = _read_time(asked.get("since")), _read_time(asked.get("until"))
    first = find(asked["sinceEventUid"]) if "sinceEventUid" in asked else None
    last = find(asked["untilEventUid"]) if "untilEventUid" in asked else None

    def matches(change: LoggedChange) -> bool:
        seconds = change.time / _UNITS_PER_SECOND
        return (
            (since is None or since <= seconds)
            and (until is None or seconds < until)
            and (first is None or first < change.sequence)
            and (last is None or change.sequence < last)
        )

    return matches


def _read_time(value: Any) -> float | None:  # noqa: ANN401 (a JSON value)
    return None if value is None else datetime.fromisoformat(value).timestamp()
