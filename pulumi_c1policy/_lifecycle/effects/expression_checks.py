"""Checks of a policy's expressions, offline or by the tenant.

The offline check needs an optional library, which is loaded only if there is an expression.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._model.tree import Tree

if TYPE_CHECKING:
    from pulumi_c1policy._cel.policy_expressions import Expression
    from pulumi_c1policy._cel.remarks import Remark
    from pulumi_c1policy._client.policy_client import PolicyClient
    from pulumi_c1policy._model.paths import Path

_ERROR_SEVERITY = "ERROR"
_UNDECLARED_IP = re.compile(r"undeclared reference to '(?:ip|cidr)'")


def check_offline(inputs: Tree) -> list[Finding]:
    """Check the expressions without the tenant.

    Raises:
        CheckerUnavailableError: There is an expression, and the library is not installed or does
            not work on this machine.
    """
    from pulumi_c1policy._cel.policy_expressions import check_policy

    return [
        _make_finding(found.path, found.expression, found.remark) for found in check_policy(inputs)
    ]


def has_expressions(inputs: Tree) -> bool:
    """Return whether the inputs contain an expression."""
    from pulumi_c1policy._cel.policy_expressions import list_expressions
    from pulumi_c1policy._model.policy import POLICY

    return bool(list_expressions(POLICY, inputs))


def check_online(client: PolicyClient, inputs: Tree) -> list[Finding]:
    """Let the tenant check the conditions of rules, with one request each.

    The tenant's endpoint knows only the environment of rule conditions (source: the vendor's CLI),
    so it checks no other expression.

    Raises:
        APIError: The tenant did not answer.
    """
    return [
        _make_finding(found.path, found.text, remark)
        for found in _list_conditions(inputs)
        for remark in _validate_online(client, found.text)
    ]


def has_online_expressions(inputs: Tree) -> bool:
    """Return whether there is an expression that the tenant can check."""
    return bool(_list_conditions(inputs))


def has_offline_only_expressions(inputs: Tree) -> bool:
    """Return whether there is an expression that the tenant cannot check."""
    from pulumi_c1policy._cel.policy_expressions import list_expressions
    from pulumi_c1policy._model.policy import POLICY

    return len(list_expressions(POLICY, inputs)) > len(_list_conditions(inputs))


def _list_conditions(inputs: Tree) -> list[Expression]:
    from pulumi_c1policy._cel.environment import Place
    from pulumi_c1policy._cel.policy_expressions import list_expressions
    from pulumi_c1policy._model.policy import POLICY

    return [each for each in list_expressions(POLICY, inputs) if each.place is Place.RULE_CONDITION]


def _validate_online(client: PolicyClient, text: str) -> list[Remark]:
    from pulumi_c1policy._cel.remarks import Remark

    return [
        Remark(
            "error"
            if marker.severity == _ERROR_SEVERITY and not _is_about_ip(marker.message)
            else "warning",
            "tenant",
            f"the tenant says: {marker.message or 'this is not valid'}",
            max(marker.start_line_number or 1, 1),
            max(marker.start_column or 1, 1),
        )
        for marker in client.validate_cel(text)
    ]


def _is_about_ip(message: str | None) -> bool:
    """Return whether a message is about an undeclared `ip`, which the endpoint may not know."""
    return bool(message and _UNDECLARED_IP.search(message))


def _make_finding(path: Path, expression: str, remark: Remark) -> Finding:
    """Make a finding from a remark: its sentence, and the expression with a caret below it."""
    from pulumi_c1policy._cel.remarks import format_remark

    excerpt = format_remark(expression, remark).partition("\n")[2]
    text = f"{remark.message}\n{excerpt}"
    return Finding(path, remark.rule, text, remark.severity, quotes_value=True)
