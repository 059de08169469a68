"""Revoked access ends a day later, so that work in progress can be handed over."""

import pulumi_c1policy as c1

policy = c1.Policy(
    "revoke-with-grace",
    display_name="Revoke with grace",
    policy_type="POLICY_TYPE_REVOKE",
    description="Access ends a day after it was revoked.",
    policy_steps={
        "revoke": {
            "steps": [
                {"wait": {"name": "Grace period", "duration": {"duration": "24h"}}},
                {"accept": {"accept_message": "The grace period is over."}},
            ]
        }
    },
)
