"""Which rule matches, why those above do not, and where a policy hands over."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate.results import Simulation
from tests.unit.simulate.cases import approval, grant, run

SECOND = {"second": {"steps": [{"reject": {"reject_message": "No."}}]}}


def ruled(*conditions: str) -> dict[str, Any]:
    rules = [{"condition": condition, "step_key": "second"} for condition in conditions]
    return grant({"accept": {}}, rules=rules, more_steps=SECOND)


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
    result = run(ruled(*conditions))
    assert result.matched_rule == matched
    assert result.ending == ending
    assert [rule.value for rule in result.rules][:-1] == [False] * (len(result.rules) - 1)


UNDECIDED = "task.isGrantPermanent"
SPLIT = grant(
    approval(self={}),
    rules=[
        {"condition": "subject.department == 'Ops'", "step_key": "second"},
        {"condition": UNDECIDED, "step_key": "second"},
        {"condition": "task.grantDuration > duration('1h')", "step_key": "third"},
    ],
    more_steps=SECOND | {"third": {"steps": [{"accept": {}}]}},
)


def test_a_rule_that_cannot_be_decided_leaves_several_ways() -> None:
    result = run(SPLIT)
    assert isinstance(result.matched_rule, Undecided)
    assert isinstance(result.ending, Undecided)
    assert result.undecided == ("whether rules[1] matches: `task` is not given",)
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


def test_a_rule_that_cannot_be_decided_may_make_no_difference() -> None:
    result = run(ruled("subject.department == 'Ops'", UNDECIDED, "true"))
    assert result.ending == "rejected"
    assert [step.kind for step in result.steps] == ["reject"]
    assert result.possible == ()
    assert isinstance(result.matched_rule, Undecided)
    assert result.undecided == ("whether rules[1] matches: `task` is not given",)
    assert "-> either way the same" in result.explain()


def test_the_ways_go_on_in_the_policy_that_takes_over() -> None:
    first = grant({"accept": {}}, id="p1", rules=[{"condition": "true", "policy_id": "p2"}])
    result = run(first, policies=[SPLIT | {"id": "p2"}])
    assert [route.policy for route in result.routes] == ["Test", "Test"]
    assert [one.ending for one in result.possible] == ["rejected", "accepted", "completed"]
    assert result.possible[0].assumes == "rules[1] of Test matches"


def test_of_too_many_ways_none_is_told() -> None:
    conditions = [f"task.displayName == '{number}'" for number in range(40)]
    result = run(ruled(*conditions))
    assert isinstance(result.ending, Undecided)
    assert result.possible == ()


def test_the_request_decides_what_it_gives() -> None:
    policy = ruled("task.isGrantPermanent && ip.isPrivate && account.username == 'ada'")
    result = run(
        policy, task={"is_grant_permanent": True}, ip="10.0.0.1", account={"username": "ada"}
    )
    assert result.matched_rule == 0


@pytest.mark.parametrize("key", ["step_key", "policy_key"])
def test_the_old_spelling_of_a_step_key_is_the_same(key: str) -> None:
    policy = grant(rules=[{"condition": "true", key: "second"}], more_steps=SECOND)
    assert run(policy).ending == "rejected"


def test_a_rule_without_its_steps_is_undecided() -> None:
    result = run(grant(rules=[{"condition": "true", "step_key": "nowhere"}]))
    assert result.matched_rule == 0
    assert result.undecided == ("the policy has no steps 'nowhere'",)


def test_a_request_that_matches_nothing_without_a_baseline_is_denied() -> None:
    policy = {
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": SECOND,
        "rules": [{"condition": "false", "step_key": "second"}],
    }
    assert run(policy).ending == "rejected"


def handing_over(name: str, to: str, **fields: Any) -> dict[str, Any]:
    rules = [{"condition": "true", "policy_id": to}] if to else []
    return grant({"accept": {}}, rules=rules, **fields) | {"id": name, "display_name": name}


def over(count: int, last: str = "") -> Simulation:
    chain = [handing_over(f"p{n}", f"p{n + 1}") for n in range(count)]
    return run(chain[0], policies=[*chain[1:], handing_over(f"p{count}", last)])


def test_a_rule_hands_over_to_another_policy_which_decides_by_its_own_rules() -> None:
    other = grant(
        rules=[{"condition": "subject.department == 'Eng'", "step_key": "second"}],
        more_steps=SECOND,
    )
    result = run(
        handing_over("one", "two"), policies=[other | {"id": "two", "displayName": "The other"}]
    )
    assert [route.policy for route in result.routes] == ["one", "The other"]
    assert [route.matched for route in result.routes] == [0, 0]
    assert result.ending == "rejected"


def test_a_policy_that_is_not_known_takes_over_without_a_guess() -> None:
    result = run(handing_over("one", "far-away"))
    assert result.ending == "elsewhere"
    assert result.routes[-1].outcome == "policy far-away (not known here)"
    assert result.steps == ()


def test_another_policy_stands_in_for_the_baseline() -> None:
    policy = {"policy_type": "POLICY_TYPE_GRANT", "baseline_policy_id": "two"}
    result = run(policy, policies=[handing_over("two", "")])
    assert result.matched_rule is None
    assert result.ending == "accepted"


def test_five_policies_may_hand_over_and_a_sixth_may_not() -> None:
    assert over(5).ending == "accepted"
    assert over(6).undecided == ("more than 5 policies hand over, one to the next",)


def test_a_circle_of_policies_is_undecided() -> None:
    assert over(2, last="p0").undecided == ("the policies hand over in a circle",)


def test_a_policy_without_expressions_needs_no_checker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cel_expr_python", None)
    assert run(grant(approval(manager={}))).approvers == (("grace@example.com",),)
