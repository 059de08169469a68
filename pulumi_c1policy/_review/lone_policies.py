"""The verdict about policies that are new or deleted: what decides in their place.

Each use by an app, an entitlement or another policy is judged by itself. Other uses, such as
campaigns and request defaults, are not known to a review.
"""

from __future__ import annotations

from pulumi_c1policy._review.extreme_policies import demands_nothing, rejects_everything
from pulumi_c1policy._review.pairing import PolicySet
from pulumi_c1policy._review.policy_links import list_links
from pulumi_c1policy._review.sides import Side
from pulumi_c1policy._review.verdict import Verdict
from pulumi_c1policy._simulate.known_policies import KnownPolicy, PolicyIndex

_LOOK = "look at what c1policy usage shows"


def judge_new(policy: KnownPolicy, policies: PolicySet, before: Side, after: Side) -> Verdict:
    """Judge a policy that only the side after the change contains."""
    if rejects_everything(policy, policies.links.new):
        return Verdict("not-weakened", "the policy is new, and rejects every request")
    if before.extent == "some":
        reason = (
            "the policy is new or was left out before: compare with a state, a program, a whole "
            "export or the tenant"
        )
        return Verdict("undecided", reason)
    if not after.is_declared and not after.has_all_uses:
        reason = "the policy is new, and it is not known which apps and entitlements use it"
        return Verdict("undecided", f"{reason}; {_LOOK}")
    uses = _describe_uses(policy, policies.new, after)
    if not uses:
        return Verdict("not-weakened", "the policy is new, and nothing that is reviewed uses it")
    return Verdict("not-weakened", f"the policy is new; {uses}, which is judged by itself")


def judge_deleted(policy: KnownPolicy, policies: PolicySet, before: Side) -> Verdict:
    """Judge a policy that only the side before the change contains.

    Tenants delete a policy although apps, request defaults or campaigns use it, as far as is known.
    """
    if demands_nothing(policy, PolicyIndex(policies.old)):
        reason = "the policy is deleted, and requests got through it without approval"
        return Verdict("not-weakened", reason)
    uses = _describe_uses(policy, policies.old, before)
    if not before.has_all_uses:
        reason = "the policy is deleted, and it is not known what decides where it was used"
        return Verdict("undecided", f"{reason} ({uses})" if uses else f"{reason}; {_LOOK}")
    used = f"{uses}, which is judged by itself" if uses else "no app, entitlement or policy used it"
    others = f"but campaigns, request defaults and others may have used it: {_LOOK}"
    return Verdict("undecided", f"the policy is deleted; {used}, {others}")


def _describe_uses(policy: KnownPolicy, policies: tuple[KnownPolicy, ...], side: Side) -> str:
    """Describe the number of uses of a policy, as a clause; "" for none."""
    attached = sum(policy.id in each.values.values() for each in side.attachments or ())
    leading = sum(policy.id in list_links(each.tree) for each in policies if each.id != policy.id)
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
