"""The sentences about leftovers, about creates that are unclear, and about absence. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_c1policy._lifecycle.planning import guards
from pulumi_c1policy._lifecycle.planning.diff import Change
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy.errors import C1PolicyError

_RUN = "PULUMI_C1POLICY_ON_LEFTOVER={} pulumi up --refresh"


def adopted_delete() -> str:
    """What is said when a forced replacement (`--replace`) comes to delete its old policy.

    The engine names the old policy only now. Until then it looked like a leftover.
    """
    return (
        "it was kept instead of being replaced, because it was adopted under on_leftover. "
        "To get a new one, force the replacement with `--refresh --replace`."
    )


def leftovers(found: Sequence[tuple[Tree, Sequence[Change]]]) -> tuple[str, str]:
    """A refusal to create beside policies with the resource's annotations: summary and advice.

    Args:
        found: Each policy, with its differences from what would be created.
    """
    one = len(found) == 1
    summary = (
        f"the tenant already has {'a policy' if one else f'{len(found)} policies'} with this "
        "resource's annotations, and the state is not known to hold "
        f"{'it' if one else 'them'}: {_each_with_differences(found)}."
    )
    adopt = f"take it with `{_RUN.format('adopt')}`, " if _equal(found) == 1 else ""
    return (
        summary,
        "Run `pulumi up --refresh` (without --target), which shows the provider what the state "
        f"holds. If this comes again: {adopt}delete "
        f"{'it' if one else 'them'} in ConductorOne, or create another policy beside "
        f"{'it' if one else 'them'} with `{_RUN.format('leave')}`.",
    )


def unequal_leftovers(found: Sequence[tuple[Tree, Sequence[Change]]]) -> tuple[str, str]:
    """A refusal to adopt, although on_leftover says so: summary and advice."""
    if _equal(found) > 1:
        return (
            f"on_leftover is adopt, but several policies fit: {_each_with_differences(found)}.",
            "Delete all but one of them in ConductorOne, then run the command again.",
        )
    return (
        "on_leftover is adopt, but only a policy that equals what would be created is adopted, and "
        f"none does: {_each_with_differences(found)}.",
        "Make the program equal to the policy (`c1policy import` writes it), delete the policy in "
        f"ConductorOne, or create another one beside it with `{_RUN.format('leave')}`.",
    )


def adopted(live: Tree) -> str:
    """A warning that a leftover was taken under on_leftover."""
    return f"it was not created: {_named(live)} was adopted, as on_leftover says, and not changed."


def found_again(live: Tree) -> str:
    """A warning that a create was found after its answer was lost."""
    return (
        f"the answer to its create was lost; {_named(live)} carries its annotations and equals what "
        "was sent, so it is recorded."
    )


def left_beside(created: str, found: Sequence[tuple[Tree, Sequence[Change]]]) -> str:
    """A warning that a policy was created beside leftovers, under on_leftover."""
    return (
        f"it was created as {created}, as on_leftover says, beside what carries the same annotations: "
        f"{_each_with_differences(found)}."
    )


def unlike_sent(found: Sequence[tuple[Tree, Sequence[Change]]]) -> tuple[str, str]:
    """An unclear create, after which a policy that is not as sent was found: summary and advice."""
    return (
        "the answer to its create was lost, and the tenant now has "
        f"{_each_with_differences(found)} with this resource's annotations, which is not clearly what "
        "was sent. Nothing was recorded.",
        "Look at it in ConductorOne; delete it there, or make the program equal to it, then run "
        "`pulumi up --refresh`.",
    )


def other_answer(answered: Tree, keeper: str, differences: Sequence[Change]) -> str:
    """A sentence about a create that was answered with a policy which it did not make."""
    if keeper:
        why = f"is kept by {keeper}"
    elif differences:
        why = f"differs from what was sent at {guards.paths(differences)}"
    else:
        why = "was there before, or belongs to another resource of this stack"
    return (
        f"the tenant, or a proxy before it, answered the create with {_named(answered)}, which {why}. "
        "That policy was neither recorded nor changed."
    )


def nothing_created(answered: str) -> tuple[str, str]:
    """The refusal after such an answer, where no other policy was found: summary and advice."""
    return (
        f"{answered} No policy with this resource's annotations was found.",
        "Check c1policy:serverUrl and the proxies before it, then run `pulumi up --refresh`.",
    )


def unproven(live: Tree) -> str:
    """A warning that a policy without ownership annotations was recorded."""
    return (
        f"the tenant answered the create with {_named(live)}, which equals what was sent but carries "
        "no ownership annotations. It is recorded, and its deletion will leave it in the tenant."
    )


def unproven_delete() -> str:
    """What is said when a policy that was recorded without annotations leaves the stack."""
    return (
        "nothing proves that this stack created it, because it carries no ownership annotations; it "
        "was dropped from the stack and is left in the tenant. Delete it there if it shall go."
    )


def duplicates(address: str, own: str, found: Sequence[Tree]) -> str:
    """A warning that several policies carry the annotations of one resource."""
    named = ", ".join(map(_named, found))
    beside = f"beside its policy {own}, " if own else ""
    return (
        f"{beside}the annotations of the resource {address} are on what its state is not known to "
        f"hold: {named}. An earlier run may have left it. Compare the ids with `pulumi stack export`, "
        "and delete in ConductorOne what no state holds."
    )


def contradiction() -> tuple[str, str]:
    """An error: the tenant's answers about a policy's existence differ."""
    return (
        "the tenant's answers contradict each other: a GET does not find the policy, and a search "
        "does. It is not treated as gone.",
        "Run the command again; a tenant that catches up agrees with itself after a while.",
    )


def unproven_absence(error: C1PolicyError) -> tuple[str, str]:
    """An error: a GET did not find a policy, and the search that would confirm it failed."""
    return (
        "a GET does not find the policy, but the search for its id that has to confirm it failed: "
        f"{error.summary} The policy is not treated as gone.",
        f"{error.advice} If you know that it is gone, take it out of the state with `pulumi state "
        "delete URN`.",
    )


def _equal(found: Sequence[tuple[Tree, Sequence[Change]]]) -> int:
    return sum(not differences for _, differences in found)


def _each_with_differences(found: Sequence[tuple[Tree, Sequence[Change]]]) -> str:
    return "; ".join(
        f"{_named(live)}, "
        + (
            f"which differs from what would be created at {guards.paths(differences)}"
            if differences
            else "which equals what would be created"
        )
        for live, differences in found
    )


def _named(policy: Tree) -> str:
    created = policy.get("created_at")
    return f"the policy {policy.get('id')}" + (f" (created {created})" if created else "")
