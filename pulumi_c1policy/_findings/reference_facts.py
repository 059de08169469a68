"""The rules about the objects that a policy names. Data.

Only a preview that asks the tenant can check these rules: see `c1policy:checkIds`.
"""

from __future__ import annotations

from pulumi_c1policy._findings.rule import Rule

_API = "the API's description"

REFERENCE_RULES: tuple[Rule, ...] = (
    Rule(
        "wrong-id",
        "warning",
        "A tenant probably accepts the id of an object that it does not have. The mistake shows "
        "when somebody asks for access. `c1policy:checkIds` switches this check, and sets its "
        "severity.",
        "inferred",
        _API,
    ),
    Rule(
        "disabled-user",
        "warning",
        "A disabled user cannot act on a task. `c1policy:checkIds` switches this check, and sets "
        "its severity.",
        "inferred",
        _API,
    ),
)
