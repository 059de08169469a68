"""Every rule by its id.

The table of rules in the documentation is generated from it. A finding needs a rule of this
registry. The id of a rule is never renamed: programs and stacks use it to set a severity.
"""

from __future__ import annotations

from pulumi_c1policy._findings.expression_facts import EXPRESSION_RULES
from pulumi_c1policy._findings.policy_facts import POLICY_RULES
from pulumi_c1policy._findings.reference_facts import REFERENCE_RULES
from pulumi_c1policy._findings.rule import Rule

RULES: dict[str, Rule] = {
    rule.id: rule for rule in (*POLICY_RULES, *REFERENCE_RULES, *EXPRESSION_RULES)
}
"""The rules, in the order of the parts of a policy."""
