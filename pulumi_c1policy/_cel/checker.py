"""The check of one expression: everything that is wrong or doubtful about it, in our own words.

`check` is pure and remembers what it has said, since the same expressions come again at every check
of every policy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import lru_cache

from pulumi_c1policy._cel import (
    engine,
    lint,
    names,
    results,
    syntax_errors,
    tokens,
    type_errors,
)
from pulumi_c1policy._cel.context import Context
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.remarks import Remark
from pulumi_c1policy._cel.silence import silenced
from pulumi_c1policy._findings.severity import explain_unknown_rule

CAN_BE_EMPTY = lint.CAN_BE_EMPTY
"""The rule that a fallback outside of the expression makes void."""

UNCHECKED = "unchecked"

# The tenant's own limit is not known; CEL's is this.
_LONGEST = 100_000


def check(
    expression: str,
    place: Place,
    *,
    has_fallback: bool = False,
) -> list[Remark]:
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
    named = silenced(expression)
    silent = {*named, CAN_BE_EMPTY} if has_fallback else named
    unknown = [
        Remark("warning", "", f"`c1policy:ignore` turns nothing down: {problem}")
        for problem in map(explain_unknown_rule, sorted(named))
        if problem and "did you mean" in problem  # Any other word may be a sentence's.
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
        yield _in_place(context, syntax_errors.explain(source, outcome.errors))
    elif not context.place_facts.syntax_only:
        yield from _meaning(context, outcome)


def _meaning(context: Context, outcome: engine.Outcome) -> Iterator[Remark]:
    wrong = [*type_errors.explain(context, outcome), *names.check(context, outcome)]
    yield from wrong
    if outcome.tree is None or any(found.severity == "error" for found in wrong):
        return
    if outcome.beyond is not None and not wrong:
        yield _beyond(context, outcome.beyond)
    # What an unknown function returns is unknown, and that it is unknown has been said.
    result = [
        found
        for found in results.check(context, outcome.tree)
        if found.rule != results.UNKNOWN or not (outcome.missing or wrong)
    ]
    yield from result
    if not any(found.severity == "error" for found in result):
        yield from lint.check(context, outcome)


def _in_place(context: Context, found: Remark) -> Remark:
    """What does not parse, with the most likely cause where an expression may be a plain text."""
    quoted = {"'", '"'} & set(context.source)
    if context.place is not Place.ACCOUNT_CONFIG or quoted or not context.source.strip():
        return found
    return replace(found, message=f"{found.message}; put quotes around a text")


def _beyond(context: Context, at: int) -> Remark:
    following = context.text(at)[:1]
    if following in ("<", ">"):
        message = f"numbers of different types in order are {names.BEYOND}; write both alike"
        return context.warning(at, names.UNDOCUMENTED, message)
    if following == "(":
        at = tokens.word_before(context.source, at)
    return context.warning(at, names.UNDOCUMENTED, f"this is {names.BEYOND}")


def _unreadable(source: str) -> int | None:
    try:
        source.encode()
    except UnicodeEncodeError as error:
        return error.start
    return None


def refuses(remarks: Collection[Remark]) -> bool:
    """Whether one of the remarks says that the tenant refuses the expression."""
    return any(found.severity == "error" for found in remarks)


def worst(remarks: Collection[Remark]) -> Remark | None:
    """The first error, else the first warning."""
    errors = [found for found in remarks if found.severity == "error"]
    return next(iter(errors or remarks), None)
