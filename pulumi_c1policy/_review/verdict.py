"""The verdict about a policy: does any request get through with less than before?

Every request takes one way before and one way after the change. All pairs of ways whose outcomes
differ are examined: pairs that no request takes do not count.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from pulumi_c1policy import _extras
from pulumi_c1policy._lifecycle.planning.diff import compare
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._review.branches import Assumption, Branch, list_branches
from pulumi_c1policy._review.condition_keys import is_readable, make_condition_key
from pulumi_c1policy._review.confirmation import choose_telling_person, confirm_weakening
from pulumi_c1policy._review.differences import Difference, find_worst
from pulumi_c1policy._review.outcome_order import compare_outcomes
from pulumi_c1policy._review.pairing import PolicyPair, PolicySet
from pulumi_c1policy._review.unknown_fields import list_unknown_changes
from pulumi_c1policy._review.witness import ExampleRequest

if TYPE_CHECKING:
    from pulumi_c1policy._review.solver import Deadline

Word: TypeAlias = Literal["weakened", "undecided", "not-weakened"]
"""The verdicts, the worst one first."""

SECONDS_PER_POLICY: Final = 10.0
"""The time after which a policy is undecided."""

INSTALL: Final = "run `pip install 'pulumi-c1policy[cel,review]'`"
_MAX_BRANCHES = 400
_JUDGED_BY_A_PERSON = {
    "policy_type": "the policy gets another type",
    "scope": "the policy gets another scope",
    "post_actions": "other actions follow after the policy",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict about a policy.

    Attributes:
        word: The verdict.
        reason: The reason, as a sentence without a full stop.
        request: A request that gets through with less; None if the policy is not `weakened`.
        way: The rules that decide about that request: `rules[0] → baseline`.
        conditions: The conditions on which the verdict depends, with their values.
    """

    word: Word
    reason: str
    request: ExampleRequest | None = None
    way: str = ""
    conditions: tuple[Assumption, ...] = ()


@dataclass(frozen=True, slots=True)
class _Crossing:
    """A way before and a way after the change, with different outcomes."""

    old: Branch
    new: Branch
    differences: list[Difference] = field(repr=False)

    @property
    def tests(self) -> tuple[Assumption, ...]:
        return tuple(dict.fromkeys([*self.old.tests, *self.new.tests]))

    @property
    def way(self) -> str:
        same = self.old.place == self.new.place
        return self.new.place if same else f"{self.old.place} → {self.new.place}"

    def describe(self, level: str) -> str:
        return "; ".join(dict.fromkeys(d.text for d in self.differences if d.level == level))


def is_solver_installed() -> bool:
    """Return whether conditions can be decided: the extras `cel` and `review` are installed."""
    return is_readable() and _extras.is_importable("z3")


def decide(pair: PolicyPair, policies: PolicySet, seconds: float = SECONDS_PER_POLICY) -> Verdict:
    """Decide about one policy; a new or a deleted one is undecided: see `lone_policies`.

    Args:
        pair: The policy before and after the change.
        policies: All policies of both sides.
        seconds: The time after which the policy is undecided.
    """
    if pair.old is None:
        return Verdict("undecided", "the policy is new")
    if pair.new is None:
        return Verdict("undecided", "the policy is deleted")
    links = policies.links
    old = list(islice(list_branches(pair.old, links.old), _MAX_BRANCHES + 1))
    new = list(islice(list_branches(pair.new, links.new), _MAX_BRANCHES + 1))
    if max(len(old), len(new)) > _MAX_BRANCHES:
        return Verdict("undecided", f"requests have more than {_MAX_BRANCHES} ways")
    crossings = list(_list_crossings(old, new, policies))
    weaker = [each for each in crossings if find_worst(each.differences) == "weaker"]
    unclear = [each for each in crossings if find_worst(each.differences) == "unclear"]
    found = _search(pair, policies, weaker, unclear, seconds)
    if found is not None:
        return found
    changed = {change.field for change in compare(POLICY, pair.old.tree, pair.new.tree)}
    for name, text in _JUDGED_BY_A_PERSON.items():
        if name in changed:
            return Verdict("undecided", text)
    # Steps are compared where requests come to them.
    known = [
        {k: v for k, v in each.tree.items() if k != "policy_steps"} for each in (pair.old, pair.new)
    ]
    if unknown := list_unknown_changes(POLICY, *known):
        listed = ", ".join(unknown)
        return Verdict("undecided", f"fields that this version does not know change: {listed}")
    return Verdict("not-weakened", "every request needs at least what it needed before")


def _list_crossings(
    old: Iterable[Branch], new: Iterable[Branch], policies: PolicySet
) -> Iterator[_Crossing]:
    """Yield the pairs of ways that differ, without those that contradict themselves."""
    links = policies.links
    known: dict[tuple[str, str], list[Difference]] = {}
    ways = [(each, _collect_tests(each), _make_outcome_key(each)) for each in new]
    for one in old:
        mine = _collect_tests(one)
        if mine is None:
            continue
        key = _make_outcome_key(one)
        for other, theirs, other_key in ways:
            if theirs is None or any(
                mine.get(key, value) != value for key, value in theirs.items()
            ):
                continue
            place = key, other_key
            if place not in known:
                known[place] = compare_outcomes(one.outcome, other.outcome, links)
            if find_worst(known[place]) in ("weaker", "unclear"):
                yield _Crossing(one, other, known[place])


def _make_outcome_key(branch: Branch) -> str:
    found = branch.outcome
    return json.dumps([found.kind, found.name, found.steps], sort_keys=True, default=str)


def _collect_tests(branch: Branch) -> dict[object, bool] | None:
    """Return the values of the conditions, by key; None if one has two values."""
    found: dict[object, bool] = {}
    for test in branch.tests:
        if found.setdefault(_make_key(test.condition), test.holds) != test.holds:
            return None
    return found


@lru_cache(maxsize=4096)
def _make_key(condition: str) -> object:
    return make_condition_key(condition)


def _search(
    pair: PolicyPair,
    policies: PolicySet,
    weaker: list[_Crossing],
    unclear: list[_Crossing],
    seconds: float,
) -> Verdict | None:
    """Return the verdict of the first pair of ways that counts; None if no request takes one."""
    for each in weaker:
        if not each.tests and confirm_weakening(pair, policies, ExampleRequest()):
            request = choose_telling_person(pair, policies, ExampleRequest())
            return Verdict("weakened", each.describe("weaker"), request, each.way)
    if not weaker and not unclear:
        return None
    always = next((each for each in unclear if not each.tests), None)
    if always is not None:
        return Verdict("undecided", always.describe("unclear"), None, always.way)
    if not is_solver_installed():
        first = (weaker or unclear)[0]
        level = "weaker" if weaker else "unclear"
        reason = f"it depends on conditions, if {first.describe(level)}; to decide it, {INSTALL}"
        return Verdict("undecided", reason, None, first.way, first.tests)
    from pulumi_c1policy._review.solver import Deadline

    return _search_with_solver(pair, policies, weaker, unclear, Deadline(seconds), seconds)


def _search_with_solver(
    pair: PolicyPair,
    policies: PolicySet,
    weaker: list[_Crossing],
    unclear: list[_Crossing],
    deadline: Deadline,
    seconds: float,
) -> Verdict | None:
    from pulumi_c1policy._review.model_reader import build_request
    from pulumi_c1policy._review.solver import FAILURES, WaySearch

    open_question: Verdict | None = None
    for each in [*weaker, *unclear]:
        level = find_worst(each.differences) or "unclear"
        try:
            search = WaySearch(each.tests, deadline)
            if not search.exists():
                continue
            if level == "weaker":
                for model in search.list_examples():
                    request = build_request(search.facts, model)
                    if confirm_weakening(pair, policies, request):
                        request = choose_telling_person(pair, policies, request)
                        reason = each.describe("weaker")
                        return Verdict("weakened", reason, request, each.way, each.tests)
        except FAILURES:
            reason = f"{each.describe(level)}: the conditions were not decided in {seconds:g} s"
            open_question = open_question or Verdict(
                "undecided", reason, None, each.way, each.tests
            )
            continue
        reason = each.describe(level)
        if level == "weaker":
            reason = f"no example was found, but it cannot be excluded: {reason}"
        open_question = open_question or Verdict("undecided", reason, None, each.way, each.tests)
    return open_question
