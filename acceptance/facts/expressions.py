"""Facts about expressions."""

from __future__ import annotations

from acceptance.context import Context, expect_rejection
from acceptance.fact import API, CEL, CLI, Case, Fact, NotTried, expect
from acceptance.facts.cases import approval, with_steps
from acceptance.http import POLICIES, Json, read_json

_VALIDATE = f"{POLICIES}/validate/cel"
_VARIABLES = {
    "subject": 'subject.email == "a@b.example"',
    "entitlement": 'entitlement.id == "a"',
    "task": 'task.id == "a"',
    "account": 'account.email == "a@b.example"',
}


def _validate(context: Context, text: str) -> list[Json]:
    answer = context.api.call("POST", _VALIDATE, {"text": text})
    expect(answer.status_code == 200, f"HTTP {answer.status_code}")
    return read_json(answer).get("markers") or []


def _expect_valid(text: str) -> Case:
    def case(context: Context) -> None:
        markers = _validate(context, text)
        expect(not markers, f"{len(markers)} markers, the first: {markers[:1]}")

    return case


def _expect_invalid(text: str, *, by_brackets: bool = False) -> Case:
    def case(context: Context) -> None:
        _require_compiler(context, by_brackets=by_brackets)
        expect(bool(_validate(context, text)), "no marker")

    return case


def _check_marker_form(context: Context) -> None:
    [marker, *_] = _validate(context, 'subject.email == "a" && (')
    expect(bool(marker.get("message")), "a marker without a message")
    expect("severity" in marker and "startColumn" in marker, f"a marker has {sorted(marker)}")


def _make_condition(text: str) -> Json:
    return {
        "rules": [{"condition": text, "stepKey": "other"}],
        "policySteps": {**with_steps({"reject": {}}), "other": {"steps": [approval()]}},
    }


def _make_approver(text: str) -> Json:
    return {"policySteps": with_steps(approval("expression", expressions=[text]))}


def _expect_saved(fields: Json) -> Case:
    def case(context: Context) -> None:
        context.create(**fields)

    return case


def _expect_not_saved(fields: Json, *, by_brackets: bool = False) -> Case:
    def case(context: Context) -> None:
        _require_compiler(context, by_brackets=by_brackets)
        expect_rejection(context.send_rejected_create(**fields), status=400)

    return case


def _reject_condition_on_update(context: Context) -> None:
    made = context.create()["id"]
    fields = _make_condition('subject.email == "a')
    expect_rejection(context.send_update(made, fields, "rules,policySteps"), status=400)


def _require_compiler(context: Context, *, by_brackets: bool) -> None:
    if not (context.compiles or by_brackets):
        raise NotTried("the emulator compiles expressions with the extra `cel` only")


def _evaluate_literal(context: Context) -> None:
    answer = context.api.call("POST", f"{POLICIES}/test-account-provision-policy", {"cel": '"a"'})
    expect(answer.status_code == 200, f"HTTP {answer.status_code}")
    held = read_json(answer)
    expect({"type", "value"} <= set(held), f"the answer has {sorted(held)}")


FACTS = (
    Fact(
        "validate",
        "`validate/cel` answers a valid condition without a marker.",
        "docs",
        API,
        _expect_valid("true"),
    ),
    *(
        Fact(
            f"validate-{name}",
            f"`validate/cel` knows the variable `{name}`.",
            "source",
            CLI,
            _expect_valid(text),
        )
        for name, text in _VARIABLES.items()
    ),
    Fact(
        "validate-broken",
        "`validate/cel` marks an expression that does not parse.",
        "docs",
        API,
        _expect_invalid('subject.email == "a', by_brackets=True),
    ),
    Fact(
        "validate-marker",
        "A marker has a message, a place and a severity.",
        "docs",
        API,
        _check_marker_form,
    ),
    Fact(
        "validate-undeclared",
        "`validate/cel` marks a variable that is not declared.",
        "docs",
        CEL,
        _expect_invalid("nobody.knows"),
    ),
    Fact(
        "validate-app-owners",
        "`validate/cel` knows the environment of rule conditions only: `appOwners` is undeclared.",
        "source",
        CLI,
        _expect_invalid("appOwners.size() > 0"),
    ),
    Fact(
        "validate-type",
        "`validate/cel` marks a condition that is not a bool.",
        "docs",
        CEL,
        _expect_invalid("subject.email"),
    ),
    Fact(
        "condition-parse",
        "A condition that does not parse is rejected on save: 400.",
        "docs",
        API,
        _expect_not_saved(_make_condition('subject.email == "a'), by_brackets=True),
    ),
    Fact(
        "condition-undeclared",
        "A condition with a variable that is not declared is rejected on save: 400.",
        "docs",
        CEL,
        _expect_not_saved(_make_condition("nobody.knows")),
    ),
    Fact(
        "condition-update",
        "A condition that does not parse is rejected in an update: 400.",
        "docs",
        API,
        _reject_condition_on_update,
    ),
    Fact(
        "approver-parse",
        "An approver expression that does not parse is rejected on save: 400.",
        "docs",
        API,
        _expect_not_saved(_make_approver("appOwners["), by_brackets=True),
    ),
    Fact(
        "approver-app-owners",
        "Approver expressions know `app_owners`, the other spelling of `appOwners`.",
        "source",
        CLI,
        _expect_saved(_make_approver("app_owners")),
    ),
    Fact(
        "approver-account",
        "Approver expressions do not know `account`: 400.",
        "source",
        CLI,
        _expect_not_saved(_make_approver('account.email == "a" ? appOwners : appOwners')),
    ),
    Fact(
        "test-account-provision",
        "`test-account-provision-policy` answers the type and the value of an expression.",
        "docs",
        API,
        _evaluate_literal,
    ),
)
