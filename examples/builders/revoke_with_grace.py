"""Revoked access ends a day later, so that work in progress can be handed over."""

from pulumi_c1policy import Policy, accept, on, wait

policy = Policy(
    "revoke-with-grace",
    display_name="Revoke with grace",
    description="Access ends a day after it was revoked.",
    **on.revoke(
        wait.days(1, name="Grace period"),
        accept("The grace period is over."),
    ),
)
