"""The program declares the tenant's policies, is readable, and needs no formatting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._import.program_names import make_names
from pulumi_c1policy._import.program_writer import Source, list_fields, write_program
from pulumi_c1policy._import.references import Reference
from pulumi_c1policy._import.tenant_objects import LookupCall, TenantObject
from pulumi_c1policy._lifecycle.checks.policy_checks import check
from pulumi_c1policy._lifecycle.planning.diff import compare
from pulumi_c1policy._lifecycle.planning.ownership import OWNERSHIP_KEYS
from pulumi_c1policy._lifecycle.planning.plan import Update, plan
from pulumi_c1policy._lifecycle.planning.prior import find_drift
from pulumi_c1policy._lifecycle.planning.state_codec import REWRITTEN, from_state
from pulumi_c1policy._lookup_result import LookupResult
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import decode, encode
from pulumi_c1policy._pulumi import engine_values
from pulumi_c1policy.lookup_results import (
    FindAppResult,
    FindGroupResult,
    FindStepUpProviderResult,
    FindUserResult,
    FindWebhookResult,
    GetPolicyResult,
)
from pulumi_c1policy.policy_type import PolicyType
from tests.support.strategies import accepted_policies
from tests.unit.importing.imported_programs import (
    adopt,
    format_source,
    make_entries,
    make_program,
    make_wire_policy,
    run_program,
)

IDS = tuple(f"2policy-{number}" for number in range(4))
OURS = dict.fromkeys(OWNERSHIP_KEYS, "ours")


@st.composite
def tenants(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Generate policies of a tenant, with references to each other and to a missing one."""
    count = draw(st.integers(1, len(IDS) - 1))
    # A tenant rejects a policy that hands requests to itself.
    others = [[id_ for id_ in IDS if id_ != own] for own in IDS[:count]]
    inputs = [draw(accepted_policies(ids)) for ids in others]
    return [{**encode(POLICY, one), "id": IDS[n]} for n, one in enumerate(inputs)]


@given(tenants())
def test_program_and_state_are_equal_to_the_live_policies(tenant: list[dict[str, Any]]) -> None:
    state = make_entries(*tenant)
    source = make_program(*tenant)
    assert format_source(source) == source
    found = run_program(source, {name: entry["id"] for name, entry in state.items()})
    assert found.keys() == state.keys()
    for policy in tenant:
        live = decode(POLICY, policy)
        [(name, entry)] = [item for item in state.items() if item[1]["id"] == policy["id"]]
        inputs, prior = found[name], from_state(entry["outputs"])
        assert compare(POLICY, live, inputs) == []
        assert entry["inputs"] == inputs | {"__provider": entry["inputs"]["__provider"]}
        assert find_drift(prior, live) == []
        assert REWRITTEN not in entry["outputs"]
        notes = inputs.get("annotations", {}) | OURS
        planned = plan(prior, inputs | {"annotations": notes})
        assert isinstance(planned, Update)
        assert planned.mask == ("annotations",)
        assert [f for f in check(inputs) if f.severity == "error"] == []


RESULTS: dict[str, Callable[..., LookupResult]] = {
    "app": lambda own: FindAppResult(id=own.id, display_name="A"),
    "entitlement": lambda own: FindGroupResult(id=own.id, app_id=own.app_id),
    "user": lambda own: FindUserResult(id=own.id, email="a@example.com"),
    "webhook": lambda own: FindWebhookResult(id=own.id, display_name="W"),
    "step-up provider": lambda own: FindStepUpProviderResult(id=own.id, display_name="S"),
    "policy": lambda own: GetPolicyResult(
        id=own.id, display_name="P", policy_type=PolicyType.GRANT
    ),
}


@given(tenants())
def test_a_program_with_lookups_has_the_ids_of_the_live_policies(
    tenant: list[dict[str, Any]],
) -> None:
    found = adopt(*tenant)
    names = make_names(policy.name for policy in found)
    fields = list_fields(found, ())
    keys = {str(number): each for number, each in enumerate(fields)}
    objects = {
        each: TenantObject(f"{each.kind} {key}", lookup=LookupCall("look_up", {"key": key}))
        for key, each in keys.items()
    }
    source = write_program(Source(found, names, objects))
    assert format_source(source) == source
    own, called = {policy.id for policy in found}, list[Reference]()

    def look_up(key: str) -> LookupResult:
        called.append(keys[key])
        return RESULTS[keys[key].kind](keys[key])

    ids = {name.resource: policy.id for name, policy in zip(names, found, strict=True)}
    declared = run_program(source, ids, look_up=look_up)
    for name, policy in zip(names, found, strict=True):
        assert engine_values.resolve(declared[name.resource]) == policy.inputs
    wanted = [each for each in fields if each.kind != "policy" or each.id not in own]
    assert sorted(called) == sorted(wanted)


def make_escalation(to: str) -> dict[str, Any]:
    """Return steps with an escalation that hands the request to another policy."""
    escalation = {"expiration": "3600", "replacePolicy": {"policyId": to}}
    approval = {"manager": {}, "escalationEnabled": True, "escalation": escalation}
    return {"grant": {"steps": [{"approval": approval}]}}


AGENT = {
    "agentMode": "APPROVAL_AGENT_MODE_CHANGE_POLICY_ONLY",
    "agentFailureAction": "APPROVAL_AGENT_FAILURE_ACTION_SKIP_POLICY_STEP",
}


def test_a_policy_follows_those_that_it_refers_to() -> None:
    source = make_program(
        make_wire_policy("a", policySteps=make_escalation("c")),
        make_wire_policy("b", policySteps=None, baselinePolicyId="a"),
        make_wire_policy("c", rules=[{"condition": "true", "policyId": "d"}]),
        make_wire_policy("d"),
        make_wire_policy(
            "e",
            policySteps={
                "grant": {
                    "steps": [{"approval": {"agent": AGENT | {"policyIds": ["b", "d", "gone"]}}}]
                }
            },
        ),
    )
    found = run_program(
        source, {f"policy-{name}": name for name in "abcde"} | {n: n for n in "abcde"}
    )
    assert list(found) == ["d", "c", "a", "b", "e"]
    assert '"replace_policy": {"policy_id": c.id}' in source
    assert "baseline_policy_id=a.id," in source
    assert 'rules=[{"condition": "true", "policy_id": d.id}],' in source
    assert format_source(source) == source
    lines = [line.strip() for line in source.splitlines()]
    place = lines.index("b.id,")
    assert lines[place : place + 4] == ["b.id,", "d.id,", "# Not found in the tenant.", '"gone",']


def test_a_reference_to_an_undeclared_policy_is_an_id_with_a_comment() -> None:
    policy = make_wire_policy("a", policySteps=None, baselinePolicyId="2other")
    source = make_program(policy, others={"2other": "Every\nbody's"})
    expected = (
        "    # Policy Every body's, which is not declared here.\n"
        '    baseline_policy_id="2other",\n'
    )
    assert expected in source
    assert format_source(source) == source


def test_policies_in_a_cycle_are_declared_with_a_comment() -> None:
    one, other = (
        make_wire_policy("a", policySteps=make_escalation("b")),
        make_wire_policy("b", policySteps=make_escalation("a")),
    )
    itself = make_wire_policy("c", policySteps=make_escalation("c"))
    source = make_program(one, other, itself)
    assert list(run_program(source, dict(zip("abc", "abc", strict=True)))) == ["b", "a", "c"]
    assert "# a, which refers back to this policy.\n" in source
    assert "# This policy itself.\n" in source
    assert "b.id" in source
    assert format_source(source) == source


def test_a_chain_of_a_thousand_policies_is_sorted() -> None:
    count = 1000
    chain = [
        make_wire_policy(f"p{n}", policySteps=make_escalation(f"p{n + 1}")) for n in range(count)
    ]
    found = run_program(make_program(*chain), {f"p{n}": f"p{n}" for n in range(count)})
    assert list(found) == [f"p{n}" for n in reversed(range(count))]


def test_the_program_is_readable() -> None:
    source = make_program(
        make_wire_policy("1", displayName="Class", description='Who says "no"?\nNobody.'),
        make_wire_policy(
            "2",
            displayName="Büro, Zürich",
            scope={"appId": "app"},
            policySteps={
                "late": {"steps": [{"reject": {"rejectMessage": "Ask in time."}}]},
                "grant": {"steps": [{"wait": {"duration": {"duration": "7200s"}}}]},
            },
            rules=[
                {"condition": "subject.department == 'Sales'", "policyId": "1"},
                {"condition": "task.isGrantPermanent", "policyKey": "late"},
            ],
        ),
    )
    assert source == PROGRAM


PROGRAM = '''\
"""ConductorOne policies that `c1policy import` found in the tenant."""

import pulumi_c1policy as c1

class_policy = c1.Policy(
    "class-policy",
    display_name="Class",
    policy_type="POLICY_TYPE_GRANT",
    description='Who says "no"?\\nNobody.',
    policy_steps={"grant": {"steps": [{"accept": {}}]}},
)

buro_zurich = c1.Policy(
    "buro-zurich",
    display_name="Büro, Zürich",
    policy_type="POLICY_TYPE_GRANT",
    policy_steps={
        "grant": {"steps": [{"wait": {"duration": {"duration": "2h"}}}]},
        "late": {"steps": [{"reject": {"reject_message": "Ask in time."}}]},
    },
    rules=[
        {"condition": "subject.department == 'Sales'", "policy_id": class_policy.id},
        {"condition": "task.isGrantPermanent", "step_key": "late"},
    ],
    scope={"app_id": "app"},
)
'''
