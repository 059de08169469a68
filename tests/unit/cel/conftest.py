"""Fixtures for a checker that is not installed, or not loaded yet."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from pulumi_c1policy._cel import cel_library, checker


@pytest.fixture
def empty_caches() -> Iterator[None]:
    """Empty the caches of the checker before the test, and drop its environment after it."""
    for cached in (
        cel_library.get_standard_environment,
        cel_library.get_extended_environment,
        checker._check,
    ):
        cached.cache_clear()
    yield
    cel_library.get_standard_environment.cache_clear()


@pytest.fixture
def no_checker(monkeypatch: pytest.MonkeyPatch, empty_caches: None) -> None:
    """Make the import of the CEL library fail as if it were not installed."""
    monkeypatch.setitem(sys.modules, "cel_expr_python", None)
