"""Team rules with the types of a policy's parts."""
# pyright: strict

from collections.abc import Iterator

from pulumi_c1policy.outputs import Approval, Rule
from pulumi_c1policy.team_rules import (
    CheckedPolicy,
    Problem,
    Problems,
    TeamRuleError,
    read_policy,
    warning,
)


def every_grant_has_a_fallback(policy: CheckedPolicy) -> Problems:
    if policy.type == "POLICY_TYPE_GRANT":
        for approval in policy.approvals:
            if approval.can_have_fallback and not approval.has_fallback:
                yield approval.problem("has no fallback; add one", approval.kind or "")


@warning
def rules_of_contractors_come_first(policy: CheckedPolicy) -> Iterator[Problem]:
    for index, rule in enumerate(policy.rules):
        if index and _is_for_contractors(rule):
            yield policy.problem("is not the first rule; move it up", "rules", index, "condition")


def no_self_approval(policy: CheckedPolicy) -> list[Problem]:
    return [each.problem("allows it") for each in policy.approvals if each.allows_self_approval]


def waits_are_short(policy: CheckedPolicy) -> Problems:
    for step in policy.steps:
        duration: str | int | float = (
            step.value.get("wait", {}).get("duration", {}).get("duration", "")
        )
        if step.kind == "wait" and duration == "48h":
            yield step.problem("waits too long; wait for 24h", "wait")
    approvals: list[Approval] = [each.value for each in policy.approvals]
    if len(approvals) > 3:
        yield Problem(f"{policy.name} has too many approvals", ("policy_steps",))


def _is_for_contractors(rule: Rule) -> bool:
    return "contractor" in rule.get("condition", "")


def check_rule() -> list[str]:
    policy = read_policy({"policy_type": "POLICY_TYPE_GRANT"})
    try:
        return [problem.message for problem in no_self_approval(policy)]
    except TeamRuleError as error:
        return [error.advice]
