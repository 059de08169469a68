"""The choice of the one object that a lookup means, and the errors if there is no such choice.

The errors list the candidates, each with its id and what tells it apart from the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Generic, TypeVar

import pulumi

from pulumi_c1policy._model import object_matching
from pulumi_c1policy._pulumi.program_lookups import Lookup, format_call, quote

_MAX_SHOWN = 10
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Candidate(Generic[_T]):
    """An object that a lookup may mean.

    Attributes:
        value: The object.
        id: Its id.
        name: The name by which it is looked up.
        facts: The facts that tell objects of the same name apart; empty ones are not shown.
    """

    value: _T
    id: str
    name: str
    facts: tuple[str, ...]

    def __str__(self) -> str:
        """Return a line of an error."""
        return f"{self.id}: {', '.join([quote(self.name), *filter(None, self.facts)])}"


def match_name(candidates: Iterable[Candidate[_T]], name: str) -> list[Candidate[_T]]:
    """Return the candidates of a name; those of another letter case only if none has it exactly."""
    return object_matching.match_name(candidates, name, lambda each: each.name)


def choose_one(
    lookup: Lookup,
    place: str,
    found: Sequence[Candidate[_T]],
    list_others: Callable[[], Iterable[Candidate[_T]]],
    *,
    name: str,
    noun: tuple[str, str] | None = None,
) -> _T:
    """Return the only object that a lookup has found.

    Args:
        lookup: The call.
        place: The place of the search, such as `the tenant acme.conductor.one`.
        found: The objects that match.
        list_others: Returns other objects, from which the error takes similar ones.
        name: The name that was looked up.
        noun: The kind of object, if it is not that of the call.

    Raises:
        RunError: No object was found, or several.
    """
    if len(found) == 1:
        return found[0].value
    singular, plural = noun or lookup.noun
    if found:
        problem = f"finds {len(found)} {plural} in {place}:"
        raise refuse_candidates(lookup, problem, found, _advise_on(lookup, singular, found))
    similar = _find_similar(name, [*list_others()])
    problem = f"finds no {singular} in {place}."
    if not similar:
        advice = f"Correct the arguments of {lookup}, or create the {singular} first."
        raise lookup.refuse(problem, advice)
    problem += f" Similar {plural}:"
    raise refuse_candidates(lookup, problem, similar, _advise_on(lookup, singular, similar))


def refuse_candidates(
    lookup: Lookup, problem: str, candidates: Sequence[Candidate[_T]], advice: str
) -> pulumi.RunError:
    """Return the error that lists candidates between the problem and the advice."""
    lines = [f"  {each}" for each in candidates]
    hidden = len(lines) - _MAX_SHOWN
    more = [f"  and {hidden} more"] if hidden > 0 else []
    return lookup.refuse("\n".join([problem, *lines[:_MAX_SHOWN], *more]), advice)


def _find_similar(name: str, others: Sequence[Candidate[_T]]) -> list[Candidate[_T]]:
    names = {each.name.casefold() for each in others}
    near = get_close_matches(name.casefold(), names, n=3)
    return [each for each in others if each.name.casefold() in near]


def _advise_on(lookup: Lookup, singular: str, candidates: Sequence[Candidate[_T]]) -> str:
    example = candidates[0].id
    if not lookup.reads:
        call = format_call(lookup.function, id=example)
        return f"Look the {singular} up by its id, for example `{call}`."
    return (
        f"Correct the arguments of {lookup}, or write the id of the {singular} instead, for "
        f"example {quote(example)}."
    )
