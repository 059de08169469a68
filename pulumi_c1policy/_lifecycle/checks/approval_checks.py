"""Checks of approvals: fallbacks, agents, distinct approvers. Pure.

Sources: the vendor's CLI, which lists what the server's validator rejects, and the API's
description.
"""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._model.paths import Key, Path
from pulumi_c1policy._model.tree import Tree, Value
from pulumi_c1policy._model.unknown import UNKNOWN, has_unknown

_MODE = "APPROVAL_AGENT_MODE_"
_ACTION = "APPROVAL_AGENT_FAILURE_ACTION_"
_WITHOUT_REVIEW = ("POLICY_TYPE_REVOKE", "POLICY_TYPE_PROVISION")
_WITH_AGENTS = ("POLICY_TYPE_GRANT", "POLICY_TYPE_CERTIFY")
_BY_CLI = "according to the vendor's CLI the server rejects"


def check_approvals(inputs: Tree) -> Iterator[Finding]:
    """Check every approval of a policy."""
    kind = inputs.get("policy_type")
    for path, approval in list_approvals(inputs):
        for member, who in approval.items():
            if not isinstance(who, dict):
                continue
            below = (*path, member)
            yield from _check_fallback(below, who)
            yield from _check_distinct_approvers(below, who, kind)
            if member == "agent":
                yield from _check_agent(below, who, kind)


def find_agents_choosing(policy_id: str | None, inputs: Tree) -> list[Path]:
    """Find the agents that may choose their own policy; return the paths."""
    found = []
    for path, approval in list_approvals(inputs):
        agent = approval.get("agent")
        ids = agent.get("policy_ids") if isinstance(agent, dict) else None
        if policy_id and isinstance(ids, list) and policy_id in ids:
            found.append((*path, "agent", "policy_ids"))
    return found


def list_approvals(inputs: Tree) -> Iterator[tuple[Path, Tree]]:
    """List the approval steps of a policy with their paths."""
    lists = inputs.get("policy_steps")
    for key, entry in lists.items() if isinstance(lists, dict) else ():
        steps = entry.get("steps") if isinstance(entry, dict) else None
        for index, step in enumerate(steps if isinstance(steps, list) else ()):
            approval = step.get("approval") if isinstance(step, dict) else None
            if isinstance(approval, dict):
                yield ("policy_steps", Key(key), "steps", index, "approval"), approval


def _check_fallback(path: Path, who: Tree) -> Iterator[Finding]:
    by_group = who.get("is_group_fallback_enabled")
    if who.get("fallback") is not True or by_group is UNKNOWN:
        return
    name = "fallback_group_ids" if by_group is True else "fallback_user_ids"
    if by_group is True and who.get("fallback_user_ids"):
        text = "has no effect: `is_group_fallback_enabled` selects the groups instead; remove one"
        yield Finding((*path, "fallback_user_ids"), "no-effect", text, "warning")
    if who.get(name):
        return
    if by_group is True:
        reason = (
            "`is_group_fallback_enabled` selects the groups instead of the users, and "
            "`fallback_group_ids` is empty; add a group, or set that switch to False"
        )
    else:
        reason = (
            "`fallback_user_ids` is empty; add a user, or set `is_group_fallback_enabled` with "
            "`fallback_group_ids`, or remove `fallback`"
        )
    text = f"has no fallback approver, which {_BY_CLI} with HTTP 500: {reason}"
    yield Finding((*path, "fallback"), "fallback-nobody", text)


def _check_distinct_approvers(path: Path, who: Tree, kind: Value) -> Iterator[Finding]:
    name = "require_distinct_approvers"
    if kind in _WITHOUT_REVIEW and who.get(name) is True:
        text = f"has no effect in a policy of type {kind}: it is for request and review policies"
        yield Finding((*path, name), "not-for-type", text, "warning")


def _check_agent(path: Path, agent: Tree, kind: Value) -> Iterator[Finding]:
    if isinstance(kind, str) and kind not in _WITH_AGENTS:
        text = (
            f"is an agent approval in a policy of type {kind}, which {_BY_CLI}; use agents in "
            "grant and certify policies only, or choose another approver"
        )
        yield Finding(path, "agent-type", text)
    yield from _check_agent_mode(path, agent, kind)
    yield from _check_agent_failure(path, agent)
    if agent.get("agent_user_id"):
        text = f"is set by the server; {_BY_CLI} a value in a write; remove it"
        yield Finding((*path, "agent_user_id"), "agent-user", text)


def _check_agent_mode(path: Path, agent: Tree, kind: Value) -> Iterator[Finding]:
    mode = agent.get("agent_mode")
    where = (*path, "agent_mode")
    if mode is UNKNOWN:
        return
    if not mode or mode == f"{_MODE}UNSPECIFIED":
        modes = "FULL_CONTROL, CHANGE_POLICY_ONLY or COMMENT_ONLY"
        text = f"is required: {_BY_CLI} an agent without a mode; write `{_MODE}` and {modes}"
        yield Finding(where, "agent-mode", text)
    elif kind == "POLICY_TYPE_CERTIFY" and mode != f"{_MODE}COMMENT_ONLY":
        allowed = f"'{_MODE}COMMENT_ONLY'"
        text = f"can only be {allowed} in a certify policy: {_BY_CLI} any other; write that"
        yield Finding(where, "agent-mode", text)
    if mode == f"{_MODE}CHANGE_POLICY_ONLY" and not agent.get("policy_ids"):
        text = (
            f"is required with '{mode}': {_BY_CLI} it without a policy to choose from; add the ids "
            "of policies"
        )
        yield Finding((*path, "policy_ids"), "agent-policies", text)


def _check_agent_failure(path: Path, agent: Tree) -> Iterator[Finding]:
    action = agent.get("agent_failure_action")
    if action is UNKNOWN:
        return
    if not action or action == f"{_ACTION}UNSPECIFIED":
        actions = "REASSIGN_TO_USERS, REASSIGN_TO_SUPER_ADMINS or SKIP_POLICY_STEP"
        text = f"is required: {_BY_CLI} an agent without it; write `{_ACTION}` and {actions}"
        yield Finding((*path, "agent_failure_action"), "agent-failure-action", text)
    elif action == f"{_ACTION}REASSIGN_TO_USERS":
        users = agent.get("reassign_to_user_ids")
        if not users and not has_unknown(users):
            text = f"is required with '{action}': {_BY_CLI} it without a user; add the ids of users"
            yield Finding((*path, "reassign_to_user_ids"), "agent-reassign", text)
