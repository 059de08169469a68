"""Deletions: deleted policies, left policies, and failed deletes and replacements."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._emulator import Emulator, Fault
from pulumi_c1policy._lifecycle.effects.read_phases import SINGLE_READS
from tests.integration.trust.trust_cases import (
    CREATE,
    DELETE,
    ONE,
    LaggingNetwork,
    OtherPolicies,
    list_live,
    list_writes,
    make_failures,
    make_grant,
    make_lost_answers,
    make_ownership,
    make_revoke,
)
from tests.support.engine import Killed, Process, Ref, Stack

ANY = make_lost_answers(**DELETE) | {
    f"not done: {how}": faults for how, faults in make_failures(**DELETE).items()
}


@pytest.mark.parametrize("deleted_get", ["not_found", "deleted_at"])
@pytest.mark.parametrize("how", ANY)
def test_a_failed_delete_is_completed_by_this_run_or_the_next(
    how: str, deleted_get: str, c1_tenant: Emulator, stack: Stack
) -> None:
    c1_tenant.set_quirks(deleted_get=deleted_get)
    stack.up(ONE)
    c1_tenant.set_faults(*ANY[how])
    try:
        stack.destroy()
    except errors.AnswerError:
        assert len(stack.state) == 1
        stack.destroy()
    assert (list_live(c1_tenant), stack.state) == ([], [])


@pytest.mark.parametrize("after", [True, False], ids=["deleted", "not deleted"])
def test_a_delete_that_timed_out_is_completed_by_the_next_run(
    after: bool, c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up(ONE)
    c1_tenant.set_faults(Fault(do="delay", seconds=60, after_effect=after, times=None, **DELETE))
    with pytest.raises(errors.NoAnswerError, match="too long"):
        stack.destroy(process=Process(c1_tenant, requestDeadline="0.3"))
    assert len(stack.state) == 1
    c1_tenant.set_faults()
    stack.destroy()
    assert (list_live(c1_tenant), stack.state) == ([], [])


@pytest.mark.parametrize("deleted_get", ["not_found", "deleted_at"])
def test_the_delete_of_a_missing_policy_succeeds(
    deleted_get: str, c1_tenant: Emulator, stack: Stack
) -> None:
    c1_tenant.set_quirks(deleted_get=deleted_get)
    stack.up(ONE)
    c1_tenant.product_delete(stack.id_of("access"))
    stack.destroy()
    assert stack.state == []


def test_a_policy_that_a_person_took_over_is_kept_with_a_warning(
    c1_tenant: Emulator, stack: Stack, others: OtherPolicies, caplog: pytest.LogCaptureFixture
) -> None:
    stack.up(ONE)
    policy_id = stack.id_of("access")
    c1_tenant.product_edit(policy_id, {"description": "a person's"})
    others.keep()
    with caplog.at_level(logging.WARNING):
        stack.destroy()
    [warning] = caplog.messages
    assert warning.startswith(f"policy c1policy.Policy/access ({policy_id}): it was taken over")
    assert "by a person in ConductorOne" in warning
    assert "the tenant keeps it" in warning
    assert stack.state == []
    others.assert_untouched()


@pytest.mark.parametrize("refresh", [False, True], ids=["unseen", "refreshed"])
def test_a_policy_that_another_workspace_took_over_is_kept_with_a_warning(
    refresh: bool,
    c1_tenant: Emulator,
    stack: Stack,
    others: OtherPolicies,
    caplog: pytest.LogCaptureFixture,
) -> None:
    stack.up(ONE)
    c1_tenant.api_edit(
        stack.id_of("access"), {"annotations": make_ownership(workspace="bank/prod")}
    )
    if refresh:
        stack.refresh()
    others.keep()
    with caplog.at_level(logging.WARNING):
        stack.destroy()
    [warning] = caplog.messages
    # The error uses the name of our resource, and not the new name.
    assert warning.startswith("policy c1policy.Policy/access (")
    assert "'bank/prod'" in warning
    others.assert_untouched()


@pytest.mark.parametrize("refresh", [False, True], ids=["unseen", "refreshed"])
@pytest.mark.parametrize("how", ["delete", "replace"])
def test_a_builtin_policy_is_never_deleted(
    how: str, refresh: bool, c1_tenant: Emulator, stack: Stack, others: OtherPolicies
) -> None:
    stack.up(ONE)
    entry = stack.entry("access")
    assert entry
    entry.id = others.add(annotations=make_ownership(), description="One.", builtin=True)
    if refresh:
        stack.refresh()
    if how == "delete":
        stack.destroy()
    else:
        # Without a refresh, the policy of the first run is in no state any more.
        match = "builtin policy of the tenant" if refresh else "no known state holds"
        with pytest.raises(errors.RefusedError, match=match):
            stack.up({"access": make_revoke()})
    assert not any(entry.id in request.path for request in list_writes(c1_tenant))
    others.assert_untouched()


@pytest.mark.parametrize("through", ["rule", "baseline"])
def test_the_error_for_the_delete_of_a_referenced_policy_names_the_referrers(
    through: str, c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up(ONE)
    access = stack.id_of("access")
    pointer: dict[str, Any] = {"rules": [{"condition": "true", "policyId": access}]}
    if through == "baseline":
        pointer = {"baselinePolicyId": access, "policySteps": {}}
    their = OtherPolicies(c1_tenant).add(displayName="Pointing", **pointer)
    with pytest.raises(errors.ConflictError) as caught:
        stack.destroy()
    assert their in str(caught.value)
    assert "Pointing" in str(caught.value)
    assert "c1policy.Policy/access" in str(caught.value)
    assert len(stack.state) == 1
    c1_tenant.product_delete(their)
    stack.destroy()
    assert list_live(c1_tenant) == []


def test_a_replacement_is_created_first_and_never_adopts_the_old_policy(
    c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up(ONE)
    old = stack.id_of("access")
    stack.up({"access": make_revoke()})
    new = stack.id_of("access")
    assert new != old
    assert [request.method for request in list_writes(c1_tenant)] == ["POST", "POST", "DELETE"]
    assert [policy["id"] for policy in list_live(c1_tenant)] == [new]


def test_a_forced_replacement_of_a_refreshed_policy_creates_a_new_one(
    c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up(ONE)
    old = stack.id_of("access")
    stack.up(ONE, refresh=True, replace=("access",))
    assert stack.id_of("access") != old
    assert [policy["id"] for policy in list_live(c1_tenant)] == [stack.id_of("access")]


def test_a_forced_replacement_without_a_refresh_is_refused(
    c1_tenant: Emulator, stack: Stack, others: OtherPolicies
) -> None:
    stack.up(ONE)
    others.keep()
    with pytest.raises(errors.RefusedError, match="pulumi up --refresh"):
        stack.up({"access": make_grant("Two.")}, replace=("access",))
    others.assert_untouched()


def test_a_forced_replacement_that_adopts_keeps_the_policy(
    c1_tenant: Emulator,
    stack: Stack,
    others: OtherPolicies,
    caplog: pytest.LogCaptureFixture,
    adopting: None,
) -> None:
    stack.up(ONE)
    old = stack.id_of("access")
    others.keep()
    with caplog.at_level(logging.WARNING):
        stack.up(ONE, replace=("access",))
    assert "was kept" in caplog.text
    assert "--refresh --replace" in caplog.text
    assert stack.id_of("access") == old
    assert [entry.is_pending_delete for entry in stack.state] == [False]
    others.assert_untouched()


@pytest.mark.parametrize("forced", [False, True], ids=["by type", "forced"])
@pytest.mark.parametrize("how", make_lost_answers(**CREATE))
def test_a_replacement_with_a_lost_answer_is_found(
    how: str, forced: bool, c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up(ONE)
    c1_tenant.set_faults(*make_lost_answers(**CREATE)[how])
    if forced:
        stack.up(ONE, refresh=True, replace=("access",))
    else:
        stack.up({"access": make_revoke()})
    assert [policy["id"] for policy in list_live(c1_tenant)] == [stack.id_of("access")]
    assert [request.method for request in list_writes(c1_tenant)] == ["POST", "POST", "DELETE"]


def test_a_replacement_that_was_killed_is_adopted_by_the_next_run(
    c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up(ONE)
    old = stack.id_of("access")

    def on_answer(request: httpx.Request) -> None:
        if request.method == "POST" and request.url.path == "/api/v1/policies":
            raise Killed

    with pytest.raises(Killed):
        stack.up({"access": make_revoke()}, process=Process(c1_tenant, on_answer=on_answer))
    assert (stack.id_of("access"), len(list_live(c1_tenant))) == (old, 2)
    with pytest.raises(errors.RefusedError, match="no known state holds"):
        stack.up({"access": make_revoke()})
    stack.up({"access": make_revoke(options={"on_leftover": "adopt"})})
    assert [policy["id"] for policy in list_live(c1_tenant)] == [stack.id_of("access")]


def test_a_replacement_with_a_failed_delete_is_completed_by_the_next_run(
    c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up(ONE)
    c1_tenant.set_faults(Fault(do="answer", status=403, **DELETE))
    with pytest.raises(errors.PermissionDeniedError):
        stack.up({"access": make_revoke()})
    assert [entry.is_pending_delete for entry in stack.state] == [True, False]
    stack.up({"access": make_revoke()})
    assert [policy["id"] for policy in list_live(c1_tenant)] == [stack.id_of("access")]


@pytest.mark.parametrize("precision", ["seconds", "micro", "nano"])
def test_a_policy_with_a_pending_delete_is_not_adopted(
    precision: str, c1_tenant: Emulator, stack: Stack
) -> None:
    c1_tenant.set_quirks(timestamp_precision=precision)
    stack.up(ONE)
    c1_tenant.advance(5)
    c1_tenant.set_faults(Fault(do="answer", status=403, times=2, **DELETE))
    with pytest.raises(errors.PermissionDeniedError):
        stack.up({"access": make_revoke()})
    # The engine performs pending deletions last, after all creates.
    with pytest.raises(errors.PermissionDeniedError):
        stack.up(ONE)
    stack.up(ONE)
    assert [policy["id"] for policy in list_live(c1_tenant)] == [stack.id_of("access")]


def test_a_referrer_moves_to_the_replacement_before_the_delete(
    c1_tenant: Emulator, stack: Stack
) -> None:
    base = make_grant(display_name="Base")
    scoped = make_grant(display_name="Base", scope={"app_id": "app-1"})
    rules = [{"condition": "true", "policy_id": Ref("base")}]
    stack.up({"base": base, "by-rule": make_grant(rules=rules)})
    stack.up({"base": scoped, "by-rule": make_grant(rules=rules)})
    found = {policy["displayName"]: policy for policy in list_live(c1_tenant)}
    assert found["Access"]["rules"][0]["policyId"] == found["Base"]["id"] == stack.id_of("base")


def test_a_page_from_before_the_ownership_annotations_is_not_a_takeover(
    c1_tenant: Emulator, stack: Stack
) -> None:
    program = {f"access-{number}": make_grant("A") for number in range(SINGLE_READS + 2)}
    stack.up(program)
    policy_ids = [stack.id_of(name) for name in program]
    for policy_id in policy_ids:
        c1_tenant.product_edit(policy_id, {"description": "a person's"})
    lag = LaggingNetwork()
    stack.refresh(process=Process(c1_tenant, network=lag))
    taken_back = {name: make_grant("B", options={"on_takeover": "take_back"}) for name in program}
    stack.up(taken_back)
    stack.destroy(process=Process(c1_tenant, network=lag))
    assert list_live(c1_tenant) == []
