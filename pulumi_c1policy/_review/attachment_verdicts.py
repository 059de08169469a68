"""The verdict about apps and entitlements whose policies change.

The policy that decided before is compared with the one that decides afterwards. An entitlement
without a policy inherits that of its app. An app without one asks its owners [the vendor's
documentation]; what removes and reviews access then is not documented in detail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pulumi_c1policy._model.attachment_fields import APP_POLICIES, AttachmentTarget
from pulumi_c1policy._review.pairing import PolicyPair, PolicySet
from pulumi_c1policy._review.sides import Side
from pulumi_c1policy._review.verdict import Verdict, decide
from pulumi_c1policy._simulate.known_attachments import KnownAttachment, get_message
from pulumi_c1policy._simulate.known_policies import KnownPolicy, PolicyIndex, read_policy

USES: Final = {
    "grant_policy_id": "requests for access",
    "revoke_policy_id": "the removal of access",
    "certify_policy_id": "reviews of access",
    "emergency_grant_policy_id": "requests for emergency access",
    "emergency_grant_enabled": "requests for emergency access",
    "override_access_requests_defaults": "requests for access",
}
"""The requests about which a field of an attachment decides."""

_NO_POLICY = "none"
_BUILTIN = "the owners of the app approve, as documented for an app without a policy"


@dataclass(frozen=True, slots=True)
class AttachmentVerdict:
    """The verdict about one field of an app or an entitlement.

    Attributes:
        target: The app or the entitlement.
        name: Its display name, or the name of its resource; "" if neither is known.
        field: The field.
        before: What decided before: the name of a policy, `none`, or a sentence.
        after: What decides afterwards.
        verdict: The verdict.
    """

    target: AttachmentTarget
    name: str
    field: str
    before: str
    after: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class _Deciding:
    """The policy, or its absence, that decides about requests.

    Attributes:
        name: Its name for a person.
        policy: The policy; None if it is not known.
        problem: The reason why it is not known.
        key: Equal keys mean the same policy.
    """

    name: str
    policy: KnownPolicy | None = None
    problem: str = ""
    key: str = ""


def judge_attachments(before: Side, after: Side, policies: PolicySet) -> list[AttachmentVerdict]:
    """Judge each app and entitlement whose policies change.

    Args:
        before: The side before the change.
        after: The side after it, with the ids of policies from before the change.
        policies: The policies of both sides, in pairs.
    """
    return [
        found
        for old, new in _pair(before, after)
        for found in _judge(before, after, old, new, policies)
    ]


def _pair(
    before: Side, after: Side
) -> Iterator[tuple[KnownAttachment | None, KnownAttachment | None]]:
    """Pair the attachments; those that a larger side has alone do not change."""
    if before.attachments is None or after.attachments is None:
        return
    paired = []
    for new in after.attachments:
        old = before.find(new.target, new.resource)
        paired.append(old)
        if old is not None or before.has_all_uses or not after.has_all_uses:
            yield old, new
    for old in before.attachments:
        is_left = not before.has_all_uses or after.has_all_uses
        if is_left and not any(old is each for each in paired):
            yield old, None


def _judge(
    before: Side,
    after: Side,
    old: KnownAttachment | None,
    new: KnownAttachment | None,
    policies: PolicySet,
) -> Iterator[AttachmentVerdict]:
    shown = new or old
    if shown is None:
        return
    name = shown.name or (old.name if old else "") or shown.resource
    if old is not None and new is not None and old.target != new.target:
        yield _judge_move(old, new, name)
        return
    for field in get_message(shown.target).fields.values():
        if field.immutable:
            continue
        one, other = (side.find_value(shown.target, field.name) for side in (before, after))
        is_set = other is not None or (one is not None and not before.has_all_uses)
        if one == other or not is_set:
            continue
        yield _judge_field(before, after, shown.target, name, field.name, policies)


def _judge_move(old: KnownAttachment, new: KnownAttachment, name: str) -> AttachmentVerdict:
    reason = f"the attachment moves from {describe_target(old.target)}"
    return AttachmentVerdict(
        new.target,
        name,
        "grant_policy_id",
        describe_target(old.target),
        describe_target(new.target),
        Verdict("undecided", f"{reason}, whose policies are put back"),
    )


def _judge_field(
    before: Side,
    after: Side,
    target: AttachmentTarget,
    name: str,
    field: str,
    policies: PolicySet,
) -> AttachmentVerdict:
    if not get_message(target).fields[field].names_policy:
        was, now = (_show_switch(side.find_value(target, field)) for side in (before, after))
        return AttachmentVerdict(target, name, field, was, now, _judge_switch(field, now))
    index = policies.links
    old = _find_deciding(before, target, field, index.old)
    new = _find_deciding(after, target, field, index.new)
    verdict = _compare(old, new, policies)
    return AttachmentVerdict(target, name, field, old.name, new.name, verdict)


def _show_switch(value: object) -> str:
    return "not set" if value is None else "on" if value else "off"


def _judge_switch(field: str, value: str) -> Verdict:
    if field == "emergency_grant_enabled":
        if value == "off":
            return Verdict("not-weakened", "requests for emergency access are no longer possible")
        return Verdict("undecided", "requests for emergency access become possible")
    return Verdict("undecided", "the request defaults of the app decide, or no longer do")


def _find_deciding(
    side: Side, target: AttachmentTarget, field: str, policies: PolicyIndex
) -> _Deciding:
    value = side.find_value(target, field)
    if value is None:
        problem = "it is not known which policy decides where no resource sets it"
        return _Deciding("not set by the program", problem=problem)
    if value:
        found = policies.find(str(value))
        problem = "" if found else f"the policy {value} is not among the given ones"
        return _Deciding(found.name if found else str(value), found, problem, f"policy {value}")
    if field not in APP_POLICIES.fields:
        problem = "the policy for emergency access that an entitlement inherits is not known"
        return _Deciding("inherited", problem=problem, key="inherited")
    if target.entitlement_id:
        inherited = _find_deciding(side, AttachmentTarget(target.app_id), field, policies)
        if inherited.name == "not set by the program":
            problem = "the policy that the entitlement inherits from its app is not known"
            return _Deciding("inherited", problem=problem, key="inherited")
        return _Deciding(
            f"inherited: {inherited.name}", inherited.policy, inherited.problem, inherited.key
        )
    if field == "grant_policy_id":
        return _Deciding(_NO_POLICY, _BUILTIN_GRANT, key=_NO_POLICY)
    problem = f"it is not documented in detail how {USES[field]} goes on without a policy"
    return _Deciding(_NO_POLICY, problem=problem, key=_NO_POLICY)


_BUILTIN_GRANT = read_policy(
    {
        "display_name": _BUILTIN,
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": {"grant": {"steps": [{"approval": {"app_owners": {}}}]}},
    }
)


def _compare(old: _Deciding, new: _Deciding, policies: PolicySet) -> Verdict:
    if old.key and old.key == new.key:
        return Verdict("not-weakened", "the same policy decides; its own changes are judged there")
    if old.policy is None or new.policy is None:
        problems = [
            f"{when}: {each.problem}"
            for when, each in (("before the change", old), ("after it", new))
            if each.policy is None
        ]
        return Verdict("undecided", "; ".join(problems))
    found = decide(PolicyPair(old.policy, new.policy), policies)
    if _BUILTIN_GRANT in (old.policy, new.policy) and found.word != "undecided":
        text = f"{found.reason}; without a policy, {_BUILTIN}"
        return Verdict(found.word, text, found.request, found.way, found.conditions)
    return found


def describe_target(target: AttachmentTarget) -> str:
    """Return the app, or the entitlement and its app, by their ids."""
    if target.entitlement_id:
        return f"entitlement {target.entitlement_id} of app {target.app_id}"
    return f"app {target.app_id}"
