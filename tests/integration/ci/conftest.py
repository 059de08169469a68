"""Hosts of CI systems, and a repository with the recipes of examples/ci."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.ci_hosts import CiHost, serve


@pytest.fixture(params=["github", "gitlab"])
def host(request: pytest.FixtureRequest) -> Iterator[CiHost]:
    """A host without issues and comments."""
    with serve(request.param) as host:
        yield host


@pytest.fixture
def github() -> Iterator[CiHost]:
    """GitHub without issues and comments."""
    with serve("github") as host:
        yield host
