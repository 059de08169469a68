"""Everything that a tenant rejects is refused at the first preview, and nothing reaches the
tenant.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

REFUSED = """
    Policy(
        "refused",
        display_name="Refused",
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={
            "grant": {
                "steps": [
                    {"provision": {"provision_policy": {"connector": {"default_behavior": {}}}}},
                    {"action": {"automation": {"automation_template_id": "t"}}},
                    {},
                    {"approval": {"manager": {"fallback": True}}},
                    {"approval": {"self": {"assigned_user_ids": ["u"]}, "assigned": True}},
                    {"approval": {"agent": {"agent_user_id": "u"}}},
                    {
                        "approval": {
                            "agent": {
                                "agent_mode": "APPROVAL_AGENT_MODE_CHANGE_POLICY_ONLY",
                                "agent_failure_action":
                                    "APPROVAL_AGENT_FAILURE_ACTION_REASSIGN_TO_USERS",
                            }
                        }
                    },
                    {"approval": {"expression": {"expressions": ["account.id"]}}},
                ]
            },
            "empty": {"steps": []},
        },
        rules=[
            {"condition": "", "step_key": "empty"},
            {"condition": "true", "step_key": "lost"},
        ],
    )
"""

STEP = 'policy_steps["grant"].steps'
CLI = "according to the vendor's CLI the server rejects"
FINDINGS = {
    f"{STEP}[0].provision": (
        "is a provision step, which according to the vendor's CLI the server rejects with HTTP 500 "
        "(`provision steps are not allowed in policies`); remove it, and set provisioning on the "
        "entitlement (its provisioner policy), where it runs after the policy has granted "
        "[provision-step]"
    ),
    f"{STEP}[1].action": (
        "is an action step, which according to the vendor's CLI the server rejects with HTTP 500 "
        "(`unsupported workflow step type`: not yet supported); remove it, and use an automation "
        "of the tenant instead [action-step]"
    ),
    f"{STEP}[2]": (
        "is an empty step, which according to the vendor's CLI the server rejects with HTTP 500 "
        "(`policy step is nil`); set exactly one of `approval`, `accept`, `reject`, `wait`, `form` "
        "[empty-step]"
    ),
    f"{STEP}[3].approval.manager.fallback": (
        f"has no fallback approver, which {CLI} with HTTP 500: `fallback_user_ids` is empty; "
        "add a user, or set `is_group_fallback_enabled` with `fallback_group_ids`, or remove "
        "`fallback` [fallback-nobody]"
    ),
    f"{STEP}[4].approval.self.assigned_user_ids": (
        "is set by the tenant and is never sent; remove it [output-only]"
    ),
    f"{STEP}[4].approval.assigned": (
        "is set by the tenant and is never sent; remove it [output-only]"
    ),
    f"{STEP}[5].approval.agent.agent_mode": (
        f"is required: {CLI} an agent without a mode; write `APPROVAL_AGENT_MODE_` and "
        "FULL_CONTROL, CHANGE_POLICY_ONLY or COMMENT_ONLY [agent-mode]"
    ),
    f"{STEP}[5].approval.agent.agent_failure_action": (
        f"is required: {CLI} an agent without it; write `APPROVAL_AGENT_FAILURE_ACTION_` and "
        "REASSIGN_TO_USERS, REASSIGN_TO_SUPER_ADMINS or SKIP_POLICY_STEP [agent-failure-action]"
    ),
    f"{STEP}[5].approval.agent.agent_user_id": (
        f"is set by the server; {CLI} a value in a write; remove it [agent-user]"
    ),
    f"{STEP}[6].approval.agent.policy_ids": (
        f"is required with 'APPROVAL_AGENT_MODE_CHANGE_POLICY_ONLY': {CLI} it without a policy to "
        "choose from; add the ids of policies [agent-policies]"
    ),
    f"{STEP}[6].approval.agent.reassign_to_user_ids": (
        f"is required with 'APPROVAL_AGENT_FAILURE_ACTION_REASSIGN_TO_USERS': {CLI} it without a "
        "user; add the ids of users [agent-reassign]"
    ),
    f"{STEP}[7].approval.expression.expressions[0]": (
        "`account` is not declared in an approver expression, according to the vendor's CLI; the "
        "variables are `appOwners`, `app_owners`, `entitlement`, `subject` and `task` "
        "[not-in-place]"
    ),
    'policy_steps["empty"]': (
        "contains no steps, and a tenant rejects an empty list with HTTP 400; add a step, such as "
        '{"approval": {"manager": {}}} or {"reject": {}}, or remove the key [no-steps]'
    ),
    "rules[0].condition": (
        "is empty, and a tenant rejects an empty condition with HTTP 400; write a CEL expression "
        "(`true` always matches) [empty-condition]"
    ),
    "rules[1].step_key": (
        "is 'lost', which is not a key of `policy_steps`; its keys are 'empty', 'grant' "
        "[no-such-steps]"
    ),
}


def findings(output: str) -> dict[str, str]:
    """Return the text of each failed check, by its path."""
    found = re.findall(r"property (\S+) value .*? has a problem: (.*)", output)
    return {path: text.rstrip() for path, text in found}


def policy(name: str, **fields: Any) -> str:
    """Format a resource of a program."""
    given = {
        "display_name": name,
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": {"grant": {"steps": [{"approval": {"manager": {}}}]}},
    }
    arguments = ", ".join(f"{key}={value!r}" for key, value in (given | fields).items())
    return f"Policy({name!r}, {arguments})"


def test_every_refusal_has_its_text_and_nothing_is_sent(stack: Any) -> None:
    failed = stack(REFUSED).preview().failed()
    assert findings(failed.output) == FINDINGS
    assert failed.requests == ()


OTHERS = {
    "no-baseline": (
        policy("bare", policy_steps={}),
        "policy_steps",
        'lacks the baseline `policy_steps["grant"]`: according to the vendor\'s CLI the server '
        "silently stores a rejection there, so every request that no rule matches is denied; add "
        "the "
        'baseline, or set `baseline_policy_id`, or write {"grant": {"steps": [{"reject": {}}]}} to '
        "mean a denial [no-baseline]",
    ),
    "policy-type": (
        policy(
            "internal",
            policy_type="POLICY_TYPE_PROVISION",
            policy_steps={"provision": {"steps": [{"accept": {}}]}},
        ),
        "policy_type",
        "cannot be 'POLICY_TYPE_PROVISION': that type is internal to the server, and a tenant "
        "probably rejects it; write one of POLICY_TYPE_GRANT, POLICY_TYPE_REVOKE, "
        "POLICY_TYPE_CERTIFY [policy-type]",
    ),
    "other-type": (
        "other = "
        + policy(
            "other",
            policy_type="POLICY_TYPE_REVOKE",
            policy_steps={"revoke": {"steps": [{"accept": {}}]}},
        )
        + '\nPolicy("follows", display_name="Follows", policy_type="POLICY_TYPE_GRANT", '
        "baseline_policy_id=other.id)",
        "baseline_policy_id",
        "points to the policy 'other', whose type is POLICY_TYPE_REVOKE; a policy hands requests "
        "only to policies of its own type, POLICY_TYPE_GRANT [other-type]",
    ),
    "long-chain": (
        "last = "
        + policy("p0")
        + "\nfor n in range(1, 7):\n"
        + '    last = Policy(f"p{n}", display_name=f"P{n}", policy_type="POLICY_TYPE_GRANT", '
        "baseline_policy_id=last.id)",
        "baseline_policy_id",
        "points to the policy 'p5' and makes a chain of more than 5 links; point to a later "
        "policy of the chain, or to steps with `step_key` [long-chain]",
    ),
}


@pytest.mark.parametrize("rule", OTHERS)
def test_a_single_refusal_has_its_text_and_a_severity_turns_it_off(rule: str, stack: Any) -> None:
    program, path, text = OTHERS[rule]
    one = stack(program)
    failed = one.preview().failed()
    assert findings(failed.output) == {path: text}, failed.output
    assert failed.requests == ()
    one.set_config("c1policy:severity", f"{rule}=off")
    assert one.preview().ok().requests == ()


def test_a_link_through_an_apply_causes_a_warning(stack: Any) -> None:
    program, _, text = OTHERS["other-type"]
    shown = stack(program.replace("other.id)", "other.id.apply(str))")).preview().ok()
    assert text.replace("points to", "seems to point to") in shown.output
    assert shown.requests == ()


def test_a_severity_applies_to_the_resource_that_it_names(stack: Any) -> None:
    one = stack(f"{policy('one', policy_steps={})}\n{policy('two')}")
    one.set_config("c1policy:severity", "no-baseline@two=off")
    assert "[no-baseline]" in one.preview().failed().output
    one.set_config("c1policy:severity", "no-baseline@one=warning")
    assert "[no-baseline]" in one.preview().ok().output


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        (
            "severity",
            "no-basline=off",
            "there is no rule 'no-basline'; did you mean 'no-baseline'?",
        ),
        ("severity", "no-baseline=of", "write one of error, warning, off; did you mean 'off'?"),
        ("severity", "no-baseline", "is not of the form RULE=LEVEL"),
        (
            "ignoreWarnings",
            "old-spelling, dead-rule",
            '`pulumi config set c1policy:severity "old-spelling=off,dead-rule=off"`',
        ),
    ],
)
def test_an_invalid_severity_setting_is_refused(
    key: str, value: str, sentence: str, stack: Any
) -> None:
    one = stack(policy("one"))
    one.set_config(f"c1policy:{key}", value)
    failed = one.preview().failed()
    assert sentence in failed.output
    assert f"c1policy:{key}" in failed.output
    assert "Traceback" not in failed.output
    assert failed.requests == ()
