"""The last known editors of drifted policies, from the system log.

Many credentials may not read the log, and it may not tell of policies. Then findings stay without
an editor, and nothing else changes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from itertools import islice, pairwise
from typing import Any, Final

from pulumi_c1policy._client import event_client
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._drift.findings import DriftFinding, Editor, Kind
from pulumi_c1policy._drift.log_events import (
    Edit,
    format_time,
    read_edit,
    read_event_time,
    read_time,
)
from pulumi_c1policy._drift.stack_state import StoredResource
from pulumi_c1policy.errors import APIError

EDITED_KINDS: Final[frozenset[Kind]] = frozenset(
    {"changed", "deleted", "taken-over", "held-elsewhere"}
)
"""The kinds of drift that somebody made with an edit."""

MAX_PAGES: Final = 5
"""The number of pages of the log that a comparison reads at most."""

_MAX_SECONDS: Final = 10.0
# The log may date a write of the stack a little later than the policy does.
_OWN_WRITE_SECONDS: Final = 2.0


def add_editors(
    client: PolicyClient,
    findings: Sequence[DriftFinding],
    policies: Mapping[str, StoredResource],
    own_client: str = "",
) -> list[DriftFinding]:
    """Return the findings with their editors, as far as the system log tells them.

    Only edits after the recorded update of a policy count: an earlier one is in the state.

    Args:
        client: The client.
        findings: The findings.
        policies: The compared policies by their ids.
        own_client: The id of the API client of the credentials, which is never an editor.
    """
    recorded = {
        each.id: str(policies[each.id].read()[1].get("updated_at") or "")
        for each in findings
        if each.kind in EDITED_KINDS and each.id in policies
    }
    if not recorded:
        return [*findings]
    edits = _find_edits(client, recorded, own_client)
    return [
        dataclasses.replace(each, editor=Editor(edit.editor, format_time(edit.time)))
        if each.kind in EDITED_KINDS and (edit := edits.get(each.id))
        else each
        for each in findings
    ]


def _find_edits(
    client: PolicyClient, recorded: Mapping[str, str], own_client: str
) -> dict[str, Edit]:
    """Find the newest edit of each policy since its recorded update (RFC 3339)."""
    begins = {policy_id: read_time(text) for policy_id, text in recorded.items()}
    known = [begin for begin in begins.values() if begin is not None]
    since = format_time(min(known)) if len(known) == len(begins) else ""
    found: dict[str, Edit] = {}
    try:
        with client.limit_time(_MAX_SECONDS):
            for page in islice(event_client.list_newest(client.transport, since), MAX_PAGES):
                for event in page:
                    _note(event, begins, own_client, found)
                if len(found) == len(begins) and _descends(page):
                    break
    except APIError:
        # The log only helps: what the pages before told is still right.
        pass
    return found


def _note(
    event: object, begins: Mapping[str, float | None], own_client: str, found: dict[str, Edit]
) -> None:
    """Note an event, if it is the newest edit of a policy so far."""
    edit = read_edit(event, begins)
    if edit is None or (own_client and own_client in edit.editor_texts):
        return
    for policy_id in edit.ids:
        begin, other = begins[policy_id], found.get(policy_id)
        is_later = begin is None or edit.time > begin + _OWN_WRITE_SECONDS
        if is_later and (other is None or edit.time > other.time):
            found[policy_id] = edit


def _descends(page: Sequence[Any]) -> bool:
    """Return whether a page is in the order that was asked for."""
    times = [read_event_time(each) for each in page if isinstance(each, dict)]
    known = [time for time in times if time is not None]
    return all(newer >= older for newer, older in pairwise(known))
