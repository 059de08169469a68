"""The verdict about policies that are new or deleted: what decides in their place."""

from __future__ import annotations

from pulumi_c1policy._review.policy_links import list_links
from pulumi_c1policy._review.sides import Side
from pulumi_c1policy._review.verdict import Verdict
from pulumi_c1policy._simulate.known_policies import KnownPolicy


def judge_new(policy: KnownPolicy, after: Side) -> Verdict:
    """Judge a policy that did not exist before: what uses it is judged by itself."""
    uses = _describe_uses(policy, after)
    may_exist = policy.id and not after.is_declared
    if may_exist and not after.has_all_uses:
        reason = "the policy is new, and it is not known which apps and entitlements use it"
        return Verdict("undecided", reason)
    if not uses:
        return Verdict("not-weakened", "the policy is new, and nothing that is reviewed uses it")
    return Verdict("not-weakened", f"the policy is new; {uses}, which is judged by itself")


def judge_deleted(policy: KnownPolicy, before: Side) -> Verdict:
    """Judge a policy that no longer exists."""
    uses = _describe_uses(policy, before)
    if not before.has_all_uses:
        reason = "the policy is deleted, and it is not known what decides where it was used"
        return Verdict("undecided", f"{reason} ({uses})" if uses else reason)
    if not uses:
        return Verdict("not-weakened", "the policy is deleted, and nothing used it")
    return Verdict("not-weakened", f"the policy is deleted; {uses}, which is judged by itself")


def _describe_uses(policy: KnownPolicy, side: Side) -> str:
    """Describe the number of uses of a policy, as a clause; "" for none."""
    attached = sum(policy.id in each.values.values() for each in side.attachments or ())
    leading = sum(
        policy.id in list_links(each.tree) for each in side.policies if each.id != policy.id
    )
    counts = [
        f"{count} {noun if count == 1 else plural}"
        for count, noun, plural in (
            (attached, "attachment", "attachments"),
            (leading, "other policy", "other policies"),
        )
        if count and policy.id
    ]
    if not counts:
        return ""
    verb = "uses" if attached + leading == 1 else "use"
    return f"{' and '.join(counts)} {verb} it"
