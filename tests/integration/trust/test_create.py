"""A policy is created once, even if its answer is lost or the process is killed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._emulator import Emulator, Fault
from tests.integration.trust.trust_cases import (
    CREATE,
    ONE,
    SEARCH,
    OtherPolicies,
    count_searches,
    list_live,
    list_writes,
    make_failures,
    make_grant,
    make_lost_answers,
    make_ownership,
)
from tests.support.engine import Killed, Process, Program, Stack

LOST = make_lost_answers(**CREATE)
FAILED = make_failures(**CREATE)


@pytest.mark.parametrize("how", LOST)
def test_a_create_with_a_lost_answer_is_found(how: str, c1_tenant: Emulator, stack: Stack) -> None:
    c1_tenant.set_faults(*LOST[how])
    stack.up(ONE)
    [policy] = list_live(c1_tenant)
    assert stack.id_of("access") == policy["id"]
    assert len(list_writes(c1_tenant)) == 1
    stack.up(ONE, refresh=True)
    assert len(list_writes(c1_tenant)) == 1


@pytest.mark.parametrize("how", FAILED)
def test_a_create_without_effect_is_sent_again_in_the_same_run(
    how: str, c1_tenant: Emulator, stack: Stack
) -> None:
    c1_tenant.set_faults(*FAILED[how])
    stack.up(ONE)
    [policy] = list_live(c1_tenant)
    assert stack.id_of("access") == policy["id"]
    assert [request.fault is None for request in list_writes(c1_tenant)] == [False, True]


@pytest.mark.parametrize("how", ["400", "403", "404", "409"])
def test_a_rejected_create_is_not_sent_again(how: str, c1_tenant: Emulator, stack: Stack) -> None:
    c1_tenant.set_faults(Fault(do="answer", status=int(how), times=None, **CREATE))
    with pytest.raises(errors.APIError, match="Cannot create the policy"):
        stack.up(ONE)
    assert len(list_writes(c1_tenant)) == 1


def get_refusal(stack: Stack, program: Program) -> str:
    """Return the text of the refusal of a run because of a leftover."""
    with pytest.raises(errors.RefusedError) as caught:
        stack.up(program)
    return str(caught.value)


@pytest.mark.parametrize("how", LOST)
def test_the_run_after_an_unanswered_create_refuses_with_the_id_of_the_leftover(
    how: str, c1_tenant: Emulator, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The run fails because the search after the create fails, too.
    c1_tenant.set_faults(*LOST[how], Fault(do="answer", status=500, times=None, nth=2, **SEARCH))
    with pytest.raises(errors.APIError, match="Cannot create the policy"):
        stack.up(ONE)
    [policy] = list_live(c1_tenant)
    c1_tenant.set_faults()
    equal, other = get_refusal(stack, ONE), get_refusal(stack, {"access": make_grant("Two.")})
    for text in (equal, other):
        assert policy["id"] in text
        assert policy["createdAt"] in text
        assert "pulumi up --refresh" in text
    assert "equals what would be created" in equal
    assert "PULUMI_C1POLICY_ON_LEFTOVER=adopt pulumi up --refresh" in equal
    assert "differs from what would be created at `description`" in other
    assert "ON_LEFTOVER=adopt" not in other
    assert "Two." not in other
    monkeypatch.setenv("PULUMI_C1POLICY_ON_LEFTOVER", "adopt")
    assert "but no policy equals" in get_refusal(stack, {"access": make_grant("Two.")})
    stack.up(ONE)
    assert stack.id_of("access") == policy["id"]
    assert len(list_writes(c1_tenant)) == 1
    assert list_live(c1_tenant) == [policy]


@pytest.mark.parametrize("after", [True, False], ids=["stored-at-once", "stored-late"])
def test_a_create_that_timed_out_is_not_sent_again(
    after: bool, c1_tenant: Emulator, stack: Stack
) -> None:
    late = Fault(do="delay", seconds=1.5, after_effect=after, **CREATE)
    c1_tenant.set_faults(late)
    impatient = Process(c1_tenant, requestDeadline="0.7")
    if after:
        stack.up(ONE, process=impatient)
    else:
        with pytest.raises(errors.NoAnswerError, match="too long"):
            stack.up(ONE, process=impatient)
        while not list_live(c1_tenant):
            pass
        stack.up({"access": make_grant("One.", options={"on_leftover": "adopt"})})
    [policy] = list_live(c1_tenant)
    assert stack.id_of("access") == policy["id"]
    assert len(list_writes(c1_tenant)) == 1


@pytest.mark.parametrize("status", [408, 499, 504, 520, 524, 599])
def test_a_create_that_may_be_in_progress_is_searched_and_not_sent_again(
    status: int, c1_tenant: Emulator, stack: Stack
) -> None:
    c1_tenant.set_faults(Fault(do="answer", status=status, **CREATE))
    with pytest.raises(errors.ServerError, match="may have been made"):
        stack.up(ONE)
    assert len(list_writes(c1_tenant)) == 1
    assert count_searches(c1_tenant) > 1
    stack.up({"access": make_grant("One.", options={"on_leftover": "adopt"})})
    assert len(list_live(c1_tenant)) == 1


def _make_killer(after: int) -> Callable[[httpx.Request], None]:
    """Return a hook that kills the process at the n-th request, counted from 1."""
    seen: list[str] = []

    def at_boundary(request: httpx.Request) -> None:
        seen.append(request.url.path)
        if len(seen) == after:
            raise Killed

    return at_boundary


# The requests of a first run: a token, the look for leftovers, the create.
@pytest.mark.parametrize("where", ["on_request", "on_answer"])
@pytest.mark.parametrize("boundary", [1, 2, 3])
def test_the_run_after_a_killed_process_creates_no_duplicate(
    boundary: int, where: str, c1_tenant: Emulator, stack: Stack
) -> None:
    hooks: dict[str, Any] = {where: _make_killer(boundary)}
    with pytest.raises(Killed):
        stack.up(ONE, process=Process(c1_tenant, **hooks))
    assert stack.state == []
    left = boundary == 3 and where == "on_answer"
    assert len(list_live(c1_tenant)) == int(left)
    if left:
        assert list_live(c1_tenant)[0]["id"] in get_refusal(stack, ONE)
    stack.up({"access": make_grant("One.", options={"on_leftover": "adopt"})})
    [policy] = list_live(c1_tenant)
    assert policy["id"] == stack.id_of("access")


def test_a_kill_between_the_create_and_the_state_causes_no_duplicate(
    c1_tenant: Emulator, stack: Stack
) -> None:
    def kill() -> None:
        raise Killed

    stack.step = kill
    with pytest.raises(Killed):
        stack.up(ONE)
    assert (stack.state, len(list_live(c1_tenant))) == ([], 1)
    stack.step = lambda: None
    stack.up({"access": make_grant("One.", options={"on_leftover": "adopt"})}, refresh=True)
    [policy] = list_live(c1_tenant)
    assert stack.id_of("access") == policy["id"]
    assert len(list_writes(c1_tenant)) == 1


def test_a_leftover_can_be_kept_beside_a_new_policy(
    c1_tenant: Emulator, stack: Stack, others: OtherPolicies, caplog: pytest.LogCaptureFixture
) -> None:
    stack.up(ONE)
    left = stack.id_of("access")
    stack.state.clear()
    others.keep()
    stack.up({"access": make_grant("Two.", options={"on_leftover": "leave"})})
    assert stack.id_of("access") != left
    assert left in caplog.text
    others.assert_untouched()


def test_the_only_equal_leftover_of_several_is_adopted(
    c1_tenant: Emulator, stack: Stack, others: OtherPolicies, adopting: None
) -> None:
    others.add(annotations=make_ownership(), description="Other.")
    equal = others.add(annotations=make_ownership(), description="One.")
    stack.up(ONE)
    assert stack.id_of("access") == equal
    others.assert_untouched()


def test_several_equal_leftovers_are_refused(
    c1_tenant: Emulator, stack: Stack, others: OtherPolicies, adopting: None
) -> None:
    twins = [others.add(annotations=make_ownership(), description="One.") for _ in range(2)]
    text = get_refusal(stack, ONE)
    assert all(each in text for each in twins)
    others.assert_untouched()


@pytest.mark.parametrize("edit", ["person", "terraform"])
def test_a_leftover_that_others_took_over_since_the_search_is_not_adopted(
    edit: str, c1_tenant: Emulator, stack: Stack, others: OtherPolicies, adopting: None
) -> None:
    stack.up(ONE)
    taken = stack.id_of("access")
    stack.state.clear()

    def take(request: httpx.Request) -> None:
        if request.url.path.endswith("/search/policies"):
            if edit == "person":
                c1_tenant.product_edit(taken, {"description": "Theirs."})
            else:
                theirs = {**make_ownership(), "managed_by": "terraform"}
                c1_tenant.api_edit(taken, {"annotations": theirs})
            others.keep()

    stack.up(ONE, process=Process(c1_tenant, on_answer=take))
    assert stack.id_of("access") != taken
    others.assert_untouched()


FOREIGN: dict[str, dict[str, Any]] = {
    "no annotations": {},
    "terraform": {"annotations": {**make_ownership(), "managed_by": "terraform"}},
    "another stack": {"annotations": make_ownership(workspace="shop/prod")},
    "another resource": {"annotations": make_ownership("c1policy.Policy/other")},
    "another parent": {"annotations": make_ownership("Team/c1policy.Policy/access")},
    "incomplete ownership annotations": {
        "annotations": {"managed_by": "pulumi", "iac_workspace": "shop/dev"}
    },
    "builtin": {"annotations": make_ownership(), "builtin": True},
}


@pytest.mark.parametrize("whose", FOREIGN)
@pytest.mark.parametrize("how", ["clean", "cut"])
def test_a_policy_of_others_is_never_adopted(
    how: str, whose: str, c1_tenant: Emulator, stack: Stack, others: OtherPolicies
) -> None:
    foreign = others.add(**FOREIGN[whose])
    if how == "cut":
        c1_tenant.set_faults(*LOST["cut"])
    stack.up(ONE)
    assert stack.id_of("access") != foreign
    assert len(list_writes(c1_tenant)) == 1
    others.assert_untouched()
    stack.destroy()
    others.assert_untouched()


OF_OURS: dict[str, dict[str, Any]] = {
    "type": {
        "policyType": "POLICY_TYPE_REVOKE",
        "policySteps": {"revoke": {"steps": [{"accept": {}}]}},
    },
    "scope": {"scope": {"appId": "app-1"}},
    "rules": {"rules": [{"condition": "true", "stepKey": "grant"}]},
}


@pytest.mark.parametrize("what", OF_OURS)
def test_a_leftover_with_other_content_is_refused_and_never_adopted(
    what: str, c1_tenant: Emulator, stack: Stack, others: OtherPolicies, adopting: None
) -> None:
    left = others.add(annotations=make_ownership(), description="One.", **OF_OURS[what])
    text = get_refusal(stack, ONE)
    assert left in text
    assert what in text
    others.assert_untouched()


@pytest.mark.parametrize("deleted_get", ["not_found", "deleted_at"])
def test_a_deleted_leftover_is_not_adopted(
    deleted_get: str, c1_tenant: Emulator, stack: Stack
) -> None:
    c1_tenant.set_quirks(deleted_get=deleted_get)
    stack.up(ONE)
    gone = stack.id_of("access")
    c1_tenant.product_delete(gone)
    stack.state.clear()
    stack.up(ONE)
    assert stack.id_of("access") != gone


@pytest.mark.parametrize("deleted_get", ["not_found", "deleted_at"])
def test_a_policy_is_created_if_its_leftover_is_deleted_between_two_looks(
    deleted_get: str, c1_tenant: Emulator, stack: Stack
) -> None:
    c1_tenant.set_quirks(deleted_get=deleted_get)
    stack.up(ONE)
    gone = stack.id_of("access")
    stack.state.clear()

    def on_request(request: httpx.Request) -> None:
        if request.method == "GET" and request.url.path.endswith(gone):
            c1_tenant.product_delete(gone)

    stack.up(ONE, process=Process(c1_tenant, on_request=on_request))
    [policy] = list_live(c1_tenant)
    assert policy["id"] == stack.id_of("access") != gone


@pytest.mark.parametrize("scope", [None, {"app_id": "app-1"}], ids=["global", "scoped"])
@pytest.mark.parametrize("unset_fields", ["emitted", "omitted", "null", "null_everywhere"])
def test_a_leftover_is_equal_in_any_scope_and_spelling(
    unset_fields: str,
    scope: dict[str, str] | None,
    c1_tenant: Emulator,
    stack: Stack,
    adopting: None,
) -> None:
    c1_tenant.set_quirks(unset_fields=unset_fields)
    program = {"access": make_grant(scope=scope)}
    stack.up(program)
    stack.state.clear()
    stack.up(program)
    assert len(list_live(c1_tenant)) == 1


def test_two_stacks_with_the_same_program_have_separate_policies(
    c1_tenant: Emulator, stack: Stack, adopting: None
) -> None:
    other = Stack(c1_tenant, "shop/prod")
    for each in (stack, other):
        c1_tenant.set_faults(*LOST["cut"])
        each.up(ONE)
    stack.state.clear()
    other.state.clear()
    for each in (other, stack):
        each.up(ONE)
    assert [p["id"] for p in list_live(c1_tenant)] == [stack.id_of("access")]
    assert [p["id"] for p in list_live(c1_tenant, "shop/prod")] == [other.id_of("access")]


def test_two_resources_of_one_name_and_different_parents_have_separate_policies(
    c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up(ONE)
    stack.state.clear()
    inner = make_grant("Inner.")
    stack.up({"access": type(inner)(inner.inputs, parent="Team/")})
    assert sorted(p["description"] for p in list_live(c1_tenant)) == ["Inner.", "One."]


def test_all_threads_share_one_search_for_leftovers(c1_tenant: Emulator, stack: Stack) -> None:
    names = [f"access-{number}" for number in range(40)]
    with Process(c1_tenant).alive() as provider, ThreadPoolExecutor(4) as threads:
        inputs = [
            provider.check({}, stack.build_properties(name, make_grant(name), {})).inputs
            for name in names
        ]
        created = list(threads.map(provider.create, inputs))
    assert len({result.id for result in created}) == len(names) == len(list_live(c1_tenant))
    assert count_searches(c1_tenant) == 1


def test_a_failed_search_for_leftovers_is_an_error_of_each_create(
    c1_tenant: Emulator, stack: Stack
) -> None:
    # Slow enough for all four threads to wait for one search, and to get the same error.
    c1_tenant.set_faults(
        Fault(do="delay", seconds=0.3, times=None, **SEARCH),
        Fault(do="answer", status=403, times=None, path="/api/v1/"),
    )
    names = ["a", "b", "c", "d"]

    def failure(name: str) -> str:
        inputs = provider.check({}, stack.build_properties(name, make_grant(name), {})).inputs
        with pytest.raises(errors.PermissionDeniedError) as caught:
            provider.create(inputs)
        return str(caught.value)

    with Process(c1_tenant).alive() as provider, ThreadPoolExecutor(4) as threads:
        for name, text in zip(names, threads.map(failure, names), strict=True):
            assert text.startswith(f"Cannot create the policy c1policy.Policy/{name}: ")
            assert text.count("Cannot create") == 1
    assert count_searches(c1_tenant) == 1


def test_nothing_is_created_without_a_search_for_leftovers(
    c1_tenant: Emulator, stack: Stack
) -> None:
    c1_tenant.set_faults(Fault(do="answer", status=500, times=None, **SEARCH))
    with pytest.raises(errors.ServerError):
        stack.up(ONE)
    assert list_writes(c1_tenant) == []


def test_a_leftover_in_the_answer_to_a_replacement_is_not_recorded(
    c1_tenant: Emulator, stack: Stack, others: OtherPolicies
) -> None:
    # It is older than the policy in the state: its deletion may be pending in the engine.
    left = others.add(annotations=make_ownership(), description="One.")
    c1_tenant.advance(5)
    program = {"access": make_grant("One.", options={"on_leftover": "leave"})}
    stack.up(program)
    others.keep()
    c1_tenant.set_quirks(get_or_create=True)
    with pytest.raises(errors.RefusedError, match=left):
        stack.up(program, refresh=True, replace=("access",))
    others.assert_untouched()


def test_an_answered_policy_that_others_annotate_for_the_resource_is_not_recorded(
    c1_tenant: Emulator, stack: Stack, others: OtherPolicies
) -> None:
    theirs = others.add(annotations=make_ownership("c1policy.Policy/other"), description="One.")
    c1_tenant.set_quirks(get_or_create=True)

    def rename(request: httpx.Request) -> None:
        if request.method == "POST" and request.url.path == "/api/v1/policies":
            c1_tenant.advance(5)
            c1_tenant.api_edit(theirs, {"annotations": make_ownership()})
            others.keep()

    with pytest.raises(errors.RefusedError, match=theirs):
        stack.up(ONE, process=Process(c1_tenant, on_answer=rename))
    assert stack.state == []
    others.assert_untouched()
