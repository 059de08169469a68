"""Carrying out a plan: create, read, update and delete over the client.

The only part of the lifecycle, with `adoption`, that does I/O. A write whose outcome is unclear is
never sent again before the tenant was looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pulumi_c1policy._client.clock import Clock
from pulumi_c1policy._client.policies import PolicyClient
from pulumi_c1policy._client.transport import may_be_under_way
from pulumi_c1policy._lifecycle import guards
from pulumi_c1policy._lifecycle.adoption import Leftovers
from pulumi_c1policy._lifecycle.diff import compare
from pulumi_c1policy._lifecycle.known import Known
from pulumi_c1policy._lifecycle.merge import prune, strip
from pulumi_c1policy._lifecycle.options import Options
from pulumi_c1policy._lifecycle.ownership import workspace
from pulumi_c1policy._lifecycle.plan import NoOp, Refuse, Replace, Update, onto, plan
from pulumi_c1policy._lifecycle.reads import Reads
from pulumi_c1policy._lifecycle.record import Recorded, catch_up, held_by, is_before, record
from pulumi_c1policy._lifecycle.view import held_steps, view
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import ShapeError, Tree, decode, encode, only
from pulumi_c1policy.errors import (
    AnswerError,
    APIError,
    NotFoundError,
    RefusedError,
    StatusError,
)

# After an unclear outcome: how long to wait before each look, in seconds. A request that was cut off
# may still be under way to the tenant's store.
_LOOKS = (0.0, 0.5, 1.5)
_SENDS = 3


@dataclass(frozen=True, slots=True)
class Run:
    """What the operations of one run share."""

    client: PolicyClient
    reads: Reads
    leftovers: Leftovers

    @classmethod
    def over(cls, client: PolicyClient, known: Known, clock: Clock | None = None) -> Run:
        """A run over `client`, in an engine that has shown us `known`."""
        return cls(client, Reads(client, clock), Leftovers(client, known))

    def looks(self, unclear: APIError) -> Iterator[None]:
        """The moments at which to look for what a write that ended with `unclear` has done.

        Raises:
            APIError: `unclear`, where the run is over before it is clear.
        """
        for seconds in _LOOKS:
            if not self.client.rest(seconds):
                raise unclear
            yield


def create(run: Run, desired: Tree, options: Options) -> Recorded:
    """Create the policy that `desired` (checked inputs) describes, once.

    The leftover of an earlier create of the same resource is taken instead, and brought up to date.

    Raises:
        APIError: The tenant did not take it; where it may have, the next run finds it.
    """
    leftover = run.leftovers.find(desired)
    if leftover and (adopted := _adopt(run, leftover["id"], desired, options)):
        run.leftovers.adopted.add(leftover["id"])
        return adopted
    for sends_left in reversed(range(_SENDS)):
        try:
            answer = run.client.create(encode(POLICY, desired))
        except APIError as error:
            if not error.ambiguous:
                raise
            leftover = _look_for_created(run, desired, error)
            if leftover and (adopted := _adopt(run, leftover["id"], desired, options)):
                return adopted
            # What the tenant is still at work on may show up at any later time: then the next run
            # finds it, and a second request would make it two.
            if not sends_left or may_be_under_way(error):
                raise
        else:
            return record(desired, _decoded("POST", answer))
    raise AssertionError("unreachable: the last send returns or raises")


def _look_for_created(run: Run, desired: Tree, unclear: APIError) -> Tree | None:
    """The policy that a create has made although it ended with `unclear`; None if it has not."""
    for _ in run.looks(unclear):
        try:
            found = run.leftovers.find(desired, anew=True)
        except APIError as blind:
            raise unclear from blind
        if found is not None:
            return found
    return None


def _adopt(run: Run, policy_id: str, desired: Tree, options: Options) -> Recorded | None:
    """Take a policy that was found, if it is still there, and bring it up to date."""
    live = _live(run.client.get, policy_id)
    if live is None:
        return None
    as_it_is = record(strip(POLICY, prune(POLICY, live)), live)
    return update(run, live["id"], as_it_is, desired, options)


def read(run: Run, policy_id: str, recorded: Recorded | None) -> Recorded | None:
    """The policy as it is now, on top of what was recorded of it.

    Returns:
        The record brought up to date, or None where the policy is gone (not found, or deleted).
    """
    live = _recent(run, policy_id, recorded)
    if live is None:
        return None
    if recorded is None:
        return record(strip(POLICY, prune(POLICY, live)), live)
    return catch_up(recorded, live)


def update(
    run: Run, policy_id: str, recorded: Recorded, desired: Tree, options: Options
) -> Recorded:
    """Send what changed between the record and `desired`, and no more.

    Raises:
        RefusedError: The plan may not be carried out: builtin, taken over, or in conflict.
        NotFoundError: The policy is gone.
        APIError: The tenant did not take it.
    """
    planned = plan(recorded, desired, options)
    if isinstance(planned, Refuse):
        raise RefusedError(planned.summary, planned.advice)
    if isinstance(planned, Replace):
        fields = ", ".join(f"`{name}`" for name in planned.fields)
        raise RefusedError(f"{fields} cannot change in place.", "Replace the policy instead.")
    if isinstance(planned, NoOp):
        return record(desired, recorded.outputs, held_by(recorded, desired))
    live = _live(run.client.get, policy_id)
    if live is None:
        raise _gone()
    body = onto(planned, recorded, desired, live, options)
    if isinstance(body, Refuse):
        raise RefusedError(body.summary, body.advice)
    try:
        answer = _send(run, policy_id, body, planned, live, desired)
    finally:
        run.reads.forget(policy_id)
    held = None if "policySteps" in planned.mask else held_steps(desired, live)
    return record(desired, _known_after(planned, recorded, answer), held)


def _send(
    run: Run, policy_id: str, body: Tree, planned: Update, before: Tree, desired: Tree
) -> Tree:
    """Update; look at the policy before anything is sent again, and whether it took effect."""
    sent = decode(POLICY, body)

    def look() -> _Look:
        live = _live(run.client.get, policy_id)
        if live is None:
            raise _gone()
        # Annotations count whole here: a removed key must be seen to be gone.
        seen = view(desired, live) | only(live, "annotations")
        differs = compare(POLICY, _masked(seen, sent, planned), _masked(sent, sent, planned))
        return _Look(live, arrived=not differs, as_before=not compare(POLICY, before, live))

    def recheck() -> None:
        found = look()
        if not (found.arrived or found.as_before):
            raise RefusedError(*guards.changed_meanwhile())

    for sends_left in reversed(range(_SENDS)):
        try:
            answer = run.client.update(policy_id, body, planned.mask, recheck=recheck)
            return _decoded("POST", answer)
        except APIError as error:
            if not error.ambiguous:
                raise
            found = _look_until_arrived(run, look, error)
            if found.arrived:
                return found.live
            # Somebody else has been there meanwhile: what is right now is for a person to say.
            if not sends_left or not found.as_before:
                raise
    raise AssertionError("unreachable: the last send returns or raises")


@dataclass(frozen=True, slots=True)
class _Look:
    """What the tenant has while it is unclear whether an update took effect."""

    live: Tree
    arrived: bool
    as_before: bool


def _look_until_arrived(run: Run, look: Callable[[], _Look], unclear: APIError) -> _Look:
    for _ in run.looks(unclear):
        try:
            found = look()
        except NotFoundError:
            raise
        except APIError as blind:
            raise unclear from blind
        if found.arrived:
            break
    return found


def _masked(policy: Tree, sent: Tree, planned: Update) -> Tree:
    """The part of a policy that tells whether the update that sent `sent` took effect."""
    out: Tree = {}
    for wire in planned.mask:
        field = POLICY.wire_fields[wire]
        out |= only(policy, field.name)
        if field.merge:
            # Of the tenant's annotations only those that were sent can tell.
            notes, keys = policy.get(field.name) or {}, sent.get(field.name) or {}
            out[field.name] = {key: value for key, value in notes.items() if key in keys}
    return out


def _known_after(planned: Update, recorded: Recorded, answer: Tree) -> Tree:
    """The answer, as far as it tells of our update.

    What others changed outside the mask stays unrecorded, so that the next refresh shows it.
    """
    known = dict(recorded.outputs)
    for name, field in POLICY.fields.items():
        if field.output_only or field.wire in planned.mask:
            known.pop(name, None)
            known |= only(answer, name)
    return known


def delete(connect: Callable[[], Run], policy_id: str, recorded: Recorded) -> str | None:
    """Delete the policy; already gone is fine.

    Args:
        connect: Gives the run; not asked for where no request is needed.
        policy_id: Which.
        recorded: What is known of it.

    Returns:
        None, or a sentence why the policy was left in the tenant all the same: it is builtin,
        somebody else keeps it now, or this run has taken it for its replacement.

    Raises:
        APIError: The tenant did not delete it.
    """
    if recorded.builtin:
        return guards.builtin_delete()
    run = connect()
    if policy_id in run.leftovers.adopted:
        return guards.adopted_delete()
    live = _recent(run, policy_id, recorded)
    if live is None:
        return None
    found = catch_up(recorded, live)
    if found.builtin:
        return guards.builtin_delete()
    if found.taken_by:
        return guards.taken_delete(found)
    try:
        run.client.delete(policy_id)
    except NotFoundError:
        return None
    except (StatusError, AnswerError) as error:
        if not _is_gone(run, policy_id, error):
            raise
    finally:
        run.reads.forget(policy_id)
    return None


def _is_gone(run: Run, policy_id: str, unclear: APIError) -> bool:
    """Whether a delete that ended with `unclear` has deleted the policy all the same."""
    try:
        return _live(run.client.get, policy_id) is None
    except APIError as blind:
        raise unclear from blind


def _recent(run: Run, policy_id: str, recorded: Recorded | None) -> Tree | None:
    of = workspace(recorded.outputs) if recorded else ""
    live = _live(lambda policy_id: run.reads.get(policy_id, of), policy_id)
    if live and recorded and is_before(live, recorded.outputs):
        # A page of a search that lags behind our own last write.
        return _live(run.client.get, policy_id)
    return live


def _live(get: Callable[[str], Tree], policy_id: str) -> Tree | None:
    try:
        live = _decoded("GET", get(policy_id))
    except NotFoundError:
        return None
    return None if live.get("deleted_at") else live


def _decoded(method: str, wire: Tree) -> Tree:
    try:
        return decode(POLICY, wire)
    except ShapeError as error:
        summary = f"The tenant's answer is not a policy: {error}."
        advice = "Check that the server URL is the tenant's, and that this package is up to date."
        raise AnswerError(summary, advice, method=method) from error


def _gone() -> NotFoundError:
    return NotFoundError(
        "it is gone from the tenant.",
        "Run `pulumi up --refresh` to create it anew.",
    )
