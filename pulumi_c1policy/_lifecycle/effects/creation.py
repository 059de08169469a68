"""The create of a policy, and the recovery of a lost answer.

A create with an ambiguous outcome is sent again only after a look at the tenant. Nothing in this
module changes an existing policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from pulumi_c1policy._lifecycle.effects import leftovers
from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run, decode_policy, look
from pulumi_c1policy._lifecycle.planning import leftover_texts
from pulumi_c1policy._lifecycle.planning.decisions import LifecycleOptions
from pulumi_c1policy._lifecycle.planning.diff import Change
from pulumi_c1policy._lifecycle.planning.ownership import (
    describe_manager,
    read_ownership,
    read_resource,
)
from pulumi_c1policy._lifecycle.planning.prior import Origin, Prior, is_older, record_answer
from pulumi_c1policy._model.normalize import are_same
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, encode
from pulumi_c1policy.errors import APIError, RefusedError

_MAX_SENDS = 3
_TYPE = POLICY.fields["policy_type"]
_Compared = list[tuple[Tree, tuple[Change, ...]]]
"""Live policies, each with its differences from the desired one."""


def create(run: Run, desired: Tree, options: LifecycleOptions) -> Prior:
    """Create a policy from checked inputs, once.

    `options.on_leftover` decides about leftovers of the resource: refuse, adopt the one that equals
    `desired`, or leave them.

    Raises:
        RefusedError: There is a leftover, or the tenant answered with another policy.
        APIError: The create failed. If it took effect nevertheless, the next run finds the policy.
    """
    with run.client.share_deadline():
        found = _inspect(run, run.leftovers.find(desired), desired)
        if found and options.on_leftover != "leave":
            new_prior = _adopt(run, found, desired, options)
        else:
            before = {policy["id"] for policy in run.leftovers.find_unheld(desired)}
            new_prior = _send(run, desired, before)
            if found:
                run.warn(leftover_texts.warn_of_create_beside(new_prior.outputs["id"], found))
        run.leftovers.created.add(new_prior.outputs["id"])
        return new_prior


def _adopt(run: Run, found: _Compared, desired: Tree, options: LifecycleOptions) -> Prior:
    """Record the one leftover that equals `desired`, if the user decided to adopt it."""
    if options.on_leftover != "adopt":
        raise RefusedError(*leftover_texts.refuse_leftovers(found))
    equal = [live for live, differences in found if not differences]
    if len(equal) != 1:
        raise RefusedError(*leftover_texts.refuse_unequal_leftovers(found))
    run.warn(leftover_texts.warn_of_adoption(equal[0]))
    return record_answer(desired, equal[0], origin=Origin(run.tenant))


def _send(run: Run, desired: Tree, before: set[str]) -> Prior:
    """Send the create; send it again only if no look finds its effect.

    Args:
        run: The run.
        desired: The checked inputs.
        before: The ids of the resource's policies that existed before, and that no state holds.
    """
    was_resent = False
    for sends_left in reversed(range(_MAX_SENDS)):
        try:
            answer = run.client.create(encode(POLICY, desired))
        except APIError as error:
            if not error.ambiguous:
                raise
            created = _look_for_created(run, desired, before, error)
            if created is not None:
                return created
            # A request that is still under way may take effect at any later time. Then the next
            # run finds its policy, and a second request would create another one.
            if not sends_left or error.in_progress:
                raise
            was_resent = True
        else:
            new_prior = _accept_answer(run, desired, before, decode_policy("POST", answer))
            if was_resent:
                warn_of_duplicates(run, new_prior)
            origin = replace(new_prior.origin, was_resent=was_resent)
            return replace(new_prior, origin=origin)
    raise AssertionError("unreachable: the last send returns or raises")


def _accept_answer(run: Run, desired: Tree, before: set[str], answer: Tree) -> Prior:
    """Record the policy in the answer to a create, if the create made it."""
    known, origin = run.leftovers.known.ids | before, Origin(run.tenant)
    if answer["id"] not in known and _is_answer_to(answer, desired):
        if differences := leftovers.find_differences_from_sent(desired, answer):
            run.warn(leftover_texts.warn_of_different_answer(answer, differences))
        return record_answer(desired, answer, origin=origin)
    live = look(run.client, answer["id"])
    if live is not None and live["id"] not in known:
        differences = leftovers.find_differences_from_sent(desired, live)
        is_ours = read_ownership(live) == read_ownership(desired)
        if is_ours and not differences and not _was_renamed(answer, live):
            return record_answer(desired, live, origin=origin)
        if not read_ownership(live) and not differences:
            run.warn(leftover_texts.warn_of_unproven(live))
            return record_answer(desired, live, origin=replace(origin, is_unproven=True))
    description = _describe_other_answer(desired, known, live or answer)
    ambiguous = RefusedError(*leftover_texts.refuse_nothing_created(description))
    # The policy in the answer is not the created one, even if somebody makes it equal now.
    created = _look_for_created(run, desired, before | {answer["id"]}, ambiguous)
    if created is None:
        raise ambiguous
    run.warn(description)
    return created


def _is_answer_to(answer: Tree, desired: Tree) -> bool:
    """Return whether a policy has the type and all annotations that a create has sent."""
    notes, sent = answer.get("annotations") or {}, desired.get("annotations") or {}
    has_annotations = all(notes.get(key) == value for key, value in sent.items() if value)
    return has_annotations and are_same(_TYPE, answer.get(_TYPE.name), desired.get(_TYPE.name))


def _was_renamed(answer: Tree, live: Tree) -> bool:
    """Return whether a policy named another resource in an answer, and was renamed since."""
    named = read_resource(answer)
    return bool(named) and named != read_resource(live) and is_older(answer, live)


def _describe_other_answer(desired: Tree, known: set[str], live: Tree) -> str:
    if live["id"] in known:
        return leftover_texts.describe_other_answer(live, "", ())
    ownership = read_ownership(live)
    manager = describe_manager(read_ownership(desired), ownership) if ownership else ""
    differences = leftovers.find_differences_from_sent(desired, live)
    return leftover_texts.describe_other_answer(live, manager, differences)


def _look_for_created(
    run: Run, desired: Tree, before: set[str], ambiguous: APIError | RefusedError
) -> Prior | None:
    """Look for the policy of a create that ended with `ambiguous`, and record it.

    Returns:
        None if there is no such policy.

    Raises:
        RefusedError: There is a policy, and it differs from what was sent.
    """
    for _ in run.wait_for_looks(ambiguous):
        try:
            found = [p for p in run.leftovers.find(desired, anew=True) if p["id"] not in before]
            compared = _inspect(run, found, desired, leftovers.find_differences_from_sent)
        except APIError as look_error:
            raise ambiguous from look_error
        if compared:
            break
    else:
        return None
    equal = [live for live, differences in compared if not differences]
    if not equal:
        raise RefusedError(*leftover_texts.refuse_unlike_sent(compared)) from ambiguous
    run.warn(leftover_texts.warn_of_found_create(equal[0]))
    origin = Origin(run.tenant, was_resent=len(compared) > 1)
    new_prior = record_answer(desired, equal[0], origin=origin)
    if len(compared) > 1:
        warn_of_duplicates(run, new_prior)
    return new_prior


def _inspect(
    run: Run,
    found: Iterable[Tree],
    desired: Tree,
    compare: Callable[[Tree, Tree], tuple[Change, ...]] = leftovers.find_differences,
) -> _Compared:
    """GET each of the found policies, and compare those that still name the resource."""
    lives = (look(run.client, policy["id"]) for policy in found)
    return [
        (live, compare(desired, live))
        for live in lives
        if live is not None and read_resource(live) == read_resource(desired)
    ]


def warn_of_duplicates(run: Run, new_prior: Prior) -> bool:
    """Warn of the duplicates of a recorded policy; return whether there are any."""
    own = new_prior.outputs["id"]
    unheld = run.leftovers.find_unheld(new_prior.inputs, anew=True)
    others = [policy for policy in unheld if policy["id"] != own]
    whose = read_resource(new_prior.inputs)
    if others and whose:
        run.leftovers.warn_of(whose, others, own)
    return bool(others)
