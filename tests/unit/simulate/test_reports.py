"""Simulations as one line, as JSON and as Markdown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_c1policy._simulate.explanation import describe_course
from pulumi_c1policy._simulate.impact import Impact
from pulumi_c1policy._simulate.reports import render_markdown, to_json
from tests.unit.simulate.small_company import ADA, make_approval, make_grant, run


@pytest.mark.parametrize(
    ("policy", "line"),
    [
        (make_grant(), "cannot be decided: tenants reject the empty list of steps 'grant'"),
        (make_grant({"reject": {}}, {"accept": {}}), "the request is rejected"),
        (make_grant({"wait": {"duration": {"duration": "1h"}}}, make_approval(self={})),
         f"wait 1h → self: {ADA}"),
        (make_grant(rules=[{"condition": "true", "policy_id": "p9"}]),
         "policy p9 (not among the given policies)"),
        ({"policy_type": "POLICY_TYPE_GRANT"}, "the request is rejected"),
        (make_grant({"accept": {}}, rules=[{"condition": "ip.is4", "step_key": "none"}],
               more_steps={"none": {"steps": []}}),
         "cannot be decided: rules[0] cannot be evaluated: `ip` is not given\n"
         "if rules[0] matches: cannot be decided: tenants reject the empty list of steps 'none'\n"
         "if rules[0] does not match: the request is accepted"),
    ],
)  # fmt: skip
def test_a_course_is_one_line_and_one_more_for_each_possible_result(
    policy: dict[str, Any], line: str
) -> None:
    assert describe_course(run(policy)) == line


def test_json_has_the_reasons_of_undecided_values() -> None:
    policy = make_grant(make_approval(app_owners={}), {"wait": {"duration": {"duration": "1h"}}})
    (found,) = json.loads(to_json([run(policy)]))
    assert found["policy"] == "Test"
    assert found["approvers"] == [{"undecided": "`entitlement.appId` is not given"}]
    assert found["steps"][1]["duration"] == 3600.0
    (changed,) = json.loads(to_json([Impact("x", ADA, None, run(policy))]))
    assert (changed["changed"], changed["before"]) == (True, None)


def test_text_in_a_markdown_cell_is_escaped() -> None:
    assert render_markdown(["A"], [["x|y\nz`<b>"]]).splitlines()[-1] == r"| x\|y<br>z\`&lt;b&gt; |"


def test_the_json_keys_are_those_of_the_first_release() -> None:
    escalation = {"expiration": "60", "skip_step": {}}
    steps = [
        make_approval(manager={}, escalation_enabled=True, escalation=escalation),
        {"wait": {"duration": {"duration": "1h"}}},
        {"provision": {"provision_policy": {"connector": {}}}},
    ]
    policy = make_grant(*steps, rules=[{"condition": "false", "step_key": "grant"}])
    (found,) = json.loads(to_json([Impact("x", ADA, None, run(policy))]))
    assert set(found) == {"changed", "policy", "subject", "before", "after"}
    after = found["after"]
    assert set(after) >= {
        "policy", "matched_rule", "approvers", "subject", "routes", "steps", "ending", "possible",
        "subject_name",
    }  # fmt: skip
    (route,) = after["routes"]
    assert set(route) >= {"policy", "policy_id", "rules", "matched", "outcome"}
    assert set(route["rules"][0]) >= {"index", "condition", "value"}
    step = {"index", "kind", "status", "summary"}
    approve, wait, provision = after["steps"]
    assert set(approve) >= step | {
        "by", "approvers", "barred", "is_fallback", "expression", "escalation"
    }  # fmt: skip
    assert set(approve["escalation"]) >= {"after", "action", "policy", "approvers"}
    assert set(wait) >= step | {"duration", "timeout"}
    assert set(provision) >= step | {"by", "provisioners", "config"}
