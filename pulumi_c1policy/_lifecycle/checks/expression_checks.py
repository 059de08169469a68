"""The offline check of a policy's expressions. Pure.

The check needs an optional library, which is loaded only if there is an expression.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._model.tree import Tree

if TYPE_CHECKING:
    from pulumi_c1policy._cel.diagnostics import Diagnostic
    from pulumi_c1policy._cel.policy_expressions import Expression
    from pulumi_c1policy._model.paths import Path


def check_offline(inputs: Tree) -> list[Finding]:
    """Check the expressions without the tenant.

    Raises:
        CheckerUnavailableError: There is an expression, and the library is not installed or does
            not work on this machine.
    """
    from pulumi_c1policy._cel.policy_expressions import check_policy

    return [
        make_finding(found.path, found.expression, found.diagnostic)
        for found in check_policy(inputs)
    ]


def has_expressions(inputs: Tree) -> bool:
    """Return whether the inputs contain an expression."""
    from pulumi_c1policy._cel.policy_expressions import find_expressions
    from pulumi_c1policy._model.policy import POLICY

    return bool(find_expressions(POLICY, inputs))


def has_online_expressions(inputs: Tree) -> bool:
    """Return whether there is an expression that the tenant can check."""
    return bool(list_conditions(inputs))


def has_offline_only_expressions(inputs: Tree) -> bool:
    """Return whether there is an expression that the tenant cannot check."""
    from pulumi_c1policy._cel.policy_expressions import find_expressions
    from pulumi_c1policy._model.policy import POLICY

    return len(find_expressions(POLICY, inputs)) > len(list_conditions(inputs))


def list_conditions(inputs: Tree) -> list[Expression]:
    """List the conditions of rules."""
    from pulumi_c1policy._cel.environment import Place
    from pulumi_c1policy._cel.policy_expressions import find_expressions
    from pulumi_c1policy._model.policy import POLICY

    return [each for each in find_expressions(POLICY, inputs) if each.place is Place.RULE_CONDITION]


def make_finding(path: Path, expression: str, diagnostic: Diagnostic) -> Finding:
    """Make a finding from a diagnostic: its sentence, and the expression with a caret below it."""
    from pulumi_c1policy._cel.diagnostics import format_diagnostic

    excerpt = format_diagnostic(expression, diagnostic).partition("\n")[2]
    text = f"{diagnostic.message}\n{excerpt}"
    return Finding(path, diagnostic.rule, text, diagnostic.severity, quotes_value=True)
