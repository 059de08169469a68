"""A small company and small policies for the tests of simulations."""

from __future__ import annotations

from typing import Any

from pulumi_c1policy._simulate.simulation import simulate
from pulumi_c1policy._simulate.simulation_result import Simulation

ADA = "ada@example.com"
GRACE = "grace@example.com"
LINUS = "linus@example.com"

DIRECTORY: dict[str, Any] = {
    "users": [
        {"id": "u-ada", "email": ADA, "displayName": "Ada", "manager": GRACE, "department": "Eng"},
        {
            "id": "u-grace",
            "email": GRACE,
            "displayName": "Grace",
            "manager": "",
            "department": "Ops",
        },
        {"id": "u-linus", "email": LINUS, "manager_id": "u-grace", "department": "Eng"},
    ],
    "groups": [
        {"id": "g-sec", "app_id": "okta", "display_name": "Security", "members": ["u-linus"]},
        {"id": "g-none", "app_id": "okta", "display_name": "Empty", "members": []},
    ],
    "apps": [
        {
            "id": "crm",
            "owners": ["u-linus"],
            "accounts": [{"user": "u-ada", "status": "ENABLED", "managers": ["u-grace"]}],
        },
        {"id": "orphan", "owners": []},
    ],
    "entitlements": [
        {
            "id": "admin",
            "app_id": "crm",
            "owners": ["u-grace"],
            "members": ["u-linus"],
            "resource_owners": ["u-ada", "u-linus"],
            "enrolled": [],
        },
    ],
}

CRM_ADMIN = {"id": "admin", "appId": "crm"}


def make_grant(*steps: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a grant policy with these baseline steps."""
    baseline = {"grant": {"steps": list(steps)}}
    return {
        "display_name": "Test",
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": baseline | fields.pop("more_steps", {}),
        **fields,
    }


def make_approval(**approval: Any) -> dict[str, Any]:
    """Return an approval step."""
    return {"approval": approval}


def run(policy: dict[str, Any], subject: Any = ADA, **facts: Any) -> Simulation:
    """Simulate a request in the small company."""
    return simulate(policy, subject=subject, **({"directory": DIRECTORY} | facts))
