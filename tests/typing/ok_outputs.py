"""Outputs as arguments at any depth, and the typed outputs of a policy."""
# pyright: strict

from collections.abc import Awaitable

import pulumi

import pulumi_c1policy as c1
from pulumi_c1policy import Policy
from pulumi_c1policy.inputs import (
    ApprovalArgsDict,
    Duration,
    PolicyStepsArgsDict,
    PolicyType,
    RuleArgsDict,
)
from pulumi_c1policy.outputs import PolicySteps, Rule


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


def list_approver_ids(steps: dict[str, PolicySteps] | None) -> list[str]:
    found: list[str] = []
    for each in (steps or {}).values():
        for step in each.get("steps", []):
            found += step.get("approval", {}).get("users", {}).get("user_ids", [])
    return found


def list_conditions(rules: list[Rule] | None) -> list[str]:
    return [rule.get("condition", "") for rule in rules or []]


def read_outputs(policy: Policy) -> None:
    approvers: pulumi.Output[list[str]] = policy.policy_steps.apply(list_approver_ids)
    conditions: pulumi.Output[list[str]] = policy.rules.apply(list_conditions)
    pulumi.export("approvers", approvers)
    pulumi.export("conditions", conditions)
    Policy("copy", display_name="Copy", policy_type=policy.policy_type)
    Policy("constant", display_name="Constant", policy_type=c1.PolicyType.CERTIFY)


def look_up(name: pulumi.Output[str]) -> None:
    fallback = c1.get_policy(display_name="Fallback", type=c1.PolicyType.GRANT)
    identifier: str = c1.get_policy(id=fallback.id).id
    rules: list[Rule] | None = fallback.rules
    late: pulumi.Output[str] = c1.get_policy_output(display_name=name).apply(lambda found: found.id)
    Policy("on", display_name=name, policy_type=fallback.policy_type, baseline_policy_id=late)
    pulumi.export("found", [identifier, rules])
