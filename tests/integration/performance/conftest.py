"""Fixtures of the tests of requests: a tenant, and the provider in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy.provider import PolicyProvider
from tests.integration.performance.counting_tenant import CountingTenant
from tests.support.engine import Process


@pytest.fixture
def tenant(c1_tenant: Emulator) -> CountingTenant:
    """Return the tenant, with nothing but its builtin policies."""
    return CountingTenant(c1_tenant)


@pytest.fixture
def provider(c1_tenant: Emulator) -> Iterator[PolicyProvider]:
    """Provide a provider in a process of its own."""
    with Process(c1_tenant).alive() as alive:
        yield alive
