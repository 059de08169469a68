"""The check of one expression: everything that is wrong or doubtful about it, in our own words.

`check` is pure and remembers what it has said, since the same expressions come again at every check
of every policy.
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
from pulumi_c1policy._findings.severity import unknown_rule

CAN_BE_EMPTY = lint.CAN_BE_EMPTY
"""The rule that a fallback outside of the expression makes void."""

UNCHECKED = "unchecked"

# The tenant's own limit is not known; CEL's is this.
_MAX_EXPRESSION_LENGTH = 100_000


def check(
    expression: str,
    place: Place,
    *,
    has_fallback: bool = False,
) -> list[Diagnostic]:
    """List what is wrong or doubtful about an expression at a place, in the order of its text.

    The tenant accepts the expression if no remark is an error. The expression itself can turn rules
    down in a comment: `// c1policy:ignore old-spelling`.

    Args:
        expression: The text.
        place: Where it stands.
        has_fallback: Of an approver or a provisioner: somebody is found elsewhere if the
            expression returns nobody.

    Raises:
        CheckerUnavailableError: The type checker is not installed or does not work.
    """
    ignored = find_ignored_rules(expression)
    ignored_here = {*ignored, CAN_BE_EMPTY} if has_fallback else ignored
    unknown = [
        Diagnostic("warning", "", f"`c1policy:ignore` turns nothing down: {problem}")
        for problem in map(unknown_rule, sorted(ignored))
        if problem and "did you mean" in problem  # Any other word may be a sentence's.
    ]
    return unknown + [
        found for found in _check(expression, Place(place)) if found.rule not in ignored_here
    ]


@lru_cache(maxsize=4096)
def _check(expression: str, place: Place) -> tuple[Diagnostic, ...]:
    found = sorted(
        _find_diagnostics(expression, place), key=lambda r: (r.line, r.column, r.severity)
    )
    return tuple(dict.fromkeys(found))


def _find_diagnostics(source: str, place: Place) -> Iterator[Diagnostic]:
    context = Context(source, place)
    if (broken := _find_unencodable(source)) is not None:
        yield context.error(broken, syntax_errors.RULE, "this character cannot be sent")
        return
    if len(source) > _MAX_EXPRESSION_LENGTH:
        message = f"the expression cannot be checked here: it has {len(source)} characters"
        yield context.warning(0, UNCHECKED, message)
        return
    if context.place_facts.syntax_only:
        compilation = compiler.parse(source)
    else:
        compilation = compiler.compile_expression(source)
    if compilation.unchecked_reason:
        message = f"the expression cannot be checked here: {compilation.unchecked_reason}"
        yield context.warning(0, UNCHECKED, message)
    elif compilation.tree is None:
        yield _add_likely_cause(context, syntax_errors.explain(source, compilation.errors))
    elif not context.place_facts.syntax_only:
        yield from _check_meaning(context, compilation)


def _check_meaning(context: Context, compilation: compiler.Compilation) -> Iterator[Diagnostic]:
    wrong = [*type_errors.explain(context, compilation), *name_checks.check(context, compilation)]
    yield from wrong
    if compilation.tree is None or any(found.severity == "error" for found in wrong):
        return
    if compilation.undocumented_offset is not None and not wrong:
        yield _explain_undocumented(context, compilation.undocumented_offset)
    # What an unknown function returns is unknown, and that it is unknown has been said.
    result = [
        found
        for found in result_checks.check(context, compilation.tree)
        if found.rule != result_checks.UNKNOWN or not (compilation.missing or wrong)
    ]
    yield from result
    if not any(found.severity == "error" for found in result):
        yield from lint.check(context, compilation)


def _add_likely_cause(context: Context, found: Diagnostic) -> Diagnostic:
    """What does not parse, with the most likely cause where an expression may be a plain text."""
    quoted = {"'", '"'} & set(context.source)
    if context.place is not Place.ACCOUNT_CONFIG or quoted or not context.source.strip():
        return found
    return replace(found, message=f"{found.message}; put quotes around a text")


def _explain_undocumented(context: Context, offset: int) -> Diagnostic:
    following = context.text_from(offset)[:1]
    if following in ("<", ">"):
        message = f"numbers of different types in order are {name_checks.BEYOND}; write both alike"
        return context.warning(offset, name_checks.UNDOCUMENTED, message)
    if following == "(":
        offset = lexer.find_word_before(context.source, offset)
    return context.warning(offset, name_checks.UNDOCUMENTED, f"this is {name_checks.BEYOND}")


def _find_unencodable(source: str) -> int | None:
    try:
        source.encode()
    except UnicodeEncodeError as error:
        return error.start
    return None


def has_error(remarks: Collection[Diagnostic]) -> bool:
    """Whether one of the remarks says that the tenant refuses the expression."""
    return any(found.severity == "error" for found in remarks)


def find_worst(remarks: Collection[Diagnostic]) -> Diagnostic | None:
    """The first error, else the first warning."""
    errors = [found for found in remarks if found.severity == "error"]
    return next(iter(errors or remarks), None)
