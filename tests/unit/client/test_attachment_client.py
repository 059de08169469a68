"""The calls about apps and entitlements: the request of each, and the answers that it accepts."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from pulumi_c1policy._client.attachment_client import AttachmentClient
from pulumi_c1policy._model.attachment_fields import AttachmentTarget, parse_target
from pulumi_c1policy.errors import AnswerError, ConflictError, NotFoundError, PermissionDeniedError

APP, ENTITLEMENT = AttachmentTarget("a1"), AttachmentTarget("a1", "e/1")
APP_ANSWER = {"app": {"id": "a1", "grantPolicyId": "p"}}
ENTITLEMENT_ANSWER = {"appEntitlementView": {"appEntitlement": {"appId": "a1", "id": "e/1"}}}
OVERRIDE = "overrideAccessRequestsDefaults"


def answer(body: object, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=body)


@pytest.mark.parametrize("target", [APP, ENTITLEMENT, AttachmentTarget("a/b", "c%2F d")])
def test_an_id_names_its_target(target: AttachmentTarget) -> None:
    assert parse_target(target.id) == target
    assert target.id.count("/") == len(target.parts) - 1


@pytest.mark.parametrize(
    ("target", "path", "found", "fields", "sent"),
    [
        (
            APP,
            "/api/v1/apps/a1",
            APP_ANSWER,
            {"revokePolicyId": "", "grantPolicyId": "q"},
            {
                "app": {"revokePolicyId": "", "grantPolicyId": "q"},
                "updateMask": "grantPolicyId,revokePolicyId",
            },
        ),
        (
            ENTITLEMENT,
            "/api/v1/apps/a1/entitlements/e%2F1",
            ENTITLEMENT_ANSWER,
            {"emergencyGrantEnabled": False, OVERRIDE: True},
            {
                "entitlement": {"emergencyGrantEnabled": False, OVERRIDE: True},
                "updateMask": f"emergencyGrantEnabled,{OVERRIDE}",
                OVERRIDE: True,
            },
        ),
    ],
    ids=["app", "entitlement"],
)
def test_an_update_looks_and_sends_exactly_its_fields(
    target: AttachmentTarget, path: str, found: object, fields: object, sent: object, connect: Any
) -> None:
    client, tenant = connect(answer(found))
    seen: list[dict[str, Any]] = []

    def find_fields(live: dict[str, Any]) -> Any:
        seen.append(live)
        return fields

    AttachmentClient(client.transport).update(target, find_fields)
    methods = [(each.method, each.url.raw_path.decode()) for each in tenant.requests]
    assert methods[0] == ("GET", path)
    assert methods[-1] == ("POST", path)
    assert json.loads(tenant.requests[-1].content) == sent
    assert seen[0]["id"] == target.parts[-1]


def test_nothing_is_sent_for_no_fields_and_an_empty_mask_is_an_error(connect: Any) -> None:
    client, tenant = connect(answer(ENTITLEMENT_ANSWER))
    found = AttachmentClient(client.transport).update(ENTITLEMENT, lambda _: None)
    assert found == {"appId": "a1", "id": "e/1"}
    assert [each.method for each in tenant.requests] == ["GET"]
    with pytest.raises(ValueError, match="mask"):
        AttachmentClient(client.transport).update(ENTITLEMENT, lambda _: {})
    assert [each.method for each in tenant.requests] == ["GET", "GET"]


@pytest.mark.parametrize(
    ("target", "found"),
    [
        (APP, {"app": {"id": "a2"}}),
        (APP, {"policy": {}}),
        (ENTITLEMENT, {"appEntitlementView": {"appEntitlement": {"appId": "a2", "id": "e/1"}}}),
        (ENTITLEMENT, {"appEntitlementView": {"appEntitlement": {"appId": "a1", "id": "e2"}}}),
        (ENTITLEMENT, {"appEntitlementView": {}}),
    ],
)
def test_an_answer_must_be_about_the_object(
    target: AttachmentTarget, found: object, connect: Any
) -> None:
    client, tenant = connect(answer(found))
    with pytest.raises(AnswerError):
        AttachmentClient(client.transport).get(target)
    with pytest.raises(AnswerError):
        AttachmentClient(client.transport).update(target, lambda _: {"grantPolicyId": ""})
    assert {each.method for each in tenant.requests} == {"GET"}


@pytest.mark.parametrize(
    ("status", "code", "kind", "advice"),
    [
        (404, 5, NotFoundError, "Check the id of the entitlement"),
        (403, 7, PermissionDeniedError, "a role that may manage this entitlement"),
        (409, 10, ConflictError, "Check the entitlement in the tenant"),
    ],
)
def test_the_advice_is_about_the_object(
    status: int, code: int, kind: type[Exception], advice: str, connect: Any
) -> None:
    client, _ = connect(answer({"code": code, "message": "no"}, status))
    with pytest.raises(kind, match=advice):
        AttachmentClient(client.transport).get(ENTITLEMENT)


@pytest.mark.parametrize(
    "target", [AttachmentTarget(""), AttachmentTarget("."), AttachmentTarget("a1", "/")]
)
def test_an_id_that_names_a_collection_is_not_sent(target: AttachmentTarget, connect: Any) -> None:
    client, tenant = connect(answer(APP_ANSWER))
    with pytest.raises(NotFoundError, match=f"There is no {target.noun} with the id"):
        AttachmentClient(client.transport).get(target)
    assert tenant.requests == []


@pytest.mark.parametrize(
    ("targets", "path", "sent", "rows"),
    [
        ([APP], "/api/v1/search/apps", {"appIds": ["a1"], "pageSize": 100}, [{"id": "a1"}]),
        (
            [ENTITLEMENT],
            "/api/v1/search/entitlements",
            {"refs": [{"appId": "a1", "id": "e/1"}], "pageSize": 10},
            [{"appEntitlement": {"id": "e/1"}}, {"appEntitlement": None}],
        ),
    ],
    ids=["app", "entitlement"],
)
def test_a_search_sends_the_ids_of_its_targets(
    targets: list[AttachmentTarget], path: str, sent: object, rows: object, connect: Any
) -> None:
    client, tenant = connect(answer({"list": rows}))
    found = [*AttachmentClient(client.transport).search(targets)]
    assert [each["id"] for each in found] == [targets[0].parts[-1]]
    [request] = tenant.requests
    assert (request.url.path, json.loads(request.content)) == (path, sent)
