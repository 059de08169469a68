"""The things that the operations of one run share, and the look at one policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pulumi_c1policy._client.clock import Clock
from pulumi_c1policy._client.policies import PolicyClient
from pulumi_c1policy._lifecycle.effects import absence
from pulumi_c1policy._lifecycle.effects.known_state import Known
from pulumi_c1policy._lifecycle.effects.leftovers import Leftovers
from pulumi_c1policy._lifecycle.effects.reads import Reads
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import ShapeError, Tree, decode
from pulumi_c1policy.errors import AnswerError, C1PolicyError, NotFoundError

# Seconds before each look after an unclear outcome. A request that was cut off may still be under
# way to the tenant's store, and a search may lag behind that.
_LOOKS = (0.0, 0.5, 1.5, 3.0)


@dataclass(frozen=True, slots=True)
class Run:
    """The things that the operations of one run share.

    Attributes:
        client: The client.
        reads: The reads of the run.
        leftovers: The policies that carry our annotations and are in no state.
        tenant: The tenant, to be recorded.
        warn: Shows a warning beside the resource at hand.
    """

    client: PolicyClient
    reads: Reads
    leftovers: Leftovers
    tenant: str = ""
    warn: Callable[[str], None] = lambda _: None

    @classmethod
    def over(
        cls,
        client: PolicyClient,
        known: Known,
        clock: Clock | None = None,
        *,
        tenant: str = "",
        warn: Callable[[str], None] = lambda _: None,
    ) -> Run:
        """Return a run over `client`, in an engine that has shown us `known`."""
        leftovers = Leftovers(client, known, warn)
        return cls(client, Reads(client, clock), leftovers, tenant, warn)

    def looks(self, unclear: C1PolicyError) -> Iterator[None]:
        """Yield at the moments at which to look for the effect of a write.

        Raises:
            C1PolicyError: `unclear`, where the run is over before it is clear.
        """
        for seconds in _LOOKS:
            if not self.client.rest(seconds):
                raise unclear
            yield


def look(client: PolicyClient, policy_id: str) -> Tree | None:
    """Return the policy as a GET shows it now; None where it is provably gone.

    Raises:
        APIError: It could not be read, or its absence is not proven.
    """
    try:
        live = decoded("GET", client.get(policy_id))
    except NotFoundError as error:
        if absence.is_proven(client, policy_id, error):
            return None
        live = decoded("GET", client.get(policy_id))
    return None if live.get("deleted_at") else live


def decoded(method: str, wire: Tree) -> Tree:
    """Return a policy of the wire as a tree.

    Raises:
        AnswerError: It is not a policy.
    """
    try:
        return decode(POLICY, wire)
    except ShapeError as error:
        summary = f"The tenant's answer is not a policy: {error}."
        advice = "Check that the server URL is the tenant's, and that this package is up to date."
        raise AnswerError(summary, advice, method=method) from error
