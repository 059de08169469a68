"""The tenant's policies: stored, changed and deleted by the rules, without HTTP or JSON.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import copy
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_c1policy._emulator import consistency, masks, policy_references, rules
from pulumi_c1policy._emulator.api_errors import HandlerError, StatusCode, TenantError, invalid
from pulumi_c1policy._emulator.quirks import Quirks
from pulumi_c1policy._emulator.tenant_clock import TenantClock
from pulumi_c1policy._emulator.wire_schema import POLICY

# The product removes these when a person edits a managed policy.
OWNERSHIP_KEYS = ("managed_by", "iac_workspace", "iac_resource_address", "iac_tool_version")

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_KSUID_EPOCH = 1_400_000_000


@dataclass(frozen=True)
class StoredPolicy:
    """One stored policy. `fields` is never changed in place."""

    id: str
    sequence: int
    fields: dict[str, Any]
    created_at: int
    updated_at: int
    deleted_at: int | None = None
    builtin: bool = False
    hands_to: dict[str, str] = field(default_factory=dict)
    """The policies that its rules and its baseline name: the path by the id."""
    points_to: dict[str, str] = field(default_factory=dict)
    """The same, with those that its escalations and agents name."""

    @property
    def key(self) -> str:
        """Return the policy's id."""
        return self.id

    @property
    def is_original(self) -> bool:
        """Return true for a builtin policy: it always existed."""
        return self.builtin

    @property
    def stored(self) -> dict[str, Any]:
        """Return the policy as the stored form of its message, output-only fields included."""
        whole = {
            **self.fields,
            "id": self.id,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        }
        if self.deleted_at is not None:
            whole["deletedAt"] = self.deleted_at
        if self.builtin:
            whole["systemBuiltin"] = True
        return whole


class Versions(dict[str, StoredPolicy]):
    """The latest record of each policy, and in `every` all records in order."""

    def __init__(self) -> None:
        super().__init__()
        self.every: list[StoredPolicy] = []

    def __setitem__(self, policy_id: str, record: StoredPolicy) -> None:
        super().__setitem__(policy_id, record)
        self.every.append(record)


class PolicyStore:
    """Every policy of one tenant, deleted ones included. Thread-safe."""

    def __init__(
        self, clock: TenantClock, seed: int = 0, quirks: Callable[[], Quirks] = Quirks
    ) -> None:
        self._clock = clock
        self._quirks = quirks
        self._random = random.Random(seed)  # noqa: S311 (ids, not secrets)
        self._lock = threading.RLock()
        self._records = Versions()
        self._sequence = 0

    def __iter__(self) -> Iterator[StoredPolicy]:
        with self._lock:
            return iter(list(self._records.values()))

    @property
    def versions(self) -> list[StoredPolicy]:
        """Every record ever written, in the order of the writes."""
        return self._records.every

    def __len__(self) -> int:
        return sum(1 for record in self if record.deleted_at is None)

    def find(self, policy_id: str) -> StoredPolicy | None:
        """Return the policy with that id, deleted or not."""
        with self._lock:
            return self._records.get(policy_id)

    def create(
        self, fields: dict[str, Any], *, builtin: bool = False, checked: bool = True
    ) -> StoredPolicy:
        """Store a new policy.

        Args:
            fields: The policy in its stored form.
            builtin: The policy is builtin; no rule of writing applies.
            checked: Apply the rules of writing. False stores the policy unchanged.
        """
        with self._lock:
            policy_id = self.make_id()
            sent = copy.deepcopy(fields)
            annotations = rules.merge_annotations({}, sent.pop("annotations", {}))
            if annotations:
                sent["annotations"] = annotations
            now = self._clock.now()
            self._sequence += 1
            record = StoredPolicy(
                policy_id, self._sequence, rules.normalize(sent), now, now, builtin=builtin
            )
            return self._keep(record, None) if checked and not builtin else self._store(record)

    def update(
        self,
        policy_id: str,
        fields: dict[str, Any],
        paths: tuple[str, ...] | None = None,
        *,
        by_product: bool = False,
        checked: bool = True,
    ) -> StoredPolicy:
        """Change a policy.

        Args:
            policy_id: The policy's id.
            fields: Its new values.
            paths: The top-level fields to take from `fields`, absent ones being reset. None
                rewrites every writable field, as an update without a mask does.
            by_product: A person edits in the product, which removes the ownership annotations.
            checked: Apply the rules of writing. False stores the fields unchanged.
        """
        with self._lock:
            record = self._get_live(policy_id)
            if record.builtin and checked:
                self._check_builtin(record, "edited", paths)
            sent = rules.normalize(copy.deepcopy(fields))
            if paths is None:
                for name in masks.IMMUTABLE[POLICY]:
                    if sent.get(name) and sent[name] != record.fields.get(name):
                        raise invalid(f"{name} cannot be changed after creation")
                # A field that the structure does not know was stored because this tenant knows it.
                held = {**dict.fromkeys(masks.list_writable()), **record.fields, **sent}
                paths = tuple(name for name in held if name not in masks.IMMUTABLE[POLICY])
            changed = dict(record.fields)
            for name in paths:
                changed.pop(name, None)
                if name in sent:
                    changed[name] = sent[name]
            wanted = changed.pop("annotations", {}) if "annotations" in paths else {}
            annotations = rules.merge_annotations(record.fields.get("annotations", {}), wanted)
            if by_product:
                annotations = {k: v for k, v in annotations.items() if k not in OWNERSHIP_KEYS}
            changed.pop("annotations", None)
            if annotations:
                changed["annotations"] = annotations
            edited = replace(record, fields=changed, updated_at=self._clock.now())
            return self._keep(edited, paths) if checked else self._store(edited)

    def delete(self, policy_id: str) -> StoredPolicy:
        """Mark a policy deleted."""
        with self._lock:
            record = self._get_live(policy_id)
            if record.builtin:
                self._check_builtin(record, "deleted", None)
            every = self._quirks().deletion_guard == "all"
            for other in self._records.values():
                if other.deleted_at is None and other.id != policy_id:
                    path = (other.points_to if every else other.hands_to).get(policy_id)
                    if path is not None:
                        name = other.fields.get("displayName", "")
                        raise TenantError(
                            StatusCode.FAILED_PRECONDITION,
                            f"policy {policy_id} is in use: policy {other.id} ({name}) "
                            f"points to it at {path}",
                        )
            now = self._clock.now()
            gone = replace(record, deleted_at=now, updated_at=now)
            self._records[policy_id] = gone
            return gone

    def read_page(
        self, matches: Callable[[StoredPolicy], bool], after: int, size: int
    ) -> tuple[list[StoredPolicy], int | None]:
        """Return one page of the matching policies in order of creation.

        Returns:
            The page, and the sequence number to continue after; None on the last page.
        """
        return consistency.take_page(self, matches, after, size)

    def _get_live(self, policy_id: str) -> StoredPolicy:
        record = self._records.get(policy_id)
        if record is None or record.deleted_at is not None:
            raise TenantError(StatusCode.NOT_FOUND, f"policy {policy_id} not found")
        return record

    def _check_builtin(
        self, record: StoredPolicy, verb: str, paths: tuple[str, ...] | None
    ) -> None:
        told = f"policy {record.id} is a system builtin: cannot be {verb}"
        match self._quirks().builtin_edits:
            case "partly" if verb == "edited" and paths and "displayName" not in paths:
                return
            case "forbidden" | "partly":
                raise TenantError(StatusCode.PERMISSION_DENIED, told)
            case "invalid":
                raise invalid(told)
            case "error":
                raise HandlerError(told)

    def _keep(self, record: StoredPolicy, written: tuple[str, ...] | None) -> StoredPolicy:
        """Store a policy by the rules of writing; `written` is None for a new one."""
        creating, names = written is None, written or ()
        fields, quirks = record.fields, self._quirks()
        rules.check(record.id, fields, names, quirks, creating=creating)
        if policy_references.find_chained(fields) and (
            creating or {"rules", "baselinePolicyId"} & {*names}
        ):
            live = {other.id: other.fields for other in self if other.deleted_at is None}
            policy_references.check_chain(record.id, fields, live)
        if quirks.unique_names and (creating or "displayName" in names):
            self._check_name(record)
        if creating or {"policySteps", "baselinePolicyId"} & {*names}:
            fields = rules.complete(fields)
        return self._store(replace(record, fields=fields))

    def _check_name(self, record: StoredPolicy) -> None:
        name = record.fields["displayName"]
        for other in self:
            is_other = other.id != record.id and other.deleted_at is None
            if is_other and other.fields.get("displayName") == name:
                raise TenantError(
                    StatusCode.ALREADY_EXISTS, f"a policy named {name!r} already exists"
                )

    def _store(self, record: StoredPolicy) -> StoredPolicy:
        kept = replace(
            record,
            hands_to=policy_references.find_chained(record.fields),
            points_to=policy_references.find_referenced(record.fields),
        )
        self._records[kept.id] = kept
        return kept

    def make_id(self) -> str:
        """Make a new id in the tenant's form."""
        seconds = int(self._clock.seconds()) - _KSUID_EPOCH
        number = (seconds << 128) | self._random.getrandbits(128)
        digits = ""
        while number:
            number, digit = divmod(number, 62)
            digits = _BASE62[digit] + digits
        return digits.rjust(27, "0")
