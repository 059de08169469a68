"""Facts about types of policies and their baseline."""

from __future__ import annotations

from acceptance.context import Context
from acceptance.fact import API, CLI, PROVIDER, Fact, expect
from acceptance.facts.cases import approval, expect_bad_request, expect_rejected, with_steps
from acceptance.http import Json


def _make_type_fact(kind: str) -> Fact:
    def case(context: Context) -> None:
        made = context.read(context.create(kind)["id"])
        expect(made["policyType"] == f"POLICY_TYPE_{kind.upper()}", "another type")
        expect(set(made["policySteps"]) == {kind}, f"keys of the steps: {set(made['policySteps'])}")

    told = f"A {kind} policy can be created; its baseline's key is `{kind}`."
    return Fact(f"type-{kind}", told, "source", CLI, case)


def _is_rejection(steps: Json) -> bool:
    [step] = steps["steps"]
    return step.get("reject") is not None


def _inject_baseline(context: Context) -> None:
    made = context.read(context.create(policySteps=None)["id"])
    expect(_is_rejection(made["policySteps"]["grant"]), "another baseline than reject")


def _inject_baseline_beside_others(context: Context) -> None:
    steps = {"default": {"steps": [approval()]}}
    made = context.read(context.create(policySteps=steps)["id"])["policySteps"]
    expect(_is_rejection(made["grant"]), "another baseline than reject")
    expect("default" in made, "the other key is gone")


def _inject_baseline_on_update(context: Context) -> None:
    made = context.create()["id"]
    steps = {"default": {"steps": [approval()]}}
    held = context.update(made, "policySteps", policySteps=steps)["policySteps"]
    expect(_is_rejection(held["grant"]), "another baseline than reject")


def _accept_baseline_policy(context: Context) -> None:
    other = context.create()["id"]
    made = context.create(policySteps=None, baselinePolicyId=other)["id"]
    held = context.read(made)
    expect(held["baselinePolicyId"] == other, "baselinePolicyId is lost")
    expect(not held.get("policySteps"), "policySteps is not empty")


def _reject_both(context: Context) -> None:
    other = context.create()["id"]
    context.send_rejected_create(policySteps=with_steps({"reject": {}}), baselinePolicyId=other)


FACTS = (
    _make_type_fact("grant"),
    _make_type_fact("revoke"),
    _make_type_fact("certify"),
    Fact(
        "type-provision",
        "A policy of type PROVISION, which is internal to the server, cannot be created.",
        "inferred",
        API,
        expect_rejected(policyType="POLICY_TYPE_PROVISION"),
    ),
    Fact(
        "type-access-request",
        "A policy of the deprecated type ACCESS_REQUEST cannot be created.",
        "inferred",
        API,
        expect_rejected(policyType="POLICY_TYPE_ACCESS_REQUEST"),
    ),
    Fact(
        "type-unset",
        "A policy without a type: 400.",
        "source",
        CLI,
        expect_bad_request(policyType=None),
    ),
    Fact(
        "baseline-injected",
        "Without a baseline the tenant silently stores `reject` as the baseline.",
        "source",
        CLI,
        _inject_baseline,
    ),
    Fact(
        "baseline-injected-beside",
        "If steps are under another key only (`default`), the tenant stores `reject` as the "
        "baseline beside them.",
        "source",
        CLI,
        _inject_baseline_beside_others,
    ),
    Fact(
        "baseline-injected-update",
        "If an update leaves the baseline out, the tenant stores `reject` as the baseline.",
        "inferred",
        CLI,
        _inject_baseline_on_update,
    ),
    Fact(
        "baseline-policy",
        "`baselinePolicyId` replaces the baseline; `policySteps` then reads back empty.",
        "live",
        PROVIDER,
        _accept_baseline_policy,
    ),
    Fact(
        "baseline-both",
        "Baseline steps and `baselinePolicyId` at once: rejected.",
        "docs",
        API,
        _reject_both,
    ),
)
