"""The rules about CEL expressions. Data."""

from __future__ import annotations

from pulumi_c1policy._findings.rule import Certainty, Default, Rule

_CLI = "the vendor's CLI"
_CEL = "the vendor's documentation of expressions"
_NONE = "no public source"


def _expression(
    rule: str, default: Default, certainty: Certainty, reason: str, source: str = _CEL
) -> Rule:
    return Rule(rule, default, reason, certainty, source)


EXPRESSION_RULES: tuple[Rule, ...] = (
    _expression(
        "syntax", "error", "docs", "A tenant compiles expressions in a write, and answers HTTP 400."
    ),
    _expression("has-argument", "error", "docs", "`has()` accepts a field selection only."),
    _expression(
        "open-text",
        "error",
        "docs",
        "A string without a closing quote does not compile. It is reported as `syntax`; this id "
        "remains for stacks whose config names it.",
    ),
    _expression("unknown-variable", "error", "docs", "An undeclared name does not compile."),
    _expression("unknown-field", "error", "docs", "An undeclared field does not compile."),
    _expression("unknown-type", "error", "docs", "An undeclared type does not compile."),
    _expression("unknown-value", "error", "docs", "An undeclared enum value does not compile."),
    _expression(
        "unknown-function",
        "error or warning",
        "docs",
        "An undeclared function does not compile. A misspelled documented name is an error. Any "
        "other name is a warning, because a tenant may be newer than its documentation.",
    ),
    _expression("not-called", "error", "docs", "A function without a call is not a value."),
    _expression(
        "wrong-arguments", "error", "docs", "A function with the wrong arguments does not compile."
    ),
    _expression(
        "wrong-types", "error", "docs", "An operation on incompatible types does not compile."
    ),
    _expression(
        "wrong-result", "error", "docs", "The result must have the type that the place requires."
    ),
    _expression(
        "type-check", "error", "docs", "An expression that fails the type check does not compile."
    ),
    _expression(
        "not-in-place",
        "error",
        "source",
        "The variable or function is not declared at this place (`account` in an approver).",
        f"{_CLI}; {_CEL}",
    ),
    _expression(
        "unknown-result",
        "warning",
        "docs",
        "The type of the result is known only at run time.",
    ),
    _expression(
        "undocumented",
        "warning",
        "inferred",
        "The documentation does not list the name, or the CEL feature, for this place.",
    ),
    _expression("old-spelling", "warning", "docs", "The documentation uses a newer spelling."),
    _expression(
        "bad-literal", "warning", "inferred", "The literal compiles, and fails at run time."
    ),
    _expression(
        "approver-can-be-empty",
        "warning",
        "docs",
        "If an approver expression returns nobody, the tenant skips the step without an error.",
    ),
    _expression(
        "first-of-maybe-empty",
        "warning",
        "docs",
        "An index beyond the end of a list fails at run time.",
    ),
    _expression(
        "always-true", "warning", "ours", "The condition does not depend on the request.", _NONE
    ),
    _expression(
        "always-false", "warning", "ours", "The condition does not depend on the request.", _NONE
    ),
    _expression(
        "unchecked", "warning", "ours", "The expression is too large for the offline check.", _NONE
    ),
    _expression(
        "tenant",
        "error or warning",
        "live",
        "The tenant reports a problem with the expression.",
        "the tenant",
    ),
)
