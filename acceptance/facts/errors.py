"""Facts about the form of errors."""

from __future__ import annotations

from acceptance.context import Context, expect_rejection
from acceptance.fact import API, CLI, Case, Fact, expect
from acceptance.facts.cases import with_steps
from acceptance.facts.steps import PROVISION
from acceptance.http import POLICIES, read_json


def _check_error_form(context: Context) -> None:
    body = read_json(context.send_rejected_create(displayNames="x"))
    expect(isinstance(body.get("code"), int), "no code")
    expect(bool(body.get("message")), "no message")
    expect(isinstance(body.get("details"), list), "no details")


def _reject_unreadable_body(context: Context) -> None:
    answer = context.send_rejected_create(displayNames="x")
    expect((answer.status_code, read_json(answer)["code"]) == (400, 3), "another status or code")


def _reject_in_handler(context: Context) -> None:
    answer = context.send_rejected_create(policySteps=with_steps(PROVISION))
    found = (answer.status_code, read_json(answer)["code"])
    expect(found == (500, 2), f"HTTP {found[0]}, code {found[1]}")


def _reject_other_than_json(context: Context) -> None:
    headers = {"Content-Type": "application/json"}
    answer = context.api.call("POST", POLICIES, content=b'{"displayName": ', headers=headers)
    expect_rejection(answer, status=400)


def _expect_redirect(odd: str) -> Case:
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
        _check_error_form,
    ),
    Fact(
        "error-400",
        "An unreadable body: 400 with gRPC code 3.",
        "docs",
        API,
        _reject_unreadable_body,
    ),
    Fact(
        "error-500",
        "A plain error of a handler is HTTP 500 with gRPC code 2, and final. The project matches "
        "the text at any 4xx or 500, so it does not rely on the status.",
        "inferred",
        CLI,
        _reject_in_handler,
    ),
    Fact("error-json", "A body that is not JSON: 400.", "docs", API, _reject_other_than_json),
    *(
        Fact(
            f"redirect-{name}",
            f"An id of {told} in a path is answered by a 301 to the collection.",
            "live",
            CLI,
            _expect_redirect(odd),
        )
        for name, told, odd in (("dot", "`.`", "."), ("empty", '`""`', ""), ("slash", "`/`", "/"))
    ),
)
