"""The expressions of a policy as findings: checked offline, or by the tenant.

The offline check needs an optional library, which is loaded only when there is an expression.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._model.tree import Tree

if TYPE_CHECKING:
    from pulumi_c1policy._cel.diagnostics import Diagnostic
    from pulumi_c1policy._cel.policy_expressions import Expression
    from pulumi_c1policy._client.policies import PolicyClient
    from pulumi_c1policy._model.paths import Path

_REFUSED = "ERROR"
_UNDECLARED_IP = re.compile(r"undeclared reference to '(?:ip|cidr)'")


def offline(inputs: Tree) -> list[Finding]:
    """What is wrong or doubtful about the expressions, as far as can be told without the tenant.

    Raises:
        CheckerUnavailableError: There is an expression, and the library is not installed or does
            not work on this machine.
    """
    from pulumi_c1policy._cel.policy_expressions import check_policy

    return [
        _finding(found.path, found.expression, found.diagnostic) for found in check_policy(inputs)
    ]


def any_in(inputs: Tree) -> bool:
    """Whether there is an expression in `inputs` at all."""
    from pulumi_c1policy._cel.policy_expressions import find_expressions
    from pulumi_c1policy._model.policy import POLICY

    return bool(find_expressions(POLICY, inputs))


def online(client: PolicyClient, inputs: Tree) -> list[Finding]:
    """List what the tenant says of the conditions of rules, one request each.

    The tenant's endpoint knows the environment of rule conditions only (source: the vendor's CLI), so it
    is asked about no other expression.

    Raises:
        APIError: The tenant did not answer.
    """
    return [
        _finding(found.path, found.text, diagnostic)
        for found in _conditions(inputs)
        for diagnostic in _validated(client, found.text)
    ]


def asks_tenant(inputs: Tree) -> bool:
    """Tell if there is an expression that the tenant can be asked about."""
    return bool(_conditions(inputs))


def asks_no_tenant(inputs: Tree) -> bool:
    """Tell if there is an expression that the tenant cannot be asked about."""
    from pulumi_c1policy._cel.policy_expressions import find_expressions
    from pulumi_c1policy._model.policy import POLICY

    return len(find_expressions(POLICY, inputs)) > len(_conditions(inputs))


def _conditions(inputs: Tree) -> list[Expression]:
    from pulumi_c1policy._cel.environment import Place
    from pulumi_c1policy._cel.policy_expressions import find_expressions
    from pulumi_c1policy._model.policy import POLICY

    return [each for each in find_expressions(POLICY, inputs) if each.place is Place.RULE_CONDITION]


def _validated(client: PolicyClient, text: str) -> list[Diagnostic]:
    from pulumi_c1policy._cel.diagnostics import Diagnostic

    return [
        Diagnostic(
            "error"
            if marker.severity == _REFUSED and not _is_about_ip(marker.message)
            else "warning",
            "tenant",
            f"the tenant says: {marker.message or 'this is not valid'}",
            max(marker.start_line_number or 1, 1),
            max(marker.start_column or 1, 1),
        )
        for marker in client.validate_cel(text)
    ]


def _is_about_ip(message: str | None) -> bool:
    """Whether a message says that `ip` is undeclared: nothing tells whether the endpoint knows it."""
    return bool(message and _UNDECLARED_IP.search(message))


def _finding(path: Path, expression: str, diagnostic: Diagnostic) -> Finding:
    """The remark as a finding: its sentence, and below it the expression with a caret."""
    from pulumi_c1policy._cel.diagnostics import format_diagnostic

    excerpt = format_diagnostic(expression, diagnostic).partition("\n")[2]
    text = f"{diagnostic.message}\n{excerpt}"
    return Finding(path, diagnostic.rule, text, diagnostic.severity, quotes_value=True)
