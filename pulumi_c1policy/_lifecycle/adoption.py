"""The policy that an unfinished create left behind, so that none is created twice.

A create may take effect although its answer is lost: the connection is cut, or the engine is killed
before it writes the state. The marks of ownership tell whose policy it is. This does I/O through the
client it is given.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from threading import Lock

from pulumi_c1policy._client.policies import PolicyClient
from pulumi_c1policy._lifecycle.known import Known
from pulumi_c1policy._lifecycle.normalize import same
from pulumi_c1policy._lifecycle.ownership import Resource, resource
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import ShapeError, Tree, decode
from pulumi_c1policy.errors import C1PolicyError

_TELLING = (
    "id",
    "annotations",
    "policy_type",
    "scope",
    "system_builtin",
    "created_at",
    "deleted_at",
)
_IMMUTABLE = tuple(field for field in POLICY.fields.values() if field.immutable)

_Marked = Mapping[Resource, list[Tree]]


class Leftovers:
    """The marked policies of the tenant, looked up once a run; threads share it."""

    def __init__(self, client: PolicyClient, known: Known) -> None:
        """Look up nothing yet."""
        self._client = client
        self._known = known
        self._lock = Lock()
        self._look: Future[_Marked] | None = None
        self.adopted: set[str] = set()
        """The policies that this run has taken, by id."""

    def find(self, desired: Tree, *, anew: bool = False) -> Tree | None:
        """What tells whose it is of the policy that an earlier create of this very resource left.

        Args:
            desired: The checked inputs, marks included.
            anew: Look at the tenant again, as a create's outcome has just become unclear.
        """
        whose = resource(desired)
        if whose is None:
            return None
        for policy in self._marked(anew=anew).get(whose, ()):
            if (
                policy["id"] not in self._known.ids
                and not self._known.is_older(policy)
                and not policy.get("system_builtin")
                and not policy.get("deleted_at")
                and all(same(f, policy.get(f.name), desired.get(f.name)) for f in _IMMUTABLE)
            ):
                return policy
        return None

    def _marked(self, *, anew: bool) -> _Marked:
        """The marked policies; one thread looks, the others wait for what it finds."""
        with self._lock:
            look, mine = self._look, anew or self._look is None
            if look is None or anew:
                look = self._look = Future()
        if mine:
            try:
                look.set_result(_by_resource(self._client.everything()))
            except BaseException as error:  # noqa: BLE001 - the waiting threads get it, whatever it is
                with self._lock:
                    self._look = None
                look.set_exception(error)
        try:
            return look.result()
        except C1PolicyError as error:
            # A copy: each thread writes the name of its own policy into the text.
            raise copy.copy(error) from error


def _by_resource(policies: Iterable[Tree]) -> _Marked:
    """What tells whose they are of all policies that carry marks, by the resource."""
    found: dict[Resource, list[Tree]] = {}
    for wire in policies:
        # The rest may be large, and of a shape that cannot be read.
        part = {name: value for name, value in wire.items() if _tells(name)}
        try:
            policy = decode(POLICY, part)
        except ShapeError:
            continue
        whose = resource(policy)
        if whose is not None and policy.get("id"):
            found.setdefault(whose, []).append(policy)
    return found


def _tells(name: str) -> bool:
    field = POLICY.wire_fields.get(name) or POLICY.fields.get(name)
    return field is not None and field.name in _TELLING
