"""A search that answers the questions of several threads with few requests.

The questions that come while a search is under way share the next one. Each answer is remembered.
No thread waits for questions that might come.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import islice
from threading import Condition, Lock
from typing import Final, Generic, TypeVar

from pulumi_c1policy.errors import APIError

_Key = TypeVar("_Key")
_Answer = TypeVar("_Answer")
_Topic = TypeVar("_Topic")

_ONE_ENDPOINT_STATUSES: Final = frozenset({400, 403, 404})
"""The statuses that tell about one endpoint, and not about the tenant."""


class Problems(Generic[_Topic]):
    """The topics of which the tenant does not tell, to be reported once. Thread-safe."""

    def __init__(self, topics: Collection[_Topic]) -> None:
        """Start without any problem.

        Args:
            topics: All topics.
        """
        self._topics = topics
        self._reasons: dict[_Topic, str] = {}
        self._is_taken = False
        self._lock = Lock()

    def __contains__(self, topic: _Topic) -> bool:
        """Return whether the tenant does not tell about a topic."""
        return topic in self._reasons

    def note(self, topic: _Topic, error: APIError) -> None:
        """Record the failure of a question about a topic; an outage concerns all topics.

        After an outage, each further question would wait as long.
        """
        is_alone = error.status in _ONE_ENDPOINT_STATUSES
        with self._lock:
            for each in (topic,) if is_alone else self._topics:
                self._reasons.setdefault(each, error.summary)

    def take(self) -> dict[_Topic, str]:
        """Return the reasons by topic, the first time that there are any; later nothing."""
        with self._lock:
            found = {} if self._is_taken else {**self._reasons}
            self._is_taken = self._is_taken or bool(found)
        return found


class SharedSearch(Generic[_Key, _Answer]):
    """The questions of one kind in a run, and their answers. Thread-safe."""

    def __init__(
        self, search: Callable[[Sequence[_Key]], Mapping[_Key, _Answer]], max_keys: int
    ) -> None:
        """Make a search that has asked nothing yet.

        Args:
            search: Returns the answers that it finds. It runs in one thread at a time, and is never
                asked twice about a key.
            max_keys: The number of keys of one search.
        """
        self._search = search
        self._max_keys = max_keys
        self._changed = Condition()
        self._answers: dict[_Key, _Answer | None] = {}
        self._waiting: dict[_Key, None] = {}
        self._under_way: tuple[_Key, ...] = ()

    def ask(self, keys: Iterable[_Key]) -> dict[_Key, _Answer]:
        """Return the answers about these keys; those without an answer are left out."""
        wanted = [*dict.fromkeys(keys)]
        with self._changed:
            new = (each for each in wanted if each not in self._answers)
            self._waiting |= {each: None for each in new if each not in self._under_way}
        while batch := self._take_turn(wanted):
            found: Mapping[_Key, _Answer] = {}
            try:
                found = self._search(batch)
            finally:
                self._finish(batch, found)
        answers = ((each, self._answers[each]) for each in wanted)
        return {each: answer for each, answer in answers if answer is not None}

    def _take_turn(self, wanted: Sequence[_Key]) -> tuple[_Key, ...]:
        """Wait for the turn to search; return the keys to search for, or none if all are known."""
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way or self._has(wanted))
            if self._has(wanted):
                return ()
            self._under_way = tuple(islice(self._waiting, self._max_keys))
            for each in self._under_way:
                del self._waiting[each]
            return self._under_way

    def _finish(self, batch: Sequence[_Key], found: Mapping[_Key, _Answer]) -> None:
        with self._changed:
            self._answers |= {each: found.get(each) for each in batch}
            self._under_way = ()
            self._changed.notify_all()

    def _has(self, keys: Iterable[_Key]) -> bool:
        return all(each in self._answers for each in keys)
