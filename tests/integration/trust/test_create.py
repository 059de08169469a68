"""A policy is created once, whatever happens to the answer or to the process."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._emulator import Emulator, Fault
from tests.integration.trust.cases import (
    CREATE,
    ONE,
    SEARCH,
    Others,
    failed,
    grant,
    live,
    lost,
    marks,
    searches,
    writes,
)
from tests.support.engine import Killed, Process, Program, Stack

LOST = lost(**CREATE)
FAILED = failed(**CREATE)


@pytest.mark.parametrize("how", LOST)
def test_a_create_whose_answer_was_lost_is_found_again(
    how: str, c1_tenant: Emulator, stack: Stack
) -> None:
    c1_tenant.set_faults(*LOST[how])
    stack.up(ONE)
    [policy] = live(c1_tenant)
    assert stack.id_of("access") == policy["id"]
    assert len(writes(c1_tenant)) == 1
    stack.up(ONE, refresh=True)
    assert len(writes(c1_tenant)) == 1


@pytest.mark.parametrize("how", FAILED)
def test_a_create_without_effect_is_sent_again_in_the_same_run(
    how: str, c1_tenant: Emulator, stack: Stack
) -> None:
    c1_tenant.set_faults(*FAILED[how])
    stack.up(ONE)
    [policy] = live(c1_tenant)
    assert stack.id_of("access") == policy["id"]
    assert [request.fault is None for request in writes(c1_tenant)] == [False, True]


@pytest.mark.parametrize("how", ["400", "403", "404", "409"])
def test_a_create_that_was_refused_is_not_sent_again(
    how: str, c1_tenant: Emulator, stack: Stack
) -> None:
    c1_tenant.set_faults(Fault(do="answer", status=int(how), times=None, **CREATE))
    with pytest.raises(errors.APIError, match="Cannot create the policy"):
        stack.up(ONE)
    assert len(writes(c1_tenant)) == 1


def refused(stack: Stack, program: Program) -> str:
    """The error of a run in which a leftover stands in the way."""
    with pytest.raises(errors.RefusedError) as caught:
        stack.up(program)
    return str(caught.value)


@pytest.mark.parametrize("how", LOST)
def test_a_create_that_never_gets_an_answer_is_refused_by_name_in_the_next_run(
    how: str, c1_tenant: Emulator, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where even the look for it fails, the run has to give up.
    c1_tenant.set_faults(*LOST[how], Fault(do="answer", status=500, times=None, nth=2, **SEARCH))
    with pytest.raises(errors.APIError, match="Cannot create the policy"):
        stack.up(ONE)
    [policy] = live(c1_tenant)
    c1_tenant.set_faults()
    equal, other = refused(stack, ONE), refused(stack, {"access": grant("Two.")})
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
    assert "but no policy equals" in refused(stack, {"access": grant("Two.")})
    stack.up(ONE)
    assert stack.id_of("access") == policy["id"]
    assert len(writes(c1_tenant)) == 1
    assert live(c1_tenant) == [policy]


@pytest.mark.parametrize("after", [True, False], ids=["stored-at-once", "stored-late"])
def test_a_create_that_nobody_waited_for_is_not_sent_again(
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
        while not live(c1_tenant):
            pass
        stack.up({"access": grant("One.", options={"on_leftover": "adopt"})})
    [policy] = live(c1_tenant)
    assert stack.id_of("access") == policy["id"]
    assert len(writes(c1_tenant)) == 1


@pytest.mark.parametrize("status", [408, 499, 504, 520, 524, 599])
def test_a_create_that_may_be_under_way_is_looked_for_and_not_sent_again(
    status: int, c1_tenant: Emulator, stack: Stack
) -> None:
    c1_tenant.set_faults(Fault(do="answer", status=status, **CREATE))
    with pytest.raises(errors.ServerError, match="may have been made"):
        stack.up(ONE)
    assert len(writes(c1_tenant)) == 1
    assert searches(c1_tenant) > 1
    stack.up({"access": grant("One.", options={"on_leftover": "adopt"})})
    assert len(live(c1_tenant)) == 1


def _kill(after: int) -> Callable[[httpx.Request], None]:
    """Kills the process at the boundary of the n-th request, counted from 1."""
    seen: list[str] = []

    def at_boundary(request: httpx.Request) -> None:
        seen.append(request.url.path)
        if len(seen) == after:
            raise Killed

    return at_boundary


# The requests of a first run: a token, the look for leftovers, the create.
@pytest.mark.parametrize("where", ["on_request", "on_answer"])
@pytest.mark.parametrize("boundary", [1, 2, 3])
def test_a_killed_process_leaves_nothing_that_the_next_one_doubles(
    boundary: int, where: str, c1_tenant: Emulator, stack: Stack
) -> None:
    hooks: dict[str, Any] = {where: _kill(boundary)}
    with pytest.raises(Killed):
        stack.up(ONE, process=Process(c1_tenant, **hooks))
    assert stack.state == []
    left = boundary == 3 and where == "on_answer"
    assert len(live(c1_tenant)) == int(left)
    if left:
        assert live(c1_tenant)[0]["id"] in refused(stack, ONE)
    stack.up({"access": grant("One.", options={"on_leftover": "adopt"})})
    [policy] = live(c1_tenant)
    assert policy["id"] == stack.id_of("access")


def test_a_kill_between_the_store_and_the_state_leaves_nothing_that_is_doubled(
    c1_tenant: Emulator, stack: Stack
) -> None:
    def kill() -> None:
        raise Killed

    stack.step = kill
    with pytest.raises(Killed):
        stack.up(ONE)
    assert (stack.state, len(live(c1_tenant))) == ([], 1)
    stack.step = lambda: None
    stack.up({"access": grant("One.", options={"on_leftover": "adopt"})}, refresh=True)
    [policy] = live(c1_tenant)
    assert stack.id_of("access") == policy["id"]
    assert len(writes(c1_tenant)) == 1


def test_a_leftover_that_shall_be_left_is_named_and_another_is_created(
    c1_tenant: Emulator, stack: Stack, others: Others, caplog: pytest.LogCaptureFixture
) -> None:
    stack.up(ONE)
    left = stack.id_of("access")
    stack.state.clear()
    others.keep()
    stack.up({"access": grant("Two.", options={"on_leftover": "leave"})})
    assert stack.id_of("access") != left
    assert left in caplog.text
    others.assert_untouched()


def test_of_several_leftovers_the_one_that_equals_is_adopted(
    c1_tenant: Emulator, stack: Stack, others: Others, adopting: None
) -> None:
    others.add(annotations=marks(), description="Other.")
    equal = others.add(annotations=marks(), description="One.")
    stack.up(ONE)
    assert stack.id_of("access") == equal
    others.assert_untouched()


def test_several_leftovers_that_fit_are_refused(
    c1_tenant: Emulator, stack: Stack, others: Others, adopting: None
) -> None:
    twins = [others.add(annotations=marks(), description="One.") for _ in range(2)]
    text = refused(stack, ONE)
    assert all(each in text for each in twins)
    others.assert_untouched()


@pytest.mark.parametrize("edit", ["person", "terraform"])
def test_what_others_took_since_the_search_is_not_adopted(
    edit: str, c1_tenant: Emulator, stack: Stack, others: Others, adopting: None
) -> None:
    stack.up(ONE)
    taken = stack.id_of("access")
    stack.state.clear()

    def take(request: httpx.Request) -> None:
        if request.url.path.endswith("/search/policies"):
            if edit == "person":
                c1_tenant.product_edit(taken, {"description": "Theirs."})
            else:
                theirs = {**marks(), "managed_by": "terraform"}
                c1_tenant.api_edit(taken, {"annotations": theirs})
            others.keep()

    stack.up(ONE, process=Process(c1_tenant, on_answer=take))
    assert stack.id_of("access") != taken
    others.assert_untouched()


FOREIGN: dict[str, dict[str, Any]] = {
    "unmarked": {},
    "terraform": {"annotations": {**marks(), "managed_by": "terraform"}},
    "another stack": {"annotations": marks(workspace="shop/prod")},
    "another resource": {"annotations": marks("c1policy.Policy/other")},
    "another parent": {"annotations": marks("Team/c1policy.Policy/access")},
    "half marked": {"annotations": {"managed_by": "pulumi", "iac_workspace": "shop/dev"}},
    "builtin": {"annotations": marks(), "builtin": True},
}


@pytest.mark.parametrize("whose", FOREIGN)
@pytest.mark.parametrize("how", ["clean", "cut"])
def test_a_policy_of_somebody_else_is_never_adopted(
    how: str, whose: str, c1_tenant: Emulator, stack: Stack, others: Others
) -> None:
    foreign = others.add(**FOREIGN[whose])
    if how == "cut":
        c1_tenant.set_faults(*LOST["cut"])
    stack.up(ONE)
    assert stack.id_of("access") != foreign
    assert len(writes(c1_tenant)) == 1
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
def test_a_leftover_of_another_form_is_refused_and_never_adopted(
    what: str, c1_tenant: Emulator, stack: Stack, others: Others, adopting: None
) -> None:
    left = others.add(annotations=marks(), description="One.", **OF_OURS[what])
    text = refused(stack, ONE)
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
def test_a_leftover_that_goes_between_two_looks_is_created_anew(
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
    [policy] = live(c1_tenant)
    assert policy["id"] == stack.id_of("access") != gone


@pytest.mark.parametrize("scope", [None, {"app_id": "app-1"}], ids=["global", "scoped"])
@pytest.mark.parametrize("unset_fields", ["emitted", "omitted", "null", "null_everywhere"])
def test_a_leftover_equals_in_any_scope_and_spelling(
    unset_fields: str,
    scope: dict[str, str] | None,
    c1_tenant: Emulator,
    stack: Stack,
    adopting: None,
) -> None:
    c1_tenant.set_quirks(unset_fields=unset_fields)
    program = {"access": grant(scope=scope)}
    stack.up(program)
    stack.state.clear()
    stack.up(program)
    assert len(live(c1_tenant)) == 1


def test_two_stacks_with_the_same_program_keep_apart(
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
    assert [p["id"] for p in live(c1_tenant)] == [stack.id_of("access")]
    assert [p["id"] for p in live(c1_tenant, "shop/prod")] == [other.id_of("access")]


def test_two_resources_of_one_name_and_different_parents_keep_apart(
    c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up(ONE)
    stack.state.clear()
    inner = grant("Inner.")
    stack.up({"access": type(inner)(inner.inputs, parent="Team/")})
    assert sorted(p["description"] for p in live(c1_tenant)) == ["Inner.", "One."]


def test_the_look_for_leftovers_is_one_for_all_threads(c1_tenant: Emulator, stack: Stack) -> None:
    names = [f"access-{number}" for number in range(40)]
    with Process(c1_tenant).alive() as provider, ThreadPoolExecutor(4) as threads:
        inputs = [
            provider.check({}, stack.build_properties(name, grant(name), {})).inputs
            for name in names
        ]
        created = list(threads.map(provider.create, inputs))
    assert len({result.id for result in created}) == len(names) == len(live(c1_tenant))
    assert searches(c1_tenant) == 1


def test_a_look_that_fails_fails_each_create_in_its_own_name(
    c1_tenant: Emulator, stack: Stack
) -> None:
    # Slow enough for all four threads to wait for one look, and to get one and the same refusal.
    c1_tenant.set_faults(
        Fault(do="delay", seconds=0.3, times=None, **SEARCH),
        Fault(do="answer", status=403, times=None, path="/api/v1/"),
    )
    names = ["a", "b", "c", "d"]

    def failure(name: str) -> str:
        inputs = provider.check({}, stack.build_properties(name, grant(name), {})).inputs
        with pytest.raises(errors.PermissionDeniedError) as caught:
            provider.create(inputs)
        return str(caught.value)

    with Process(c1_tenant).alive() as provider, ThreadPoolExecutor(4) as threads:
        for name, text in zip(names, threads.map(failure, names), strict=True):
            assert text.startswith(f"Cannot create the policy c1policy.Policy/{name}: ")
            assert text.count("Cannot create") == 1
    assert searches(c1_tenant) == 1


def test_without_a_look_nothing_is_created(c1_tenant: Emulator, stack: Stack) -> None:
    c1_tenant.set_faults(Fault(do="answer", status=500, times=None, **SEARCH))
    with pytest.raises(errors.ServerError):
        stack.up(ONE)
    assert writes(c1_tenant) == []


def test_a_leftover_in_the_answer_to_a_replacement_is_not_recorded(
    c1_tenant: Emulator, stack: Stack, others: Others
) -> None:
    # It is older than the policy in the state: the engine may still remember to delete it.
    left = others.add(annotations=marks(), description="One.")
    c1_tenant.advance(5)
    program = {"access": grant("One.", options={"on_leftover": "leave"})}
    stack.up(program)
    others.keep()
    c1_tenant.set_quirks(get_or_create=True)
    with pytest.raises(errors.RefusedError, match=left):
        stack.up(program, refresh=True, replace=("access",))
    others.assert_untouched()


def test_a_policy_in_the_answer_that_is_renamed_to_the_resource_later_is_not_recorded(
    c1_tenant: Emulator, stack: Stack, others: Others
) -> None:
    theirs = others.add(annotations=marks("c1policy.Policy/other"), description="One.")
    c1_tenant.set_quirks(get_or_create=True)

    def rename(request: httpx.Request) -> None:
        if request.method == "POST" and request.url.path == "/api/v1/policies":
            c1_tenant.advance(5)
            c1_tenant.api_edit(theirs, {"annotations": marks()})
            others.keep()

    with pytest.raises(errors.RefusedError, match=theirs):
        stack.up(ONE, process=Process(c1_tenant, on_answer=rename))
    assert stack.state == []
    others.assert_untouched()
