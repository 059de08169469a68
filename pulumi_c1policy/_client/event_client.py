"""The request for the events of a tenant's system log. A row is any JSON value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pulumi_c1policy._client import paging
from pulumi_c1policy._client.answer_models import Page
from pulumi_c1policy._client.outcomes import OutcomeKind
from pulumi_c1policy._client.transport import Transport

_PATH: Final = "/api/v1/systemlog/events"
_PAGE_SIZE: Final = 100


def list_newest(transport: Transport, since: str = "") -> Iterator[list[Any]]:
    """Yield the pages of the events, the newest first, one request each.

    Args:
        transport: The transport.
        since: The earliest time (RFC 3339); "" for all events.

    Raises:
        APIError: A page could not be read; many credentials may not read the log.
    """
    filters = {"since": since, "sortDirection": "SORT_DIRECTION_DESC"}
    return paging.search_pages(transport, _PATH, Page[Any], filters, _PAGE_SIZE, OutcomeKind.HELP)
