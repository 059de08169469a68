"""Run team rules on a policy."""

from __future__ import annotations

import traceback
from collections.abc import Iterable

from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy.team_rules.checked_policy import CheckedPolicy
from pulumi_c1policy.team_rules.problem import Problem
from pulumi_c1policy.team_rules.rule_file import TeamRule, TeamRuleError


def run_rule(rule: TeamRule, policy: CheckedPolicy) -> list[Finding]:
    """Check a policy with a rule.

    Raises:
        TeamRuleError: The rule raises an exception, or returns anything but problems.
    """
    try:
        result: object = rule.function(policy)
        found: list[object] = list(result) if isinstance(result, Iterable) else [result]
    except (Exception, SystemExit) as error:
        # The text of the exception may quote a secret of the policy; the code of the rule does not.
        raise TeamRuleError(
            f"The team rule {rule.id} fails for the policy {policy.name!r} with "
            f"{type(error).__name__} at {_locate(error, rule)}.",
            "Correct the rule; the policy is not checked by it.",
        ) from error
    problems = [each for each in found if isinstance(each, Problem)]
    for other in found:
        if not isinstance(other, Problem):
            raise TeamRuleError(
                f"The team rule {rule.id} at {rule.place} returns or yields "
                f"{type(other).__name__} instead of problems.",
                "Yield the result of `policy.problem(...)` or `approval.problem(...)`.",
            )
    return [
        # A message is one line, so that the text of a policy cannot look like another finding.
        Finding(each.path, rule.id, " ".join(each.message.split()), rule.severity)
        for each in problems
    ]


def _locate(error: BaseException, rule: TeamRule) -> str:
    """Return the place and the code in the rule's file, or the last place that has code."""
    frames = traceback.extract_tb(error.__traceback__)
    file = rule.place.rpartition(", line ")[0]
    frame = next((each for each in reversed(frames) if each.filename == file), frames[-1])
    return f"{frame.filename}, line {frame.lineno}: `{frame.line}`"
