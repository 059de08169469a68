"""Check of one expression.

`check` is pure and caches its results, because the same expressions are checked again at each check
of each policy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import lru_cache

from pulumi_c1policy._cel import (
    compiler,
    lexer,
    lint,
    name_checks,
    result_checks,
    syntax_errors,
    type_errors,
)
from pulumi_c1policy._cel.context import Context
from pulumi_c1policy._cel.diagnostics import Diagnostic
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.ignore_comments import find_ignored_rules
from pulumi_c1policy._findings.severity import explain_unknown_rule

CAN_BE_EMPTY = lint.CAN_BE_EMPTY
"""The rule that does not apply if the policy has a fallback."""

UNCHECKED = "unchecked"

# CEL's limit, in characters; that of tenants is not known.
_MAX_EXPRESSION_LENGTH = 100_000


def check(
    expression: str,
    place: Place,
    *,
    has_fallback: bool = False,
) -> list[Diagnostic]:
    """Check an expression at a place.

    Args:
        expression: The expression. A comment in it can turn rules off:
            `// c1policy:ignore old-spelling`.
        place: The place, which decides the variables and the type of the result.
        has_fallback: For an approver or a provisioner: there is a fallback if the expression
            returns no users.

    Returns:
        The diagnostics in the order of the text. The tenant accepts the expression, as far as is
        known, if none is an error.

    Raises:
        CheckerUnavailableError: The type checker is not installed or does not work.
    """
    ignored = find_ignored_rules(expression)
    rules_off = {*ignored, CAN_BE_EMPTY} if has_fallback else ignored
    unknown = [
        Diagnostic("warning", "", f"`c1policy:ignore` has no effect: {problem}")
        for problem in map(explain_unknown_rule, sorted(ignored))
        if problem and "did you mean" in problem  # Other words may belong to a sentence.
    ]
    return unknown + [
        found for found in _check(expression, Place(place)) if found.rule not in rules_off
    ]


@lru_cache(maxsize=4096)
def _check(expression: str, place: Place) -> tuple[Diagnostic, ...]:
    found = sorted(
        _find_diagnostics(expression, place), key=lambda r: (r.line, r.column, r.severity)
    )
    return tuple(dict.fromkeys(found))


def _find_diagnostics(source: str, place: Place) -> Iterator[Diagnostic]:
    context = Context(source, place)
    if (bad_offset := _find_unencodable(source)) is not None:
        yield context.error(
            bad_offset, syntax_errors.RULE, "this character cannot be encoded; remove it"
        )
        return
    if len(source) > _MAX_EXPRESSION_LENGTH:
        message = (
            f"the expression is not checked: it has {len(source)} characters, "
            f"and {_MAX_EXPRESSION_LENGTH} can be checked"
        )
        yield context.warning(0, UNCHECKED, message)
        return
    if context.place_facts.is_syntax_only:
        compilation = compiler.parse(source)
    else:
        compilation = compiler.compile_expression(source)
    if compilation.unchecked_reason:
        message = f"the expression is not checked: {compilation.unchecked_reason}"
        yield context.warning(0, UNCHECKED, message)
    elif compilation.tree is None:
        yield _add_likely_cause(context, syntax_errors.explain(source, compilation.errors))
    elif not context.place_facts.is_syntax_only:
        yield from _check_meaning(context, compilation)


def _check_meaning(context: Context, compilation: compiler.Compilation) -> Iterator[Diagnostic]:
    problems = [
        *type_errors.explain(context, compilation),
        *name_checks.check(context, compilation),
    ]
    yield from problems
    if compilation.tree is None or has_error(problems):
        return
    if compilation.undocumented_offset is not None and not problems:
        yield _explain_undocumented(context, compilation.undocumented_offset)
    # An unknown result follows from an unknown function, which has a diagnostic already.
    result = [
        found
        for found in result_checks.check(context, compilation.tree)
        if found.rule != result_checks.UNKNOWN or not (compilation.missing or problems)
    ]
    yield from result
    if not has_error(result):
        yield from lint.check(context, compilation)


def _add_likely_cause(context: Context, found: Diagnostic) -> Diagnostic:
    """Suggest quotes for a syntax error at a place where a plain string is a likely mistake."""
    quoted = {"'", '"'} & set(context.source)
    if context.place is not Place.ACCOUNT_CONFIG or quoted or not context.source.strip():
        return found
    return replace(found, message=f"{found.message}; if it is a string, put quotes around it")


def _explain_undocumented(context: Context, offset: int) -> Diagnostic:
    following = context.text_from(offset)[:1]
    if following in ("<", ">"):
        message = (
            f"comparing numbers of different types is {name_checks.UNDOCUMENTED_CEL}; "
            f"write both as the same type"
        )
        return context.warning(offset, name_checks.UNDOCUMENTED, message)
    if following == "(":
        offset = lexer.find_word_before(context.source, offset)
    return context.warning(
        offset, name_checks.UNDOCUMENTED, f"this is {name_checks.UNDOCUMENTED_CEL}"
    )


def _find_unencodable(source: str) -> int | None:
    try:
        source.encode()
    except UnicodeEncodeError as error:
        return error.start
    return None


def has_error(diagnostics: Collection[Diagnostic]) -> bool:
    """Return whether a diagnostic is an error, so that the tenant rejects the expression."""
    return any(found.severity == "error" for found in diagnostics)


def find_worst(diagnostics: Collection[Diagnostic]) -> Diagnostic | None:
    """Return the first error, else the first warning, else None."""
    errors = [found for found in diagnostics if found.severity == "error"]
    return next(iter(errors or diagnostics), None)
