"""Leftovers: policies with a resource's ownership annotations that no known state holds.

A create may take effect although its answer is lost: the connection is cut, or the engine is killed
before it writes the state. A copy of the state elsewhere, or a renamed entry in it, looks the same.
Therefore nothing in this module writes to the tenant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from threading import Lock

from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._lifecycle.effects.known_state import KnownState
from pulumi_c1policy._lifecycle.planning import leftover_texts
from pulumi_c1policy._lifecycle.planning.diff import Change, compare
from pulumi_c1policy._lifecycle.planning.ownership import (
    OWNERSHIP_KEYS,
    Resource,
    read_ownership,
    read_resource,
)
from pulumi_c1policy._lifecycle.planning.policy_kind import select_managed
from pulumi_c1policy._lifecycle.planning.pruning import prune, strip
from pulumi_c1policy._model.paths import Key
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import ShapeError, Tree, decode
from pulumi_c1policy.errors import C1PolicyError

_IDENTITY_FIELDS = ("id", "annotations", "system_builtin", "created_at", "deleted_at")
"""The fields of a leftover that are kept: a tenant may have many, and some cannot be decoded."""

_MAX_ANNOTATION_LENGTH = 256
"""The maximum length of an ownership annotation in characters; this package writes none longer."""

_ByResource = Mapping[Resource, list[Tree]]


def find_differences(desired: Tree, live: Tree) -> tuple[Change, ...]:
    """Find the changes that an update from `live` to `desired` would make.

    Ownership annotations do not count, nor do annotations that the program does not set.
    """
    found = strip(POLICY, prune(POLICY, select_managed(desired, live)))
    notes, wanted = found.get("annotations") or {}, desired.get("annotations") or {}
    if isinstance(notes, dict):
        shared = {key: value for key, value in notes.items() if key in wanted}
        found = {**found, "annotations": shared}
    changes = compare(POLICY, found, desired)
    return tuple(change for change in changes if not _is_ownership(change.path))


def find_differences_from_sent(desired: Tree, live: Tree) -> tuple[Change, ...]:
    """Find the same changes, without values that a tenant may fill in if nothing was sent.

    The vendor's Terraform provider marks such fields "computed". They are single values within the
    parts of a policy, never items of a list or of a map.
    """
    changes = find_differences(desired, live)
    return tuple(change for change in changes if not _may_be_filled_in(change))


def _may_be_filled_in(change: Change) -> bool:
    *parents, last = change.path
    is_field = isinstance(last, str) and not isinstance(last, Key)
    return bool(
        change.kind == "delete"
        and parents
        and is_field
        and not isinstance(change.before, dict | list)
    )


def _is_ownership(path: Sequence[object]) -> bool:
    return len(path) > 1 and path[0] == "annotations" and str(path[1]) in OWNERSHIP_KEYS


class Leftovers:
    """The tenant's policies with ownership annotations. Thread-safe."""

    def __init__(
        self, client: PolicyClient, known: KnownState, warn: Callable[[str], None]
    ) -> None:
        """Make an object that has read nothing yet.

        Args:
            client: The client to search through.
            known: The policies that states hold.
            warn: Show a warning.
        """
        self._client = client
        self.known = known
        self._warn = warn
        self._lock = Lock()
        self._look: Future[_ByResource] | None = None
        self._reported: set[Resource] = set()
        self.created: set[str] = set()
        """The ids of the policies that creates of this run have recorded."""

    def find(self, desired: Tree, *, anew: bool = False) -> list[Tree]:
        """Find the leftovers of the resource that `desired` names.

        Policies that are older than the resource's policy in the state are left out, with a
        warning: the engine may still remember to delete them.

        Args:
            desired: The checked inputs, ownership annotations included.
            anew: Read the tenant's policies again, because a create has just become ambiguous.

        Returns:
            The identity fields of each leftover.
        """
        found = self.find_unheld(desired, anew=anew)
        older = [policy for policy in found if self.known.is_older(policy)]
        whose = read_resource(desired)
        if older and whose:
            self.warn_of(whose, older)
        return [policy for policy in found if policy not in older]

    def find_unheld(self, desired: Tree, *, anew: bool = False) -> list[Tree]:
        """Find the leftovers of a resource, older ones included; see `find`."""
        whose = read_resource(desired)
        if not whose:
            return []
        return [
            policy
            for policy in self._read_all(whose, anew=anew).get(whose, ())
            if policy["id"] not in self.known.ids and not policy.get("system_builtin")
        ]

    def warn_of_read(self, whose: Resource, own: str, policies: Iterable[Tree]) -> None:
        """Warn of duplicates among policies (on the wire) that were read.

        Args:
            whose: A resource that is read.
            own: The id of its policy.
            policies: The policies.
        """
        found = group_by_resource(policies)
        unheld = [each for each in found.get(whose, ()) if each["id"] not in self.known.ids | {own}]
        if unheld:
            self.warn_of(whose, unheld)
        self._warn_of_others(found, whose)

    def warn_of(self, whose: Resource, policies: Sequence[Tree], own: str = "") -> None:
        """Warn of leftovers, once for each resource.

        Args:
            whose: The resource.
            policies: The identity fields of its leftovers.
            own: The id of the policy that the state holds, or will hold.
        """
        with self._lock:
            is_new = whose not in self._reported
            self._reported.add(whose)
        if is_new:
            own = own or self.known.get_id(whose)
            self._warn(leftover_texts.warn_of_duplicates(whose[-1], own, policies))

    def _read_all(self, whose: Resource, *, anew: bool) -> _ByResource:
        """Read all policies with ownership annotations; one thread reads, the others wait."""
        with self._lock:
            look, mine = self._look, anew or self._look is None
            if look is None or anew:
                look = self._look = Future()
        if mine:
            try:
                look.set_result(group_by_resource(self._client.list_all()))
            except BaseException as error:  # noqa: BLE001 - the waiting threads get any error
                with self._lock:
                    self._look = None
                look.set_exception(error)
        try:
            found = look.result()
        except C1PolicyError as error:
            # Each thread needs an exception of its own, because it holds one traceback.
            raise error.replace() from error
        if mine and not anew:
            self._warn_of_others(found, whose)
        return found

    def _warn_of_others(self, found: _ByResource, but: Resource) -> None:
        """Warn of the other resources of the same stack that have several policies."""
        for whose, policies in found.items():
            is_other = whose[:-1] == but[:-1] and whose != but
            unheld = [each for each in policies if each["id"] not in self.known.ids]
            if is_other and unheld and len(policies) > 1:
                self.warn_of(whose, policies)


def group_by_resource(policies: Iterable[Tree]) -> _ByResource:
    """Group policies (on the wire) by the resource in their ownership annotations.

    Returns:
        The identity fields of each policy that names a resource and is not deleted.
    """
    found: dict[Resource, list[Tree]] = {}
    for wire in policies:
        part = {name: value for name, value in wire.items() if _is_identity(name)}
        try:
            policy = decode(POLICY, part)
        except ShapeError:
            continue
        whose = read_resource(policy)
        if whose is None or not policy.get("id") or policy.get("deleted_at"):
            continue
        if all(len(each) <= _MAX_ANNOTATION_LENGTH for each in whose):
            # Drop the other annotations, which may be long.
            identity = {**policy, "annotations": read_ownership(policy)}
            found.setdefault(whose, []).append(identity)
    return found


def _is_identity(name: str) -> bool:
    field = POLICY.wire_fields.get(name) or POLICY.fields.get(name)
    return field is not None and field.name in _IDENTITY_FIELDS
