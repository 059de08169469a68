"""Revoked access ends a day later, so that work in progress can be handed over."""

import pulumi_c1policy as c1

policy = c1.Policy(
    "revoke-with-grace",
    display_name="Revoke with grace",
    description="Access ends a day after it was revoked.",
    **c1.on.revoke(
        c1.wait.days(1, name="Grace period"),
        c1.accept("The grace period is over."),
    ),
)
