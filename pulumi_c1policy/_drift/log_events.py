"""The events of a system log (OCSF) as the edits of objects. Pure.

Nothing public tells which events a tenant logs about policies. So this reader accepts all forms
that OCSF allows, and an event of another form is no edit. It never raises.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pulumi_c1policy import _text

MAX_NAME_LENGTH: Final = 100
"""The length at which the name of an editor is cut."""

_MAX_DEPTH = 20
_WRITE = re.compile(r"updat|modif|edit|chang|delet|remov|patch|replac|revert|restor", re.I)
_READ_OR_CREATE = re.compile(r"creat|read|\bget\b|list|search|view|login|logon", re.I)
# In the classes Entity Management (3004) and API Activity (6003).
_WRITE_IDS: Final = {3004: {3, 4}, 6003: {3, 4}}
_FAILURE_ID: Final = 2
_OBJECT_KEYS = ("entity", "managed_entity", "resource", "resources", "web_resources")
_ID_KEYS = ("uid", "uid_alt", "id")
_NAME_KEYS = ("name", "full_name", "display_name", "email_addr", "email", "uid", "id")
_SECONDS_LIMIT: Final = 1e11
_MILLISECONDS_LIMIT: Final = 1e14
_MICROSECONDS_LIMIT: Final = 1e17


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit of objects.

    Attributes:
        ids: The ids of the objects.
        time: The seconds since the epoch.
        editor: The name, the email or the id of a person or a client.
        editor_texts: All texts about the editor, to recognise a client by its id.
    """

    ids: frozenset[str]
    time: float
    editor: str
    editor_texts: frozenset[str] = frozenset()


def read_edit(event: object, wanted: Collection[str]) -> Edit | None:
    """Read an event as an edit of wanted objects.

    Args:
        event: The event, as JSON of any form.
        wanted: The ids of the objects.

    Returns:
        The edit; None if the event is no successful update or deletion of a wanted object, or
        tells no time or no editor.
    """
    if not isinstance(event, dict) or not _is_write(event):
        return None
    ids = _find_objects(event, wanted)
    if not ids:
        return None
    time, editor = read_event_time(event), _name_editor(event)
    if time is None or not editor:
        return None
    return Edit(ids, time, editor, frozenset(_walk_texts(event.get("actor"))))


def read_time(value: object) -> float | None:
    """Read a time as seconds since the epoch: RFC 3339, or a number since the epoch.

    A number counts seconds, milliseconds, microseconds or nanoseconds, as its size tells.
    """
    if isinstance(value, str):
        text = value.strip()
        if not re.fullmatch(r"\d{9,19}", text):
            return _parse_timestamp(text)
        value = int(text)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e19:
        return None
    for limit, unit in (
        (_SECONDS_LIMIT, 1),
        (_MILLISECONDS_LIMIT, 1e3),
        (_MICROSECONDS_LIMIT, 1e6),
    ):
        if value < limit:
            return value / unit
    return value / 1e9


def read_event_time(event: Mapping[str, Any]) -> float | None:
    """Read the time of an event; None if it tells none."""
    metadata = event.get("metadata")
    logged = metadata if isinstance(metadata, dict) else {}
    values = (event.get("time"), event.get("time_dt"), logged.get("logged_time"))
    return next((time for time in map(read_time, values) if time is not None), None)


def format_time(seconds: float) -> str:
    """Return a time as RFC 3339 in UTC, without fractions."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _parse_timestamp(text: str) -> float | None:
    try:
        found = datetime.fromisoformat(text)
        seconds = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) and seconds > 0 else None


def _is_write(event: Mapping[str, Any]) -> bool:
    """Return whether an event is a successful update or deletion.

    A creation is left out: it would be of another object that names the wanted one.
    """
    if event.get("status_id") == _FAILURE_ID or str(event.get("status")).lower() == "failure":
        return False
    api = event.get("api")
    operation = api.get("operation") if isinstance(api, dict) else None
    for told in (event.get("activity_name"), operation, event.get("type_name")):
        if isinstance(told, str):
            if _WRITE.search(told):
                return True
            if _READ_OR_CREATE.search(told):
                return False
    class_id, activity_id = event.get("class_uid"), event.get("activity_id")
    if not isinstance(class_id, int) or not isinstance(activity_id, int):
        return False
    return activity_id in _WRITE_IDS.get(class_id, ())


def _find_objects(event: Mapping[str, Any], wanted: Collection[str]) -> frozenset[str]:
    """Find the wanted ids among the objects of an event; without such, among all its texts.

    An event that names other objects, such as an app that uses a policy, is no edit of the policy.
    """
    objects = frozenset(_list_object_ids(event))
    texts = objects or {
        text
        for key, value in event.items()
        if key not in ("actor", "metadata")
        for text in _walk_texts(value)
    }
    return frozenset(text for text in texts if text in wanted)


def _list_object_ids(event: Mapping[str, Any]) -> Iterator[str]:
    for key in _OBJECT_KEYS:
        value = event.get(key)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield from (
                    found for name in _ID_KEYS if isinstance(found := each.get(name), str) and found
                )


def _name_editor(event: Mapping[str, Any]) -> str:
    """Return the name of the actor of an event; "" if it has none."""
    actor = event.get("actor")
    if not isinstance(actor, dict):
        return ""
    for holder in (actor.get("user"), actor, actor.get("process"), actor.get("app")):
        names = holder if isinstance(holder, dict) else {}
        for key in (*_NAME_KEYS, "app_name", "app_uid", "invoked_by"):
            value = names.get(key)
            if isinstance(value, str) and (text := _text.to_one_line(value)):
                return text[:MAX_NAME_LENGTH]
    return ""


def _walk_texts(value: object, depth: int = 0) -> Iterator[str]:
    """Yield all texts in a JSON value, up to a depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list) and depth < _MAX_DEPTH:
        for each in value.values() if isinstance(value, dict) else value:
            yield from _walk_texts(each, depth + 1)
