"""The search for a request that takes two given ways."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import z3

from pulumi_c1policy._cel.cel_values import CelObject, Value
from pulumi_c1policy._cel.environment import load_environment
from pulumi_c1policy._cel.evaluate import evaluate_tree
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._review.branches import Assumption
from pulumi_c1policy._review.encoder import Encoder
from pulumi_c1policy._review.terms import Guess, define_any, make_constant
from pulumi_c1policy._simulate import networks
from pulumi_c1policy._simulate.cel_functions import build_functions
from pulumi_c1policy._simulate.directory import Directory

_SECOND: Final = 10**6
_ADDRESSES = (
    "10.1.2.3",
    "8.8.8.8",
    "192.168.1.1",
    "172.16.0.1",
    "127.0.0.1",
    "2001:4860:4860::8888",
    "::1",
    "224.0.0.1",
    "0.0.0.0",  # noqa: S104 (no server)
)
_IPV4: Final = 4
_MAX_CORRECTIONS = 4


class Deadline:
    """The time that a policy may take.

    Args:
        seconds: The time.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def get_milliseconds(self) -> int:
        """Return the time that is left."""
        return max(int((self._end - time.monotonic()) * 1000), 0)


class OutOfTimeError(Exception):
    """The solver did not answer in time."""


FAILURES: Final = (OutOfTimeError, z3.Z3Exception, RecursionError)
"""The errors after which nothing is known: no answer in time, or conditions that are too large."""


class WaySearch:
    """The search for a request that passes tests before and after a change.

    Args:
        tests: The tests of both sides.
        deadline: The time for all searches of a policy.
    """

    def __init__(self, tests: Iterable[Assumption], deadline: Deadline) -> None:
        self._encoder = Encoder()
        self._deadline = deadline
        self._tests: list[Any] = []
        self._evaluated: list[Any] = []
        for source, holds in {test.condition: test.holds for test in tests}.items():
            matches, exists = self._encoder.encode_condition(source)
            self._tests.append(matches if holds else z3.Not(matches))
            self._evaluated.append(exists)
        self.facts = self._encoder.facts
        self._bounds = self._encoder.list_bounds()

    def exists(self) -> bool:
        """Return whether such a request may exist.

        Raises:
            OutOfTimeError: The solver did not answer in time.
        """
        return self._solve([]) is not None

    def list_examples(self) -> Iterator[Any]:
        """Yield answers of the solver.

        In these requests no condition fails, and enums have documented values. The parts that the
        solver does not understand are guesses: the simulator has to confirm an example.

        Raises:
            OutOfTimeError: The solver did not answer in time.
        """
        usual = [*self._evaluated, *self._list_usual()]
        readable = [*usual, *self._list_readable()]
        for known in self._list_addresses():
            if not (yield from self._list_models([*readable, *known])):
                yield from self._list_models([*usual, *known])

    def _list_models(self, conditions: Sequence[Any]) -> Generator[Any, None, bool]:
        """Yield answers that fulfil conditions; return whether there is one."""
        corrections: list[Any] = []
        for number in range(_MAX_CORRECTIONS):
            model = self._solve([*conditions, *corrections])
            if model is None:
                return number > 0
            yield model
            found = self._correct(model)
            if not found:
                break
            corrections += found
        return True

    def _solve(self, also: Iterable[Any]) -> Any:  # noqa: ANN401 (the solver has no types)
        left = self._deadline.get_milliseconds()
        if not left:
            raise OutOfTimeError
        solver = z3.Solver()
        solver.set("timeout", left)
        solver.add(*self._tests, *self._bounds, *also)
        answer = solver.check()
        if answer == z3.unknown:
            raise OutOfTimeError
        return solver.model() if answer == z3.sat else None

    def _list_usual(self) -> list[Any]:
        """List the conditions that an example fulfils so that a person can read it."""
        found: list[Any] = [call.result.exists for call in self.facts.calls]
        if self.facts.address is not None:
            found.append(z3.Not(self.facts.address.is_mapped))
        found += [each.usual for each in self.facts.offsets]
        found += [read.value % _SECOND == 0 for _, read in self.facts.readings]
        found += [each for known in self.facts.lists.values() for each in known.list_usual()]
        owners = [*self.facts.owners]
        keys = [
            term for (path, key), (term, _) in self.facts.keys.items() if (*path, key) not in owners
        ]
        terms = [*self.facts.fields.values(), *keys]
        for term in [*terms, *([self.facts.now] if self.facts.now is not None else [])]:
            if term.enum:
                names = load_environment().list_values(term.enum)
                plain = [_strip(name, term.enum) for name in names]
                found.append(z3.Or(*(term.value == z3.StringVal(name) for name in plain)))
            elif term.kind in ("timestamp", "duration"):
                found.append(term.value % _SECOND == 0)
            elif term.kind == "any":
                found.append(z3.Not(define_any().is_other(term.value)))
        return found

    def _list_readable(self) -> list[Any]:
        """List the conditions that the texts of an example have plain letters only."""
        sort = define_any()
        plain = z3.Star(z3.Range(" ", "~"))
        terms = [*self.facts.fields.values(), *(term for term, _ in self.facts.keys.values())]
        found = [z3.InRe(each.value, plain) for each in terms if each.kind == "string"]
        for each in terms:
            if each.kind == "any":
                is_plain = z3.InRe(sort.get_text(each.value), plain)
                found.append(z3.Implies(sort.is_text(each.value), is_plain))
        return found

    def _list_addresses(self) -> Iterator[list[Any]]:
        """Yield the values of guesses that depend on the address, for one address after another."""
        guesses = [*self.facts.guesses.values()]
        depending = [
            guess for guess in guesses if any(node.name == "ip" for node in guess.node.walk())
        ]
        address = self.facts.address
        if address is None or not depending:
            yield []
            return
        for text in _ADDRESSES:
            parsed = ipaddress.ip_address(text)
            same = [address.is4 == (parsed.version == _IPV4), address.number == int(parsed)]
            variables = {"ip": networks.parse_address(text)}
            yield [*same, *(each for guess in depending for each in _pin(guess, variables))]

    def _correct(self, model: Any) -> list[Any]:  # noqa: ANN401 (Z3's own)
        """Return what a model contradicts: the results of guesses for its own fields."""
        from pulumi_c1policy._review.model_reader import build_variables

        guesses = [*self.facts.guesses.values()]
        if not guesses:
            return []
        variables = build_variables(self.facts, model)
        terms = [*self.facts.fields.values(), *(term for term, _ in self.facts.keys.values())]
        if self.facts.now is not None:
            terms.append(self.facts.now)
        values = [each.value for each in terms if each.kind != "opaque"]
        values += [present for _, present in self.facts.keys.values()]
        if self.facts.address is not None:
            values += [self.facts.address.is4, self.facts.address.number]
        same = [each == model.eval(each, model_completion=True) for each in values]
        found = [condition for guess in guesses for condition in _pin(guess, variables)]
        return [z3.Implies(z3.And(*same), z3.And(*found))] if found else []


def _pin(guess: Guess, variables: Mapping[str, Value]) -> list[Any]:
    """Return the conditions that a guess has its real value; empty if that is not known."""
    now = variables.get("now")
    functions = build_functions(Directory(), now) if now is not None else build_known_functions()
    known = {name: value for name, value in variables.items() if isinstance(value, CelObject)}
    value = evaluate_tree(guess.node, known, functions)
    if isinstance(value, Undecided):
        return []
    constant = make_constant(value)
    if constant is None:
        return []
    term = guess.term
    if term.kind == constant.kind:
        return [term.exists, term.value == constant.value]
    return []


def build_known_functions() -> Mapping[str, Any]:
    """Return the functions whose results do not depend on the time or the tenant."""
    from datetime import UTC, datetime

    found = build_functions(Directory(), datetime.now(UTC))
    return {name: function for name, function in found.items() if name != "now"}


def _strip(name: str, enum: str) -> str:
    from pulumi_c1policy._cel.cel_values import parse_enum_value

    value = parse_enum_value(enum, name)
    return value.name if value else name
