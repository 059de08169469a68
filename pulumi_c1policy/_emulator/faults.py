"""Faults on the way to the tenant and back, as data.

Tests, the control endpoint and the command line use one form. Chance is seeded, so that a run can
be repeated. Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import dataclasses
import random
import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

Kind = Literal["cut", "answer", "html", "truncate", "delay", "expire_tokens", "skew_clock"]
RetryAfterForm = Literal["seconds", "date"]

_LONGEST = 3600.0
_FARTHEST = 10 * 365 * 86400.0
_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "str | None": (str, type(None)),
    "int": (int,),
    "int | None": (int, type(None)),
    "float": (int, float),
    "float | None": (int, float, type(None)),
    "bool": (bool,),
    "Kind": (str,),
    "RetryAfterForm": (str,),
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault, for the requests that it matches.

    Example:
        Fault(do="cut", after_effect=True, method="POST", path="/policies$")
    """

    do: Kind
    """The effect: close the connection without a byte (`cut`), send an own status (`answer`) or a
    page for people (`html`), send half of the true answer and close (`truncate`), wait
    (`delay`), make every issued token unknown (`expire_tokens`), or move the tenant's clock
    (`skew_clock`)."""

    method: str = ""
    """The HTTP method; default any."""

    path: str = ""
    """A regular expression to search in the path, the token endpoint's included; default any."""

    nth: int = 1
    """The first matching request that is hit, counted from 1."""

    times: int | None = 1
    """The number of hit requests from there on; None means all."""

    probability: float = 1.0
    """The probability with which each of those is hit."""

    after_effect: bool = False
    """The tenant carries the request out before the fault. `truncate` always does."""

    status: int = 0
    """The status of `answer` and `html`; 0 means 503 for `answer`, 200 for `html`."""

    retry_after: float | None = None
    """Seconds in a `Retry-After` header of `answer` and `html`; None sends none."""

    retry_after_form: RetryAfterForm = "seconds"
    """The form of that header: a number, or a date on the tenant's clock."""

    body: str | None = None
    """The body of `answer`, as a gateway sends one: `""`, or `{"message": "no Route matched"}`.

    Default: an error of the API with the code that belongs to the status.
    """

    seconds: float = 0.0
    """The seconds that `delay` waits, or that `skew_clock` moves the clock, also backwards."""

    def __post_init__(self) -> None:
        for item in dataclasses.fields(self):
            _check_type(item.name, str(item.type), getattr(self, item.name))
        _require(self.do in get_args(Kind), f"do must be one of {', '.join(get_args(Kind))}")
        forms = get_args(RetryAfterForm)
        _require(self.retry_after_form in forms, f"retry_after_form must be {' or '.join(forms)}")
        _require(self.nth >= 1, "nth counts from 1")
        _require(self.times is None or self.times >= 1, "times must be at least 1, or null")
        _require(0 <= self.probability <= 1, "probability must be from 0 to 1")
        _require(self.status == 0 or 200 <= self.status <= 599, "status must be from 200 to 599")
        _require(self.body is None or self.do == "answer", "only an answer has a body")
        _require(0 <= (self.retry_after or 0) <= _LONGEST, "retry_after must be from 0 to 3600")
        if self.do == "delay":
            _require(0 <= self.seconds <= _LONGEST, "seconds of a delay must be from 0 to 3600")
        if self.do == "skew_clock":
            _require(abs(self.seconds) <= _FARTHEST, "a clock is skewed by ten years at most")
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(f"path is no regular expression: {error}") from error

    def __str__(self) -> str:
        number = {"answer": str(self.status or 503), "html": str(self.status or 200)}
        number |= {"delay": f"{self.seconds:g}s", "skew_clock": f"{self.seconds:g}s"}
        what = " ".join(filter(None, [self.do, number.get(self.do)]))
        return f"{what} {'after' if self.follows else 'before'} the effect"

    @property
    def follows(self) -> bool:
        """True if the request takes effect before the fault."""
        return self.after_effect or self.do == "truncate"

    def matches(self, method: str, path: str) -> bool:
        """Return whether the fault counts a request."""
        return self.method.upper() in ("", method) and re.search(self.path, path) is not None


class Faults:
    """The active faults, and the number of requests that each has counted. Thread-safe."""

    def __init__(self, faults: Iterable[Fault] = (), seed: int = 0) -> None:
        self._lock = threading.Lock()
        self.replace(faults, seed)

    def replace(self, faults: Iterable[Fault], seed: int = 0) -> None:
        """Replace all faults."""
        with self._lock:
            self._faults = tuple(faults)
            self._seen = [0] * len(self._faults)
            self._seed = seed
            self._random = random.Random(seed)  # noqa: S311 (chance, not secrets)

    def add(self, fault: Fault) -> None:
        """Add a fault; those that are on go on counting."""
        with self._lock:
            self._faults = (*self._faults, fault)
            self._seen.append(0)

    def find_hitting(self, method: str, path: str) -> list[Fault]:
        """Count an arriving request; return the faults that hit it."""
        hit = []
        with self._lock:
            for index, fault in enumerate(self._faults):
                if not fault.matches(method, path):
                    continue
                self._seen[index] += 1
                since = self._seen[index] - fault.nth
                if since < 0 or (fault.times is not None and since >= fault.times):
                    continue
                # A certain fault draws no number, so that adding it to a run does not change the
                # others' chance.
                if fault.probability == 1 or self._random.random() < fault.probability:
                    hit.append(fault)
        return hit

    def list_active(self) -> list[Fault]:
        """List the faults that can still hit a request."""
        with self._lock:
            return [
                fault
                for fault, seen in zip(self._faults, self._seen, strict=True)
                if fault.times is None or seen - fault.nth + 1 < fault.times
            ]

    def as_json(self) -> dict[str, Any]:
        """Return the active faults in the form that `parse` reads."""
        with self._lock:
            faults = [dataclasses.asdict(fault) for fault in self._faults]
            return {"faults": faults, "seed": self._seed}


def parse(source: object) -> tuple[list[Fault], int]:
    """Parse the faults and the seed in a JSON value.

    Args:
        source: A list of faults, or an object with `faults` and maybe `seed`.

    Raises:
        ValueError: It is neither, or a fault in it is invalid.
    """
    whole = source if isinstance(source, dict) else {"faults": source}
    _require(not whole.keys() - {"faults", "seed"}, "beside faults and seed there is nothing")
    match whole.get("faults"), whole.get("seed", 0):
        case list(entries), int(seed):
            return [_parse_fault(index, entry) for index, entry in enumerate(entries)], seed
        case _:
            raise ValueError("faults must be a list, and seed a whole number")


def _parse_fault(index: int, entry: object) -> Fault:
    if not isinstance(entry, dict) or "do" not in entry:
        raise ValueError(f"faults[{index}] must be an object that says what to `do`")
    known = {item.name for item in dataclasses.fields(Fault)}
    unknown: Sequence[str] = sorted(entry.keys() - known)
    _require(not unknown, f"faults[{index}] has no {', '.join(unknown)}")
    try:
        return Fault(**entry)
    except ValueError as error:
        raise ValueError(f"faults[{index}]: {error}") from error


def _check_type(name: str, kind: str, value: object) -> None:
    allowed = _TYPES[kind]
    # In Python a bool is an int.
    fits = isinstance(value, allowed) and (bool in allowed or not isinstance(value, bool))
    _require(fits, f"{name} must be {kind.replace('None', 'null')}, not {value!r}")


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise ValueError(sentence)
