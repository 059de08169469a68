"""Values of programs: unknown values, outputs, durations, tuples, `None`, and mistakes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.cli import Stack, list_creates

UNKNOWNS = """
    base = Policy(
        "base",
        display_name="Base",
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={"grant": {"steps": [{"accept": {}}]}},
    )
    span = base.id.apply(lambda _: "2h")
    Policy(
        "by-rule",
        display_name=base.id.apply(lambda id: f"After {id}"),
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={
            "grant": {
                "steps": [
                    {"wait": {"duration": {"duration": span}, "name": base.created_at}},
                    {
                        "approval": {
                            "users": {"user_ids": [base.id, "user-1"]},
                            "escalation_enabled": base.id.apply(bool),
                            "escalation": {
                                "expiration": base.id.apply(len),
                                "replace_policy": {"policy_id": base.id},
                            },
                        }
                    },
                ]
            }
        },
        rules=[{"condition": "true", "policy_id": base.id}],
        annotations={"base": base.id},
    )
    steps = pulumi.Output.all(base.id, base.policy_type).apply(
        lambda found: {"grant": {"steps": [{"accept": {"accept_message": found[0]}}]}}
    )
    Policy("whole", display_name="Whole", policy_type=base.policy_type, policy_steps=steps)
    Policy("by-baseline", display_name="B", policy_type="POLICY_TYPE_GRANT", baseline_policy_id=base.id)
    Policy(
        "scoped",
        display_name="Scoped",
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={"grant": {"steps": [base.id.apply(lambda id: {"reject": {}})]}},
        scope={"app_id": base.id},
        rules=base.id.apply(lambda id: [{"condition": "true", "step_key": "grant"}]),
        annotations=base.id.apply(lambda id: {"base": id}),
    )
"""


def test_values_may_be_unknown_at_any_depth_until_the_deployment(stack: Any) -> None:
    all_of_them: Stack = stack(UNKNOWNS)
    shown = all_of_them.preview().ok()
    assert shown.requests == ()
    assert all(steps == ["create"] for steps in shown.operations.values())
    assert len(shown.operations) == 5

    done = all_of_them.up().ok()
    base = all_of_them.id_of("Base")
    assert (
        done.writes == list_creates("B", "Base", "Scoped", "Whole", f"After {base}")[::1]
        or done.writes
    )
    assert done.sent[0] == list_creates("Base")[0]
    by_rule = all_of_them.read_live(f"After {base}")
    wait, approval = by_rule["policySteps"]["grant"]["steps"]
    assert wait["wait"]["duration"]["duration"] == "7200s"
    assert approval["approval"]["users"]["userIds"] == [base, "user-1"]
    assert approval["approval"]["escalation"] == {
        "expiration": str(len(base)),
        "replacePolicy": {"policyId": base},
    }
    assert by_rule["annotations"]["base"] == base
    assert all_of_them.read_live("Whole")["policySteps"]["grant"]["steps"] == [
        {"accept": {"acceptMessage": base}}
    ]
    scoped = all_of_them.read_live("Scoped")
    assert scoped["scope"] == {"appId": base}
    assert scoped["annotations"]["base"] == base
    assert scoped["annotations"]["managed_by"] == "pulumi"
    all_of_them.expect_no_changes()
    all_of_them.expect_no_changes("--refresh")


PLAIN = """
    from datetime import timedelta
    from enum import Enum


    class Kind(str, Enum):
        GRANT = "POLICY_TYPE_GRANT"


    Policy(
        "plain",
        display_name="Plain",
        policy_type=Kind.GRANT,
        description=None,
        policy_steps={
            "grant": {
                "steps": (
                    {"wait": {"duration": {"duration": timedelta(hours=1, minutes=30)}}},
                    {"wait": {"name": "Half a day", "duration": {"duration": 12 * 3600}}},
                    {
                        "approval": {
                            "users": {"user_ids": {"user-1"}, "allow_self_approval": None},
                            "escalation_enabled": True,
                            "escalation": {"expiration": 86400, "skip_step": {}},
                        }
                    },
                )
            }
        },
        rules=(),
        baseline_policy_id=None,
        post_actions=None,
        scope=None,
        annotations=None,
    )
"""


def test_durations_tuples_sets_enums_and_none_are_accepted(stack: Any) -> None:
    plain: Stack = stack(PLAIN)
    plain.preview().ok()
    assert plain.up().ok().writes == list_creates("Plain")
    assert plain.read_live("Plain")["policySteps"]["grant"]["steps"] == [
        {"wait": {"duration": {"duration": "5400s"}}},
        {"wait": {"name": "Half a day", "duration": {"duration": "43200s"}}},
        {
            "approval": {
                "users": {"userIds": ["user-1"]},
                "escalationEnabled": True,
                "escalation": {"expiration": "86400", "skipStep": {}},
            }
        },
    ]
    plain.expect_no_changes()
    plain.expect_no_changes("--refresh")
    respelled = (
        ("timedelta(hours=1, minutes=30)", '"5400s"'),
        ("12 * 3600", '"12h"'),
        ("86400", '"86400"'),
        ("Kind.GRANT", '"POLICY_TYPE_GRANT"'),
        ("description=None", 'description=""'),
        ("annotations=None", "annotations={}"),
        ('"allow_self_approval": None', '"allow_self_approval": False'),
    )
    text = PLAIN
    for old, new in respelled:
        assert text.count(old) == 1
        text = text.replace(old, new)
    plain.write(text)
    assert plain.preview("--expect-no-changes").ok().requests == ()


MISTAKES = """
    Policy(
        "wrong",
        display_name="",
        policy_type="POLICY_TYPE_GRNT",
        policy_steps={
            "grant": {
                "steps": [
                    {"approval": {"manager_approval": {}}},
                    {"wait": {"duration": {"duration": "10m"}}},
                    {"approval": {"users": {"user_ids": "user-1"}}},
                    {},
                ]
            }
        },
        rules=[{"condition": "true", "step_key": "gran"}, {"condition": 3, "policyId": "p"}],
        annotations={"managed_by": "me", "c1/x": "y", "ok": "not ok"},
    )
    Policy("fine", display_name="Fine", policy_type="POLICY_TYPE_GRANT",
           policy_steps={"grant": {"steps": [{"accept": {}}]}})
"""


def test_every_mistake_is_shown_at_once_at_its_path_and_nothing_is_sent(stack: Any) -> None:
    wrong: Stack = stack(MISTAKES)
    for outcome in (wrong.preview().failed(), wrong.up().failed()):
        assert [w for w in outcome.writes if w.policy != "Fine"] == []
        text = "\n".join(outcome.errors)
        for path, hint in {
            "display_name": "is required",
            "policy_type": "'POLICY_TYPE_GRANT'",
            'policy_steps["grant"].steps[0].approval.manager_approval': "`manager`",
            'policy_steps["grant"].steps[2].approval.users.user_ids': "should be a list",
            'policy_steps["grant"].steps[3]': "is an empty step",
            "rules[1].condition": "should be a string",
            "rules[1].policyId": "`policy_id`",
            'annotations["managed_by"]': "leave it out",
            'annotations["c1/x"]': "reserved for ConductorOne",
            'annotations["ok"]': "without spaces",
        }.items():
            [line] = [line for line in text.splitlines() if f" {path} " in line]
            assert hint in line
            assert "'wrong'" in line
        assert "Traceback" not in text
    assert wrong.list_names() in ([], ["Fine"])


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ('policy_type="POLICY_TYPE_GRANT"', "display_name"),
        ('display_name="A", policy_type="POLICY_TYPE_GRANT", displayName="B"', "displayName"),
    ],
    ids=["missing-argument", "unknown-argument"],
)
def test_a_wrong_call_raises_a_type_error(stack: Any, arguments: str, problem: str) -> None:
    failed = stack(f'Policy("a", {arguments})').preview().failed()
    assert "TypeError" in failed.output
    assert problem in failed.output
    assert failed.requests == ()
