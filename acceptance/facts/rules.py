"""Facts about rules."""

from __future__ import annotations

from uuid import uuid4

from acceptance.context import Context, expect_rejection
from acceptance.fact import API, CLI, GUIDE, Case, Fact, expect
from acceptance.facts.cases import approval, expect_bad_request, expect_rejected, with_steps
from acceptance.http import Json

_MAX_RULES = 16
_OTHER = "other"


def _make_steps(key: str = _OTHER) -> Json:
    return {**with_steps({"reject": {}}), key: {"steps": [approval()]}}


def _make_rules(count: int) -> list[Json]:
    return [
        {"condition": f'subject.department == "{number}"', "stepKey": _OTHER}
        for number in range(count)
    ]


def _accept_sixteen_rules(context: Context) -> None:
    made = context.create(policySteps=_make_steps(), rules=_make_rules(_MAX_RULES))["id"]
    held = [rule["condition"] for rule in context.read(made)["rules"]]
    expect(held == [rule["condition"] for rule in _make_rules(_MAX_RULES)], "the rules changed")


def _reject_seventeen_rules(context: Context) -> None:
    context.send_rejected_create(policySteps=_make_steps(), rules=_make_rules(_MAX_RULES + 1))


def _accept_catch_all(context: Context) -> None:
    context.create(policySteps=_make_steps(), rules=[{"condition": "true", "stepKey": _OTHER}])


def _expect_kept_key(key: str) -> Case:
    def case(context: Context) -> None:
        rules = [{"condition": "true", "stepKey": key}]
        made = context.read(context.create(policySteps=_make_steps(key), rules=rules)["id"])
        expect(key in made["policySteps"], "the key is lost")
        [rule] = made["rules"]
        expect(key in {rule.get("stepKey"), rule.get("policyKey")}, "the rule lost its key")

    return case


def _accept_old_spelling(context: Context) -> None:
    rules = [{"condition": "true", "policyKey": _OTHER}]
    made = context.create(policySteps=_make_steps(), rules=rules)["id"]
    [rule] = context.read(made)["rules"]
    expect(_OTHER in {rule.get("stepKey"), rule.get("policyKey")}, "the rule lost its key")


def _reject_two_spellings(context: Context) -> None:
    rules = [{"condition": "true", "policyKey": _OTHER, "stepKey": _OTHER}]
    expect_rejection(
        context.send_rejected_create(policySteps=_make_steps(), rules=rules), status=400
    )


def _reject_old_spelling_beside_policy(context: Context) -> None:
    target = context.create()["id"]
    rules = [{"condition": "true", "policyKey": _OTHER, "policyId": target}]
    expect_rejection(
        context.send_rejected_create(policySteps=_make_steps(), rules=rules), status=400
    )


def _reject_two_outcomes(context: Context) -> None:
    target = context.create()["id"]
    rules = [{"condition": "true", "stepKey": _OTHER, "policyId": target}]
    context.send_rejected_create(policySteps=_make_steps(), rules=rules)


def _reject_missing_steps_on_update(context: Context) -> None:
    made = context.create()["id"]
    rules = [{"condition": "true", "stepKey": "nowhere"}]
    expect_rejection(context.send_update(made, {"rules": rules}, "rules"), "no steps for rule")


FACTS = (
    Fact(
        "rules-16",
        "A policy can have 16 rules, and keeps their order.",
        "docs",
        API,
        _accept_sixteen_rules,
    ),
    Fact("rules-17", "A policy with 17 rules: rejected.", "docs", API, _reject_seventeen_rules),
    Fact(
        "condition-empty",
        "A rule with an empty condition: 400.",
        "docs",
        API,
        expect_bad_request(policySteps=_make_steps(), rules=[{"condition": "", "stepKey": _OTHER}]),
    ),
    Fact(
        "condition-true",
        "`true` is the condition of a catch-all.",
        "docs",
        GUIDE,
        _accept_catch_all,
    ),
    Fact(
        "no-outcome",
        "A rule without an outcome: rejected.",
        "docs",
        API,
        expect_rejected(policySteps=_make_steps(), rules=[{"condition": "true"}]),
    ),
    Fact(
        "step-key-nowhere",
        "A `stepKey` without steps: rejected, `no steps for rule`.",
        "source",
        CLI,
        expect_rejected("no steps for rule", rules=[{"condition": "true", "stepKey": "nowhere"}]),
    ),
    Fact(
        "step-key-nowhere-update",
        "A `stepKey` without steps in an update of the rules: rejected, `no steps for rule`.",
        "inferred",
        CLI,
        _reject_missing_steps_on_update,
    ),
    Fact(
        "policy-key",
        "`policyKey` alone is a spelling of `stepKey`, until 2027-05-30.",
        "docs",
        API,
        _accept_old_spelling,
    ),
    Fact(
        "policy-key-and-step-key",
        "`policyKey` beside `stepKey`, even if equal: 400.",
        "source",
        CLI,
        _reject_two_spellings,
    ),
    Fact(
        "policy-key-and-policy-id",
        "`policyKey` beside `policyId`: 400.",
        "source",
        CLI,
        _reject_old_spelling_beside_policy,
    ),
    Fact(
        "two-outcomes", "`stepKey` beside `policyId`: rejected.", "docs", API, _reject_two_outcomes
    ),
    Fact(
        "step-key-uuid", "A step key can be a UUID.", "docs", GUIDE, _expect_kept_key(str(uuid4()))
    ),
    Fact(
        "step-key-underscores",
        "A step key can have underscores, and keeps them.",
        "docs",
        GUIDE,
        _expect_kept_key("two_words_more"),
    ),
)
