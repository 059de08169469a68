"""Who loses access keeps it for one more day, so that work in progress can be handed over."""

from pulumi_c1policy import Policy, on, provision, wait

policy = Policy(
    "revoke-with-grace",
    display_name="Revoke with grace",
    description="Access ends a day after it was taken away.",
    **on.revoke(
        wait.days(1, name="Grace period"),
        provision.connector(),
    ),
)
