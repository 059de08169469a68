"""The rules about CEL expressions. Data."""

from __future__ import annotations

from pulumi_c1policy._findings.rule import Certainty, Default, Rule

_CLI = "the vendor's CLI"
_CEL = "the vendor's documentation of expressions"
_NONE = "no public source"


def _make_rule(
    rule: str, default: Default, certainty: Certainty, reason: str, source: str = _CEL
) -> Rule:
    return Rule(rule, default, reason, certainty, source)


EXPRESSION_RULES: tuple[Rule, ...] = (
    _make_rule(
        "syntax", "error", "docs", "A tenant compiles expressions in a write, and answers HTTP 400."
    ),
    _make_rule("has-argument", "error", "docs", "`has()` accepts a field selection only."),
    _make_rule(
        "open-text",
        "error",
        "docs",
        "A string without a closing quote does not compile. It is reported as `syntax`; this id "
        "remains for stacks whose config names it.",
    ),
    _make_rule("unknown-variable", "error", "docs", "An undeclared name does not compile."),
    _make_rule("unknown-field", "error", "docs", "An undeclared field does not compile."),
    _make_rule("unknown-type", "error", "docs", "An undeclared type does not compile."),
    _make_rule("unknown-value", "error", "docs", "An undeclared enum value does not compile."),
    _make_rule(
        "unknown-function",
        "error or warning",
        "docs",
        "An undeclared function does not compile. A misspelled documented name is an error. Any "
        "other name is a warning, because a tenant may be newer than its documentation.",
    ),
    _make_rule("not-called", "error", "docs", "A function without a call is not a value."),
    _make_rule(
        "wrong-arguments", "error", "docs", "A function with the wrong arguments does not compile."
    ),
    _make_rule(
        "wrong-types", "error", "docs", "An operation on incompatible types does not compile."
    ),
    _make_rule(
        "wrong-result", "error", "docs", "The result must have the type that the place requires."
    ),
    _make_rule(
        "type-check", "error", "docs", "An expression that fails the type check does not compile."
    ),
    _make_rule(
        "not-in-place",
        "error",
        "source",
        "The variable or function is not declared at this place (`account` in an approver).",
        f"{_CLI}; {_CEL}",
    ),
    _make_rule(
        "unknown-result",
        "warning",
        "docs",
        "The type of the result is known only at run time.",
    ),
    _make_rule(
        "undocumented",
        "warning",
        "inferred",
        "The documentation does not list the name, or the CEL feature, for this place.",
    ),
    _make_rule("old-spelling", "warning", "docs", "The documentation uses a newer spelling."),
    _make_rule(
        "bad-literal", "warning", "inferred", "The literal compiles, and fails at run time."
    ),
    _make_rule(
        "approver-can-be-empty",
        "warning",
        "docs",
        "If an approver expression returns nobody, the tenant skips the step without an error.",
    ),
    _make_rule(
        "first-of-maybe-empty",
        "warning",
        "docs",
        "An index beyond the end of a list fails at run time.",
    ),
    _make_rule(
        "always-true", "warning", "ours", "The condition does not depend on the request.", _NONE
    ),
    _make_rule(
        "always-false", "warning", "ours", "The condition does not depend on the request.", _NONE
    ),
    _make_rule(
        "unchecked", "warning", "ours", "The expression is too large for the offline check.", _NONE
    ),
    _make_rule(
        "tenant",
        "error or warning",
        "live",
        "The tenant reports a problem with the expression.",
        "the tenant",
    ),
)
