"""Every error status with every form of body: the error, what is sent again, what stays unclear."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import httpx
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._client.transport import may_be_under_way

POLICY = {"id": "p1"}
OK = httpx.Response(200, json={"policy": POLICY})
CALLS: dict[str, Callable[[PolicyClient], Any]] = {
    "read": lambda client: client.get("p1"),
    "delete": lambda client: client.delete("p1", lambda _: True),
    "update": lambda client: client.update("p1", ["rules"], lambda _: POLICY),
    "create": lambda client: client.create(POLICY),
}


def said(code: int, message: str = "something went wrong") -> dict[str, Any]:
    return {"json": {"code": code, "message": message, "details": []}}


BODIES: dict[str, dict[str, Any]] = {
    "empty": {},
    "page": {"html": "<html>Sorry</html>"},
    "text": {"text": "sorry"},
    "half": {"content": b'{"code": 2, "mess'},
    "object": {"json": {}},
    "code 2": said(2),
    "final text": said(2, "policy: provision steps are not allowed in policies (step 1)"),
    "code 3": said(3),
    "code 4": said(4),
    "code 5": said(5),
    "code 12": said(12),
    "code 13": said(13),
    "code 14": said(14),
}
NOT_OURS = ("page", "text", "half")
PLAIN = ("empty", "object", "code 2", "code 3", "code 5", "code 12", "code 13")
TURNED_AWAY = (401, 403, 429)
CERTAIN = (400, 402, 404, 405, 407, 409, 410, 412, 413, 414, 418, 421, 422, 425, 431, 444, 451)
# Statuses of proxies: 520 to 530 (Cloudflare), 561 (AWS), 598 and 599 (network timeouts).
ODD = (505, 506, 507, 508, 510, 511, *range(520, 531), 561, 598, 599, 600)
GAVE_UP = (408, 499, 504)
STATUSES = (*TURNED_AWAY, *CERTAIN, *GAVE_UP, 500, 501, 502, 503, *ODD)

NOTHING: frozenset[str] = frozenset()
SAFE = frozenset({"read", "delete", "update"})
WRITES = frozenset({"delete", "update", "create"})


class Row(NamedTuple):
    """What an answer means.

    Attributes:
        statuses: The statuses of the answer.
        bodies: The forms of its body.
        error: The class of the error.
        again: The calls that are sent again.
        is_unclear: A write may have taken effect.
        is_under_way: The tenant may still be at work on it.
    """

    statuses: Iterable[int]
    bodies: Iterable[str]
    error: type[errors.APIError]
    again: frozenset[str] = NOTHING
    is_unclear: bool = False
    is_under_way: bool = False


def failed(
    statuses: Iterable[int], bodies: Iterable[str], *, under_way: bool, again: frozenset[str] = SAFE
) -> Row:
    return Row(statuses, bodies, errors.ServerError, again, True, under_way)


ALL = (*NOT_OURS, *PLAIN)
OTHERS = tuple(set(CERTAIN) - {400, 404, 409})
TABLE = (
    # A text that is known to be final, at any 4xx and at 500.
    Row((*TURNED_AWAY, *CERTAIN, 408, 499, 500), ("final text",), errors.InvalidRequestError),
    # Nothing was let in.
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
    # Outages, told from the status.
    failed((500,), ALL, under_way=False),
    failed((502,), (*ALL, "final text"), under_way=False),
    failed((503,), (*ALL, "final text", "code 14"), under_way=False),
    failed((408, 499), (*ALL, "code 4", "code 14"), under_way=True),
    failed((504,), (*ALL, "final text", "code 4", "code 14"), under_way=True),
    failed((501,), {*ALL, "final text"} - {"code 12"}, under_way=True),
    failed(ODD, (*ALL, "final text", "code 4"), under_way=True),
    # Outages, told from the gRPC code.
    failed((*CERTAIN, 500, 502), ("code 14",), under_way=False),
    failed((501, *ODD), ("code 14",), under_way=True),
    failed((*CERTAIN, 500, 501, 502, 503), ("code 4",), under_way=True),
)
CASES = [(status, body, row) for row in TABLE for status in row.statuses for body in row.bodies]


def test_the_table_holds_every_status_with_every_body_once() -> None:
    counted = Counter((status, body) for status, body, _ in CASES)
    assert counted == Counter((status, body) for status in STATUSES for body in BODIES)


@pytest.mark.parametrize(
    ("status", "body", "row"), CASES, ids=[f"{status}-{body}" for status, body, _ in CASES]
)
def test_each_answer_means_what_the_table_says(
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
        assert (error.status, error.code) == (status, _code(body))
        is_unclear = row.is_unclear and name in WRITES
        assert error.ambiguous is is_unclear, name
        assert ("may have been made" in str(error)) is is_unclear, name
        if is_unclear:
            assert may_be_under_way(error) is row.is_under_way, name
        assert (len(tenant.requests) > 1) is (name in row.again), name


def _code(body: str) -> int | None:
    value = BODIES[body].get("json", {}).get("code")
    return value if isinstance(value, int) else None
