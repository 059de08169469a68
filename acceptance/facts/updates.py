"""Facts about updates."""

from __future__ import annotations

from acceptance.context import Context, expect_rejection
from acceptance.fact import API, CLI, GUIDE, PROVIDER, Fact, expect
from acceptance.facts.cases import approval, with_steps
from acceptance.http import POLICIES

_RULE = {"condition": "true", "stepKey": "other"}
_TWO = {**with_steps({"reject": {}}), "other": {"steps": [approval()]}}


def _change_masked_field_only(context: Context) -> None:
    made = context.create()
    fields = {"description": "changed", "displayName": context.make_name("not in the mask")}
    held = context.update(made["id"], "description", **fields)
    expect(held["description"] == "changed", "the field in the mask did not change")
    expect(held["displayName"] == made["displayName"], "a field outside the mask changed")


def _change_two_fields(context: Context) -> None:
    made = context.create()["id"]
    name = context.make_name("renamed")
    held = context.update(made, "displayName,description", displayName=name, description="new")
    expect((held["displayName"], held["description"]) == (name, "new"), "a field did not change")


def _empty_field(context: Context) -> None:
    made = context.create()["id"]
    held = context.update(made, "description", description="")
    expect(not held.get("description"), "the description is still there")


def _replace_rules(context: Context) -> None:
    rules = [{**_RULE, "condition": f'subject.department == "{n}"'} for n in range(3)]
    made = context.create(policySteps=_TWO, rules=rules)["id"]
    held = context.update(made, "rules", rules=[_RULE])["rules"]
    expect([rule["condition"] for rule in held] == ["true"], "the rules are merged")


def _remove_rules(context: Context) -> None:
    made = context.create(policySteps=_TWO, rules=[_RULE])["id"]
    expect(not context.update(made, "rules", rules=[]).get("rules"), "the rules are still there")


def _replace_steps(context: Context) -> None:
    made = context.create(policySteps=_TWO)["id"]
    steps = with_steps({"accept": {}})
    held = context.update(made, "policySteps", policySteps=steps)["policySteps"]
    expect(set(held) == {"grant"}, f"the keys are merged: {set(held)}")
    expect(held["grant"]["steps"][0].get("accept") is not None, "the steps did not change")


def _reject_flat_body(context: Context) -> None:
    made = context.create()["id"]
    answer = context.api.call("POST", f"{POLICIES}/{made}", {"description": "flat"})
    expect_rejection(answer, status=400)


def _update_without_mask(context: Context) -> None:
    made = context.create(policySteps=_TWO, rules=[_RULE])
    fields = {"displayName": made["displayName"], "policySteps": with_steps({"accept": {}})}
    held = context.update(made["id"], None, policyType=made["policyType"], **fields)
    expect(not held.get("description"), "a field that was left out is still there")
    expect(not held.get("rules"), "the rules that were left out are still there")


def _keep_type(context: Context) -> None:
    made = context.create()["id"]
    context.send_update(made, {"policyType": "POLICY_TYPE_REVOKE"}, "policyType")
    expect(context.read(made)["policyType"] == "POLICY_TYPE_GRANT", "the type changed")


def _reject_type_in_mask(context: Context) -> None:
    made = context.create()["id"]
    expect_rejection(context.send_update(made, {"policyType": "POLICY_TYPE_REVOKE"}, "policyType"))


def _answer_with_new_policy(context: Context) -> None:
    made = context.create()["id"]
    answer = context.send_update(made, {"description": "new"}, "description")
    expect(answer.json()["policy"]["description"] == "new", "the answer is not the new policy")


def _keep_creation_time(context: Context) -> None:
    made = context.read(context.create()["id"])
    held = context.update(made["id"], "description", description="new")
    expect(held["createdAt"] == made["createdAt"], "createdAt changed")
    expect(held["updatedAt"] >= made["updatedAt"], "updatedAt went back")


def _reject_unknown_key(context: Context) -> None:
    made = context.create()["id"]
    expect_rejection(context.send_update(made, {"descriptions": "x"}, "description"), status=400)


def _reject_unknown_policy(context: Context) -> None:
    # No policy has an id of zeros, so nothing can be changed.
    body = {"policy": {"description": "x"}, "updateMask": "description"}
    expect_rejection(context.api.call("POST", f"{POLICIES}/{'0' * 27}", body))


def _replace_steps_by_baseline_policy(context: Context) -> None:
    other, made = context.create()["id"], context.create()["id"]
    mask = "baselinePolicyId,policySteps"
    held = context.update(made, mask, baselinePolicyId=other, policySteps={})
    expect(held["baselinePolicyId"] == other, "baselinePolicyId is not set")
    expect(not held.get("policySteps"), "policySteps is not empty")


FACTS = (
    Fact(
        "update-mask",
        "An update changes the fields in its mask alone.",
        "docs",
        API,
        _change_masked_field_only,
    ),
    Fact("update-mask-list", "A mask is a comma list of fields.", "docs", API, _change_two_fields),
    Fact(
        "update-empties",
        "A field in the mask with an empty value is emptied.",
        "docs",
        API,
        _empty_field,
    ),
    Fact("update-rules", "`rules` is replaced as a whole.", "docs", API, _replace_rules),
    Fact(
        "update-no-rules", "An empty list in the mask removes `rules`.", "docs", API, _remove_rules
    ),
    Fact("update-steps", "`policySteps` is replaced as a whole.", "docs", API, _replace_steps),
    Fact("update-flat", "A flat body of an update: 400.", "live", CLI, _reject_flat_body),
    Fact(
        "update-no-mask",
        "An update without a mask rewrites the whole policy.",
        "inferred",
        PROVIDER,
        _update_without_mask,
    ),
    Fact("type-stays", "The type never changes after creation.", "docs", GUIDE, _keep_type),
    Fact(
        "type-in-mask",
        "`policyType` in a mask is rejected.",
        "inferred",
        GUIDE,
        _reject_type_in_mask,
    ),
    Fact(
        "update-answers",
        "An update answers the policy as it is now.",
        "docs",
        API,
        _answer_with_new_policy,
    ),
    Fact("update-times", "An update keeps `createdAt`.", "docs", API, _keep_creation_time),
    Fact("update-strict", "An unknown key in an update: 400.", "source", CLI, _reject_unknown_key),
    Fact(
        "update-unknown", "An update of no policy is rejected.", "docs", API, _reject_unknown_policy
    ),
    Fact(
        "update-baseline",
        "An update of both fields replaces the baseline steps with `baselinePolicyId`.",
        "inferred",
        PROVIDER,
        _replace_steps_by_baseline_policy,
    ),
)
