"""Policies as inputs of a program, as JSON of the API, and in an exported state."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pulumi_c1policy._simulate.known_policies import parse_policies, read_policy
from pulumi_c1policy._simulate.policy_error import PolicyError
from tests.unit.simulate.small_company import ADA, GRACE, make_approval, make_grant, run

PROGRAM = make_grant(
    {"wait": {"duration": {"duration": timedelta(hours=4)}}},
    make_approval(manager={"fallback": True, "fallback_user_ids": ["u-linus"]}),
    rules=[{"condition": "subject.department == 'Ops'", "step_key": "none_at_all"}],
    more_steps={"none_at_all": {"steps": []}},
)
WIRE = {
    "id": "p1",
    "displayName": "Test",
    "policyType": "POLICY_TYPE_GRANT",
    "description": None,
    "policySteps": {
        "grant": {
            "steps": [
                {"wait": {"duration": {"duration": "14400s"}, "name": ""}},
                {"approval": {"manager": {"fallback": True, "fallbackUserIds": ["u-linus"]}}},
            ]
        },
        "none_at_all": {"steps": []},
    },
    "rules": [{"condition": "subject.department == 'Ops'", "policyKey": "none_at_all"}],
    "systemBuiltin": False,
    "somethingNewer": {"x": 1},
}


def make_state(*resources: dict[str, Any]) -> str:
    return json.dumps({"version": 3, "deployment": {"resources": list(resources)}})


def make_resource(outputs: dict[str, Any], name: str = "test", **more: Any) -> dict[str, Any]:
    kind = "pulumi-python:dynamic/c1policy:Policy"
    urn = f"urn:pulumi:dev::project::{kind}::{name}"
    return {"urn": urn, "type": kind, "id": "p1", "outputs": outputs} | more


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(WIRE),
        json.dumps([WIRE]),
        json.dumps({"policy": WIRE}),
        json.dumps({"list": [{"policy": {"policy": WIRE}}], "nextPageToken": ""}),
        make_state(make_resource(WIRE | {"__provider": "x", "__rewritten": {}})),
        make_state(
            {"type": "pulumi:pulumi:Stack", "urn": "urn:pulumi:dev::p::pulumi:pulumi:Stack::p"},
            make_resource(WIRE),
            make_resource(WIRE, delete=True),
        ),
    ],
    ids=["policy", "list", "answer", "search", "state", "state-with-others"],
)
@pytest.mark.parametrize("subject", [ADA, GRACE])
def test_every_form_of_a_policy_gives_the_same_result(text: str, subject: str) -> None:
    (known,) = parse_policies(text)
    assert known.id == "p1"
    expected = run(PROGRAM, subject)
    found = run(known, subject)  # type: ignore[arg-type]
    assert (found.matched_rule, found.steps) == (expected.matched_rule, expected.steps)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("3", "is not a policy"),
        ("{}", "`policy_type`"),
        ('{"policySteps": []}', "`policy_steps` should be an object"),
        (make_state(), "no policy"),
    ],
)
def test_a_value_that_is_not_a_policy_is_an_error(text: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        parse_policies(text)


def make_secret(**form: str) -> dict[str, str]:
    signature = "4dabf18193072939515e22adb298388d"
    return {signature: "1b47061264138c4ac30d75fd1eb44270", **form}


def test_a_secret_of_a_state_is_read_if_it_is_plain_text() -> None:
    shown = make_secret(plaintext=json.dumps("Hidden"))
    (found,) = parse_policies(make_state(make_resource(WIRE | {"displayName": shown})))
    assert found.name == "Hidden"
    with pytest.raises(PolicyError, match="--show-secrets"):
        parse_policies(
            make_state(make_resource(WIRE | {"displayName": make_secret(ciphertext="v1:x")}))
        )


def test_the_state_of_release_0_1_0_is_read() -> None:
    golden = Path(__file__).parents[2] / "golden" / "0.1.0" / "state.json"
    recorded = json.loads(golden.read_text())
    found = parse_policies(
        make_state(*(make_resource(row["outputs"], name) for name, row in recorded.items()))
    )
    assert [policy.resource for policy in found] == list(recorded)


def test_the_ownership_annotations_name_the_resource() -> None:
    annotations = {"iac_resource_address": "my:Component/c1policy.Policy/sales"}
    assert read_policy(make_grant(annotations=annotations)).resource == "sales"
