"""The rule that matches, undecided rules, and policies that lead to other policies."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate.causes import Unresolved
from pulumi_c1policy._simulate.policy_rules import RuleTarget
from pulumi_c1policy._simulate.simulation_result import Simulation
from tests.unit.simulate.small_company import make_approval, make_grant, run

SECOND = {"second": {"steps": [{"reject": {"reject_message": "No."}}]}}


def build_with_rules(*conditions: str) -> dict[str, Any]:
    rules = [{"condition": condition, "step_key": "second"} for condition in conditions]
    return make_grant({"accept": {}}, rules=rules, more_steps=SECOND)


@pytest.mark.parametrize(
    ("conditions", "matched", "ending"),
    [
        ([], None, "accepted"),
        (["subject.department == 'Ops'"], None, "accepted"),
        (["subject.department == 'Eng'"], 0, "rejected"),
        (["subject.department == 'Ops'", "subject.department == 'Eng'", "true"], 1, "rejected"),
    ],
)
def test_the_first_rule_that_matches_wins(
    conditions: list[str], matched: int | None, ending: str
) -> None:
    result = run(build_with_rules(*conditions))
    assert result.matched_rule == matched
    assert result.ending == ending
    assert [rule.value for rule in result.rules][:-1] == [False] * (len(result.rules) - 1)


UNDECIDED = "task.isGrantPermanent"
SPLIT = make_grant(
    make_approval(self={}),
    rules=[
        {"condition": "subject.department == 'Ops'", "step_key": "second"},
        {"condition": UNDECIDED, "step_key": "second"},
        {"condition": "task.grantDuration > duration('1h')", "step_key": "third"},
    ],
    more_steps=SECOND | {"third": {"steps": [{"accept": {}}]}},
)


def test_an_undecided_rule_gives_several_possible_results() -> None:
    result = run(SPLIT)
    assert isinstance(result.matched_rule, Undecided)
    assert isinstance(result.ending, Undecided)
    assert result.undecided == ("rules[1] cannot be evaluated: `task` is not given",)
    assert result.steps == ()
    assert [rule.value is False for rule in result.rules] == [True, False]
    assert [(one.assumes, one.matched_rule, one.ending) for one in result.possible] == [
        ("rules[1] matches", 1, "rejected"),
        ("rules[1] does not match and rules[2] matches", 2, "accepted"),
        ("rules[1] does not match and rules[2] does not match", None, "completed"),
    ]
    assert "rules[1] cannot be decided: `task` is not given" in result.explain()
    assert result.explain().endswith(
        "  if rules[1] does not match and rules[2] does not match:\n"
        "    1. approval: self: ada@example.com\n"
        "    ends: completed"
    )


def test_an_undecided_rule_can_lead_to_a_single_result() -> None:
    result = run(build_with_rules("subject.department == 'Ops'", UNDECIDED, "true"))
    assert result.ending == "rejected"
    assert [step.kind for step in result.steps] == ["reject"]
    assert result.possible == ()
    assert isinstance(result.matched_rule, Undecided)
    assert result.undecided == ("rules[1] cannot be evaluated: `task` is not given",)
    assert result.routes[0].is_same_either_way


def test_an_undecided_rule_of_the_next_policy_gives_possible_results() -> None:
    first = make_grant({"accept": {}}, id="p1", rules=[{"condition": "true", "policy_id": "p2"}])
    result = run(first, policies=[SPLIT | {"id": "p2"}])
    assert [route.policy for route in result.routes] == ["Test", "Test"]
    assert [one.ending for one in result.possible] == ["rejected", "accepted", "completed"]
    assert result.possible[0].assumes == "rules[1] of Test matches"


def test_too_many_possible_results_are_not_listed() -> None:
    conditions = [f"task.displayName == '{number}'" for number in range(40)]
    result = run(build_with_rules(*conditions))
    assert isinstance(result.ending, Undecided)
    assert result.possible == ()


def test_conditions_read_the_request() -> None:
    policy = build_with_rules("task.isGrantPermanent && ip.isPrivate && account.username == 'ada'")
    result = run(
        policy, task={"is_grant_permanent": True}, ip="10.0.0.1", account={"username": "ada"}
    )
    assert result.matched_rule == 0


@pytest.mark.parametrize("key", ["step_key", "policy_key"])
def test_policy_key_is_the_older_name_of_step_key(key: str) -> None:
    policy = make_grant(rules=[{"condition": "true", key: "second"}], more_steps=SECOND)
    assert run(policy).ending == "rejected"


def test_a_rule_whose_steps_are_missing_is_undecided() -> None:
    result = run(make_grant(rules=[{"condition": "true", "step_key": "nowhere"}]))
    assert result.matched_rule == 0
    assert result.ending == Unresolved(code="missing-steps", key="nowhere")


def test_a_request_without_a_rule_and_a_baseline_is_rejected() -> None:
    policy = {
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": SECOND,
        "rules": [{"condition": "false", "step_key": "second"}],
    }
    assert run(policy).ending == "rejected"


def build_policy(name: str, to: str, **fields: Any) -> dict[str, Any]:
    rules = [{"condition": "true", "policy_id": to}] if to else []
    return make_grant({"accept": {}}, rules=rules, **fields) | {"id": name, "display_name": name}


def run_chain(count: int, last: str = "") -> Simulation:
    policies = [build_policy(f"p{n}", f"p{n + 1}") for n in range(count)]
    return run(policies[0], policies=[*policies[1:], build_policy(f"p{count}", last)])


def test_another_policy_decides_by_its_own_rules() -> None:
    other = make_grant(
        rules=[{"condition": "subject.department == 'Eng'", "step_key": "second"}],
        more_steps=SECOND,
    )
    result = run(
        build_policy("one", "two"), policies=[other | {"id": "two", "displayName": "The other"}]
    )
    assert [route.policy for route in result.routes] == ["one", "The other"]
    assert [route.matched for route in result.routes] == [0, 0]
    assert result.ending == "rejected"


def test_a_request_ends_elsewhere_if_the_next_policy_is_unknown() -> None:
    result = run(build_policy("one", "far-away"))
    assert result.ending == "elsewhere"
    assert result.routes[-1].target == RuleTarget("policy", policy_id="far-away")
    assert result.routes[-1].next_policy.startswith("far-away (not ")
    assert result.steps == ()


def test_another_policy_can_be_the_baseline() -> None:
    policy = {"policy_type": "POLICY_TYPE_GRANT", "baseline_policy_id": "two"}
    result = run(policy, policies=[build_policy("two", "")])
    assert result.matched_rule is None
    assert result.ending == "accepted"


def test_at_most_five_policies_take_over() -> None:
    assert run_chain(5).ending == "accepted"
    assert run_chain(6).ending == Unresolved(code="too-many-policies", limit=5)


def test_a_cycle_of_policies_is_undecided() -> None:
    assert run_chain(2, last="p0").ending == Unresolved(code="policy-cycle")


def test_a_policy_without_expressions_needs_no_checker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cel_expr_python", None)
    assert run(make_grant(make_approval(manager={}))).approvers == (("grace@example.com",),)
