"""Facts about expressions."""

from __future__ import annotations

from acceptance.context import Context, refusal
from acceptance.fact import API, CEL, CLI, Case, Fact, NotTried, expect
from acceptance.facts.cases import approval, with_steps
from acceptance.http import POLICIES, Json, json_of

_VALIDATE = f"{POLICIES}/validate/cel"
_VARIABLES = {
    "subject": 'subject.email == "a@b.example"',
    "entitlement": 'entitlement.id == "a"',
    "task": 'task.id == "a"',
    "account": 'account.email == "a@b.example"',
}


def _markers(context: Context, text: str) -> list[Json]:
    answer = context.api.call("POST", _VALIDATE, {"text": text})
    expect(answer.status_code == 200, f"HTTP {answer.status_code}")
    return json_of(answer).get("markers") or []


def _valid(text: str) -> Case:
    def case(context: Context) -> None:
        markers = _markers(context, text)
        expect(not markers, f"{len(markers)} markers, the first: {markers[:1]}")

    return case


def _invalid(text: str, *, by_brackets: bool = False) -> Case:
    def case(context: Context) -> None:
        _needs_compiler(context, by_brackets=by_brackets)
        expect(bool(_markers(context, text)), "no marker")

    return case


def _marker_form(context: Context) -> None:
    [marker, *_] = _markers(context, 'subject.email == "a" && (')
    expect(bool(marker.get("message")), "a marker without a message")
    expect("severity" in marker and "startColumn" in marker, f"a marker has {sorted(marker)}")


def _condition(text: str) -> Json:
    return {
        "rules": [{"condition": text, "stepKey": "other"}],
        "policySteps": {**with_steps({"reject": {}}), "other": {"steps": [approval()]}},
    }


def _approver(text: str) -> Json:
    return {"policySteps": with_steps(approval("expression", expressions=[text]))}


def _saved(fields: Json) -> Case:
    def case(context: Context) -> None:
        context.create(**fields)

    return case


def _not_saved(fields: Json, *, by_brackets: bool = False) -> Case:
    def case(context: Context) -> None:
        _needs_compiler(context, by_brackets=by_brackets)
        refusal(context.refused(**fields), status=400)

    return case


def _not_saved_by_update(context: Context) -> None:
    made = context.create()["id"]
    fields = _condition('subject.email == "a')
    refusal(context.send_update(made, fields, "rules,policySteps"), status=400)


def _needs_compiler(context: Context, *, by_brackets: bool) -> None:
    if not (context.compiles or by_brackets):
        raise NotTried("the emulator compiles expressions with the extra `cel` only")


def _literal(context: Context) -> None:
    answer = context.api.call("POST", f"{POLICIES}/test-account-provision-policy", {"cel": '"a"'})
    expect(answer.status_code == 200, f"HTTP {answer.status_code}")
    held = json_of(answer)
    expect({"type", "value"} <= set(held), f"the answer has {sorted(held)}")


FACTS = (
    Fact(
        "validate",
        "`validate/cel` answers a good condition with no marker.",
        "docs",
        API,
        _valid("true"),
    ),
    *(
        Fact(
            f"validate-{name}",
            f"`validate/cel` knows the variable `{name}`.",
            "source",
            CLI,
            _valid(text),
        )
        for name, text in _VARIABLES.items()
    ),
    Fact(
        "validate-broken",
        "`validate/cel` marks an expression that does not parse.",
        "docs",
        API,
        _invalid('subject.email == "a', by_brackets=True),
    ),
    Fact(
        "validate-marker",
        "A marker has a message, a place and a severity.",
        "docs",
        API,
        _marker_form,
    ),
    Fact(
        "validate-undeclared",
        "`validate/cel` marks a variable that is not declared.",
        "docs",
        CEL,
        _invalid("nobody.knows"),
    ),
    Fact(
        "validate-app-owners",
        "`validate/cel` knows the environment of rule conditions only: `appOwners` is undeclared.",
        "source",
        CLI,
        _invalid("appOwners.size() > 0"),
    ),
    Fact(
        "validate-type",
        "`validate/cel` marks a condition that is not a bool.",
        "docs",
        CEL,
        _invalid("subject.email"),
    ),
    Fact(
        "condition-parse",
        "A condition that does not parse is refused on save: 400.",
        "docs",
        API,
        _not_saved(_condition('subject.email == "a'), by_brackets=True),
    ),
    Fact(
        "condition-undeclared",
        "A condition with a variable that is not declared is refused on save: 400.",
        "docs",
        CEL,
        _not_saved(_condition("nobody.knows")),
    ),
    Fact(
        "condition-update",
        "A condition that does not parse is refused in an update: 400.",
        "docs",
        API,
        _not_saved_by_update,
    ),
    Fact(
        "approver-parse",
        "An approver expression that does not parse is refused on save: 400.",
        "docs",
        API,
        _not_saved(_approver("appOwners["), by_brackets=True),
    ),
    Fact(
        "approver-app-owners",
        "Approver expressions know `app_owners`, the other spelling of `appOwners`.",
        "source",
        CLI,
        _saved(_approver("app_owners")),
    ),
    Fact(
        "approver-account",
        "Approver expressions do not know `account`: 400.",
        "source",
        CLI,
        _not_saved(_approver('account.email == "a" ? appOwners : appOwners')),
    ),
    Fact(
        "test-account-provision",
        "`test-account-provision-policy` answers the type and the value of an expression.",
        "docs",
        API,
        _literal,
    ),
)
