"""The deletion of policies that apps and entitlements use."""

from __future__ import annotations

import json
import logging

import httpx
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._emulator import Emulator, Fault
from tests.integration.trust.trust_cases import (
    DELETE,
    ONE,
    FaultTarget,
    list_live,
    list_writes,
    make_grant,
    make_revoke,
)
from tests.support.engine import Process, Program, Stack

USES: FaultTarget = {"path": r"/search/(apps|entitlements)"}
VARIABLE = "PULUMI_C1POLICY_ON_IN_USE"


class UnfilteredNetwork(httpx.BaseTransport):
    """A network on which no search has its filter by policy."""

    def __init__(self) -> None:
        self._network = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if "/search/" in request.url.path:
            body = json.loads(request.read())
            body.pop("policyRefs", None)
            headers = {**request.headers}
            headers.pop("content-length")
            request = httpx.Request(request.method, request.url, headers=headers, json=body)
        return self._network.handle_request(request)

    def close(self) -> None:
        self._network.close()


def count_searches(tenant: Emulator) -> int:
    return sum(
        request.path.endswith(("/search/apps", "/search/entitlements"))
        for request in tenant.requests
    )


def attach(tenant: Emulator, policy_id: str) -> str:
    """Let an app and twelve entitlements use a policy; return the app's id."""
    app = tenant.add_app("GitHub", grantPolicyId=policy_id)
    for number in range(12):
        fields = {"grantCount": f"{number}", "revokePolicyId": policy_id}
        tenant.add_entitlement(app, f"Role {number}", id=f"role{number}", **fields)
    return app


def detach(tenant: Emulator, app: str) -> None:
    """Delete the app and its entitlements."""
    tenant.remove_app(app)
    for number in range(12):
        tenant.remove_entitlement(app, f"role{number}")


def get_refusal_of_destroy(stack: Stack) -> str:
    with pytest.raises(errors.RefusedError) as caught:
        stack.destroy()
    return str(caught.value)


def test_the_error_for_the_deletion_of_a_policy_in_use_names_its_uses(
    c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up(ONE)
    policy_id = stack.id_of("access")
    app = attach(c1_tenant, policy_id)
    text = get_refusal_of_destroy(stack)
    assert text.startswith(
        f"Cannot delete the policy c1policy.Policy/access ({policy_id}): it is in use by 1 app and "
        "12 entitlements, which would keep the id of a deleted policy: the app 'GitHub' "
        f"({app}) for grant, the entitlement 'Role 11' (role11) of the app 'GitHub' ({app}) for "
        "revoke, 11 grants, the entitlement 'Role 10'"
    )
    assert f"{VARIABLE}=delete pulumi destroy" in text.splitlines()[-1]
    assert len(stack.state) == len(list_live(c1_tenant)) == 1
    assert [request.method for request in list_writes(c1_tenant)] == ["POST"]
    detach(c1_tenant, app)
    stack.destroy()
    assert list_live(c1_tenant) == []


@pytest.mark.parametrize("status", [0, 403, 503])
def test_the_refusal_names_the_app_of_an_entitlement(
    status: int, c1_tenant: Emulator, stack: Stack, caplog: pytest.LogCaptureFixture
) -> None:
    """The third search for apps is about their names; without an answer the ids remain."""
    stack.up(ONE)
    app = c1_tenant.add_app("GitHub")
    fields = {"revokePolicyId": stack.id_of("access")}
    role = c1_tenant.add_entitlement(app, "Role", **fields)
    fault = Fault(do="answer", status=status, nth=3, times=None, path="/search/apps$")
    c1_tenant.set_faults(*([fault] if status else []))
    shown = app if status else f"'GitHub' ({app})"
    with caplog.at_level(logging.WARNING):
        text = get_refusal_of_destroy(stack)
    assert f"the entitlement 'Role' ({role}) of the app {shown} for revoke." in text
    assert caplog.messages == []


def test_an_environment_variable_decides_for_one_run(
    c1_tenant: Emulator, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.up(ONE)
    attach(c1_tenant, stack.id_of("access"))
    monkeypatch.setenv(VARIABLE, "delete")
    stack.destroy()
    assert list_live(c1_tenant) == []
    assert count_searches(c1_tenant) == 0


@pytest.mark.parametrize("refresh", [False, True], ids=["at once", "after a refresh"])
def test_the_decision_of_the_program_is_recorded_without_an_update(
    refresh: bool, c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up(ONE)
    attach(c1_tenant, stack.id_of("access"))
    before = len(list_writes(c1_tenant))
    decided: Program = {"access": make_grant("One.", options={"on_in_use": "delete"})}
    assert stack.list_changes(decided) == {}
    stack.up(decided)
    if refresh:
        stack.refresh()
        assert stack.list_changes(decided) == {}
    stack.destroy()
    assert [request.method for request in list_writes(c1_tenant)[before:]] == ["DELETE"]


def test_a_removed_decision_has_no_effect(c1_tenant: Emulator, stack: Stack) -> None:
    stack.up({"access": make_grant("One.", options={"on_in_use": "delete"})})
    attach(c1_tenant, stack.id_of("access"))
    stack.up(ONE)
    assert "it is in use" in get_refusal_of_destroy(stack)


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_a_failed_search_for_uses_does_not_refuse_a_deletion(
    status: int,
    c1_tenant: Emulator,
    stack: Stack,
    caplog: pytest.LogCaptureFixture,
) -> None:
    stack.up({f"access-{number}": make_grant(f"{number}") for number in range(5)})
    attach(c1_tenant, stack.id_of("access-0"))
    c1_tenant.set_faults(Fault(do="answer", status=status, times=None, **USES))
    with caplog.at_level(logging.WARNING):
        stack.destroy()
    assert list_live(c1_tenant) == []
    [warning] = caplog.messages
    assert "did not answer which apps and entitlements use the policies" in warning
    assert f" {status} " in warning


@pytest.mark.parametrize(
    "fault",
    [Fault(do="html", times=None, **USES), Fault(do="delay", seconds=60, times=None, **USES)],
    ids=["unreadable", "late"],
)
def test_an_unreadable_or_late_answer_does_not_refuse_a_deletion(
    fault: Fault,
    c1_tenant: Emulator,
    stack: Stack,
    caplog: pytest.LogCaptureFixture,
) -> None:
    stack.up(ONE)
    attach(c1_tenant, stack.id_of("access"))
    c1_tenant.set_faults(fault)
    with caplog.at_level(logging.WARNING):
        stack.destroy(process=Process(c1_tenant, requestDeadline="0.5"))
    assert list_live(c1_tenant) == []
    assert len(caplog.messages) == 1


def test_a_tenant_that_ignores_the_filter_does_not_refuse_a_deletion(
    c1_tenant: Emulator, stack: Stack, caplog: pytest.LogCaptureFixture
) -> None:
    stack.up(ONE)
    attach(c1_tenant, "somebody-elses-policy")
    with caplog.at_level(logging.WARNING):
        stack.destroy(process=Process(c1_tenant, network=UnfilteredNetwork()))
    assert list_live(c1_tenant) == []
    assert caplog.messages == []


def test_uses_that_the_run_removed_do_not_count(c1_tenant: Emulator, stack: Stack) -> None:
    stack.up({"one": make_grant("1"), "two": make_grant("2"), "three": make_grant("3")})
    app = c1_tenant.add_app("GitHub", grantPolicyId=stack.id_of("one"))

    def on_answer(request: httpx.Request) -> None:
        # The run detaches the policy after the first search, and before its deletion.
        if request.method == "DELETE":
            c1_tenant.edit_app(app, {"grantPolicyId": None})

    stack.up({}, refresh=True, process=Process(c1_tenant, on_answer=on_answer))
    assert list_live(c1_tenant) == []
    # Two first searches, and two for the policy that seemed in use.
    assert count_searches(c1_tenant) == 4


def test_an_old_policy_that_the_replacement_freed_is_deleted(
    c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up(ONE)
    app = c1_tenant.add_app("GitHub", grantPolicyId=stack.id_of("access"))

    def on_answer(request: httpx.Request) -> None:
        if request.method == "POST" and request.url.path == "/api/v1/policies":
            c1_tenant.edit_app(app, {"grantPolicyId": None})

    stack.up({"access": make_revoke()}, process=Process(c1_tenant, on_answer=on_answer))
    assert [policy["id"] for policy in list_live(c1_tenant)] == [stack.id_of("access")]


@pytest.mark.parametrize("forced", [False, True], ids=["by type", "forced"])
def test_an_old_policy_that_is_still_in_use_is_kept_with_a_warning(
    forced: bool,
    c1_tenant: Emulator,
    stack: Stack,
    caplog: pytest.LogCaptureFixture,
) -> None:
    stack.up(ONE)
    old = stack.id_of("access")
    c1_tenant.add_app("GitHub", grantPolicyId=old)
    with caplog.at_level(logging.WARNING):
        if forced:
            stack.up(ONE, refresh=True, replace=("access",))
        else:
            stack.up({"access": make_revoke()})
    new = stack.id_of("access")
    [warning] = caplog.messages
    assert f"it was replaced by {new}, but is still in use by 1 app: the app 'GitHub'" in warning
    assert f"then delete {old} in ConductorOne" in warning
    assert [entry.id for entry in stack.state] == [new]
    assert [policy["id"] for policy in list_live(c1_tenant)] == [old, new]


def test_the_next_run_decides_about_a_pending_deletion_of_a_replaced_policy(
    c1_tenant: Emulator, stack: Stack, caplog: pytest.LogCaptureFixture
) -> None:
    stack.up(ONE)
    old = stack.id_of("access")
    c1_tenant.set_faults(Fault(do="answer", status=400, **DELETE))
    with pytest.raises(errors.InvalidRequestError):
        stack.up({"access": make_revoke()})
    c1_tenant.add_app("GitHub", grantPolicyId=old)
    with caplog.at_level(logging.WARNING):
        stack.up({"access": make_revoke()}, refresh=True)
    assert f"it was replaced by {stack.id_of('access')}" in caplog.messages[-1]
    assert [entry.is_pending_delete for entry in stack.state] == [False]


def test_a_used_policy_that_a_person_took_over_is_kept_with_a_warning(
    c1_tenant: Emulator, stack: Stack, caplog: pytest.LogCaptureFixture
) -> None:
    stack.up(ONE)
    policy_id = stack.id_of("access")
    attach(c1_tenant, policy_id)
    c1_tenant.product_edit(policy_id, {"description": "a person's"})
    with caplog.at_level(logging.WARNING):
        stack.destroy()
    [warning] = caplog.messages
    assert "it was taken over" in warning


@pytest.mark.parametrize(("count", "most"), [(1, 2), (2, 4), (30, 4)])
def test_a_destroy_takes_few_searches_for_uses(
    count: int, most: int, c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up({f"access-{number}": make_grant(f"{number}") for number in range(count)})
    stack.destroy()
    assert count_searches(c1_tenant) <= most


def test_a_destroy_after_a_refresh_takes_two_searches_for_uses(
    c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up({f"access-{number}": make_grant(f"{number}") for number in range(30)})
    stack.up({}, refresh=True)
    assert count_searches(c1_tenant) == 2
    assert list_live(c1_tenant) == []
