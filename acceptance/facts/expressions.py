"""Facts about expressions."""

from __future__ import annotations

from collections.abc import Callable

from acceptance.fact import Fact, NotTried, expect
from acceptance.tenant import POLICIES, Tenant, refused

_CLI = "the vendor's CLI"
_CEL = "the vendor's documentation of expressions"


def _markers(tenant: Tenant, text: str) -> list[object]:
    answer = tenant.send("POST", f"{POLICIES}/validate/cel", {"text": text})
    if answer.status_code in (403, 404, 501):
        raise NotTried("the endpoint is not available")
    expect(answer.is_success, f"answered {answer.status_code}")
    found: list[object] = answer.json().get("markers") or []
    return found


def _knows(text: str) -> Callable[[Tenant], None]:
    return lambda tenant: expect(not _markers(tenant, text), "marked")


def _marks(text: str) -> Callable[[Tenant], None]:
    return lambda tenant: expect(_markers(tenant, text), "not marked")


def _condition(tenant: Tenant) -> None:
    rules = [{"condition": "subject.nonsense == 1", "stepKey": "grant"}]
    refused(tenant.try_create(tenant.body(rules=rules)), "", 400)


def _approver(expression: str) -> Callable[[Tenant], None]:
    def case(tenant: Tenant) -> None:
        body = tenant.body({"approval": {"expression": {"expressions": [expression]}}})
        refused(tenant.try_create(body), "", 400)

    return case


FACTS = (
    Fact(
        "cel-valid",
        "`validate/cel` marks nothing in a valid condition.",
        "docs",
        _CEL,
        _knows("subject.department == 'Sales'"),
    ),
    Fact(
        "cel-invalid",
        "`validate/cel` marks what does not compile.",
        "docs",
        _CEL,
        _marks("subject.department =="),
    ),
    Fact(
        "cel-unknown-field",
        "`validate/cel` marks a field that does not exist.",
        "docs",
        _CEL,
        _marks("subject.nonsense == 1"),
    ),
    Fact(
        "cel-knows-account",
        "`validate/cel` knows `account`.",
        "docs",
        _CEL,
        _knows("account.email == 'a'"),
    ),
    Fact(
        "cel-no-app-owners",
        "`validate/cel` does not know `appOwners`.",
        "source",
        _CLI,
        _marks("size(appOwners) > 0"),
    ),
    Fact(
        "condition-compiled",
        "A condition that does not compile is refused on save.",
        "docs",
        _CEL,
        _condition,
    ),
    Fact(
        "approver-no-account",
        "An approver expression does not know `account`.",
        "source",
        _CLI,
        _approver("account.id == '' ? appOwners : [subject]"),
    ),
    Fact(
        "approver-compiled",
        "An approver expression that does not compile is refused on save.",
        "docs",
        _CEL,
        _approver("appOwners["),
    ),
)
