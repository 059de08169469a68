"""The order of escalations: the effect if nobody answers an approval in time."""

from __future__ import annotations

from datetime import timedelta

from pulumi_c1policy._review.differences import Difference, compare_sets
from pulumi_c1policy._review.policy_links import PolicyLinks
from pulumi_c1policy._simulate import wording
from pulumi_c1policy._simulate.approval_rules import EscalationRule

_SAFE = ("", "cancel_ticket")
"""Actions after which nothing else than the approval lets the request through."""


def compare_escalations(
    old: EscalationRule | None, new: EscalationRule | None, links: PolicyLinks
) -> list[Difference]:
    """Compare the escalations of an approval; the texts begin with `without an answer`."""
    before, after = (rule.action if rule else "" for rule in (old, new))
    if before in _SAFE and after in _SAFE:
        return [] if before == after else [Difference("stronger", _describe(new))]
    if old is None or before == "cancel_ticket":
        return [Difference("unclear" if after == "replace_policy" else "weaker", _describe(new))]
    if new is None or after == "cancel_ticket":
        level = "unclear" if before == "replace_policy" else "stronger"
        return [Difference("unclear" if level == "unclear" else "stronger", _describe(new))]
    if before != after:
        return _compare_actions(old, new)
    return [*_compare_targets(old, new, links), *_compare_times(old.after, new.after, new)]


def _compare_actions(old: EscalationRule, new: EscalationRule) -> list[Difference]:
    if new.action == "skip_step":
        return [Difference("weaker", _describe(new))]
    is_later = old.after is not None and new.after is not None and new.after >= old.after
    asks_instead = (old.action, new.action) == ("skip_step", "reassign_to_approvers")
    return [Difference("stronger" if asks_instead and is_later else "unclear", _describe(new))]


def _compare_targets(
    old: EscalationRule, new: EscalationRule, links: PolicyLinks
) -> list[Difference]:
    text = _describe(new)
    if new.action == "reassign_to_approvers":
        return compare_sets(
            old.user_ids,
            new.user_ids,
            wider=f"{text} (more people than before)",
            narrower=f"{text} (fewer people than before)",
            other=f"{text} (other people than before)",
        )
    if new.action != "replace_policy":
        return []
    if old.policy_id != new.policy_id:
        return [Difference("unclear", text)]
    if links.are_same(new.policy_id):
        return []
    return [Difference("unclear", f"{text}, which changes")]


def _compare_times(
    old: timedelta | None, new: timedelta | None, rule: EscalationRule
) -> list[Difference]:
    if old == new:
        return []
    if old is None or new is None:
        return [Difference("unclear", _describe(rule))]
    level, word = ("weaker", "earlier") if new < old else ("stronger", "later")
    text = f"{_describe(rule)} ({word} than before)"
    return [Difference("weaker" if level == "weaker" else "stronger", text)]


def _describe(rule: EscalationRule | None) -> str:
    if rule is None:
        return "without an answer, nothing happens any more"
    after = "" if rule.after is None else f" for {wording.format_span(rule.after)}"
    match rule.action:
        case "replace_policy":
            action = f"the policy {rule.policy_id} takes over"
        case "reassign_to_approvers":
            action = f"{', '.join(rule.user_ids) or 'no one'} may approve instead"
        case "cancel_ticket":
            action = "the request is cancelled"
        case "skip_step":
            action = "the step is skipped"
    return f"without an answer{after}, {action}"
