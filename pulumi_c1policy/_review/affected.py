"""The people whose requests a change affects, found by the simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias, get_args

from pulumi_c1policy._cel.cel_library import CheckerUnavailableError
from pulumi_c1policy._review.differences import find_worst
from pulumi_c1policy._review.outcome_order import Outcome, compare_outcomes, read_outcome
from pulumi_c1policy._review.pairing import PolicyPair, PolicySet
from pulumi_c1policy._simulate.directory import Directory
from pulumi_c1policy._simulate.explanation import describe_course
from pulumi_c1policy._simulate.impact import Impact
from pulumi_c1policy._simulate.simulation import simulate
from pulumi_c1policy._simulate.simulation_result import Simulation

Effect: TypeAlias = Literal["weaker", "unclear", "stronger", "equal"]
"""The effect of a change on what a person's request needs, in the order of the comment.

- `weaker`: something that was necessary no longer is.
- `unclear`: other approvers, or a result that the facts given do not decide.
- `stronger`: more is necessary.
- `equal`: the same approvals, in other steps.
"""

Inform: TypeAlias = Callable[[str], None]
"""Tells a person about the progress."""


@dataclass(frozen=True, slots=True)
class AffectedPerson:
    """A person whose request has another outcome after the change.

    Attributes:
        name: The email of the person, or the display name with the id.
        effect: The effect of the change.
        before: The course of the request before the change.
        after: The course after it.
    """

    name: str
    effect: Effect
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Affected:
    """The effect of a change on the people of a directory.

    Attributes:
        people: The number of people who were simulated.
        changed: Those with another outcome, the weaker ones first.
        problem: The reason why nobody was simulated; else "".
    """

    people: int
    changed: tuple[AffectedPerson, ...] = ()
    problem: str = ""

    def count(self, effect: Effect) -> int:
        """Return the number of people with an effect."""
        return sum(each.effect == effect for each in self.changed)


def find_affected(
    pair: PolicyPair, policies: PolicySet, directory: Directory, inform: Inform
) -> Affected | None:
    """Simulate a request of each person before and after the change.

    Returns:
        The people; None for a new or deleted policy, or a directory without users.
    """
    if pair.old is None or pair.new is None or not directory.users:
        return None
    names = [user.text("id") or user.text("email") for user in directory.users]
    known = [name for name in dict.fromkeys(names) if name]
    try:
        found = [*_list_changed(pair, policies, directory, known, inform)]
    except CheckerUnavailableError as error:
        return Affected(0, problem=error.summary)
    order = get_args(Effect)
    found.sort(key=lambda each: (order.index(each.effect), each.name))
    return Affected(len(known), tuple(found))


def _list_changed(
    pair: PolicyPair,
    policies: PolicySet,
    directory: Directory,
    names: list[str],
    inform: Inform,
) -> Iterator[AffectedPerson]:
    now = datetime.now(UTC)
    sides = ((pair.old, policies.old), (pair.new, policies.new))
    for number, name in enumerate(names):
        inform(f"{pair.shown.name}: person {number + 1} of {len(names)}.")
        before, after = (
            simulate(own, subject=name, directory=directory, policies=known, now=now)
            for own, known in sides
            if own is not None
        )
        impact = Impact(pair.shown.name, name, before, after)
        if impact.is_changed:
            yield AffectedPerson(
                impact.shown_subject,
                _compare(before, after, policies),
                describe_course(before),
                describe_course(after),
            )


def _compare(before: Simulation, after: Simulation, policies: PolicySet) -> Effect:
    old, new = _read_outcome(before), _read_outcome(after)
    if old is None or new is None:
        return "unclear"
    return find_worst(compare_outcomes(old, new, policies.links)) or "equal"


def _read_outcome(found: Simulation) -> Outcome | None:
    """Return the outcome; None if the facts given do not decide it."""
    target = found.routes[-1].target
    if found.possible or target is None:
        return None
    if target.kind == "policy":
        return Outcome("elsewhere", target.policy_id)
    return read_outcome(target)
