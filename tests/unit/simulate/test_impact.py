"""The comparison of requests before and after a change."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_c1policy._simulate.impact import Impact, pair_policies
from pulumi_c1policy._simulate.known_policies import KnownPolicy, read_policy
from pulumi_c1policy._simulate.reports import build_impact_row
from pulumi_c1policy._simulate.simulation_result import Simulation
from tests.unit.simulate.small_company import ADA, GRACE, make_approval, make_grant, run


def make_known(name: str, *, id: str = "", resource: str = "") -> KnownPolicy:
    return read_policy(make_grant(display_name=name), id=id, resource=resource)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([make_known("A", id="1")], [make_known("B", id="1")], [("A", "B")]),
        (
            [make_known("A", id="1", resource="r")],
            [make_known("B", id="x", resource="r")],
            [("A", "B")],
        ),
        ([make_known("A", id="1")], [make_known("A", resource="r")], [("A", "A")]),
        ([make_known("A", id="1")], [make_known("B", id="2")], [(None, "B"), ("A", None)]),
        (
            [make_known("A", id="1"), make_known("A", id="2")],
            [make_known("A")],
            [(None, "A"), ("A", None), ("A", None)],
        ),
    ],
    ids=["id", "resource", "name", "none", "ambiguous"],
)
def test_policies_are_paired_by_id_resource_and_name(
    before: list[KnownPolicy], after: list[KnownPolicy], expected: list[tuple[str, str]]
) -> None:
    found = [
        (a.name if a else None, b.name if b else None) for a, b in pair_policies(before, after)
    ]
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_other_steps_are_a_change_and_other_rules_are_not() -> None:
    policy = make_grant(make_approval(manager={}))
    reworded = make_grant(
        make_approval(manager={"allow_self_approval": True}),
        rules=[{"condition": "false", "step_key": "grant"}],
        display_name="Renamed",
    )
    same = Impact("x", ADA, run(policy), run(reworded))
    assert not same.is_changed
    assert build_impact_row(same)[-1] == "unchanged"
    other = Impact(
        "x", ADA, run(policy), run(make_grant(make_approval(users={"user_ids": ["u-linus"]})))
    )
    assert other.is_changed
    assert build_impact_row(other)[2:] == (f"manager: {GRACE}", "users: linus@example.com")


def test_the_possible_results_of_an_undecided_rule_are_compared() -> None:
    def split(condition: str, *steps: dict[str, Any]) -> Simulation:
        rules = [{"condition": condition, "step_key": "other"}]
        return run(
            make_grant({"accept": {}}, rules=rules, more_steps={"other": {"steps": [*steps]}})
        )

    before = split("ip.is4", make_approval(manager={}))
    assert not Impact("x", ADA, before, split("ip.is4", make_approval(manager={}))).is_changed
    assert Impact("x", ADA, before, split("ip.is4", make_approval(self={}))).is_changed
    assert Impact("x", ADA, before, split("ip.is6", make_approval(manager={}))).is_changed
    # The request is accepted before and after, whether the rule matches or not.
    assert not Impact(
        "x", ADA, run(make_grant({"accept": {}})), split("ip.is4", {"accept": {}})
    ).is_changed


def test_another_escalation_or_next_policy_is_a_change() -> None:
    escalating = make_approval(
        manager={}, escalation_enabled=True, escalation={"expiration": "60", "skip_step": {}}
    )
    assert Impact(
        "x", ADA, run(make_grant(make_approval(manager={}))), run(make_grant(escalating))
    ).is_changed
    one, two = ([{"condition": "true", "policy_id": name}] for name in ("p1", "p2"))
    assert Impact("x", ADA, run(make_grant(rules=one)), run(make_grant(rules=two))).is_changed
    assert Impact("x", ADA, None, run(make_grant())).is_changed


def test_the_rule_that_leads_to_another_policy_is_not_a_change() -> None:
    by_rule = make_grant(rules=[{"condition": "true", "policy_id": "p9"}])
    by_baseline = {"policy_type": "POLICY_TYPE_GRANT", "baseline_policy_id": "p9"}
    assert not Impact("x", ADA, run(by_rule), run(by_baseline)).is_changed


def test_another_next_policy_behind_an_undecided_rule_is_a_change() -> None:
    def lead_to(policy_id: str) -> Simulation:
        rules = [
            {"condition": condition, "policy_id": policy_id} for condition in ("ip.is4", "true")
        ]
        return run(make_grant(rules=rules))

    assert lead_to("p8").routes[0].is_same_either_way
    assert not Impact("x", ADA, lead_to("p8"), lead_to("p8")).is_changed
    assert Impact("x", ADA, lead_to("p8"), lead_to("p9")).is_changed
