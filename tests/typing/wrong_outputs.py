"""Mistakes in the use of a policy's outputs. Each is reported at its line."""

import pulumi

import pulumi_c1policy as c1
from pulumi_c1policy.outputs import PolicySteps, Rule


def read_outputs(policy: c1.Policy) -> None:
    names: pulumi.Output[int] = policy.display_name  # E: Output[str]
    steps: pulumi.Output[dict[str, Rule] | None] = policy.policy_steps  # E: PolicySteps
    c1.Policy("a", display_name="A", policy_type=policy.display_name)  # E: policy_type
    c1.Policy("b", display_name="B", policy_type=c1.PolicyType.GRANTS)  # E: GRANTS


def read_rule(rule: Rule, steps: PolicySteps) -> None:
    rule["conditions"]  # E: conditions
    steps.get("steps", [])[0]["aproval"]  # E: aproval


def look_up() -> None:
    c1.get_policy()  # E: get_policy
    c1.get_policy(id="policy-1", display_name="A")  # E: get_policy
    c1.get_policy(display_name="A", type="grant")  # E: get_policy
    c1.get_policy(id="policy-1").name  # E: name
    c1.get_policy(id="policy-1").id = "policy-2"  # E: id
