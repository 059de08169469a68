"""The order of two approval steps. docs/review.md has it as a table.

Only `step_order` judges `require_distinct_approvers`, which is about several steps.
"""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_c1policy._model.approval import APPROVAL
from pulumi_c1policy._model.normalize import canonicalize
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._review.differences import Difference, compare_sets
from pulumi_c1policy._review.escalation_order import compare_escalations
from pulumi_c1policy._review.policy_links import PolicyLinks, list_links
from pulumi_c1policy._review.unknown_fields import list_unknown_changes
from pulumi_c1policy._simulate import wording
from pulumi_c1policy._simulate.approval_rules import ApprovalRule, Fallback, read_approval

_FOUND_BY_THE_TENANT = (
    "users",
    "manager",
    "app_owners",
    "entitlement_owners",
    "resource_owners",
    "group",
)
"""Kinds of approvers that are people other than the one whom the request is for."""


def compare_approvals(old: Tree, new: Tree, links: PolicyLinks) -> list[Difference]:
    """Compare two approvals (the values of `approval` in a step, snake_case)."""
    before, after = read_approval(old), read_approval(new)
    who = wording.name_approvers(after)
    found = _compare_sources(before, after, old, new, links)
    is_same_source = not found
    if unknown := list_unknown_changes(APPROVAL, old, new):
        text = f"{who}: fields that this version does not know change: {', '.join(unknown)}"
        found.append(Difference("unclear", text))
    if after.source.by != "self" and after.allows_self_approval != before.allows_self_approval:
        word = "now" if after.allows_self_approval else "no longer"
        text = f"{who}: people may {word} approve their own requests"
        if before.source.by != "self":
            found.append(Difference("weaker" if after.allows_self_approval else "stronger", text))
    if is_same_source:
        found += _compare_fallbacks(before, after, who)
    found += [
        Difference(each.level, f"{who}: {each.text}")
        for each in (
            *compare_escalations(before.escalation, after.escalation, links),
            *_compare_reassignment(old, new),
            *_compare_switches(old, new),
        )
    ]
    return found


def _compare_sources(
    before: ApprovalRule, after: ApprovalRule, old: Tree, new: Tree, links: PolicyLinks
) -> list[Difference]:
    one, other = before.source, after.source
    instead = (
        f"{wording.name_approvers(after)} approves instead of {wording.name_approvers(before)}"
    )
    if one.by != other.by:
        if other.by == "self":
            return [Difference("weaker", instead)]
        is_stronger = one.by == "self" and other.by in _FOUND_BY_THE_TENANT
        is_stronger = is_stronger and not after.allows_self_approval
        return [Difference("stronger" if is_stronger else "unclear", instead)]
    if one.by in ("webhook", "agent", ""):
        kinds = [canonicalize(APPROVAL, tree).get(one.by) for tree in (old, new)]
        if one.by and kinds[0] == kinds[1]:
            same = all(map(links.are_same, list_links(kinds[1])))
            text = "an agent may hand the request to a policy that changes"
            return [] if same else [Difference("unclear", text)]
        if not one.by and old == new:
            return []
        return [Difference("unclear", f"{wording.name_approvers(after)} is set differently")]
    if one.by == "users":
        who = wording.name_approvers(after)
        return compare_sets(
            one.user_ids,
            other.user_ids,
            wider=f"more people may approve: {who}",
            narrower=f"fewer people may approve: {who}",
            other=instead,
        )
    if one == other:
        return []
    is_longer = other.expressions[: len(one.expressions)] == one.expressions
    if is_longer and before.fallback is None and after.fallback is None and one.expressions:
        return [Difference("stronger", instead)]
    return [Difference("unclear", instead)]


def _compare_fallbacks(before: ApprovalRule, after: ApprovalRule, who: str) -> list[Difference]:
    old, new = before.fallback, after.fallback
    if old == new:
        return []
    missing = f"if {who} is not found"
    is_skipped = after.source.by == "expression"
    if new is None:
        if is_skipped:
            return [Difference("weaker", f"{missing}, the step is skipped")]
        return [Difference("unclear", f"{missing}, the fallback is no longer asked")]
    names = ", ".join([*new.user_ids, *map(wording.name_group, new.groups)]) or "no one"
    if old is None:
        return [Difference("stronger" if is_skipped else "unclear", f"{missing}, {names} is asked")]
    return compare_sets(
        _list_asked(old),
        _list_asked(new),
        wider=f"{missing}, more people may approve: {names}",
        narrower=f"{missing}, fewer people may approve: {names}",
        other=f"{missing}, others are asked: {names}",
    )


def _list_asked(fallback: Fallback) -> list[object]:
    return [*fallback.user_ids, *fallback.groups]


def _compare_reassignment(old: Tree, new: Tree) -> Iterator[Difference]:
    before, after = (bool(tree.get("allow_reassignment")) for tree in (old, new))
    if before != after:
        level, word = ("weaker", "now") if after else ("stronger", "no longer")
        text = f"the approval may {word} be reassigned"
        yield Difference("weaker" if level == "weaker" else "stronger", text)
        return
    if not after:
        return
    one, other = (set(tree.get("allowed_reassignees") or ()) for tree in (old, new))
    names = ", ".join(sorted(other)) or "anybody"
    text = f"the approval may be reassigned to {names}"
    if one == other:
        return
    if not other or (one and one < other):
        yield Difference("weaker", text)
    elif not one or other < one:
        yield Difference("stronger", text)
    else:
        yield Difference("unclear", text)


def _compare_switches(old: Tree, new: Tree) -> Iterator[Difference]:
    before, after = (bool(tree.get("allow_delegation")) for tree in (old, new))
    if before != after:
        text = f"a delegate may {'now' if after else 'no longer'} approve"
        yield Difference("weaker" if after else "stronger", text)
    reasons = {"require_approval_reason": "an approval"}
    if old.get("allow_reassignment") and new.get("allow_reassignment"):
        reasons["require_reassignment_reason"] = "a reassignment"
    for name, what in reasons.items():
        before, after = bool(old.get(name)), bool(new.get(name))
        if before != after:
            text = f"{what} {'now needs a' if after else 'no longer needs a'} reason"
            yield Difference("stronger" if after else "weaker", text)
    one, other = (str(tree.get("requires_step_up_provider_id") or "") for tree in (old, new))
    if one == other:
        return
    if not other:
        yield Difference("weaker", "approvers no longer need a step-up authentication")
    elif not one:
        yield Difference("stronger", f"approvers need the step-up authentication {other}")
    else:
        yield Difference("unclear", f"approvers need the step-up authentication {other}")
