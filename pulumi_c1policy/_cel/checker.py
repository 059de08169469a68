"""The check of one expression, in our own words.

`check` is pure and cached, because every check of every policy repeats the same expressions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import lru_cache

from pulumi_c1policy._cel import (
    cel_tokens,
    engine,
    lint,
    name_checks,
    result_checks,
    syntax_errors,
    type_errors,
)
from pulumi_c1policy._cel.context import Context
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.remarks import Remark
from pulumi_c1policy._cel.silence import list_silenced
from pulumi_c1policy._findings.severity import explain_unknown_rule

CAN_BE_EMPTY = lint.CAN_BE_EMPTY
"""The rule that a fallback outside the expression satisfies."""

UNCHECKED = "unchecked"

# The tenant's own limit is unknown; this is CEL's.
_LONGEST = 100_000


def check(
    expression: str,
    place: Place,
    *,
    has_fallback: bool = False,
) -> list[Remark]:
    """List the problems and doubts about an expression, in the order of its text.

    The tenant accepts the expression if no remark is an error. The expression can turn rules down
    in a comment: `// c1policy:ignore old-spelling`.

    Args:
        expression: The text.
        place: Its place.
        has_fallback: For an approver or a provisioner: somebody else is found if the expression
            returns nobody.

    Raises:
        CheckerUnavailableError: The type checker is not installed or does not work.
    """
    named = list_silenced(expression)
    silent = {*named, CAN_BE_EMPTY} if has_fallback else named
    unknown = [
        Remark("warning", "", f"`c1policy:ignore` turns nothing down: {problem}")
        for problem in map(explain_unknown_rule, sorted(named))
        if problem and "did you mean" in problem  # Any other word may be part of a sentence.
    ]
    return unknown + [
        found for found in _check(expression, Place(place)) if found.rule not in silent
    ]


@lru_cache(maxsize=4096)
def _check(expression: str, place: Place) -> tuple[Remark, ...]:
    found = sorted(_remarks(expression, place), key=lambda r: (r.line, r.column, r.severity))
    return tuple(dict.fromkeys(found))


def _remarks(source: str, place: Place) -> Iterator[Remark]:
    context = Context(source, place)
    if (broken := _unreadable(source)) is not None:
        yield context.error(broken, syntax_errors.RULE, "this character cannot be sent")
        return
    if len(source) > _LONGEST:
        message = f"the expression cannot be checked here: it has {len(source)} characters"
        yield context.warning(0, UNCHECKED, message)
        return
    if context.place_facts.syntax_only:
        outcome = engine.parse(source)
    else:
        outcome = engine.compile_expression(source)
    if outcome.unchecked:
        message = f"the expression cannot be checked here: {outcome.unchecked}"
        yield context.warning(0, UNCHECKED, message)
    elif outcome.tree is None:
        yield _explain_syntax(context, syntax_errors.explain(source, outcome.errors))
    elif not context.place_facts.syntax_only:
        yield from _meaning(context, outcome)


def _meaning(context: Context, outcome: engine.Outcome) -> Iterator[Remark]:
    wrong = [*type_errors.explain(context, outcome), *name_checks.check_names(context, outcome)]
    yield from wrong
    if outcome.tree is None or any(found.severity == "error" for found in wrong):
        return
    if outcome.beyond is not None and not wrong:
        yield _beyond(context, outcome.beyond)
    # The result of an unknown function is unknown; the remark about the function says so.
    result = [
        found
        for found in result_checks.check_result(context, outcome.tree)
        if found.rule != result_checks.UNKNOWN or not (outcome.missing or wrong)
    ]
    yield from result
    if not any(found.severity == "error" for found in result):
        yield from lint.list_doubts(context, outcome)


def _explain_syntax(context: Context, found: Remark) -> Remark:
    """Explain a parse error, with the most likely cause if the place suggests a plain text."""
    quoted = {"'", '"'} & set(context.source)
    if context.place is not Place.ACCOUNT_CONFIG or quoted or not context.source.strip():
        return found
    return replace(found, message=f"{found.message}; put quotes around a text")


def _beyond(context: Context, at: int) -> Remark:
    following = context.text(at)[:1]
    if following in ("<", ">"):
        message = f"numbers of different types in order are {name_checks.BEYOND}; write both alike"
        return context.warning(at, name_checks.UNDOCUMENTED, message)
    if following == "(":
        at = cel_tokens.find_word_before(context.source, at)
    return context.warning(at, name_checks.UNDOCUMENTED, f"this is {name_checks.BEYOND}")


def _unreadable(source: str) -> int | None:
    try:
        source.encode()
    except UnicodeEncodeError as error:
        return error.start
    return None


def rejects(remarks: Collection[Remark]) -> bool:
    """Return whether one of the remarks means that the tenant rejects the expression."""
    return any(found.severity == "error" for found in remarks)


def choose_worst(remarks: Collection[Remark]) -> Remark | None:
    """Return the first error, else the first warning."""
    errors = [found for found in remarks if found.severity == "error"]
    return next(iter(errors or remarks), None)
