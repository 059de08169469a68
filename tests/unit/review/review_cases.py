"""Policies for reviews, in a short notation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from pulumi_c1policy._review import pairing, verdict
from pulumi_c1policy._review.pairing import PolicySet
from pulumi_c1policy._review.verdict import Verdict
from pulumi_c1policy._simulate.known_policies import KnownPolicy, read_policy

Step: TypeAlias = dict[str, Any]

ACCEPT: Step = {"accept": {}}
REJECT: Step = {"reject": {}}
FORM: Step = {"form": {"form": {"fields": [{"name": "reason"}]}}}


def ask(kind: str, *, common: Step | None = None, **settings: Any) -> Step:
    """Make an approval; `common` has the settings beside its kind."""
    return {"approval": {kind: settings, **(common or {})}}


MANAGER = ask("manager")
OWNER = ask("app_owners")


def users(*ids: str, **settings: Any) -> Step:
    return ask("users", user_ids=list(ids), **settings)


def escalate(**action: Any) -> Step:
    """Make an approval of the manager with an escalation after an hour."""
    escalation = {"expiration": "1h", **action}
    return ask("manager", common={"escalation_enabled": True, "escalation": escalation})


def wait(hours: int) -> Step:
    return {"wait": {"duration": {"duration": f"{hours}h"}}}


def wait_until(condition: str, **settings: Any) -> Step:
    return {"wait": {"condition": {"condition": condition}, **settings}}


def make(
    baseline: Sequence[Step],
    *rules: tuple[str, Sequence[Step]],
    kind: str = "grant",
    id: str = "p",
    **fields: Any,
) -> KnownPolicy:
    """Make a policy whose rules lead to a list of steps each."""
    steps = {kind: {"steps": list(baseline)}}
    steps |= {f"list{index}": {"steps": list(own)} for index, (_, own) in enumerate(rules)}
    listed = [{"condition": text, "step_key": f"list{i}"} for i, (text, _) in enumerate(rules)]
    inputs = {
        "display_name": "Policy",
        "policy_type": f"POLICY_TYPE_{kind.upper()}",
        "policy_steps": steps,
        "rules": listed,
        **fields,
    }
    return read_policy(inputs, id=id)


def pair(
    old: Sequence[KnownPolicy] | KnownPolicy, new: Sequence[KnownPolicy] | KnownPolicy
) -> PolicySet:
    """Pair the policies of both sides."""
    sides = [[each] if isinstance(each, KnownPolicy) else list(each) for each in (old, new)]
    return pairing.pair_all(*sides, is_whole=True)


def judge(
    old: Sequence[KnownPolicy] | KnownPolicy, new: Sequence[KnownPolicy] | KnownPolicy
) -> Verdict:
    """Return the verdict about the first policy."""
    policies = pair(old, new)
    return verdict.decide(policies.pairs[0], policies)
