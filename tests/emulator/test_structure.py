"""Each answer conforms to the OpenAPI structure, and each of its fields is stored and returned."""

from __future__ import annotations

import copy
import json
import re
import ssl
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import yaml

from pulumi_c1policy._emulator import Emulator, Quirks

pytestmark = pytest.mark.slow

# Plain HTTP needs no authorities, and loading them takes longer than most tests.
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
PACKAGE = "c1.api.policy.v1"
DOCUMENT: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[1] / "reference" / "policy-api.openapi.yaml").read_text("utf-8")
)
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date-time")
def is_timestamp(value: object) -> bool:
    """Return whether a text is a protobuf JSON timestamp."""
    pattern = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6}|\.\d{9})?Z"
    return not isinstance(value, str) or re.fullmatch(pattern, value) is not None


@FORMATS.checks("duration")
def is_duration(value: object) -> bool:
    """Return whether a text is a protobuf JSON duration."""
    pattern = r"-?\d+(\.\d{3}|\.\d{6}|\.\d{9})?s"
    return not isinstance(value, str) or re.fullmatch(pattern, value) is not None


@FORMATS.checks("int64")
def is_int64(value: object) -> bool:
    """Return whether a text is a whole number."""
    return not isinstance(value, str) or re.fullmatch(r"-?\d+", value) is not None


def close_structure() -> dict[str, Any]:
    """Return the structure with every object closed; no unknown field is allowed."""
    document = copy.deepcopy(DOCUMENT)
    for schema in document["components"]["schemas"].values():
        schema.setdefault("additionalProperties", False)
        schema.setdefault("properties", {})
        groups = schema.get("x-oneof-groups", {}).values()
        schema["allOf"] = [
            {"not": {"required": [one, other], "properties": {one: SET, other: SET}}}
            for group in groups
            for one in group
            for other in group
            if one < other
        ]
    return document


SET = {"not": {"type": "null"}}
CLOSED = close_structure()


def check(answer: Any, name: str) -> None:
    """Check an answer against the structure."""
    schema = {**CLOSED, "$ref": f"#/components/schemas/{PACKAGE}.{name}"}
    jsonschema.Draft202012Validator(schema, format_checker=FORMATS).validate(answer)


def find_message(prop: dict[str, Any]) -> str:
    """Return the name of the message that a property holds, or the empty text."""
    options = [prop, *prop.get("oneOf", ())]
    return next((o["$ref"].rpartition("/")[2] for o in options if "$ref" in o), "")


def list_samples(name: str, depth: int = 0) -> list[dict[str, Any]]:
    """List messages that together set every field, and every member of a oneof, once."""
    schema = SCHEMAS[name]
    groups = schema.get("x-oneof-groups", {})
    exclusive = {member for group in groups.values() for member in group}
    values = {
        key: list(list_values(key, prop, depth))
        for key, prop in schema.get("properties", {}).items()
        if not prop.get("readOnly") and key not in SKIPPED
    }
    common = {k: v[0] for k, v in values.items() if k not in exclusive and v}
    found = [{**common, key: one} for key, many in values.items() for one in many]
    return found or [common]


# Fields that the tenant ignores or sets itself, and aliases.
SKIPPED = {"reassignTasksToDelegates", "policyKey", "assigned"}


def list_values(key: str, prop: dict[str, Any], depth: int) -> Iterator[Any]:
    """Yield values of a field other than zero."""
    if "items" in prop:
        yield from ([item] for item in list_values(key, prop["items"], depth))
    elif isinstance(prop.get("additionalProperties"), dict):
        inner = prop["additionalProperties"]
        yield from ({"some_Key": item} for item in list_values(key, inner, depth))
    elif message := find_message(prop):
        if depth < 12 and not (key == "provisionSteps" and depth > 6):
            yield from list_samples(message, depth + 1)
    elif "enum" in prop:
        yield from prop["enum"][1:]
    else:
        kind = prop["type"] if isinstance(prop["type"], str) else prop["type"][0]
        formatted = {"duration": "7200s", "int64": "7", "uint64": "7"}
        plain = {"string": "true", "boolean": True, "integer": 7, "object": {"a_B": [1, None]}}
        yield formatted.get(prop.get("format", ""), plain[kind])


def remove_unset(value: Any) -> Any:
    """Return an answer without the fields that the tenant sets by itself."""
    drop = {"assigned", "assignedUserIds"}
    if isinstance(value, dict):
        return {k: remove_unset(v) for k, v in value.items() if k not in drop}
    return [remove_unset(item) for item in value] if isinstance(value, list) else value


STEPS = list_samples(f"{PACKAGE}.PolicyStep")


@pytest.mark.parametrize(
    ("packaged", "published"),
    [("schema.json", "policy-api"), ("around.json", "around-policies")],
)
def test_the_packaged_structure_equals_the_published_one(packaged: str, published: str) -> None:
    text = resources.files("pulumi_c1policy._emulator").joinpath(packaged).read_text("utf-8")
    file = Path(__file__).parents[1] / "reference" / f"{published}.openapi.yaml"
    assert json.loads(text) == yaml.safe_load(file.read_text("utf-8"))


def test_the_samples_reach_every_message_of_a_step() -> None:
    text = json.dumps(STEPS)
    for name in ("devicePlacement", "chipsField", "clientIdApproval", "notContains", "minItems"):
        assert f'"{name}"' in text
    assert len(STEPS) > 100


def test_every_field_is_stored_and_returned(c1_tenant: Emulator, http: httpx.Client) -> None:
    c1_tenant.set_quirks(unset_fields="omitted")
    escalating = [
        {"approval": {**s["approval"], "escalationEnabled": True}} if "approval" in s else s
        for s in STEPS
    ]
    sent: dict[str, Any] = {
        "displayName": "Whole",
        "description": "true",
        "policyType": "POLICY_TYPE_CERTIFY",
        "policySteps": {"grant": {"steps": escalating}, "a_B c.d": {"steps": escalating[:1]}},
        "rules": [{"condition": "true", "stepKey": "grant"}],
        "postActions": [{"certifyRemediateImmediately": True}],
        "scope": {"appId": "a", "appEntitlementId": "e", "slot": "POLICY_SCOPE_SLOT_EMERGENCY"},
        "annotations": {"team.name/x": "y"},
        "baselinePolicyId": next(
            r.id for r in c1_tenant.policies if r.fields["policyType"] == "POLICY_TYPE_CERTIFY"
        ),
    }
    # Some of the steps are held steps, which a write cannot contain.
    answer = http.post("/_emulator/add-policy", json=sent)
    assert answer.status_code == 200, answer.text
    policy = remove_unset(answer.json()["policy"])
    for key, held in sent["policySteps"].items():
        for was, is_now in zip(held["steps"], policy["policySteps"][key]["steps"], strict=True):
            assert is_now == was
    assert {key: policy[key] for key in sent} == sent
    assert sorted(set(policy) - set(sent)) == ["createdAt", "id", "updatedAt"]


QUIRKS = [
    *({"unset_fields": value} for value in ("emitted", "omitted", "null")),
    *({"rule_key": value} for value in ("step_key", "policy_key", "both")),
    *({"deleted_get": value} for value in ("deleted_at", "not_found")),
    *({"timestamp_precision": value} for value in ("seconds", "micro", "nano")),
    *({"duration_style": value} for value in ("plain", "padded")),
    {"shuffle_sets": True},
    {"server_fills": True},
    *({"pages": value} for value in ("over_full", "empty")),
    {"unset_fields": "null", "rule_key": "both", "duration_style": "padded"},
]


@pytest.mark.parametrize("quirks", QUIRKS, ids=str)
def test_every_answer_conforms_to_the_structure(quirks: dict[str, Any]) -> None:
    with (
        Emulator(Quirks(**quirks)) as tenant,
        httpx.Client(base_url=tenant.url, headers=tenant.headers, verify=NO_AUTHORITIES) as http,
    ):
        sent: dict[str, Any] = {
            "displayName": "P",
            "policyType": "POLICY_TYPE_GRANT",
            "policySteps": {"grant": {"steps": STEPS}},
            "rules": [{"condition": "true", "stepKey": "grant"}],
        }
        whole = http.post("/_emulator/add-policy", json={**sent, "scope": {"appId": "a"}})
        assert whole.status_code == 200
        check(whole.json(), "CreatePolicyResponse")
        # Lists omit the scoped policy; one check of hundreds of steps is enough.
        sent["policySteps"] = {
            "grant": {"steps": [{"approval": {"users": {"userIds": ["u", "v"]}}}]}
        }
        path = f"/api/v1/policies/{http.post('/api/v1/policies', json=sent).json()['policy']['id']}"
        check(http.get(path).json(), "GetPolicyResponse")
        updated = http.post(
            path, json={"policy": {"description": "D"}, "updateMask": "description"}
        )
        check(updated.json(), "UpdatePolicyResponse")
        check(http.get("/api/v1/policies").json(), "ListPolicyResponse")
        check(http.post("/api/v1/search/policies", json={}).json(), "SearchPoliciesResponse")
        markers = http.post("/api/v1/policies/validate/cel", json={"text": "("})
        check(markers.json(), "EditorValidateResponse")
        tried = http.post("/api/v1/policies/test-account-provision-policy", json={"cel": "1"})
        check(tried.json(), "TestAccountProvisionPolicyResponse")
        check(http.delete(path).json(), "DeletePolicyResponse")
        everything = http.post("/api/v1/search/policies", json={"includeDeleted": True})
        check(everything.json(), "SearchPoliciesResponse")


def test_the_structure_check_can_fail() -> None:
    wrongs: tuple[dict[str, Any], ...] = (
        {"policy": {"unknown": 1}},
        {"policy": {"displayName": None}},
        {"policy": {"createdAt": "today"}},
        {"policy": {"policySteps": {"grant": {"steps": [{"accept": {}, "reject": {}}]}}}},
    )
    for wrong in wrongs:
        with pytest.raises(jsonschema.ValidationError):
            check(wrong, "GetPolicyResponse")
