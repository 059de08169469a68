"""Mistakes in calls of builders. Each is reported at its line."""
# pyright: strict

import pulumi

from pulumi_c1policy import approve, escalate, on, otherwise, wait, when

condition: pulumi.Output[str] = pulumi.Output.from_input("true")

approve.manager(fall_back=["user-1"])  # E: fall_back
approve.app_owners(fallback=["user-1"])  # E: fallback
approve.users("user-1", require_denial_reason="yes")  # E: require_denial_reason
approve.group("group-1")  # E: "group"
escalate.to_users(["user-1"])  # E: after
wait.hours("4")  # E: "float"
when("true")  # E: when
when("true", steps=[], policy="policy-1")  # E: when
when(condition, steps=[])  # E: when
otherwise()  # E: otherwise
on.grant(escalate.skip_step(after="1h"))  # E: grant
