"""The number of objects that use a policy, in the preview of its update."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from pulumi_c1policy._emulator import Emulator, Fault
from pulumi_c1policy._pulumi import failures
from pulumi_c1policy.provider import PolicyProvider
from tests.integration.adapter.previews import Inputs, count_searches, make_policy
from tests.integration.performance.counting_tenant import run_concurrently
from tests.support.engine import Process, pass_through_engine

VARIABLE = "PULUMI_C1POLICY_CHECK_IDS"


@pytest.fixture
def provider(
    c1_tenant: Emulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[PolicyProvider]:
    """Provide a process in which the question is on by default."""
    failures._warn_once.cache_clear()
    failures._inform_once.cache_clear()
    monkeypatch.delenv(VARIABLE)
    caplog.set_level(logging.INFO, "pulumi_c1policy")
    with Process(c1_tenant).alive() as alive:
        yield alive


def create(provider: PolicyProvider, tenant: Emulator, name: str = "Access") -> tuple[str, Inputs]:
    """Create a policy; return its id and outputs."""
    created = provider.create(
        pass_through_engine(provider.check({}, make_policy(name=name)).inputs)
    )
    tenant.clear_requests()
    return created.id, pass_through_engine(created.outs or {})


def preview(
    provider: PolicyProvider, policy: tuple[str, Inputs], name: str = "Access", **fields: Any
) -> bool:
    """Preview an update; return whether there are changes."""
    policy_id, outputs = policy
    inputs = provider.check({}, make_policy(name=name, **fields)).inputs
    return bool(provider.diff(policy_id, outputs, pass_through_engine(inputs)).changes)


def tell(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """List the level and the text of each message of ours."""
    return [(r.levelname, r.getMessage()) for r in caplog.records if r.name == "pulumi_c1policy"]


def test_an_update_of_a_policy_in_use_tells_the_number_once(
    c1_tenant: Emulator, provider: PolicyProvider, caplog: pytest.LogCaptureFixture
) -> None:
    policy = create(provider, c1_tenant)
    app = c1_tenant.add_app("GitHub", grantPolicyId=policy[0])
    for number in range(12):
        c1_tenant.add_entitlement(app, f"Role {number}", revokePolicyId=policy[0])
    assert not preview(provider, policy)
    assert count_searches(c1_tenant) == {}
    assert preview(provider, policy, description="New.")
    assert preview(provider, policy, description="Newer.")
    text = (
        f"policy c1policy.Policy/Access ({policy[0]}): it is used by 1 app and 12 entitlements; "
        "the change applies to all of them."
    )
    assert tell(caplog) == [("INFO", text)]
    assert count_searches(c1_tenant) == {"search/apps": 1, "search/entitlements": 2}


def test_an_unused_policy_and_a_switched_off_question_tell_nothing(
    c1_tenant: Emulator,
    provider: PolicyProvider,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    policy, other = create(provider, c1_tenant), create(provider, c1_tenant, "Other")
    c1_tenant.add_app("GitHub", grantPolicyId=other[0])
    assert preview(provider, policy, description="New.")
    assert count_searches(c1_tenant) == {"search/apps": 1, "search/entitlements": 1}
    monkeypatch.setenv(VARIABLE, "off")
    assert preview(provider, other, "Other", description="New.")
    assert count_searches(c1_tenant) == {}
    assert tell(caplog) == []


def test_many_uses_are_a_lower_bound_and_hide_no_other_policy(
    c1_tenant: Emulator, provider: PolicyProvider, caplog: pytest.LogCaptureFixture
) -> None:
    policies = [create(provider, c1_tenant, name) for name in ("One", "Two", "Three", "Four")]
    app = c1_tenant.add_app("GitHub")
    for number in range(70):
        c1_tenant.add_entitlement(app, f"Role {number}", grantPolicyId=policies[0][0])
    for policy in policies[1:]:
        c1_tenant.add_entitlement(app, "Last", grantPolicyId=policy[0])
    names = ("One", "Two", "Three", "Four")
    calls = [
        partial(preview, provider, policy, name, description="New.")
        for policy, name in zip(policies, names, strict=True)
    ]
    assert run_concurrently(calls) == [True] * 4
    told = sorted(text.partition("it is used by ")[2] for _, text in tell(caplog))
    one = "1 entitlement; the change applies to all of them."
    assert told == [one, one, one, "at least 50 entitlements; the change applies to all of them."]


@pytest.mark.parametrize("status", [403, 503])
def test_a_tenant_that_does_not_tell_is_one_warning(
    c1_tenant: Emulator,
    provider: PolicyProvider,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    policies = {name: create(provider, c1_tenant, name) for name in ("One", "Two")}
    c1_tenant.set_faults(Fault(path="/search/apps", do="answer", status=status, times=None))
    for name, policy in policies.items():
        assert preview(provider, policy, name, description="New.")
    [(level, text)] = [each for each in tell(caplog) if "did not answer" in each[1]]
    assert level == "WARNING"
    asked = "apps" if status == 403 else "apps and entitlements"
    assert text.startswith(f"The tenant did not answer which {asked} use the policies that this")
    assert count_searches(c1_tenant)["search/entitlements"] == (2 if status == 403 else 0)
