"""The verdict about apps and entitlements whose policies change.

The policy that decided before is compared with the one that decides afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pulumi_c1policy._model.attachment_fields import AttachmentTarget
from pulumi_c1policy._model.tree import Value
from pulumi_c1policy._review.deciding_policies import (
    BUILTIN,
    BUILTIN_GRANT,
    Deciding,
    find_deciding,
)
from pulumi_c1policy._review.extreme_policies import demands_nothing, rejects_everything
from pulumi_c1policy._review.pairing import PolicyPair, PolicySet
from pulumi_c1policy._review.sides import Side
from pulumi_c1policy._review.verdict import SECONDS_PER_POLICY, Verdict, decide
from pulumi_c1policy._simulate.known_attachments import KnownAttachment, get_message

_UNIDENTIFIED = (
    "it is not known which object of the other source this is: the program looks it up by name, "
    "or the tenant does not have it; give its id in the tables of --directory"
)


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
class _Change:
    """A change of all policies, with the verdicts about pairs of policies so far."""

    before: Side
    after: Side
    policies: PolicySet
    seconds: float
    known: dict[tuple[str, str], Verdict] = field(default_factory=dict)


def judge_attachments(
    before: Side, after: Side, policies: PolicySet, seconds: float = SECONDS_PER_POLICY
) -> Iterator[AttachmentVerdict]:
    """Judge each app and entitlement whose policies change.

    Args:
        before: The side before the change.
        after: The side after it, with the ids of policies from before the change.
        policies: The policies of both sides, in pairs.
        seconds: The time after which a pair of policies is undecided.
    """
    change = _Change(before, after, policies, seconds)
    for old, new in _pair(before, after):
        yield from _judge(change, old, new)


def _pair(
    before: Side, after: Side
) -> Iterator[tuple[KnownAttachment | None, KnownAttachment | None]]:
    """Pair the attachments; a source that cannot have any changes none."""
    if after.attachments is None and after.extent != "tenant":
        return
    paired = []
    for new in after.attachments or ():
        old = before.find(new.target, new.resource)
        paired.append(old)
        yield old, new
    for old in before.attachments or ():
        if not any(old is each for each in paired):
            yield old, None


def _judge(
    change: _Change, old: KnownAttachment | None, new: KnownAttachment | None
) -> Iterator[AttachmentVerdict]:
    shown = new or old
    if shown is None:
        return
    name = shown.name or (old.name if old else "") or shown.resource
    sides = change.before, change.after
    is_moved = old is not None and new is not None and old.target != new.target
    is_known = all(side.find(shown.target) for side in sides)
    if not is_known and any(shown.target in side.unidentified for side in sides):
        if new is not None or not change.after.is_part_of(change.before):
            yield from _list_undecided(change, shown, name, "not known", _UNIDENTIFIED)
    elif is_moved and old is not None:
        was = describe_target(old.target)
        reason = f"the attachment moves from {was}, whose policies are put back"
        yield from _list_undecided(change, shown, name, was, reason)
    else:
        for each in get_message(shown.target).fields.values():
            if not each.immutable and _is_changed(change, shown.target, each.name):
                yield _judge_field(change, shown.target, name, each.name)


def _list_undecided(
    change: _Change, shown: KnownAttachment, name: str, was: str, reason: str
) -> Iterator[AttachmentVerdict]:
    for each, value in shown.values.items():
        policy = change.policies.links.new.find(str(value))
        now = policy.name if policy else str(value or "inherited")
        yield AttachmentVerdict(shown.target, name, each, was, now, Verdict("undecided", reason))


def _is_changed(change: _Change, target: AttachmentTarget, field: str) -> bool:
    before, after = change.before, change.after
    one, other = before.find_value(target, field), after.find_value(target, field)
    links = change.policies.links
    was_there, is_there = links.old.find(str(one)), links.new.find(str(other))
    if one is None and other is None:
        return False
    if other is None:
        is_deleted = was_there is not None and links.new.find(str(one)) is None
        return is_deleted or not after.is_part_of(before)
    if one is None and before.is_part_of(after):
        # The field existed before, so it is unchanged; but a new policy is a change.
        return links.old.find(str(other)) is None and is_there is not None
    return one != other or (was_there is None) != (is_there is None)


def _judge_field(
    change: _Change, target: AttachmentTarget, name: str, field: str
) -> AttachmentVerdict:
    if not get_message(target).fields[field].names_policy:
        one, other = (side.find_value(target, field) for side in (change.before, change.after))
        was, now = _show_switch(one), _show_switch(other)
        return AttachmentVerdict(target, name, field, was, now, _judge_switch(field, other))
    links = change.policies.links
    old = find_deciding(change.before, change.after, target, field, links.old)
    new = find_deciding(change.after, change.before, target, field, links.new)
    found = _compare(old, new, change)
    if old.is_inherited or new.is_inherited:
        text = f"{found.reason}, if no policy of its resource type decides"
        found = replace(found, reason=text)
    return AttachmentVerdict(target, name, field, old.name, new.name, found)


def _show_switch(value: Value) -> str:
    return "not known" if value is None else "on" if value else "off"


def _judge_switch(field: str, value: Value) -> Verdict:
    if field != "emergency_grant_enabled":
        return Verdict("undecided", "the request defaults of the app decide, or no longer do")
    if value is None:
        return Verdict("undecided", "requests for emergency access may become possible")
    if value:
        return Verdict("undecided", "requests for emergency access become possible")
    return Verdict("not-weakened", "requests for emergency access are no longer possible")


def _compare(old: Deciding, new: Deciding, change: _Change) -> Verdict:
    if old.key and old.key == new.key and (old.policy is None) == (new.policy is None):
        return Verdict("not-weakened", "the same policy decides; its own changes are judged there")
    key = old.key, new.key
    if not all(key):
        return _decide(old, new, change)
    if key not in change.known:
        change.known[key] = _decide(old, new, change)
    return change.known[key]


def _decide(old: Deciding, new: Deciding, change: _Change) -> Verdict:
    links = change.policies.links
    if old.policy is not None and demands_nothing(old.policy, links.old):
        return Verdict("not-weakened", "requests got through without approval before")
    if new.policy is not None and rejects_everything(new.policy, links.new):
        return Verdict("not-weakened", "every request is rejected")
    if old.policy is None or new.policy is None:
        problems = [
            f"{when}: {each.problem}"
            for when, each in (("before the change", old), ("after it", new))
            if each.policy is None
        ]
        return Verdict("undecided", "; ".join(problems))
    found = decide(PolicyPair(old.policy, new.policy), change.policies, change.seconds)
    if BUILTIN_GRANT in (old.policy, new.policy) and found.word != "undecided":
        return replace(found, reason=f"{found.reason}; without a policy, {BUILTIN}")
    return found


def describe_target(target: AttachmentTarget) -> str:
    """Return the app, or the entitlement and its app, by their ids."""
    if target.entitlement_id:
        return f"entitlement {target.entitlement_id} of app {target.app_id}"
    return f"app {target.app_id}"
