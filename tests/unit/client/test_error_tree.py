"""The tree of errors: its shape, its texts, and copies of errors."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable

import pytest

from pulumi_c1policy import errors

ALL = [getattr(errors, name) for name in errors.__all__]


def test_all_lists_every_public_class() -> None:
    classes = {name for name, _ in inspect.getmembers(errors, inspect.isclass)}
    assert classes == set(errors.__all__)
    assert errors.__all__ == sorted(errors.__all__)


def test_the_docstring_draws_every_class() -> None:
    drawn = errors.__doc__ or ""
    for error in ALL:
        assert error.__name__ in drawn
        assert issubclass(error, errors.C1PolicyError)


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_the_last_line_is_the_advice(error: type[errors.C1PolicyError]) -> None:
    assert str(error("It happened.", "Do this.")).splitlines() == ["It happened.", "Do this."]


def pickle_and_load(error: errors.ServerError) -> errors.ServerError:
    loaded: errors.ServerError = pickle.loads(pickle.dumps(error))  # noqa: S301 (our own bytes)
    return loaded


ERROR = errors.ServerError(
    "It happened.", "Do this.", method="GET", path="/a", status=500, code=13, request_id="r"
)


@pytest.mark.parametrize("duplicate", [copy.copy, pickle_and_load, errors.ServerError.replace])
def test_a_copy_of_an_error_has_all_its_facts(
    duplicate: Callable[[errors.ServerError], errors.ServerError],
) -> None:
    twin = duplicate(ERROR)
    assert twin is not ERROR
    assert type(twin) is errors.ServerError
    assert str(twin) == str(ERROR)
    assert vars(twin) == vars(ERROR)


def test_replace_returns_a_new_error_with_the_changes() -> None:
    noted = ERROR.replace()
    noted.add_note("A note of the caller.")
    changed = noted.replace(summary="It happened to you.", ambiguous=True)
    assert str(changed) == "It happened to you.\nDo this."
    assert vars(changed) == vars(ERROR) | {"summary": "It happened to you.", "ambiguous": True}
    assert str(ERROR) == "It happened.\nDo this."
