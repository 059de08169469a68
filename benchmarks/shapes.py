"""The measured policies: with one step, rich, and of the largest size that a tenant accepts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

Inputs = dict[str, Any]

USERS = ("user-a", "user-b", "user-security")
"""The ids of the users that the policies name."""

_APPROVAL = {
    "approval": {
        "manager": {"fallback": True, "fallback_user_ids": ["user-security"]},
        "allow_reassignment": True,
        "require_approval_reason": True,
        "escalation_enabled": True,
        "escalation": {"expiration": "86400", "skip_step": {}},
    }
}
_OWNERS = {"approval": {"app_owners": {"allow_self_approval": False}}}
_ACCEPT: Inputs = {"accept": {"accept_message": "Granted."}}
_WAIT = {"wait": {"name": "Grace", "duration": {"duration": "3600s"}}}
_USERS = {"approval": {"users": {"user_ids": ["user-a", "user-b"]}, "allow_reassignment": True}}
_CEL = {"approval": {"expression": {"expressions": ["appOwners"], "fallback": False}}}


def make_one_step(number: int) -> Inputs:
    """Return a policy whose only step is an approval by the manager."""
    return {
        "display_name": f"Access {number:05}",
        "policy_type": "POLICY_TYPE_GRANT",
        "description": "Who may have it, and who must approve.",
        "policy_steps": {"grant": {"steps": [{"approval": {"manager": {}}}]}},
    }


def make_rich(number: int) -> Inputs:
    """Return a policy with two lists of steps, five steps and one rule."""
    return {
        "display_name": f"Access {number:05}",
        "policy_type": "POLICY_TYPE_GRANT",
        "description": "Who may have it, and who must approve.",
        "policy_steps": {
            "grant": {"steps": [_APPROVAL, _OWNERS, _ACCEPT]},
            "at_once": {"steps": [_CEL, _ACCEPT]},
        },
        "rules": [{"condition": "subject.department == 'Engineering'", "step_key": "at_once"}],
    }


def make_large() -> Inputs:
    """Return a policy with sixteen lists of steps, 96 steps and sixteen rules."""
    steps = [_USERS, _WAIT, _APPROVAL, _CEL, _OWNERS, _ACCEPT]
    keys = ["grant", *(f"list_{number}" for number in range(1, 16))]
    conditions = [f"subject.department == 'Department {number}'" for number in range(16)]
    return {
        "display_name": "Large",
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": {key: {"steps": steps} for key in keys},
        "rules": [
            {"condition": condition, "step_key": keys[1 + number % 15]}
            for number, condition in enumerate(conditions)
        ],
    }


Shape = Literal["one-step", "rich"]
MAKERS: Final[Mapping[Shape, Callable[[int], Inputs]]] = {
    "one-step": make_one_step,
    "rich": make_rich,
}
"""The function that makes policy `number`, by shape."""
