"""Facts about the form of errors."""

from __future__ import annotations

from acceptance.context import Context, refusal
from acceptance.fact import API, CLI, Case, Fact, expect
from acceptance.facts.cases import with_steps
from acceptance.facts.steps import PROVISION
from acceptance.http import POLICIES, json_of


def _form(context: Context) -> None:
    body = json_of(context.refused(displayNames="x"))
    expect(isinstance(body.get("code"), int), "no code")
    expect(bool(body.get("message")), "no message")
    expect(isinstance(body.get("details"), list), "no details")


def _invalid(context: Context) -> None:
    answer = context.refused(displayNames="x")
    expect((answer.status_code, json_of(answer)["code"]) == (400, 3), "another status or code")


def _handler(context: Context) -> None:
    answer = context.refused(policySteps=with_steps(PROVISION))
    found = (answer.status_code, json_of(answer)["code"])
    expect(found == (500, 2), f"HTTP {found[0]}, code {found[1]}")


def _not_json(context: Context) -> None:
    headers = {"Content-Type": "application/json"}
    answer = context.api.call("POST", POLICIES, content=b'{"displayName": ', headers=headers)
    refusal(answer, status=400)


def _redirects(odd: str) -> Case:
    def case(context: Context) -> None:
        # The path goes out as it is: HTTP clients clean such a path before they send it.
        target = {"target": f"{POLICIES}/{odd}".encode()}
        answer = context.api.call("GET", POLICIES, extensions=target)
        expect(answer.status_code == 301, f"HTTP {answer.status_code}")
        place = answer.headers["location"].rstrip("/")
        expect(place.endswith(POLICIES), f"leads to {place}")

    return case


FACTS = (
    Fact(
        "error-form",
        'The body of an error is `{"code": …, "message": …, "details": []}`.',
        "live",
        CLI,
        _form,
    ),
    Fact("error-400", "What cannot be read is a 400 with gRPC code 3.", "docs", API, _invalid),
    Fact(
        "error-500",
        "A plain error of a handler is HTTP 500 with gRPC code 2, and final. The project matches "
        "the text at any 4xx or 500, so it does not rely on the status.",
        "inferred",
        CLI,
        _handler,
    ),
    Fact("error-json", "A body that is not JSON: 400.", "docs", API, _not_json),
    *(
        Fact(
            f"redirect-{name}",
            f"An id of {told} in a path is answered by a 301 to the collection.",
            "live",
            CLI,
            _redirects(odd),
        )
        for name, told, odd in (("dot", "`.`", "."), ("empty", '`""`', ""), ("slash", "`/`", "/"))
    ),
)
