"""Facts about rules."""

from __future__ import annotations

from uuid import uuid4

from acceptance.context import Context, refusal
from acceptance.fact import API, CLI, GUIDE, Case, Fact, expect
from acceptance.facts.cases import approval, bad_request, refuses, with_steps
from acceptance.http import Json

_MAX_RULES = 16
_OTHER = "other"


def _steps(key: str = _OTHER) -> Json:
    return {**with_steps({"reject": {}}), key: {"steps": [approval()]}}


def _rules(count: int) -> list[Json]:
    return [
        {"condition": f'subject.department == "{number}"', "stepKey": _OTHER}
        for number in range(count)
    ]


def _sixteen(context: Context) -> None:
    made = context.create(policySteps=_steps(), rules=_rules(_MAX_RULES))["id"]
    held = [rule["condition"] for rule in context.read(made)["rules"]]
    expect(held == [rule["condition"] for rule in _rules(_MAX_RULES)], "the rules changed")


def _seventeen(context: Context) -> None:
    context.refused(policySteps=_steps(), rules=_rules(_MAX_RULES + 1))


def _catch_all(context: Context) -> None:
    context.create(policySteps=_steps(), rules=[{"condition": "true", "stepKey": _OTHER}])


def _keeps_key(key: str) -> Case:
    def case(context: Context) -> None:
        rules = [{"condition": "true", "stepKey": key}]
        made = context.read(context.create(policySteps=_steps(key), rules=rules)["id"])
        expect(key in made["policySteps"], "the key is lost")
        [rule] = made["rules"]
        expect(key in {rule.get("stepKey"), rule.get("policyKey")}, "the rule lost its key")

    return case


def _old_spelling(context: Context) -> None:
    rules = [{"condition": "true", "policyKey": _OTHER}]
    made = context.create(policySteps=_steps(), rules=rules)["id"]
    [rule] = context.read(made)["rules"]
    expect(_OTHER in {rule.get("stepKey"), rule.get("policyKey")}, "the rule lost its key")


def _two_spellings(context: Context) -> None:
    rules = [{"condition": "true", "policyKey": _OTHER, "stepKey": _OTHER}]
    refusal(context.refused(policySteps=_steps(), rules=rules), status=400)


def _old_beside_policy(context: Context) -> None:
    target = context.create()["id"]
    rules = [{"condition": "true", "policyKey": _OTHER, "policyId": target}]
    refusal(context.refused(policySteps=_steps(), rules=rules), status=400)


def _two_outcomes(context: Context) -> None:
    target = context.create()["id"]
    rules = [{"condition": "true", "stepKey": _OTHER, "policyId": target}]
    context.refused(policySteps=_steps(), rules=rules)


def _no_steps_on_update(context: Context) -> None:
    made = context.create()["id"]
    rules = [{"condition": "true", "stepKey": "nowhere"}]
    refusal(context.send_update(made, {"rules": rules}, "rules"), "no steps for rule")


FACTS = (
    Fact("rules-16", "A policy can have 16 rules, and keeps their order.", "docs", API, _sixteen),
    Fact("rules-17", "A policy with 17 rules: refused.", "docs", API, _seventeen),
    Fact(
        "condition-empty",
        "A rule with an empty condition: 400.",
        "docs",
        API,
        bad_request(policySteps=_steps(), rules=[{"condition": "", "stepKey": _OTHER}]),
    ),
    Fact("condition-true", "`true` is the condition of a catch-all.", "docs", GUIDE, _catch_all),
    Fact(
        "no-outcome",
        "A rule without an outcome: refused.",
        "docs",
        API,
        refuses(policySteps=_steps(), rules=[{"condition": "true"}]),
    ),
    Fact(
        "step-key-nowhere",
        "A `stepKey` without steps: refused, `no steps for rule`.",
        "source",
        CLI,
        refuses("no steps for rule", rules=[{"condition": "true", "stepKey": "nowhere"}]),
    ),
    Fact(
        "step-key-nowhere-update",
        "A `stepKey` without steps in an update of the rules: refused, `no steps for rule`.",
        "inferred",
        CLI,
        _no_steps_on_update,
    ),
    Fact(
        "policy-key",
        "`policyKey` alone is a spelling of `stepKey`, until 2027-05-30.",
        "docs",
        API,
        _old_spelling,
    ),
    Fact(
        "policy-key-and-step-key",
        "`policyKey` beside `stepKey`, even if equal: 400.",
        "source",
        CLI,
        _two_spellings,
    ),
    Fact(
        "policy-key-and-policy-id",
        "`policyKey` beside `policyId`: 400.",
        "source",
        CLI,
        _old_beside_policy,
    ),
    Fact("two-outcomes", "`stepKey` beside `policyId`: refused.", "docs", API, _two_outcomes),
    Fact("step-key-uuid", "A step key can be a UUID.", "docs", GUIDE, _keeps_key(str(uuid4()))),
    Fact(
        "step-key-underscores",
        "A step key can have underscores, and keeps them.",
        "docs",
        GUIDE,
        _keeps_key("two_words_more"),
    ),
)
