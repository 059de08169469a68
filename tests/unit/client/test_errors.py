"""The error tree: its shape, its texts, and that errors travel between threads and processes."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest

from pulumi_c1policy import errors

ALL = [getattr(errors, name) for name in errors.__all__]


def test_all_names_every_public_class() -> None:
    classes = {name for name, _ in inspect.getmembers(errors, inspect.isclass)}
    assert classes == set(errors.__all__)
    assert errors.__all__ == sorted(errors.__all__)


def test_the_docstring_draws_the_tree() -> None:
    drawn = errors.__doc__ or ""
    for error in ALL:
        assert error.__name__ in drawn
        assert issubclass(error, errors.C1PolicyError)


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_the_last_line_is_what_to_do(error: type[errors.C1PolicyError]) -> None:
    assert str(error("It happened.", "Do this.")).splitlines() == ["It happened.", "Do this."]


@pytest.mark.parametrize("duplicate", [copy.copy, lambda e: pickle.loads(pickle.dumps(e))])  # noqa: S301
def test_an_error_keeps_what_it_knows_when_copied(duplicate: object) -> None:
    assert callable(duplicate)
    error = errors.ServerError(
        "It happened.", "Do this.", method="GET", path="/a", status=500, code=13, request_id="r"
    )
    twin = duplicate(error)
    assert type(twin) is errors.ServerError
    assert str(twin) == str(error)
    assert vars(twin) == vars(error)
