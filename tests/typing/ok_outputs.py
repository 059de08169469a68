"""Values that are known only when other resources exist, at any depth."""
# pyright: strict

from collections.abc import Awaitable

import pulumi

from pulumi_c1policy import Policy
from pulumi_c1policy.inputs import (
    ApprovalArgsDict,
    Duration,
    PolicyStepsArgsDict,
    PolicyType,
    RuleArgsDict,
)


def program(
    text: pulumi.Output[str],
    flag: pulumi.Output[bool],
    ids: pulumi.Output[list[str]],
    approval: pulumi.Output[ApprovalArgsDict],
    kind: pulumi.Output[PolicyType],
    span: pulumi.Output[Duration],
    rule: pulumi.Output[RuleArgsDict],
    notes: pulumi.Output[dict[str, str]],
    later: Awaitable[str],
) -> Policy:
    grant: PolicyStepsArgsDict = {
        "steps": [
            {"approval": approval},
            {"approval": {"users": {"user_ids": ids, "allow_self_approval": flag}}},
            {"approval": {"users": {"user_ids": ["user-1", text, later]}}},
            {"approval": {"webhook": {"webhook_id": text}}},
            {"wait": {"duration": {"duration": span}}},
        ]
    }
    first = Policy(
        "first", display_name=text, policy_type=kind, policy_steps={"grant": grant}, rules=[rule]
    )
    return Policy(
        "second",
        pulumi.ResourceOptions(protect=True),
        display_name=first.display_name,
        policy_type="POLICY_TYPE_GRANT",
        policy_steps=pulumi.Output.from_input({"grant": grant}),
        rules=[{"condition": "true", "policy_id": first.id}, rule],
        annotations=notes,
    )
