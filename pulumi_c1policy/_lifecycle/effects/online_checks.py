"""The tenant's check of a policy's rule conditions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._lifecycle.checks.expression_checks import list_conditions, make_finding
from pulumi_c1policy._model.tree import Tree

if TYPE_CHECKING:
    from pulumi_c1policy._cel.diagnostics import Diagnostic
    from pulumi_c1policy._client.policy_client import PolicyClient

_ERROR_SEVERITY = "ERROR"
_UNDECLARED_IP = re.compile(r"undeclared reference to '(?:ip|cidr)'")


def check_online(client: PolicyClient, inputs: Tree) -> list[Finding]:
    """Let the tenant check the conditions of rules, with one request each.

    The tenant's endpoint knows only the environment of rule conditions (source: the vendor's CLI),
    so it checks no other expression.

    Raises:
        APIError: The tenant did not answer.
    """
    return [
        make_finding(found.path, found.text, diagnostic)
        for found in list_conditions(inputs)
        for diagnostic in _validate_online(client, found.text)
    ]


def _validate_online(client: PolicyClient, text: str) -> list[Diagnostic]:
    from pulumi_c1policy._cel.diagnostics import Diagnostic

    return [
        Diagnostic(
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
