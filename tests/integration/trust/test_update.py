"""No update is lost, and none overwrites a change of others without a decision."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._emulator import Emulator, Fault
from tests.integration.trust.trust_cases import (
    GET,
    UPDATE,
    OtherPolicies,
    list_live,
    list_writes,
    make_failures,
    make_grant,
    make_lost_answers,
    make_ownership,
)
from tests.support.engine import Process, Stack

LOST = make_lost_answers(**UPDATE)
FAILED = make_failures(**UPDATE)
STEPS = {"steps": [{"approval": {"manager": {"fallback": True, "fallback_user_ids": ["u1"]}}}]}
OVERWRITE = {"on_conflict": "overwrite"}
TAKE_BACK = {"on_takeover": "take_back"}

CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "description": ({"description": "A"}, {"description": "B"}),
    "unset": ({"description": "A"}, {}),
    "steps": ({}, {"policy_steps": {"grant": STEPS}}),
    "annotation": ({}, {"annotations": {"team": "iam"}}),
    "annotation changed": ({"annotations": {"team": "a"}}, {"annotations": {"team": "b"}}),
    "annotation removed": ({"annotations": {"team": "a"}}, {}),
}


def _assert_converged(stack: Stack, program: dict[str, Any]) -> None:
    """Check that a refreshed run of the program sends no write."""
    before = len(list_writes(stack.tenant))
    stack.up(program, refresh=True)
    assert len(list_writes(stack.tenant)) == before


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("how", LOST)
def test_an_update_with_a_lost_answer_is_not_sent_again(
    how: str, change: str, c1_tenant: Emulator, stack: Stack
) -> None:
    before, after = ({"access": make_grant(**fields)} for fields in CHANGES[change])
    stack.up(before)
    c1_tenant.set_faults(*LOST[how])
    stack.up(after)
    assert len(list_writes(c1_tenant)) == 2
    _assert_converged(stack, after)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("how", FAILED)
def test_an_update_without_effect_is_sent_again(
    how: str, change: str, c1_tenant: Emulator, stack: Stack
) -> None:
    before, after = ({"access": make_grant(**fields)} for fields in CHANGES[change])
    stack.up(before)
    c1_tenant.set_faults(*FAILED[how])
    stack.up(after)
    assert len(list_writes(c1_tenant)) == 3
    _assert_converged(stack, after)


@pytest.mark.parametrize("how", LOST)
def test_the_run_after_an_ambiguous_update_continues(
    how: str, c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up({"access": make_grant("A")})
    c1_tenant.set_faults(*LOST[how], Fault(do="answer", status=500, times=None, nth=2, **GET))
    with pytest.raises(errors.APIError, match="Cannot update the policy"):
        stack.up({"access": make_grant("B")})
    c1_tenant.set_faults()
    program = {"access": make_grant("C")}
    stack.up({"access": make_grant("B")})
    stack.up(program)
    assert list_live(c1_tenant)[0]["description"] == "C"
    _assert_converged(stack, program)


def test_the_refusal_of_a_conflict_shows_all_values(c1_tenant: Emulator, stack: Stack) -> None:
    stack.up({"access": make_grant("A")})
    c1_tenant.api_edit(stack.id_of("access"), {"description": "theirs"})
    with pytest.raises(errors.RefusedError) as caught:
        stack.up({"access": make_grant("B")})
    summary, advice = str(caught.value).splitlines()
    assert "c1policy.Policy/access" in summary
    assert '`description` was "A" at the last operation and is "theirs" now' in summary
    assert 'the program says "B"' in summary
    assert 'on_conflict="overwrite"' in advice
    assert list_live(c1_tenant)[0]["description"] == "theirs"
    assert len(list_writes(c1_tenant)) == 1


@pytest.mark.parametrize("how", ["option", "refresh"])
def test_a_decision_or_a_refresh_overwrites_a_conflict(
    how: str, c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up({"access": make_grant("A")})
    c1_tenant.api_edit(stack.id_of("access"), {"description": "theirs"})
    options = OVERWRITE if how == "option" else {}
    stack.up({"access": make_grant("B", options=options)}, refresh=how == "refresh")
    assert list_live(c1_tenant)[0]["description"] == "B"


def test_a_change_of_others_to_the_desired_value_is_not_a_conflict(
    c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up({"access": make_grant("A")})
    c1_tenant.api_edit(stack.id_of("access"), {"description": "B"})
    program = {"access": make_grant("B")}
    stack.up(program)
    _assert_converged(stack, program)


OTHER_CHANGES: dict[str, tuple[dict[str, Any], str, Any]] = {
    "a field": ({"displayName": "theirs"}, "displayName", "theirs"),
    "an annotation": (
        {"annotations": {"note": "theirs"}},
        "annotations",
        {**make_ownership(), "note": "theirs"},
    ),
}


@pytest.mark.parametrize("what", OTHER_CHANGES)
def test_an_update_keeps_changes_of_other_fields(
    what: str, c1_tenant: Emulator, stack: Stack
) -> None:
    edit, field, value = OTHER_CHANGES[what]
    stack.up({"access": make_grant("A")})
    c1_tenant.api_edit(stack.id_of("access"), edit)
    stack.up({"access": make_grant("B")})
    [policy] = list_live(c1_tenant)
    assert (policy["description"], policy[field]) == ("B", value)
    assert list_writes(c1_tenant)[-1].update_mask == "description"


def test_a_change_of_another_field_is_drift_after_an_update(
    c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up({"access": make_grant("A")})
    c1_tenant.api_edit(stack.id_of("access"), {"displayName": "theirs"})
    stack.up({"access": make_grant("B")})
    stack.refresh()
    entry = stack.entry("access")
    assert entry
    assert entry.inputs["display_name"] == "theirs"
    stack.up({"access": make_grant("B")})
    assert list_live(c1_tenant)[0]["displayName"] == "Access"


def test_a_change_of_another_key_of_the_same_field_is_a_conflict(
    c1_tenant: Emulator, stack: Stack
) -> None:
    fast: dict[str, Any] = {"steps": [{"accept": {}}]}
    one = {"policy_steps": {"grant": STEPS, "fast": fast}}
    two = {"policy_steps": {"grant": {"steps": [{"reject": {}}]}, "fast": fast}}
    rules = [{"condition": "true", "step_key": "fast"}]
    stack.up({"access": make_grant(rules=rules, **one)})
    steps = dict(list_live(c1_tenant)[0]["policySteps"])
    steps["fast"] = {"steps": [{"reject": {"rejectMessage": "theirs"}}]}
    c1_tenant.api_edit(stack.id_of("access"), {"policySteps": steps})
    with pytest.raises(errors.RefusedError, match='policy_steps\\["fast"\\]'):
        stack.up({"access": make_grant(rules=rules, **two)})
    assert list_live(c1_tenant)[0]["policySteps"]["fast"] == steps["fast"]


def test_an_ignored_place_is_sent_with_its_live_value(c1_tenant: Emulator, stack: Stack) -> None:
    ignored = {"ignore_changes": ['policy_steps["fast"]']}
    fast: dict[str, Any] = {"steps": [{"accept": {}}]}
    rules = [{"condition": "true", "step_key": "fast"}]
    one = {"policy_steps": {"grant": STEPS, "fast": fast}, "rules": rules}
    two = {"policy_steps": {"grant": {"steps": [{"reject": {}}]}, "fast": fast}, "rules": rules}
    stack.up({"access": make_grant(options=ignored, **one)})
    steps = dict(list_live(c1_tenant)[0]["policySteps"])
    steps["fast"] = {"steps": [{"reject": {"rejectMessage": "theirs"}}]}
    c1_tenant.api_edit(stack.id_of("access"), {"policySteps": steps})
    stack.up({"access": make_grant(options=ignored, **two)})
    sent = list_live(c1_tenant)[0]["policySteps"]
    assert "reject" in sent["grant"]["steps"][0]
    assert sent["fast"] == steps["fast"]


@pytest.mark.parametrize(
    "fault",
    [
        {"do": "cut"},
        {"do": "answer", "status": 500},
        {"do": "answer", "status": 503},
        {"do": "answer", "status": 429, "retry_after": 60},
    ],
    ids=["cut", "500", "503", "429"],
)
def test_an_edit_between_a_failed_update_and_its_repetition_is_not_overwritten(
    fault: dict[str, Any], c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up({"access": make_grant("A")})
    policy_id = stack.id_of("access")
    c1_tenant.set_faults(Fault(**fault, **UPDATE))
    reads: list[str] = []

    def on_request(request: httpx.Request) -> None:
        if request.method == "GET":
            reads.append(request.url.path)
            if len(reads) == 2:
                c1_tenant.api_edit(policy_id, {"description": "theirs"})

    with pytest.raises(errors.RefusedError, match='"theirs" now'):
        stack.up({"access": make_grant("B")}, process=Process(c1_tenant, on_request=on_request))
    assert list_live(c1_tenant)[0]["description"] == "theirs"


def test_the_update_of_a_missing_policy_raises_not_found(c1_tenant: Emulator, stack: Stack) -> None:
    stack.up({"access": make_grant("A")})
    c1_tenant.product_delete(stack.id_of("access"))
    with pytest.raises(errors.NotFoundError, match="--refresh"):
        stack.up({"access": make_grant("B")})
    stack.up({"access": make_grant("B")}, refresh=True)
    assert list_live(c1_tenant)[0]["description"] == "B"


def _take_over(tenant: Emulator, stack: Stack, **changes: Any) -> str:
    stack.up({"access": make_grant("A")})
    policy_id = stack.id_of("access")
    tenant.product_edit(policy_id, changes or {"description": "a person's"})
    return policy_id


@pytest.mark.parametrize("refresh", [False, True], ids=["unseen", "refreshed"])
def test_a_policy_that_a_person_took_over_is_not_updated_without_a_decision(
    refresh: bool, c1_tenant: Emulator, stack: Stack, others: OtherPolicies
) -> None:
    _take_over(c1_tenant, stack)
    others.keep()
    with pytest.raises(errors.RefusedError) as caught:
        stack.up({"access": make_grant("B")}, refresh=refresh)
    assert "taken over by a person in ConductorOne" in str(caught.value)
    assert 'on_takeover="take_back"' in caught.value.advice
    assert "stop managing it" in caught.value.advice
    others.assert_untouched()


@pytest.mark.parametrize("refresh", [False, True], ids=["unseen", "refreshed"])
def test_a_policy_that_a_person_took_over_can_be_taken_back(
    refresh: bool, c1_tenant: Emulator, stack: Stack, caplog: pytest.LogCaptureFixture
) -> None:
    options = {**TAKE_BACK, **({} if refresh else OVERWRITE)}
    policy_id = _take_over(c1_tenant, stack)
    program = {"access": make_grant("B", options=options)}
    with caplog.at_level(logging.WARNING):
        stack.up(program, refresh=refresh)
    assert [m for m in caplog.messages if "the update takes it back" not in m] == []
    assert len(caplog.messages) == (1 if refresh else 0)
    stack.up(program, refresh=True)
    policy = c1_tenant.policy(policy_id)
    assert policy["description"] == "B"
    assert policy["annotations"] == make_ownership()
    _assert_converged(stack, program)


@pytest.mark.parametrize("refresh", [False, True], ids=["unseen", "refreshed"])
@pytest.mark.parametrize("options", [{}, TAKE_BACK, OVERWRITE, {**TAKE_BACK, **OVERWRITE}], ids=str)
def test_the_refusal_for_a_policy_of_another_workspace_names_it(
    options: dict[str, str],
    refresh: bool,
    c1_tenant: Emulator,
    stack: Stack,
    others: OtherPolicies,
) -> None:
    stack.up({"access": make_grant("A")})
    c1_tenant.api_edit(
        stack.id_of("access"), {"annotations": make_ownership(workspace="bank/prod")}
    )
    others.keep()
    with pytest.raises(errors.RefusedError, match="in the workspace 'bank/prod'"):
        stack.up({"access": make_grant("B", options=options)}, refresh=refresh)
    others.assert_untouched()


@pytest.mark.parametrize("refresh", [False, True], ids=["unseen", "refreshed"])
@pytest.mark.parametrize("options", [{}, {**TAKE_BACK, **OVERWRITE}], ids=["plain", "forced"])
def test_a_builtin_policy_is_never_updated(
    options: dict[str, str],
    refresh: bool,
    c1_tenant: Emulator,
    stack: Stack,
    others: OtherPolicies,
) -> None:
    # A state can name a builtin policy after `pulumi import --file`.
    stack.up({"access": make_grant("A")})
    entry = stack.entry("access")
    assert entry
    entry.id = others.add(annotations=make_ownership(), description="A", builtin=True)
    with pytest.raises(errors.RefusedError, match="builtin policy of the tenant"):
        stack.up({"access": make_grant("B", options=options)}, refresh=refresh)
    assert not any(entry.id in request.path for request in list_writes(c1_tenant))
    others.assert_untouched()


@pytest.mark.parametrize("refresh", [False, True], ids=["unseen", "refreshed"])
def test_a_policy_with_restored_ownership_annotations_is_managed_again(
    refresh: bool, c1_tenant: Emulator, stack: Stack, caplog: pytest.LogCaptureFixture
) -> None:
    """The same state follows a `take_back` with a lost answer."""
    policy_id = _take_over(c1_tenant, stack, description="A")
    stack.refresh()
    c1_tenant.api_edit(policy_id, {"annotations": make_ownership()})
    if refresh:
        stack.refresh()
        caplog.clear()
        _assert_converged(stack, {"access": make_grant("A")})
    stack.destroy()
    assert list_live(c1_tenant) == []
    assert "taken over" not in caplog.text
