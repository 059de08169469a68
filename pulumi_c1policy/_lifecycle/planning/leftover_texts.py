"""Sentences about leftovers, ambiguous creates and absence. Pure.

A sentence continues the name of the resource ("the policy 'x': it …"), so it begins in lower case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from pulumi_c1policy._lifecycle.planning.diff import Change
from pulumi_c1policy._lifecycle.planning.refusals import Refuse, list_paths
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy.errors import C1PolicyError

Compared: TypeAlias = Sequence[tuple[Tree, Sequence[Change]]]
"""Live policies, each with its differences from what would be created, or was sent."""

_COMMAND = "PULUMI_C1POLICY_ON_LEFTOVER={} pulumi up --refresh"


def refuse_leftovers(found: Compared) -> Refuse:
    """Refuse to create a policy while the tenant has leftovers of its resource."""
    one = len(found) == 1
    summary = (
        f"the tenant already has {'a policy' if one else f'{len(found)} policies'} with this "
        "resource's ownership annotations, and no known state holds "
        f"{'it' if one else 'them'}: {_describe_compared(found)}."
    )
    adopt = f"adopt it with `{_COMMAND.format('adopt')}`, " if _count_equal(found) == 1 else ""
    return Refuse(
        summary,
        "Run `pulumi up --refresh` (without --target), which shows the provider what the state "
        f"holds. If the error remains: {adopt}delete "
        f"{'it' if one else 'them'} in ConductorOne, or create another policy beside "
        f"{'it' if one else 'them'} with `{_COMMAND.format('leave')}`.",
    )


def refuse_unequal_leftovers(found: Compared) -> Refuse:
    """Refuse to adopt although on_leftover is "adopt": no leftover is equal, or several are."""
    if _count_equal(found) > 1:
        return Refuse(
            f"on_leftover is adopt, but several policies are equal: {_describe_compared(found)}.",
            "Delete all but one of them in ConductorOne, then run the command again.",
        )
    return Refuse(
        "on_leftover is adopt, but no policy equals what would be created: "
        f"{_describe_compared(found)}.",
        "Make the program equal to the policy (`c1policy import` writes it), delete the policy in "
        f"ConductorOne, or create another policy beside it with `{_COMMAND.format('leave')}`.",
    )


def refuse_unlike_sent(found: Compared) -> Refuse:
    """Refuse to record policies that an ambiguous create may have made, but that differ from it."""
    return Refuse(
        "the answer to its create was lost, and the tenant now has "
        f"{_describe_compared(found)} with this resource's ownership annotations, which differs "
        "from what was sent. Nothing was recorded.",
        "Look at it in ConductorOne; delete it there, or make the program equal to it, then run "
        "`pulumi up --refresh`.",
    )


def refuse_nothing_created(answered: str) -> Refuse:
    """Refuse to record a create that was answered with another policy.

    Args:
        answered: The sentence about that policy.
    """
    return Refuse(
        f"{answered} No policy with this resource's ownership annotations was found.",
        "Check c1policy:serverUrl and the proxies on the way to it, then run `pulumi up "
        "--refresh`.",
    )


def describe_other_answer(answered: Tree, manager: str, differences: Sequence[Change]) -> str:
    """Describe a create that was answered with a policy which it did not make.

    Args:
        answered: The policy in the answer.
        manager: Its manager, if that is not this resource; else "".
        differences: Its differences from what was sent.
    """
    if manager:
        reason = f"is managed by {manager}"
    elif differences:
        reason = f"differs from what was sent at {list_paths(differences)}"
    else:
        reason = "existed before, or belongs to another resource of this stack"
    return (
        "the tenant, or a proxy on the way to it, answered the create with "
        f"{_describe(answered)}, which {reason}. "
        "That policy was neither recorded nor changed."
    )


def warn_of_different_answer(answered: Tree, differences: Sequence[Change]) -> str:
    """Warn that the policy in the answer to a create has other values than were sent."""
    return (
        f"the tenant answered the create with {_describe(answered)}, which differs from what was "
        f"sent at {list_paths(differences)}. Compare it with the program in ConductorOne."
    )


def warn_of_adoption(live: Tree) -> str:
    """Warn that a leftover was adopted."""
    return (
        f"it was not created: {_describe(live)} was adopted, because on_leftover is adopt. That "
        "policy was not changed."
    )


def warn_of_found_create(live: Tree) -> str:
    """Warn that a create was found after its answer was lost."""
    return (
        f"the answer to its create was lost. The tenant has {_describe(live)}, which has its "
        "ownership annotations and equals what was sent, so it is recorded."
    )


def warn_of_create_beside(created: str, found: Compared) -> str:
    """Warn that a policy was created although leftovers exist."""
    return (
        f"it was created as {created}, because on_leftover is leave, beside leftovers with the "
        f"same ownership annotations: {_describe_compared(found)}."
    )


def warn_of_unproven(live: Tree) -> str:
    """Warn that a policy without ownership annotations was recorded."""
    return (
        f"the tenant answered the create with {_describe(live)}, which equals what was sent but "
        "has no ownership annotations. It is recorded, and its deletion will leave it in the "
        "tenant."
    )


def warn_of_unproven_delete() -> str:
    """Warn that the deletion of an unproven policy left it in the tenant."""
    return (
        "it has no ownership annotations, so nothing proves that this stack created it. It was "
        "removed from the stack, and the tenant keeps it. Delete it in ConductorOne if nobody "
        "needs it."
    )


def warn_of_recorded_delete() -> str:
    """Warn that a forced replacement (`--replace`) kept its old policy.

    The engine shows the old policy only when it deletes it. Until then it looks like a leftover, or
    like the effect of a create whose answer was lost.
    """
    return (
        "it was kept instead of being replaced, because this run found it and recorded it as the "
        "new policy. To get a new one, force the replacement with `--refresh --replace`."
    )


def warn_of_duplicates(address: str, own: str, found: Sequence[Tree]) -> str:
    """Warn about several policies with the ownership annotations of one resource.

    Args:
        address: The resource.
        own: The id of the policy that the state holds, or "".
        found: The other policies.
    """
    beside = f" besides its own policy {own}" if own else ""
    return (
        f"the resource {address} has duplicates{beside}: {', '.join(map(_describe, found))}. They "
        "have its ownership annotations and are in no known state. An earlier run may have left "
        "them: its create was interrupted, or a policy that it replaced was in use. Compare the "
        "ids with `pulumi stack export`, and delete in ConductorOne those that no state holds and "
        "nothing uses (`c1policy usage ID` lists the uses)."
    )


def describe_contradiction(noun: str = "policy") -> tuple[str, str]:
    """Describe answers that contradict each other about an object's existence."""
    return (
        f"the tenant's answers contradict each other: a GET does not find the {noun}, and a search "
        f"finds it. The {noun} does not count as gone.",
        "Run the command again in a while; a tenant whose replicas lag behind becomes consistent.",
    )


def describe_unproven_absence(error: C1PolicyError, noun: str = "policy") -> tuple[str, str]:
    """Describe an object that a GET did not find while the confirming search failed."""
    return (
        f"a GET does not find the {noun}, but the search that has to confirm its absence failed: "
        f"{error.summary} The {noun} does not count as gone.",
        f"{error.advice} If you know that it is gone, remove it from the state with `pulumi state "
        "delete URN`.",
    )


def _count_equal(found: Compared) -> int:
    return sum(not differences for _, differences in found)


def _describe_compared(found: Compared) -> str:
    return "; ".join(
        f"{_describe(live)}, "
        + (
            f"which differs from what would be created at {list_paths(differences)}"
            if differences
            else "which equals what would be created"
        )
        for live, differences in found
    )


def _describe(policy: Tree) -> str:
    created = policy.get("created_at")
    return f"the policy {policy.get('id')}" + (f" (created {created})" if created else "")
