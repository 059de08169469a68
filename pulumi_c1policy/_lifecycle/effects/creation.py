"""The create of a policy, once, whatever becomes of its answer.

A create whose outcome is unclear is sent again only after the tenant was looked at. Nothing here
changes a policy that exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from pulumi_c1policy._client.transport import may_be_under_way
from pulumi_c1policy._lifecycle.effects import leftovers
from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run, decoded, look
from pulumi_c1policy._lifecycle.planning import leftover_texts
from pulumi_c1policy._lifecycle.planning.decisions import Options
from pulumi_c1policy._lifecycle.planning.diff import Change
from pulumi_c1policy._lifecycle.planning.normalize import same
from pulumi_c1policy._lifecycle.planning.ownership import keeper, marks, resource
from pulumi_c1policy._lifecycle.planning.record import Origin, Recorded, record
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, encode
from pulumi_c1policy.errors import APIError, RefusedError

_SENDS = 3
_TYPE = POLICY.fields["policy_type"]
_Found = list[tuple[Tree, tuple[Change, ...]]]


def create(run: Run, desired: Tree, options: Options) -> Recorded:
    """Create the policy that `desired` (checked inputs) describes, once.

    A policy that carries the resource's annotations already is treated as `options.on_leftover`
    says: refused, adopted if it equals `desired`, or left.

    Raises:
        RefusedError: There is a leftover, or the tenant answered with another policy.
        APIError: The tenant did not take it; where it may have, the next run finds it.
    """
    with run.client.operation():
        found = _inspected(run, run.leftovers.find(desired), desired)
        if found and options.on_leftover != "leave":
            return _adopted(run, found, desired, options)
        recorded = _created(run, desired, {live["id"] for live, _ in found})
        if found:
            run.warn(leftover_texts.left_beside(recorded.outputs["id"], found))
        return recorded


def _adopted(run: Run, found: _Found, desired: Tree, options: Options) -> Recorded:
    """The record of the one leftover that equals `desired`, where the user wants to adopt it."""
    if options.on_leftover != "adopt":
        raise RefusedError(*leftover_texts.leftovers(found))
    equal = [live for live, differences in found if not differences]
    if len(equal) != 1:
        raise RefusedError(*leftover_texts.unequal_leftovers(found))
    run.leftovers.adopted.add(equal[0]["id"])
    run.warn(leftover_texts.adopted(equal[0]))
    return record(desired, equal[0], origin=Origin(run.tenant))


def _created(run: Run, desired: Tree, before: set[str]) -> Recorded:
    """The record after the create, which is sent again only where no look finds its effect."""
    was_resent = False
    for sends_left in reversed(range(_SENDS)):
        try:
            answer = run.client.create(encode(POLICY, desired))
        except APIError as error:
            if not error.ambiguous:
                raise
            made = _look_for_created(run, desired, before, error)
            if made is not None:
                return made
            # What the tenant is still at work on may show up at any later time: then the next run
            # finds it, and a second request would make it two.
            if not sends_left or may_be_under_way(error):
                raise
            was_resent = True
        else:
            recorded = _answered(run, desired, before, decoded("POST", answer))
            if was_resent:
                tell_of_others(run, recorded)
            origin = replace(recorded.origin, was_resent=was_resent)
            return replace(recorded, origin=origin)
    raise AssertionError("unreachable: the last send returns or raises")


def _answered(run: Run, desired: Tree, before: set[str], answer: Tree) -> Recorded:
    """The record of the policy that answered a create, if it is the one that was created."""
    known, origin = run.leftovers.known.ids | before, Origin(run.tenant)
    is_ours = answer["id"] not in known and marks(answer) == marks(desired)
    if is_ours and same(_TYPE, answer.get(_TYPE.name), desired.get(_TYPE.name)):
        return record(desired, answer, origin=origin)
    live = look(run.client, answer["id"])
    if live is not None and live["id"] not in known:
        differences = leftovers.unlike_sent(desired, live)
        if marks(live) == marks(desired) and not differences:
            return record(desired, live, origin=origin)
        if not marks(live) and not differences:
            run.warn(leftover_texts.unproven(live))
            return record(desired, live, origin=replace(origin, is_unproven=True))
    told = _other_answer(desired, known, live or answer)
    unclear = RefusedError(*leftover_texts.nothing_created(told))
    made = _look_for_created(run, desired, before, unclear)
    if made is None:
        raise unclear
    run.warn(told)
    return made


def _other_answer(desired: Tree, known: set[str], live: Tree) -> str:
    """The sentence about the policy that answered a create."""
    if live["id"] in known:
        return leftover_texts.other_answer(live, "", ())
    whose = keeper(marks(desired), marks(live)) if marks(live) else ""
    return leftover_texts.other_answer(live, whose, leftovers.unlike_sent(desired, live))


def _look_for_created(
    run: Run, desired: Tree, before: set[str], unclear: APIError | RefusedError
) -> Recorded | None:
    """The record of what a create has made although it ended with `unclear`; None if nothing.

    Raises:
        RefusedError: What is there is not what was sent.
    """
    for _ in run.looks(unclear):
        try:
            found = [p for p in run.leftovers.find(desired, anew=True) if p["id"] not in before]
            made = _inspected(run, found, desired, leftovers.unlike_sent)
        except APIError as blind:
            raise unclear from blind
        if made:
            break
    else:
        return None
    equal = [live for live, differences in made if not differences]
    if not equal:
        raise RefusedError(*leftover_texts.unlike_sent(made)) from unclear
    run.warn(leftover_texts.found_again(equal[0]))
    recorded = record(desired, equal[0], origin=Origin(run.tenant, was_resent=len(made) > 1))
    if len(made) > 1:
        tell_of_others(run, recorded)
    return recorded


def _inspected(
    run: Run,
    found: Iterable[Tree],
    desired: Tree,
    compare: Callable[[Tree, Tree], tuple[Change, ...]] = leftovers.differences,
) -> _Found:
    """Those of the found policies that still carry our annotations, as a GET shows them now."""
    lives = (look(run.client, policy["id"]) for policy in found)
    return [
        (live, compare(desired, live))
        for live in lives
        if live is not None and resource(live) == resource(desired)
    ]


def tell_of_others(run: Run, recorded: Recorded) -> bool:
    """Warn of other policies with the annotations of a recorded one; return whether there are any."""
    own = recorded.outputs["id"]
    others = [p for p in run.leftovers.strangers(recorded.inputs, anew=True) if p["id"] != own]
    whose = resource(recorded.inputs)
    if others and whose:
        run.leftovers.tell(whose, others, own)
    return bool(others)
