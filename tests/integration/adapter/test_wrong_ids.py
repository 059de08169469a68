"""The check of the ids that a changed policy names, over real HTTP."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial

import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._emulator import Emulator, Fault
from pulumi_c1policy._lifecycle.planning import state_codec
from pulumi_c1policy._pulumi import failures, runtime
from pulumi_c1policy.provider import AppPoliciesProvider, PolicyProvider
from tests.integration.adapter.previews import (
    Inputs,
    ask_group,
    ask_users,
    count_searches,
    list_failures,
    make_policy,
)
from tests.integration.performance.counting_tenant import run_concurrently
from tests.support.engine import Process

VARIABLE = "PULUMI_C1POLICY_CHECK_IDS"
STEPS = 'policy_steps["grant"].steps'


@pytest.fixture
def provider(c1_tenant: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[PolicyProvider]:
    """Provide a process in which a wrong id is an error."""
    failures._warn_once.cache_clear()
    monkeypatch.setenv(VARIABLE, "error")
    with Process(c1_tenant).alive() as alive:
        yield alive


def test_each_kind_of_wrong_id_fails_at_its_path(
    c1_tenant: Emulator, provider: PolicyProvider
) -> None:
    ada, gone = c1_tenant.add_user("ada@example.com"), c1_tenant.add_user("gone@example.com")
    c1_tenant.remove_user(gone)
    app = c1_tenant.add_app("Okta")
    wanted = make_policy(
        ask_users(ada, gone),
        {"webhook": {"webhook_id": "no-webhook"}},
        {"group": {"app_id": "no-app", "app_group_id": "no-group"}},
        {"manager": {"fallback": True, "fallback_user_ids": ["nobody"]}},
        {**ask_group(app, "no-group"), "requires_step_up_provider_id": "no-provider"},
        rules=[{"condition": "true", "policy_id": "no-policy"}],
    )
    found = list_failures(provider, wanted)
    assert found.keys() == {
        f"{STEPS}[0].approval.users.user_ids[1]",
        f"{STEPS}[1].approval.webhook.webhook_id",
        f"{STEPS}[2].approval.group.app_id",
        f"{STEPS}[3].approval.manager.fallback_user_ids[0]",
        f"{STEPS}[4].approval.group.app_group_id",
        f"{STEPS}[4].approval.requires_step_up_provider_id",
        "rules[0].policy_id",
    }
    assert found[f"{STEPS}[0].approval.users.user_ids[1]"] == (
        f"names the user {gone}, which the tenant does not have, or has deleted; use the id of an "
        "existing user (`find_user` finds it) [wrong-id]"
    )
    assert f"of the app {app}" in found[f"{STEPS}[4].approval.group.app_group_id"]


def test_right_ids_pass_with_one_search_a_kind_and_none_for_the_app_of_an_entitlement(
    c1_tenant: Emulator, provider: PolicyProvider
) -> None:
    app, ada = c1_tenant.add_app("Okta"), c1_tenant.add_user("ada@example.com")
    group = c1_tenant.add_group(app, "Security")
    target = c1_tenant.add_policy(make_other("Target"))["id"]
    wanted = make_policy(
        ask_users(ada),
        {
            **ask_group(app, group),
            "requires_step_up_provider_id": c1_tenant.add_step_up_provider("Okta"),
        },
        {"webhook": {"webhook_id": c1_tenant.add_webhook("Risk")}},
        rules=[{"condition": "true", "policy_id": target}],
    )
    assert list_failures(provider, wanted) == {}
    kinds = ("users", "entitlements", "webhooks", "step-up/providers", "policies")
    assert count_searches(c1_tenant) == {f"search/{kind}": 1 for kind in kinds}
    assert list_failures(provider, {**wanted, "description": "Same ids."}) == {}
    assert count_searches(c1_tenant) == {}


def make_other(name: str) -> Inputs:
    return {
        "displayName": name,
        "policyType": "POLICY_TYPE_GRANT",
        "policySteps": {"grant": {"steps": [{"accept": {}}]}},
    }


def test_the_resource_of_a_group_is_told_from_its_entitlement(
    c1_tenant: Emulator, provider: PolicyProvider
) -> None:
    app = c1_tenant.add_app("Okta")
    c1_tenant.add_group(app, "Security Owner", id="owners", appResourceId="resource")
    c1_tenant.add_group(app, "Security Member", id="members", appResourceId="resource")
    [reason] = list_failures(provider, make_policy(ask_group(app, "resource"))).values()
    assert reason == (
        "is the id of a resource (resource), and must be the id of an entitlement of it; write the "
        "id of the entitlement 'Security Member' (members) or the entitlement 'Security Owner' "
        "(owners) [wrong-id]"
    )


def test_an_entitlement_of_another_app_is_named_with_its_app(
    c1_tenant: Emulator, provider: PolicyProvider
) -> None:
    okta, github = c1_tenant.add_app("Okta"), c1_tenant.add_app("GitHub")
    group = c1_tenant.add_group(github, "Security")
    reference = {"app_id": okta, "app_entitlement_id": group}
    fallback = {
        "fallback": True,
        "is_group_fallback_enabled": True,
        "fallback_group_ids": [reference],
    }
    found = list_failures(provider, make_policy({"manager": fallback}))
    assert found == {
        f"{STEPS}[0].approval.manager.fallback_group_ids[0].app_entitlement_id": (
            f"names the entitlement 'Security' ({group}), which belongs to the app {github} and "
            f"not to the app {okta} of `app_id`; correct `app_id` or the id [wrong-id]"
        )
    }


def test_a_disabled_user_has_a_rule_of_its_own(
    c1_tenant: Emulator, provider: PolicyProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = c1_tenant.add_user("ada@example.com", status="DISABLED")
    [reason] = list_failures(provider, make_policy(ask_users(ada))).values()
    assert reason == (
        f"names the user {ada}, who is disabled in the tenant; use an enabled user, or remove "
        "this one [disabled-user]"
    )
    setting = {"severity": "disabled-user=off"}
    monkeypatch.setattr(runtime, "get_setting", setting.get)
    assert list_failures(provider, make_policy(ask_users(ada))) == {}


def test_by_default_a_wrong_id_is_a_warning(
    c1_tenant: Emulator,
    provider: PolicyProvider,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.delenv(VARIABLE)
    with caplog.at_level(logging.WARNING):
        assert list_failures(provider, make_policy(ask_users("nobody"))) == {}
    [text] = caplog.messages
    assert text.startswith(
        f"policy c1policy.Policy/Access: {STEPS}[0].approval.users.user_ids[0]: names the user"
    )


def test_unchanged_unknown_and_switched_off_ids_cost_no_request(
    c1_tenant: Emulator, provider: PolicyProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pulumi.runtime import rpc

    wanted = make_policy(ask_users("nobody", ""))
    olds = provider.check({}, wanted).inputs
    count_searches(c1_tenant)
    assert list_failures(provider, wanted, olds) == {}
    assert list_failures(provider, make_policy(ask_users(rpc.UNKNOWN))) == {}
    assert list_failures(provider, make_policy(ask_group(rpc.UNKNOWN, "group"))) == {}
    assert list_failures(provider, make_policy({"users": rpc.UNKNOWN})) == {}
    assert "policy_type" in list_failures(provider, {**wanted, "policy_type": 7})
    monkeypatch.setenv(VARIABLE, "off")
    assert list_failures(provider, make_policy(ask_users("somebody"))) == {}
    assert count_searches(c1_tenant) == {}


def test_policies_share_searches_and_no_id_is_asked_twice(
    c1_tenant: Emulator, provider: PolicyProvider
) -> None:
    users = [c1_tenant.add_user(f"{number}@example.com") for number in range(60)]
    policies = [make_policy(ask_users(*users[at : at + 20]), name=f"P{at}") for at in range(40)]
    found = run_concurrently(partial(list_failures, provider, each) for each in policies)
    assert found == [{}] * 40
    searches = [r.body or {} for r in c1_tenant.requests if r.path.endswith("/search/users")]
    assert len(searches) <= 40
    asked = [ref["id"] for body in searches for ref in body["refs"]]
    assert sorted(asked) == sorted(users[:59])
    count_searches(c1_tenant)
    assert (
        run_concurrently(partial(list_failures, provider, each) for each in policies) == [{}] * 40
    )
    assert count_searches(c1_tenant) == {}


@pytest.mark.parametrize("status", [403, 404])
def test_a_forbidden_search_is_one_warning_and_other_kinds_are_checked(
    c1_tenant: Emulator,
    provider: PolicyProvider,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    c1_tenant.set_faults(Fault(path="/search/users", do="answer", status=status, times=None))
    wanted = [
        make_policy(
            ask_users(f"user-{number}"), {"webhook": {"webhook_id": "none"}}, name=f"P{number}"
        )
        for number in range(5)
    ]
    with caplog.at_level(logging.WARNING):
        found = [list_failures(provider, each) for each in wanted]
    assert [[*each] for each in found] == [[f"{STEPS}[1].approval.webhook.webhook_id"]] * 5
    [text] = caplog.messages
    assert text.startswith("Ids of users in the policies went unchecked (")
    assert str(status) in text
    assert "`pulumi config set c1policy:checkIds off` turns it off." in text
    assert count_searches(c1_tenant)["search/users"] == 1


def test_an_outage_ends_the_check_with_one_warning(
    c1_tenant: Emulator, provider: PolicyProvider, caplog: pytest.LogCaptureFixture
) -> None:
    c1_tenant.set_faults(Fault(path="/search/", do="answer", status=503, times=None))
    with caplog.at_level(logging.WARNING):
        for number in range(3):
            wanted = make_policy(ask_users(f"{number}"), {"webhook": {"webhook_id": "none"}})
            assert list_failures(provider, wanted) == {}
    [text] = [each for each in caplog.messages if "unchecked" in each]
    assert "apps, entitlements, policies, step-up providers, users and webhooks" in text
    # The first search waits for the tenant, for ten seconds of this process's clock.
    assert {*count_searches(c1_tenant)} == {"search/users"}


def test_without_credentials_a_wish_for_the_check_is_one_warning(
    c1_tenant: Emulator,
    provider: PolicyProvider,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> None:
        raise errors.SettingsError("There are no credentials.", "Set them.")

    # The fixture's process ends before the changes of `monkeypatch` do.
    with monkeypatch.context() as within, caplog.at_level(logging.WARNING):
        within.setattr(runtime, "get_run", fail)
        within.setattr(runtime, "_find_settings", lambda: None)
        for name in ("one", "two"):
            assert list_failures(provider, make_policy(ask_users(name), name=name)) == {}
        within.delenv(VARIABLE)
        assert list_failures(provider, make_policy(ask_users("three"))) == {}
    [text] = caplog.messages
    assert "went unchecked (There are no credentials)." in text


def test_an_object_that_the_search_does_not_show_yet_is_read(
    c1_tenant: Emulator, provider: PolicyProvider
) -> None:
    c1_tenant.set_quirks(search_lag=60)
    target = c1_tenant.policies.create(make_other("New")).id
    wanted = make_policy(rules=[{"condition": "true", "policy_id": target}])
    assert list_failures(provider, wanted) == {}
    assert count_searches(c1_tenant) == {"search/policies": 1, f"policies/{target}": 1}


def test_a_policy_that_the_run_has_created_is_not_asked_for(
    c1_tenant: Emulator, provider: PolicyProvider
) -> None:
    target = provider.create(provider.check({}, make_policy(name="Target")).inputs).id
    count_searches(c1_tenant)
    wanted = make_policy(rules=[{"condition": "true", "policy_id": target}])
    assert list_failures(provider, wanted) == {}
    assert count_searches(c1_tenant) == {}


def test_the_policies_of_an_attachment_are_checked(
    c1_tenant: Emulator, provider: PolicyProvider
) -> None:
    del provider
    wanted = {"app_id": "no-app", "grant_policy_id": "no-policy"}
    checked = AppPoliciesProvider().check({}, wanted)
    assert [failure.property for failure in checked.failures] == ["grant_policy_id"]
    assert count_searches(c1_tenant) == {"search/policies": 1, "policies/no-policy": 1}


def test_an_id_in_a_secret_input_is_not_shown(
    c1_tenant: Emulator, provider: PolicyProvider
) -> None:
    secret = {state_codec.OPTIONS: {"secrets": ["policy_steps"]}}
    found = list_failures(provider, make_policy(ask_users("nobody-at-all")) | secret)
    [reason] = found.values()
    assert "the value is a secret" in reason
    assert "nobody-at-all" not in reason


def test_with_credentials_of_another_tenant_nothing_is_asked(
    c1_tenant: Emulator, provider: PolicyProvider, caplog: pytest.LogCaptureFixture
) -> None:
    runtime.shown_tenants.show("other.conductor.one:443")
    with caplog.at_level(logging.WARNING):
        assert list_failures(provider, make_policy(ask_users("nobody"))) == {}
    assert ["unchecked" in each for each in caplog.messages] == [True]
    assert count_searches(c1_tenant) == {}


def test_an_unknown_level_is_refused(
    provider: PolicyProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "warning")
    assert list_failures(provider, make_policy())[""] == (
        "PULUMI_C1POLICY_CHECK_IDS is 'warning'; write one of off, warn, error. Did you mean warn?"
    )
