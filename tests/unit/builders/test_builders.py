"""Builders return the dicts that a program would contain, and each kind has a builder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any, cast

import pulumi
import pytest

import pulumi_c1policy
from pulumi_c1policy import (
    accept,
    approve,
    ask,
    assign,
    builders,
    escalate,
    form,
    on,
    provision,
    reject,
    run,
    wait,
)
from pulumi_c1policy._lifecycle.checks.policy_checks import check
from pulumi_c1policy._model.approval import APPROVAL
from pulumi_c1policy._model.escalation import ESCALATION
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.provision import PROVISION_POLICY
from pulumi_c1policy._model.provisioner import PROVISIONER_ASSIGNMENT
from pulumi_c1policy._model.schema import Message
from pulumi_c1policy._model.steps import ACTION, POLICY_STEP, WAIT
from pulumi_c1policy._pulumi import engine_values

GROUP = {"app_id": "app", "app_entitlement_id": "entitlement"}


def make_approval(**fields: Any) -> dict[str, Any]:
    return {"approval": fields}


def by(**fields: Any) -> dict[str, Any]:
    return {"provision": {"provision_policy": fields}}


APPROVALS = {
    "users": (approve.users(["u"]), make_approval(users={"user_ids": ["u"]})),
    "manager": (approve.manager(), make_approval(manager={})),
    "app_owners": (approve.app_owners(), make_approval(app_owners={})),
    "entitlement_owners": (approve.entitlement_owners(), make_approval(entitlement_owners={})),
    "resource_owners": (approve.resource_owners(), make_approval(resource_owners={})),
    "group": (
        approve.group("g", app_id="a"),
        make_approval(group={"app_id": "a", "app_group_id": "g"}),
    ),
    "self": (approve.oneself(), make_approval(self={})),
    "expression": (
        approve.expression("appOwners", "[subject]"),
        make_approval(expression={"expressions": ["appOwners", "[subject]"]}),
    ),
    "webhook": (approve.webhook("w"), make_approval(webhook={"webhook_id": "w"})),
    "agent": (
        approve.agent("Look twice.", policy_ids=["p"]),
        make_approval(agent={"instructions": "Look twice.", "policy_ids": ["p"]}),
    ),
}
OPTIONS = {
    "of the approval": (
        approve.app_owners(require_denial_reason=True, allow_delegation=False),
        make_approval(app_owners={}, require_denial_reason=True, allow_delegation=False),
    ),
    "of the kind": (
        approve.manager(allow_self_approval=True, require_distinct_approvers=True),
        make_approval(manager={"allow_self_approval": True, "require_distinct_approvers": True}),
    ),
    "fallback": (
        approve.manager(fallback=["u"]),
        make_approval(manager={"fallback": True, "fallback_user_ids": ["u"]}),
    ),
    "fallback to groups": (
        approve.oneself(fallback_groups=[cast("Any", GROUP)]),
        make_approval(
            self={
                "fallback": True,
                "is_group_fallback_enabled": True,
                "fallback_group_ids": [GROUP],
            }
        ),
    ),
    "reassignees": (
        approve.webhook("w", allowed_reassignees=["u"]),
        make_approval(
            webhook={"webhook_id": "w"}, allow_reassignment=True, allowed_reassignees=["u"]
        ),
    ),
    "escalation": (
        approve.manager(escalate=escalate.skip_step(after="1h")),
        make_approval(
            manager={},
            escalation_enabled=True,
            escalation={"expiration": "1h", "skip_step": {}},
        ),
    ),
}
PROVISIONS = {
    "connector": (
        provision.connector("c"),
        by(connector={"default_behavior": {"connector_id": "c"}}),
    ),
    "manual": (
        provision.manual("Do it.", assign.manager(fallback=["u"])),
        by(
            manual={
                "instructions": "Do it.",
                "assignee": {"manager": {"fallback_user_ids": ["u"]}},
            }
        ),
    ),
    "delegated": (
        provision.delegated("e", app_id="a"),
        by(delegated={"app_id": "a", "entitlement_id": "e"}),
    ),
    "webhook": (provision.webhook("w"), by(webhook={"webhook_id": "w"})),
    "multi_step": (
        provision.in_turn(provision.webhook("w"), provision.unconfigured()),
        by(
            multi_step={"provision_steps": [{"webhook": {"webhook_id": "w"}}, {"unconfigured": {}}]}
        ),
    ),
    "external_ticket": (
        provision.external_ticket("Do it.", connector_id="c"),
        by(external_ticket={"instructions": "Do it.", "connector_id": "c"}),
    ),
    "unconfigured": (provision.unconfigured(), by(unconfigured={})),
    "action": (provision.action("lock"), by(action={"action_name": "lock"})),
    "device_placement": (
        provision.device_placement("v"),
        by(device_placement={"vault_boundary_id": "v"}),
    ),
}
OTHER_PROVISIONS = {
    "account": (
        provision.account(config={"email": "subject.email"}, save_to_vaults=["v"]),
        by(
            connector={
                "account": {
                    "config": {"email": "subject.email"},
                    "save_to_vault": {"vault_ids": ["v"]},
                }
            }
        ),
    ),
    "account that is not saved": (
        provision.account(do_not_save=True),
        by(connector={"account": {"do_not_save": {}}}),
    ),
    "account's end": (provision.delete_account(), by(connector={"delete_account": {}})),
    "target": (
        provision.connector(target={"grant_duration": "8h"}),
        {
            "provision": {
                "provision_policy": {"connector": {"default_behavior": {}}},
                "provision_target": {"grant_duration": "8h"},
            }
        },
    ),
}
WAITS = {
    "duration": (
        wait.duration("4h", name="Cool down"),
        {"wait": {"duration": {"duration": "4h"}, "name": "Cool down"}},
    ),
    "until_time": (
        wait.until(9, 30, timezone="Europe/Berlin"),
        {"wait": {"until_time": {"hours": 9, "minutes": 30, "timezone": "Europe/Berlin"}}},
    ),
    "condition": (
        wait.condition("true", timeout="24h"),
        {"wait": {"condition": {"condition": "true"}, "timeout_duration": "24h"}},
    ),
}
ACTIONS = {
    "automation": (
        run.automation("t"),
        {"action": {"automation": {"automation_template_id": "t"}}},
    ),
    "baton_resource_action": (
        run.resource_action("r"),
        {"action": {"baton_resource_action": {"baton_resource_action_id": "r"}}},
    ),
    "client_id_approval": (run.client_id_approval(), {"action": {"client_id_approval": {}}}),
}
ENDS_AND_FORMS = {
    "accept": (accept("Welcome."), {"accept": {"accept_message": "Welcome."}}),
    "reject": (reject(), {"reject": {}}),
    "form": (
        form(
            "Purpose",
            ask.text("reason", multiline=True, required=True),
            ask.choice("team", {"a": "Team A"}),
            ask.number("days", least=1, most=30, display_name="For how long?"),
            ask.yes_no("urgent"),
        ),
        {
            "form": {
                "form": {
                    "display_name": "Purpose",
                    "fields": [
                        {
                            "name": "reason",
                            "required": True,
                            "string_field": {"text_field": {"multiline": True}},
                        },
                        {
                            "name": "team",
                            "string_field": {
                                "select_field": {
                                    "options": [{"value": "a", "display_name": "Team A"}]
                                }
                            },
                        },
                        {
                            "name": "days",
                            "display_name": "For how long?",
                            "int64_field": {"number_field": {"min_value": 1, "max_value": 30}},
                        },
                        {"name": "urgent", "bool_field": {"checkbox_field": {}}},
                    ],
                }
            }
        },
    ),
}
TABLES: dict[str, Mapping[str, tuple[Any, Any]]] = {
    "approval": APPROVALS,
    "option": OPTIONS,
    "provision": PROVISIONS,
    "other provision": OTHER_PROVISIONS,
    "wait": WAITS,
    "action": ACTIONS,
    "step": ENDS_AND_FORMS,
}
STEPS = {
    f"{title}: {name}": pair for title, table in TABLES.items() for name, pair in table.items()
}
ESCALATIONS = {
    "replace_policy": (
        escalate.to_policy("p", after=60, comment="Late."),
        {"expiration": 60, "escalation_comment": "Late.", "replace_policy": {"policy_id": "p"}},
    ),
    "reassign_to_approvers": (
        escalate.to_users(["u"], after="1h"),
        {"expiration": "1h", "reassign_to_approvers": {"approver_ids": ["u"]}},
    ),
    "cancel_ticket": (
        escalate.cancel_request(after="1h"),
        {"expiration": "1h", "cancel_ticket": {}},
    ),
    "skip_step": (escalate.skip_step(after="1h"), {"expiration": "1h", "skip_step": {}}),
}
ASSIGNMENTS = {
    "users": (assign.users(["u"]), {"users": {"user_ids": ["u"]}}),
    "manager": (
        assign.manager(fallback=["u"], allow_reassignment=True),
        {"manager": {"fallback_user_ids": ["u"], "allow_reassignment": True}},
    ),
    "app_owners": (assign.app_owners(), {"app_owners": {}}),
    "entitlement_owners": (assign.entitlement_owners(), {"entitlement_owners": {}}),
    "group": (
        assign.group("g", app_id="a"),
        {"group": {"app_id": "a", "app_group_id": "g"}},
    ),
    "expression": (
        assign.expression("appOwners"),
        {"expression": {"expressions": ["appOwners"]}},
    ),
}


@pytest.mark.parametrize(
    ("built", "written"), [*STEPS.values(), *ESCALATIONS.values(), *ASSIGNMENTS.values()]
)
def test_a_builder_returns_the_handwritten_dict(built: object, written: object) -> None:
    assert built == written


@pytest.mark.parametrize("step", [built for built, _ in STEPS.values()], ids=STEPS)
def test_a_built_step_passes_check(step: Any) -> None:
    inputs: Any = engine_values.resolve({"display_name": "Policy", **on.grant(step)})
    refused = {"provision-step", "action-step", "agent-mode", "agent-failure-action"}
    assert [f for f in check(inputs) if f.rule not in refused] == []


@pytest.mark.parametrize(
    ("message", "group", "table"),
    [
        pytest.param(APPROVAL, "typ", APPROVALS, id="approval"),
        pytest.param(ESCALATION, "escalation_policy", ESCALATIONS, id="escalation"),
        pytest.param(PROVISION_POLICY, "typ", PROVISIONS, id="provision"),
        pytest.param(PROVISIONER_ASSIGNMENT, "typ", ASSIGNMENTS, id="assignment"),
        pytest.param(WAIT, "until", WAITS, id="wait"),
        pytest.param(ACTION, "target", ACTIONS, id="action"),
        pytest.param(
            POLICY_STEP,
            "step",
            ENDS_AND_FORMS | dict.fromkeys(("approval", "provision", "wait", "action")),
            id="step",
        ),
    ],
)
def test_every_kind_has_a_builder(
    message: Message, group: str, table: Mapping[str, object]
) -> None:
    assert set(message.oneofs[group]) == set(table)


@pytest.mark.parametrize(
    ("module", "tables"),
    [
        (approve, [APPROVALS]),
        (escalate, [ESCALATIONS]),
        (provision, [PROVISIONS, OTHER_PROVISIONS]),
        (assign, [ASSIGNMENTS]),
        (run, [ACTIONS]),
    ],
    ids=lambda value: value.__name__ if isinstance(value, ModuleType) else "",
)
def test_the_tables_have_every_builder(module: ModuleType, tables: list[Any]) -> None:
    """Count the examples: one of each function, and two of `account`."""
    functions = [
        value
        for name, value in vars(module).items()
        if getattr(value, "__module__", "") == module.__name__
        and callable(value)
        and not name.startswith("_")
        and not isinstance(value, type)
    ]
    twice = 2 if module is provision else 0
    assert len(functions) == sum(map(len, tables)) - twice


@pytest.mark.parametrize(
    ("built", "hours"), [(wait.hours(4), 4), (wait.hours(1.5), 1.5), (wait.days(2), 48)]
)
def test_hours_and_days_become_timedeltas(built: Any, hours: float) -> None:
    assert built["wait"]["duration"]["duration"].total_seconds() == hours * 3600


def test_a_builder_passes_outputs_on() -> None:
    """A builder reads no value, so each value may be unknown."""
    later: pulumi.Output[Any] = pulumi.Output.from_input("later")
    built: Any = approve.manager(
        fallback=later, require_denial_reason=later, escalate=escalate.to_users(later, after=later)
    )
    assert built["approval"]["manager"]["fallback_user_ids"] is later
    assert built["approval"]["require_denial_reason"] is later
    assert built["approval"]["escalation"]["expiration"] is later
    assert on.grant(later) == {
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": {"grant": {"steps": [later]}},
    }


def test_builders_load_neither_pulumi_nor_the_provider() -> None:
    names = ", ".join(builders.__all__)
    program = (
        f"import sys; from pulumi_c1policy import {names}; "
        "on.grant(when('true', policy='p'), approve.manager()); "
        "sys.exit('pulumi' in sys.modules or 'pulumi_c1policy.provider' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_every_builder_is_a_name_of_the_package() -> None:
    assert {"Policy", *builders.__all__} <= set(pulumi_c1policy.__all__)
    for name in builders.__all__:
        assert getattr(pulumi_c1policy, name) is getattr(builders, name)


def test_every_argument_of_a_policy_can_be_given_beside_a_flow() -> None:
    """Check that a flow sets arguments of `Policy`."""
    assert set(on.certify(remediate_immediately=True)) <= set(POLICY.fields)
