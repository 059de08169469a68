"""Short ways to write policies of which one thing matters."""

from __future__ import annotations

from typing import Any

from pulumi_c1policy._model.tree import Tree

STEP = 'policy_steps["grant"].steps[0]'


def policy(**fields: Any) -> Tree:
    return {
        "display_name": "Policy",
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": {"grant": {"steps": [{"accept": {}}]}},
    } | fields


def one(**step: Any) -> Tree:
    return policy(policy_steps={"grant": {"steps": [step]}})


def wait(**fields: Any) -> Tree:
    return one(wait={"duration": {"duration": "1h"}} | fields)


def long(value: Any) -> Tree:
    return one(wait={"duration": {"duration": value}})


def until(**fields: Any) -> Tree:
    return one(wait={"until_time": fields})


def expiring(value: Any) -> Tree:
    escalation = {"skip_step": {}, "expiration": value}
    return one(approval={"manager": {}, "escalation_enabled": True, "escalation": escalation})


def form(**field: Any) -> Tree:
    return one(form={"form": {"fields": [{"name": "f"} | field]}})


def account(config: Any) -> Tree:
    return one(provision={"provision_policy": {"connector": {"account": {"config": config}}}})


DURATION = f"{STEP}.wait.duration.duration"
EXPIRATION = f"{STEP}.approval.escalation.expiration"
FIELD = f"{STEP}.form.form.fields[0]"
CONFIG = f"{STEP}.provision.provision_policy.connector.account.config"
