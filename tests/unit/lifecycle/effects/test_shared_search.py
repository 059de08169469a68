"""The questions of several threads in few searches."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from pulumi_c1policy._lifecycle.effects.shared_search import Problems, SharedSearch
from pulumi_c1policy.errors import NoAnswerError, PermissionDeniedError


def test_questions_during_a_search_share_the_next_one_and_answers_are_remembered() -> None:
    batches: list[tuple[int, ...]] = []
    started, may_end = Event(), Event()

    def search(keys: Sequence[int]) -> dict[int, str]:
        batches.append(tuple(keys))
        started.set()
        assert may_end.wait(30)
        return {key: str(key) for key in keys if key != 4}

    shared: SharedSearch[int, str] = SharedSearch(search, 100)
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(shared.ask, [1])
        assert started.wait(30)
        others = [threads.submit(shared.ask, keys) for keys in ([1, 2], [2, 3], [3, 4, 4])]
        while len(shared._waiting) < 3:
            pass
        may_end.set()
        assert first.result() == {1: "1"}
        assert [each.result() for each in others] == [{1: "1", 2: "2"}, {2: "2", 3: "3"}, {3: "3"}]
    assert [sorted(batch) for batch in batches] == [[1], [2, 3, 4]]
    assert shared.ask([1, 2, 3, 4]) == {1: "1", 2: "2", 3: "3"}
    assert len(batches) == 2


def test_a_search_has_a_maximum_of_keys() -> None:
    sizes: list[int] = []

    def search(keys: Sequence[int]) -> dict[int, bool]:
        sizes.append(len(keys))
        return dict.fromkeys(keys, True)

    shared: SharedSearch[int, bool] = SharedSearch(search, 100)
    assert len(shared.ask(range(250))) == 250
    assert sizes == [100, 100, 50]


def test_a_search_that_raises_leaves_nobody_waiting() -> None:
    def search(keys: Sequence[int]) -> dict[int, str]:
        raise ValueError(keys)

    shared: SharedSearch[int, str] = SharedSearch(search, 100)
    with pytest.raises(ValueError, match="1"):
        shared.ask([1])
    assert shared.ask([1]) == {}


def test_a_problem_of_one_endpoint_is_one_topic_and_an_outage_all() -> None:
    problems = Problems(("a", "b", "c"))
    assert problems.take() == {}
    problems.note("a", PermissionDeniedError("Forbidden.", "", method="POST", status=403))
    assert "a" in problems
    assert "b" not in problems
    assert problems.take() == {"a": "Forbidden."}
    problems.note("b", NoAnswerError("No answer.", "", method="POST"))
    assert all(each in problems for each in "abc")
    assert problems.take() == {}
