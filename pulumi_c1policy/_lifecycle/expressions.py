"""The expressions of a policy as findings: checked offline, or by the tenant.

The offline check needs an optional library, which is loaded only when there is an expression.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy.errors import InvalidRequestError

if TYPE_CHECKING:
    from pulumi_c1policy._cel.remarks import Remark
    from pulumi_c1policy._client.policies import PolicyClient
    from pulumi_c1policy._model.paths import Path

_REFUSED = "ERROR"


def offline(inputs: Tree) -> list[Finding]:
    """What is wrong or doubtful about the expressions, as far as can be told without the tenant.

    Raises:
        CheckerUnavailableError: There is an expression, and the library is not installed or does
            not work on this machine.
    """
    from pulumi_c1policy._cel.policies import check_policy

    return [_finding(found.path, found.expression, found.remark) for found in check_policy(inputs)]


def any_in(inputs: Tree) -> bool:
    """Whether there is an expression in `inputs` at all."""
    from pulumi_c1policy._cel.policies import expressions
    from pulumi_c1policy._model.policy import POLICY

    return bool(expressions(POLICY, inputs))


def online(client: PolicyClient, inputs: Tree) -> list[Finding]:
    """What the tenant says of the expressions, one request each.

    Those of forms are not asked about: no endpoint knows their variables.

    Raises:
        APIError: The tenant did not answer.
    """
    from pulumi_c1policy._cel.environment import Place
    from pulumi_c1policy._cel.policies import expressions
    from pulumi_c1policy._model.policy import POLICY

    findings = []
    for found in expressions(POLICY, inputs):
        if found.place is Place.FORM:
            continue
        remarks = _tested if found.place is Place.ACCOUNT_CONFIG else _validated
        findings += [_finding(found.path, found.text, r) for r in remarks(client, found.text)]
    return findings


def _validated(client: PolicyClient, text: str) -> list[Remark]:
    from pulumi_c1policy._cel.remarks import Remark

    return [
        Remark(
            "error" if marker.severity == _REFUSED else "warning",
            "tenant",
            f"the tenant says: {marker.message or 'this is not valid'}",
            max(marker.start_line_number or 1, 1),
            max(marker.start_column or 1, 1),
        )
        for marker in client.validate_cel(text)
    ]


def _tested(client: PolicyClient, text: str) -> list[Remark]:
    """Account provisioning has an environment of its own, and an endpoint that tries it."""
    from pulumi_c1policy._cel.remarks import Remark

    try:
        client.test_account_provision(text)
    except InvalidRequestError as error:
        return [Remark("error", "tenant", f"the tenant says: {error.summary}")]
    return []


def _finding(path: Path, expression: str, remark: Remark) -> Finding:
    """The remark as a finding: its sentence, and below it the expression with a caret."""
    from pulumi_c1policy._cel.remarks import format_remark

    excerpt = format_remark(expression, remark).partition("\n")[2]
    text = f"{remark.message}\n{excerpt}"
    return Finding(path, remark.rule, text, remark.severity, quotes_value=True)
