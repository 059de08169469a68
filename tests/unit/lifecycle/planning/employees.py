"""A realistic policy for tests that change one value of it."""

from __future__ import annotations

from typing import Any

from pulumi_c1policy._model.tree import Tree

INPUTS: Tree = {
    "display_name": "Employee access",
    "policy_type": "POLICY_TYPE_GRANT",
    "policy_steps": {
        "grant": {
            "steps": [
                {"approval": {"manager": {}, "require_approval_reason": True}},
                {"wait": {"duration": {"duration": "1h"}}},
                {"provision": {"provision_policy": {"connector": {"default_behavior": {}}}}},
            ]
        },
        "sales_Team.x": {
            "steps": [
                {
                    "approval": {
                        "users": {"user_ids": ["ann", "bob"]},
                        "escalation_enabled": True,
                        "escalation": {"expiration": 3600, "skip_step": {}},
                    }
                },
                {
                    "provision": {
                        "provision_policy": {
                            "connector": {"account": {"config": {"email": "subject.email", "n": 1}}}
                        }
                    }
                },
            ]
        },
    },
    "rules": [
        {"condition": "subject.department == 'Sales'", "step_key": "sales_Team.x"},
        {"condition": "subject.department == 'IT'", "step_key": "grant"},
    ],
    "annotations": {"managed_by": "pulumi", "iac_workspace": "prod", "note": "x"},
}

STEP = 'policy_steps["grant"].steps'
SALES = 'policy_steps["sales_Team.x"].steps'
CONFIG = f"{SALES}[1].provision.provision_policy.connector.account.config"


def get_manager(live: Tree) -> Any:
    """Return the approval by the manager, on the wire."""
    return live["policySteps"]["grant"]["steps"][0]["approval"]["manager"]


def get_approval(live: Tree) -> Any:
    """Return the first step's approval, on the wire."""
    return live["policySteps"]["grant"]["steps"][0]["approval"]


def get_sales(live: Tree) -> Any:
    """Return the approval of the other steps, on the wire."""
    return live["policySteps"]["sales_Team.x"]["steps"][0]["approval"]


def get_config(live: Tree) -> Any:
    """Return the free-form data, on the wire."""
    step = live["policySteps"]["sales_Team.x"]["steps"][1]
    return step["provision"]["provisionPolicy"]["connector"]["account"]["config"]
