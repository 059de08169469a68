"""Fixtures of the tests of trust: a tenant, a stack on it, and other users of the tenant."""

from __future__ import annotations

import pytest

from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._pulumi import failures
from tests.integration.trust.trust_cases import OtherPolicies
from tests.support.engine import Stack


@pytest.fixture
def stack(c1_tenant: Emulator) -> Stack:
    """Return a stack without any resource."""
    return Stack(c1_tenant)


@pytest.fixture
def others(c1_tenant: Emulator) -> OtherPolicies:
    """Return the policies of others, which nothing may touch."""
    return OtherPolicies(c1_tenant)


@pytest.fixture(autouse=True)
def _forget_warnings() -> None:
    """Let each test see the warnings that a process shows once."""
    failures._warn_once.cache_clear()


@pytest.fixture
def adopting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decide that leftovers are adopted."""
    monkeypatch.setenv("PULUMI_C1POLICY_ON_LEFTOVER", "adopt")
