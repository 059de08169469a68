"""Policies before and after a change, with texts of people and texts that attack the page."""

from __future__ import annotations

from typing import Any

ATTACK = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
LONG_WORD = "approval-" * 30
RIGHT_TO_LEFT = "سياسة الوصول \u202eevil\u202c"


def _approve(**approval: Any) -> dict[str, Any]:
    return {"approval": approval}


def _make_policy(policy_id: str, name: str, *steps: dict[str, Any], **fields: Any) -> Any:
    lists = {"grant": {"steps": list(steps)}} | fields.pop("lists", {})
    policy = {"id": policy_id, "displayName": name, "policyType": "POLICY_TYPE_GRANT"}
    return policy | {"policySteps": lists} | fields


MANAGER = _approve(manager={"fallback": True, "fallbackUserIds": ["ada"]})
OWNERS = _approve(appOwners={})
SECURITY = _approve(group={"appId": "okta", "appGroupId": "security"})
WAIT = {"wait": {"name": ATTACK, "duration": {"duration": "3600s"}}}
REJECT = {"reject": {"rejectMessage": f"{ATTACK} {LONG_WORD}"}}

NIGHT = _make_policy("night", RIGHT_TO_LEFT, OWNERS)

BEFORE = [
    _make_policy(
        "contractors",
        "Contractors",
        MANAGER,
        rules=[
            {"condition": 'subject.department == "Sales"', "policyKey": "sales"},
            {"condition": 'subject.department == "Night"', "policyId": "night"},
        ],
        lists={"sales": {"steps": [SECURITY, MANAGER, OWNERS]}},
        description="Who works for us for some months.",
    ),
    _make_policy("markup", ATTACK, MANAGER, REJECT, description=LONG_WORD),
    _make_policy("old", "No longer used", OWNERS),
    _make_policy("same", "Employees", MANAGER),
    NIGHT,
]
"""The policies before the change."""

AFTER = [
    _make_policy(
        "contractors",
        "Contractors",
        MANAGER,
        rules=[
            {"condition": f'subject.jobTitle == "{ATTACK}"', "policyId": "markup"},
            {"condition": 'subject.department == "Sales"', "policyKey": "sales"},
            {"condition": 'subject.department in ["Night", "Weekend"]', "policyId": "night"},
        ],
        lists={"sales": {"steps": [SECURITY, OWNERS, WAIT]}},
        description="Who works for us for some months.",
    ),
    _make_policy("markup", ATTACK, OWNERS, REJECT, description=LONG_WORD),
    _make_policy("new", f"New {LONG_WORD}", _approve(self={})),
    _make_policy("same", "Employees", MANAGER),
    NIGHT,
]
"""The policies after it."""
