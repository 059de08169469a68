"""Team rules: a team's own checks of policies, as plain typed functions.

```python
from pulumi_c1policy.team_rules import CheckedPolicy, Problems


def no_self_approval_in_production(policy: CheckedPolicy) -> Problems:
    if policy.mentions("production"):
        for approval in policy.approvals:
            if approval.allows_self_approval:
                yield approval.problem("lets people approve their own requests; forbid it")
```

Every public function of a rule file is a rule: it takes a `CheckedPolicy` and returns or yields
`Problem`s. The name of the function, with hyphens, is the id of the rule. The name of a helper
begins with an underscore. The rules run in `c1policy validate --rules FILE` and, through
`pulumi_c1policy.policy_pack`, in a policy pack of Pulumi.

- `CheckedPolicy` is the policy, with its `CheckedStep`s and `CheckedApproval`s and their paths.
- `Problem` is a message about a place in the policy, and `Problems` the result of a rule.
- `warning` is the decorator of a rule whose problems stop nothing.
- `read_policy` makes a `CheckedPolicy` for the test of a rule.
- `TeamRuleError` is raised for a file that has no usable rules, and for a rule that fails.
"""

from __future__ import annotations

from pulumi_c1policy.team_rules.checked_policy import (
    CheckedApproval,
    CheckedPolicy,
    CheckedStep,
    read_policy,
)
from pulumi_c1policy.team_rules.problem import Problem, Problems
from pulumi_c1policy.team_rules.rule_file import TeamRuleError, warning

__all__ = [
    "CheckedApproval",
    "CheckedPolicy",
    "CheckedStep",
    "Problem",
    "Problems",
    "TeamRuleError",
    "read_policy",
    "warning",
]
