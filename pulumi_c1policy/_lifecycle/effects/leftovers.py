"""The policies that carry a resource's annotations although no state is known to hold them.

A create may take effect although its answer is lost: the connection is cut, or the engine is killed
before it writes the state. A copy of the state elsewhere, or a renamed entry of it, looks the same.
So nothing here writes to the tenant, and a leftover is taken only where it equals what would be
created.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from threading import Lock

from pulumi_c1policy._client.policies import PolicyClient
from pulumi_c1policy._lifecycle.effects.known_state import Known
from pulumi_c1policy._lifecycle.planning import leftover_texts
from pulumi_c1policy._lifecycle.planning.diff import Change, compare
from pulumi_c1policy._lifecycle.planning.managed_view import view
from pulumi_c1policy._lifecycle.planning.merge import prune, strip
from pulumi_c1policy._lifecycle.planning.ownership import MARKS, Resource, marks, resource
from pulumi_c1policy._model.paths import Key
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import ShapeError, Tree, decode
from pulumi_c1policy.errors import C1PolicyError

_TELLING = ("id", "annotations", "system_builtin", "created_at", "deleted_at")
_LONGEST = 256
"""The longest value of an annotation; ours are no longer."""

_Marked = Mapping[Resource, list[Tree]]


def differences(desired: Tree, live: Tree) -> tuple[Change, ...]:
    """Return what an update would have to change in `live` to get `desired`.

    Ownership annotations do not count, nor do annotations that the program does not set.
    """
    found = strip(POLICY, prune(POLICY, view(desired, live)))
    notes, wanted = found.get("annotations") or {}, desired.get("annotations") or {}
    if isinstance(notes, dict):
        kept = {key: value for key, value in notes.items() if key in wanted}
        found = {**found, "annotations": kept}
    return tuple(change for change in compare(POLICY, found, desired) if not _is_mark(change.path))


def unlike_sent(desired: Tree, live: Tree) -> tuple[Change, ...]:
    """Return the same, without values that a tenant may fill in where nothing was sent.

    The vendor's Terraform provider marks such fields "computed". They are single values within the
    parts of a policy, never items of a list or of a map.
    """
    return tuple(change for change in differences(desired, live) if not _may_be_filled_in(change))


def _may_be_filled_in(change: Change) -> bool:
    *parents, last = change.path
    is_field = isinstance(last, str) and not isinstance(last, Key)
    return bool(
        change.kind == "delete"
        and parents
        and is_field
        and not isinstance(change.before, dict | list)
    )


def _is_mark(path: Sequence[object]) -> bool:
    return len(path) > 1 and path[0] == "annotations" and str(path[1]) in MARKS


class Leftovers:
    """The policies of the tenant with ownership annotations; threads share them."""

    def __init__(self, client: PolicyClient, known: Known, warn: Callable[[str], None]) -> None:
        """Look up nothing yet.

        Args:
            client: The client to search through.
            known: The policies that states hold.
            warn: Shows a warning.
        """
        self._client = client
        self.known = known
        self._warn = warn
        self._lock = Lock()
        self._look: Future[_Marked] | None = None
        self._told: set[Resource] = set()
        self.adopted: set[str] = set()
        """The ids of the policies that this run has taken."""

    def find(self, desired: Tree, *, anew: bool = False) -> list[Tree]:
        """Return the telling fields of the policies with the annotations of `desired`.

        Policies that a state holds are left out. Those that are older than the resource's policy in
        the state are warned of, and left out: the engine may still remember to delete them.

        Args:
            desired: The checked inputs, ownership annotations included.
            anew: Look at the tenant again, as a create's outcome has just become unclear.
        """
        found = self.strangers(desired, anew=anew)
        older = [policy for policy in found if self.known.is_older(policy)]
        whose = resource(desired)
        if older and whose:
            self.tell(whose, older)
        return [policy for policy in found if policy not in older]

    def strangers(self, desired: Tree, *, anew: bool = False) -> list[Tree]:
        """Return the same, and those that are older than the resource's policy in the state."""
        whose = resource(desired)
        return [
            policy
            for policy in (self._marked(whose, anew=anew).get(whose, ()) if whose else ())
            if policy["id"] not in self.known.ids and not policy.get("system_builtin")
        ]

    def tell_of_strangers(self, whose: Resource, policies: Iterable[Tree]) -> None:
        """Warn of those policies (on the wire) that carry annotations and are in no state."""
        found = by_resource(policies).get(whose, ())
        strangers = [each for each in found if each["id"] not in self.known.ids]
        if strangers:
            self.tell(whose, strangers)

    def tell(self, whose: Resource, policies: Sequence[Tree], own: str = "") -> None:
        """Warn, once, of policies with a resource's annotations that its state does not hold.

        Args:
            whose: The resource.
            policies: Their telling fields.
            own: The id of the policy that the state holds, or will hold.
        """
        with self._lock:
            is_new = whose not in self._told
            self._told.add(whose)
        if is_new:
            own = own or self.known.id_of(whose)
            self._warn(leftover_texts.duplicates(whose[-1], own, policies))

    def _marked(self, whose: Resource, *, anew: bool) -> _Marked:
        """The policies with annotations; one thread looks, the others wait for its result."""
        with self._lock:
            look, mine = self._look, anew or self._look is None
            if look is None or anew:
                look = self._look = Future()
        if mine:
            try:
                look.set_result(by_resource(self._client.everything()))
            except BaseException as error:  # noqa: BLE001 - the waiting threads get it, whatever it is
                with self._lock:
                    self._look = None
                look.set_exception(error)
        try:
            found = look.result()
        except C1PolicyError as error:
            # A copy: each thread writes the name of its own policy into the text.
            raise copy.copy(error) from error
        if mine and not anew:
            self._tell_of_twins(found, whose)
        return found

    def _tell_of_twins(self, found: _Marked, but: Resource) -> None:
        """Warn of the other resources of the same stack with several policies."""
        for whose, policies in found.items():
            is_other = whose[:-1] == but[:-1] and whose != but
            strangers = [each for each in policies if each["id"] not in self.known.ids]
            if is_other and strangers and len(policies) > 1:
                self.tell(whose, policies)


def by_resource(policies: Iterable[Tree]) -> _Marked:
    """Return the telling fields of all policies with ownership annotations, by their resource."""
    found: dict[Resource, list[Tree]] = {}
    for wire in policies:
        # The rest may be large, and of a shape that cannot be read.
        part = {name: value for name, value in wire.items() if _tells(name)}
        try:
            policy = decode(POLICY, part)
        except ShapeError:
            continue
        whose = resource(policy)
        if whose is None or not policy.get("id") or policy.get("deleted_at"):
            continue
        if all(len(each) <= _LONGEST for each in whose):
            # Of a tenant with many policies, no more is held than is needed.
            kept = {**policy, "annotations": marks(policy)}
            found.setdefault(whose, []).append(kept)
    return found


def _tells(name: str) -> bool:
    field = POLICY.wire_fields.get(name) or POLICY.fields.get(name)
    return field is not None and field.name in _TELLING
