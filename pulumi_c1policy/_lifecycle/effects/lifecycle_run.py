"""The objects that the operations of one run share, and the look at one policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock

from pulumi_c1policy._client.attachment_client import AttachmentClient
from pulumi_c1policy._client.clock import ClientClock
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._lifecycle.effects import absence
from pulumi_c1policy._lifecycle.effects.attachment_reads import AttachmentReads
from pulumi_c1policy._lifecycle.effects.known_state import KnownState
from pulumi_c1policy._lifecycle.effects.leftovers import Leftovers
from pulumi_c1policy._lifecycle.effects.object_search import ObjectSearch
from pulumi_c1policy._lifecycle.effects.reads import Reads
from pulumi_c1policy._lifecycle.effects.use_count import UseCount
from pulumi_c1policy._lifecycle.effects.use_guard import UseGuard
from pulumi_c1policy._model.attachment_fields import AttachmentTarget
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Message
from pulumi_c1policy._model.tree import ShapeError, Tree, decode
from pulumi_c1policy.errors import AnswerError, C1PolicyError, NotFoundError

_LOOK_WAITS_SECONDS = (0.0, 0.5, 1.5, 3.0)
"""The wait before each look after an ambiguous outcome.

A request that was cut off may still be on its way to the tenant's store, and a search may lag
behind the store.
"""


@dataclass(frozen=True, slots=True)
class Run:
    """The objects that the operations of one run share.

    Attributes:
        client: The client.
        reads: The reads of the run.
        leftovers: The leftovers of the stack's resources.
        guard: The guard of deletions.
        attachments: The client of the objects to which policies are attached.
        attachment_reads: The reads of these objects.
        objects: The search for the objects that policies name.
        use_count: The count of the objects that use a policy.
        tenant: The host and port of the tenant, for the state.
        warn: Show a warning beside the resource of the current operation.
    """

    client: PolicyClient
    reads: Reads
    leftovers: Leftovers
    guard: UseGuard
    attachments: AttachmentClient
    attachment_reads: AttachmentReads
    objects: ObjectSearch
    use_count: UseCount
    tenant: str = ""
    warn: Callable[[str], None] = lambda _: None
    _turns: dict[str, Lock] = field(default_factory=dict)
    """The lock of each object to which policies are attached, by the id of the attachment."""

    @classmethod
    def start(
        cls,
        client: PolicyClient,
        known: KnownState,
        clock: ClientClock | None = None,
        *,
        tenant: str = "",
        warn: Callable[[str], None] = lambda _: None,
    ) -> Run:
        """Make a run over a client and the known state."""
        attachments = AttachmentClient(client.transport)
        return cls(
            client,
            Reads(client, clock),
            Leftovers(client, known, warn),
            UseGuard(client, known, warn),
            attachments,
            AttachmentReads(attachments, clock),
            ObjectSearch(client, attachments, known),
            UseCount(client),
            tenant,
            warn,
        )

    def take_turn(self, target: AttachmentTarget) -> Lock:
        """Return the lock of the writes to an object.

        Two attachments may change places in one run. Each looks at the object before its write, so
        the look of one must not fall between the look and the write of the other.
        """
        return self._turns.setdefault(target.id, Lock())

    def wait_for_looks(self, ambiguous: C1PolicyError) -> Iterator[None]:
        """Yield at the moments at which to look for the effect of a write.

        Args:
            ambiguous: The ambiguous outcome.

        Raises:
            C1PolicyError: `ambiguous`, if the operation's deadline comes first.
        """
        for seconds in _LOOK_WAITS_SECONDS:
            if not self.client.wait(seconds):
                raise ambiguous
            yield


def look(client: PolicyClient, policy_id: str) -> Tree | None:
    """Return the policy as a GET shows it now, or None if it is provably gone.

    Raises:
        APIError: It could not be read, or its absence is not proven.
    """
    try:
        live = decode_policy("GET", client.get(policy_id))
    except NotFoundError as error:
        if absence.is_proven(client, policy_id, error):
            return None
        live = decode_policy("GET", client.get(policy_id))
    return None if live.get("deleted_at") else live


def decode_policy(method: str, wire: Tree) -> Tree:
    """Decode a policy from the wire.

    Args:
        method: The method of the request, for the error.
        wire: The policy in the answer.

    Raises:
        AnswerError: It does not have the shape of a policy.
    """
    return _decode(POLICY, "a policy", method, wire)


def decode_object(message: Message, target: AttachmentTarget, method: str, wire: Tree) -> Tree:
    """Decode the fields of an attachment's object, and the time of its deletion.

    Args:
        message: The fields.
        target: The object.
        method: The method of the request, for the error.
        wire: The object in the answer.

    Raises:
        AnswerError: It does not have the shape of the object.
    """
    known = {name: value for name, value in wire.items() if name in message.wire_fields}
    live = _decode(message, f"an {target.noun}", method, known)
    ids = zip((field.name for field in message.required), target.parts, strict=True)
    deleted_at = wire.get("deletedAt")
    return live | dict(ids) | ({"deleted_at": deleted_at} if deleted_at else {})


def _decode(message: Message, noun: str, method: str, wire: Tree) -> Tree:
    try:
        return decode(message, wire)
    except ShapeError as error:
        summary = f"The tenant's answer is not {noun}: {error}."
        advice = "Check that the server URL is the tenant's, and that this package is up to date."
        raise AnswerError(summary, advice, method=method) from error
