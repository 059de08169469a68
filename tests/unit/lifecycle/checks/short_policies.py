"""Functions that return policies which differ from a correct one in one value."""

from __future__ import annotations

from typing import Any

from pulumi_c1policy._model.tree import Tree

STEP = 'policy_steps["grant"].steps[0]'


def make_policy(**fields: Any) -> Tree:
    return {
        "display_name": "Policy",
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": {"grant": {"steps": [{"accept": {}}]}},
    } | fields


def make_step(**step: Any) -> Tree:
    return make_policy(policy_steps={"grant": {"steps": [step]}})


def make_wait(**fields: Any) -> Tree:
    return make_step(wait={"duration": {"duration": "1h"}} | fields)


def make_duration_wait(value: Any) -> Tree:
    return make_step(wait={"duration": {"duration": value}})


def make_time_wait(**fields: Any) -> Tree:
    return make_step(wait={"until_time": fields})


def make_escalation(value: Any) -> Tree:
    escalation = {"skip_step": {}, "expiration": value}
    return make_step(approval={"manager": {}, "escalation_enabled": True, "escalation": escalation})


def make_form(**field: Any) -> Tree:
    return make_step(form={"form": {"fields": [{"name": "f"} | field]}})


def make_account(config: Any) -> Tree:
    return make_step(provision={"provision_policy": {"connector": {"account": {"config": config}}}})


DURATION = f"{STEP}.wait.duration.duration"
EXPIRATION = f"{STEP}.approval.escalation.expiration"
FIELD = f"{STEP}.form.form.fields[0]"
CONFIG = f"{STEP}.provision.provision_policy.connector.account.config"
