"""Each error status with each form of body: its error, its retries, and its ambiguity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import httpx
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._client.policy_client import PolicyClient

POLICY = {"id": "p1"}
OK = httpx.Response(200, json={"policy": POLICY})
CALLS: dict[str, Callable[[PolicyClient], Any]] = {
    "read": lambda client: client.get("p1"),
    "delete": lambda client: client.delete("p1", lambda _: True),
    "update": lambda client: client.update("p1", ["rules"], lambda _: POLICY),
    "create": lambda client: client.create(POLICY),
}


def build_error_body(code: int, message: str = "something went wrong") -> dict[str, Any]:
    return {"json": {"code": code, "message": message, "details": []}}


BODIES: dict[str, dict[str, Any]] = {
    "empty": {},
    "page": {"html": "<html>Sorry</html>"},
    "text": {"text": "sorry"},
    "half": {"content": b'{"code": 2, "mess'},
    "object": {"json": {}},
    "code 2": build_error_body(2),
    "final text": build_error_body(
        2, "policy: provision steps are not allowed in policies (step 1)"
    ),
    "code 3": build_error_body(3),
    "code 4": build_error_body(4),
    "code 5": build_error_body(5),
    "code 12": build_error_body(12),
    "code 13": build_error_body(13),
    "code 14": build_error_body(14),
}
FOREIGN = ("page", "text", "half")
PLAIN = ("empty", "object", "code 2", "code 3", "code 5", "code 12", "code 13")
NOT_LET_IN = (401, 403, 429)
CERTAIN = (400, 402, 404, 405, 407, 409, 410, 412, 413, 414, 418, 421, 422, 425, 431, 444, 451)
# Statuses of proxies: 520 to 530 (Cloudflare), 561 (AWS), 598 and 599 (network timeouts).
ODD = (505, 506, 507, 508, 510, 511, *range(520, 531), 561, 598, 599, 600)
GAVE_UP = (408, 499, 504)
STATUSES = (*NOT_LET_IN, *CERTAIN, *GAVE_UP, 500, 501, 502, 503, *ODD)

NOTHING: frozenset[str] = frozenset()
SAFE = frozenset({"read", "delete", "update"})
WRITES = frozenset({"delete", "update", "create"})


class Row(NamedTuple):
    """The meaning of an answer.

    Attributes:
        statuses: The statuses of the answer.
        bodies: The forms of its body.
        error: The class of the error.
        retried: The calls that are sent again.
        is_ambiguous: A write may have taken effect.
        is_in_progress: The tenant may still be at work on it.
    """

    statuses: Iterable[int]
    bodies: Iterable[str]
    error: type[errors.APIError]
    retried: frozenset[str] = NOTHING
    is_ambiguous: bool = False
    is_in_progress: bool = False


def build_outage_row(statuses: Iterable[int], bodies: Iterable[str], *, in_progress: bool) -> Row:
    return Row(statuses, bodies, errors.ServerError, SAFE, True, in_progress)


ALL = (*FOREIGN, *PLAIN)
OTHERS = tuple(set(CERTAIN) - {400, 404, 409})
TABLE = (
    # A text that is known to be final, at any 4xx and at 500.
    Row((*NOT_LET_IN, *CERTAIN, 408, 499, 500), ("final text",), errors.InvalidRequestError),
    # The request was not let in.
    Row((401,), (*ALL, "code 4", "code 14"), errors.AuthenticationError),
    Row((403,), (*ALL, "code 4", "code 14"), errors.PermissionDeniedError),
    Row((429,), (*ALL, "code 4", "code 14"), errors.RateLimitError, frozenset(CALLS)),
    # Certain failures.
    Row((400,), ALL, errors.InvalidRequestError),
    Row((404,), ("code 5",), errors.NotFoundError),
    Row((404,), {*ALL} - {"code 5"}, errors.AnswerError, SAFE),
    Row((409,), ALL, errors.ConflictError),
    Row(OTHERS, ALL, errors.StatusError),
    Row((501,), ("code 12",), errors.ServerError),
    # Outages by status.
    build_outage_row((500,), ALL, in_progress=False),
    build_outage_row((502,), (*ALL, "final text"), in_progress=False),
    build_outage_row((503,), (*ALL, "final text", "code 14"), in_progress=False),
    build_outage_row((408, 499), (*ALL, "code 4", "code 14"), in_progress=True),
    build_outage_row((504,), (*ALL, "final text", "code 4", "code 14"), in_progress=True),
    build_outage_row((501,), {*ALL, "final text"} - {"code 12"}, in_progress=True),
    build_outage_row(ODD, (*ALL, "final text", "code 4"), in_progress=True),
    # Outages by gRPC code.
    build_outage_row((*CERTAIN, 500, 502), ("code 14",), in_progress=False),
    build_outage_row((501, *ODD), ("code 14",), in_progress=True),
    build_outage_row((*CERTAIN, 500, 501, 502, 503), ("code 4",), in_progress=True),
)
CASES = [(status, body, row) for row in TABLE for status in row.statuses for body in row.bodies]


def test_the_table_has_every_status_with_every_body_once() -> None:
    counted = Counter((status, body) for status, body, _ in CASES)
    assert counted == Counter((status, body) for status in STATUSES for body in BODIES)


@pytest.mark.parametrize(
    ("status", "body", "row"), CASES, ids=[f"{status}-{body}" for status, body, _ in CASES]
)
def test_each_answer_has_the_meaning_in_the_table(
    status: int, body: str, row: Row, connect: Any
) -> None:
    reply = httpx.Response(status, **BODIES[body])
    for name, call in CALLS.items():
        look = POLICY if name in ("update", "delete") else None
        client, tenant = connect(reply, look=look, accessToken="mine", requestDeadline="1")
        with pytest.raises(errors.APIError) as caught:
            call(client)
        error = caught.value
        assert type(error) is row.error, name
        assert (error.status, error.code) == (status, _get_code(body))
        is_ambiguous = row.is_ambiguous and name in WRITES
        assert error.ambiguous is is_ambiguous, name
        assert ("may have been made" in str(error)) is is_ambiguous, name
        if is_ambiguous:
            assert error.in_progress is row.is_in_progress, name
        assert (len(tenant.requests) > 1) is (name in row.retried), name


def _get_code(body: str) -> int | None:
    value = BODIES[body].get("json", {}).get("code")
    return value if isinstance(value, int) else None
