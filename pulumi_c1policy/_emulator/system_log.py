"""The log of who changed which policy, as OCSF events.

Nothing public tells which events a tenant logs about policies, so the quirk `system_log` decides
about their form. Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from pulumi_c1policy._emulator.api_errors import invalid
from pulumi_c1policy._emulator.tenant_clock import TenantClock
from pulumi_c1policy._emulator.wire_durations import format_timestamp

Activity = Literal["Create", "Update", "Delete"]
Actor = Mapping[str, str]
"""The `user` of an event's actor."""

PERSON: Final[Actor] = {
    "name": "Ada Lovelace",
    "email_addr": "ada@example.com",
    "uid": "emulated-person",
    "type": "User",
}
"""The person who edits in the product."""

OTHER_CLIENT: Final[Actor] = {"name": "Other client", "uid": "other-client", "type": "Service"}
"""The API client of edits that are not requests."""

_ACTIVITY_IDS: Final[Mapping[Activity, int]] = {"Create": 1, "Update": 3, "Delete": 4}
_MILLISECOND = 1_000_000


@dataclass(frozen=True)
class LoggedChange:
    """A change of a policy; `time` is in nanoseconds since the epoch."""

    sequence: int
    uid: str
    time: int
    activity: Activity
    policy_id: str
    policy_name: str
    actor: Actor
    has_entity: bool = True
    """The event names the policy as an OCSF entity; otherwise it is an API call."""

    @property
    def stored(self) -> dict[str, Any]:
        """Return the event as OCSF JSON."""
        event = {
            "activity_id": _ACTIVITY_IDS[self.activity],
            "activity_name": self.activity,
            "actor": {"user": dict(self.actor)},
            "metadata": {"uid": self.uid, "version": "1.3.0", "product": {"name": "Emulator"}},
            "severity_id": 1,
            "status": "Success",
            "status_id": 1,
        }
        if self.has_entity:
            entity = {"uid": self.policy_id, "name": self.policy_name, "type": "Policy"}
            named = {"class_uid": 3004, "class_name": "Entity Management", "entity": entity}
            return {**event, **named, "time": self.time // _MILLISECOND}
        call = {
            "class_uid": 6003,
            "class_name": "API Activity",
            "api": {"operation": f"c1.api.policy.v1.Policies.{self.activity}"},
            "resources": [{"uid": self.policy_id, "type": "Policy"}],
        }
        return {**event, **call, "time_dt": format_timestamp(self.time, 3)}


class SystemLog:
    """The changes of a tenant's policies in their order. Thread-safe."""

    def __init__(self, clock: TenantClock, seed: int = 0) -> None:
        """Make an empty log.

        Args:
            clock: The tenant's clock.
            seed: The seed of the events' ids.
        """
        self._clock = clock
        self._random = random.Random(seed)  # noqa: S311 (ids, not secrets)
        self._lock = threading.Lock()
        self._changes: list[LoggedChange] = []

    def note(self, activity: Activity, policy_id: str, policy_name: str, actor: Actor) -> None:
        """Add a change that was just made."""
        with self._lock:
            uid = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
            sequence, now = len(self._changes) + 1, self._clock.now()
            self._changes.append(
                LoggedChange(sequence, uid, now, activity, policy_id, policy_name, actor)
            )

    def find_sequence(self, uid: str) -> int:
        """Return the position of the event with this uid.

        Raises:
            TenantError: There is none.
        """
        with self._lock:
            for change in self._changes:
                if change.uid == uid:
                    return change.sequence
        raise invalid(f"no event has the uid {uid!r}")

    def make_reader(
        self, *, newest_first: bool
    ) -> Callable[
        [Callable[[LoggedChange], bool], int, int], tuple[list[LoggedChange], int | None]
    ]:
        """Return a function that reads one page: of matching changes, after a position."""

        def read(
            matches: Callable[[LoggedChange], bool], after: int, size: int
        ) -> tuple[list[LoggedChange], int | None]:
            with self._lock:
                ordered = self._changes[::-1] if newest_first else list(self._changes)
            rest = [
                each
                for each in ordered
                if matches(each)
                and (not after or (each.sequence < after) == newest_first)
                and each.sequence != after
            ]
            page = rest[:size]
            return page, page[-1].sequence if len(rest) > size else None

        return read
