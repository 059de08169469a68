"""The policy that an unfinished create left behind, so that none is created twice.

A create may take effect although its answer is lost: the connection is cut, or the engine is killed
before it writes the state. The marks of ownership tell whose policy it is. This does I/O through the
client it is given.
"""

from __future__ import annotations

import copy
from concurrent.futures import Future
from threading import Lock

from pulumi_c1policy._client.policies import PolicyClient
from pulumi_c1policy._lifecycle.known import Known
from pulumi_c1policy._lifecycle.normalize import same
from pulumi_c1policy._lifecycle.ownership import marks, same_resource
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import ShapeError, Tree, decode
from pulumi_c1policy.errors import C1PolicyError

_IDENTITY = ("id", "annotations", "policyType", "scope", "systemBuiltin", "deletedAt")
_IMMUTABLE = tuple(field for field in POLICY.fields.values() if field.immutable)


class Leftovers:
    """The marked policies of the tenant, looked up once a run; threads share it."""

    def __init__(self, client: PolicyClient, known: Known) -> None:
        """Look up nothing yet."""
        self._client = client
        self._known = known
        self._lock = Lock()
        self._look: Future[list[Tree]] | None = None
        self.adopted: set[str] = set()
        """The policies that this run has taken, by id."""

    def find(self, desired: Tree, *, anew: bool = False) -> Tree | None:
        """The policy (decoded) that an earlier create of this very resource left, if any.

        Args:
            desired: The checked inputs, marks included.
            anew: Look at the tenant again, as a create's outcome has just become unclear.
        """
        if not same_resource(desired, desired):
            return None
        for policy in self._candidates(anew=anew):
            if (
                same_resource(policy, desired)
                and policy["id"] not in self._known.ids
                and not self._known.is_older(policy)
                and not policy.get("system_builtin")
                and not policy.get("deleted_at")
                and all(same(f, policy.get(f.name), desired.get(f.name)) for f in _IMMUTABLE)
            ):
                return policy
        return None

    def _candidates(self, *, anew: bool) -> list[Tree]:
        """The marked policies; one thread looks, the others wait for what it finds."""
        with self._lock:
            look, mine = self._look, anew or self._look is None
            if look is None or anew:
                look = self._look = Future()
        if mine:
            try:
                found = map(_decoded, self._client.everything())
                look.set_result([policy for policy in found if marks(policy) and policy.get("id")])
            except BaseException as error:  # noqa: BLE001 - the waiting threads get it, whatever it is
                with self._lock:
                    self._look = None
                look.set_exception(error)
        try:
            return look.result()
        except C1PolicyError as error:
            # A copy: each thread writes the name of its own policy into the text.
            raise copy.copy(error) from error


def _decoded(wire: Tree) -> Tree:
    """A policy; of one that cannot be read whole, what tells whose it is, so that it is not doubled."""
    for part in (wire, {name: wire[name] for name in _IDENTITY if name in wire}):
        try:
            return decode(POLICY, part)
        except ShapeError:
            continue
    return {}
