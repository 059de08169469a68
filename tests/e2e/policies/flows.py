"""Policies that differ in type, rules, scope and waiting."""

from __future__ import annotations

from typing import Any

_ACCEPT: dict[str, Any] = {"accept": {}}

POLICIES: dict[str, Any] = {
    "low-risk": {
        "display_name": "Low risk",
        "policy_type": "POLICY_TYPE_GRANT",
        "description": "",
        "policy_steps": {"grant": {"steps": [{"accept": {"accept_message": "Granted at once."}}]}},
    },
    "routes": {
        "display_name": "Everyday requests",
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": {
            "grant": {"steps": [{"approval": {"manager": {}}}]},
            "contractors_only": {"steps": [{"reject": {"reject_message": "Ask your sponsor."}}]},
            "stepKey": {"steps": [{"accept": {}}]},
            "With spaces, and ümlauts": {"steps": [{"reject": {}}]},
        },
        "rules": [
            {
                "condition": "subject.employmentType == 'contractor'",
                "step_key": "contractors_only",
            },
            {"condition": "subject.department == 'Sales'", "policy_id": {"$ref": "low-risk"}},
            {"condition": "size(subject.emails) > 1", "step_key": "stepKey"},
            {"condition": "subject.jobTitle == 'CEO'", "step_key": "With spaces, and ümlauts"},
        ],
    },
    "follows": {
        "display_name": "As everyday requests",
        "policy_type": "POLICY_TYPE_GRANT",
        "baseline_policy_id": {"$ref": "routes"},
    },
    "emergency": {
        "display_name": "Emergency access",
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": {"grant": {"steps": [_ACCEPT]}},
        "scope": {
            "app_id": "app-production",
            "app_entitlement_id": "entitlement-root",
            "slot": "POLICY_SCOPE_SLOT_EMERGENCY",
        },
    },
    "app-only": {
        "display_name": "For one app",
        "policy_type": "POLICY_TYPE_REVOKE",
        "policy_steps": {"revoke": {"steps": [_ACCEPT]}},
        "scope": {"app_id": "app-crm"},
    },
    "quarterly-review": {
        "display_name": "Quarterly review",
        "policy_type": "POLICY_TYPE_CERTIFY",
        "policy_steps": {
            "certify": {
                "steps": [
                    {
                        "approval": {
                            "manager": {"require_distinct_approvers": True},
                            "require_denial_reason": True,
                        }
                    }
                ]
            }
        },
        "post_actions": [{"certify_remediate_immediately": True}],
        "annotations": {"audit": "SOX-4.2"},
    },
    "leavers": {
        "display_name": "Leavers",
        "policy_type": "POLICY_TYPE_REVOKE",
        "policy_steps": {
            "revoke": {
                "steps": [
                    {"wait": {"name": "Grace", "duration": {"duration": "24h"}}},
                    {
                        "wait": {
                            "until_time": {
                                "hours": 18,
                                "minutes": 30,
                                "timezone": "Europe/Berlin",
                            },
                            "timeout_duration": "2d",
                            "comment_on_first_wait": "After work.",
                            "comment_on_timeout": "Two days are over.",
                        }
                    },
                    {
                        "wait": {
                            "condition": {"condition": "subject.department == 'Sales'"},
                            "timeout_duration": 7200,
                        }
                    },
                    {"wait": {"until_time": {"hours": 0, "minutes": 0}}},
                ]
            }
        },
    },
}
