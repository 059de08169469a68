"""Policies are read as programs write them, as the wire carries them and as a state keeps them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pulumi_c1policy._simulate.impact import Impact, pairs
from pulumi_c1policy._simulate.policies import KnownPolicy, PolicyError, parse, read
from pulumi_c1policy._simulate.reports import change, markdown, to_json, way
from pulumi_c1policy._simulate.results import Simulation
from tests.unit.simulate.cases import ADA, GRACE, approval, grant, run

PROGRAM = grant(
    {"wait": {"duration": {"duration": timedelta(hours=4)}}},
    approval(manager={"fallback": True, "fallback_user_ids": ["u-linus"]}),
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


def state(*resources: dict[str, Any]) -> str:
    return json.dumps({"version": 3, "deployment": {"resources": list(resources)}})


def resource(outputs: dict[str, Any], name: str = "test", **more: Any) -> dict[str, Any]:
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
        state(resource(WIRE | {"__provider": "x", "__rewritten": {}})),
        state(
            {"type": "pulumi:pulumi:Stack", "urn": "urn:pulumi:dev::p::pulumi:pulumi:Stack::p"},
            resource(WIRE),
            resource(WIRE, delete=True),
        ),
    ],
    ids=["policy", "list", "answer", "search", "state", "state-with-others"],
)
@pytest.mark.parametrize("subject", [ADA, GRACE])
def test_every_form_of_a_policy_is_the_same_policy(text: str, subject: str) -> None:
    (known,) = parse(text)
    assert known.id == "p1"
    expected = run(PROGRAM, subject)
    found = run(known, subject)  # type: ignore[arg-type]
    assert (found.matched_rule, found.steps) == (expected.matched_rule, expected.steps)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "no JSON"),
        ("3", "no policy"),
        ("{}", "neither a type, nor steps"),
        ('{"policySteps": []}', "`policy_steps` should be an object"),
        (state(), "no policy"),
    ],
)
def test_what_is_no_policy_is_told(text: str, told: str) -> None:
    with pytest.raises(PolicyError, match=told):
        parse(text)


def secret(**form: str) -> dict[str, str]:
    signature = "4dabf18193072939515e22adb298388d"
    return {signature: "1b47061264138c4ac30d75fd1eb44270", **form}


def test_a_secret_of_a_state_is_read_where_it_is_shown() -> None:
    shown = secret(plaintext=json.dumps("Hidden"))
    (found,) = parse(state(resource(WIRE | {"displayName": shown})))
    assert found.name == "Hidden"
    with pytest.raises(PolicyError, match="--show-secrets"):
        parse(state(resource(WIRE | {"displayName": secret(ciphertext="v1:x")})))


def test_the_state_of_a_release_is_read() -> None:
    golden = Path(__file__).parents[2] / "golden" / "0.1.0" / "state.json"
    kept = json.loads(golden.read_text())
    found = parse(state(*(resource(row["outputs"], name) for name, row in kept.items())))
    assert [policy.resource for policy in found] == list(kept)


def test_the_mark_of_ownership_names_the_resource() -> None:
    notes = {"iac_resource_address": "my:Component/c1policy.Policy/sales"}
    assert read(grant(annotations=notes)).resource == "sales"


def known(name: str, *, id: str = "", resource: str = "") -> KnownPolicy:
    return read(grant(display_name=name), id=id, resource=resource)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([known("A", id="1")], [known("B", id="1")], [("A", "B")]),
        ([known("A", id="1", resource="r")], [known("B", id="x", resource="r")], [("A", "B")]),
        ([known("A", id="1")], [known("A", resource="r")], [("A", "A")]),
        ([known("A", id="1")], [known("B", id="2")], [(None, "B"), ("A", None)]),
        (
            [known("A", id="1"), known("A", id="2")],
            [known("A")],
            [(None, "A"), ("A", None), ("A", None)],
        ),
    ],
    ids=["id", "resource", "name", "none", "ambiguous"],
)
def test_policies_are_paired_with_what_they_were(
    before: list[KnownPolicy], after: list[KnownPolicy], expected: list[tuple[str, str]]
) -> None:
    found = [(a.name if a else None, b.name if b else None) for a, b in pairs(before, after)]
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_only_another_way_is_a_change() -> None:
    policy = grant(approval(manager={}))
    reworded = grant(
        approval(manager={"allow_self_approval": True}),
        rules=[{"condition": "false", "step_key": "grant"}],
        display_name="Renamed",
    )
    same = Impact("x", ADA, run(policy), run(reworded))
    assert not same.is_changed
    assert change(same)[-1] == "unchanged"
    other = Impact("x", ADA, run(policy), run(grant(approval(users={"user_ids": ["u-linus"]}))))
    assert other.is_changed
    assert change(other)[2:] == (f"manager: {GRACE}", "users: linus@example.com")


def test_a_change_is_seen_behind_a_rule_that_cannot_be_decided() -> None:
    def split(condition: str, *steps: dict[str, Any]) -> Simulation:
        rules = [{"condition": condition, "step_key": "other"}]
        return run(grant({"accept": {}}, rules=rules, more_steps={"other": {"steps": [*steps]}}))

    before = split("ip.is4", approval(manager={}))
    assert not Impact("x", ADA, before, split("ip.is4", approval(manager={}))).is_changed
    assert Impact("x", ADA, before, split("ip.is4", approval(self={}))).is_changed
    assert Impact("x", ADA, before, split("ip.is6", approval(manager={}))).is_changed
    # Either way the request is accepted now, as it was.
    assert not Impact(
        "x", ADA, run(grant({"accept": {}})), split("ip.is4", {"accept": {}})
    ).is_changed


def test_an_escalation_or_another_policy_is_a_change() -> None:
    escalating = approval(
        manager={}, escalation_enabled=True, escalation={"expiration": "60", "skip_step": {}}
    )
    assert Impact("x", ADA, run(grant(approval(manager={}))), run(grant(escalating))).is_changed
    one, two = ([{"condition": "true", "policy_id": name}] for name in ("p1", "p2"))
    assert Impact("x", ADA, run(grant(rules=one)), run(grant(rules=two))).is_changed
    assert Impact("x", ADA, None, run(grant())).is_changed


@pytest.mark.parametrize(
    ("policy", "line"),
    [
        (grant(), "cannot be decided: a tenant refuses the empty list of steps 'grant'"),
        (grant({"reject": {}}, {"accept": {}}), "the request is rejected"),
        (grant({"wait": {"duration": {"duration": "1h"}}}, approval(self={})),
         f"wait 1h → self: {ADA}"),
        (grant(rules=[{"condition": "true", "policy_id": "p9"}]), "policy p9 (not known here)"),
        ({"policy_type": "POLICY_TYPE_GRANT"}, "the request is rejected"),
        (grant({"accept": {}}, rules=[{"condition": "ip.is4", "step_key": "none"}],
               more_steps={"none": {"steps": []}}),
         "cannot be decided: whether rules[0] matches: `ip` is not given\n"
         "if rules[0] matches: cannot be decided: a tenant refuses the empty list of steps 'none'\n"
         "if rules[0] does not match: the request is accepted"),
    ],
)  # fmt: skip
def test_a_way_is_one_line_and_one_more_for_each_possible_way(
    policy: dict[str, Any], line: str
) -> None:
    assert way(run(policy)) == line


def test_json_says_what_is_undecided() -> None:
    policy = grant(approval(app_owners={}), {"wait": {"duration": {"duration": "1h"}}})
    (found,) = json.loads(to_json([run(policy)]))
    assert found["policy"] == "Test"
    assert found["approvers"] == [{"undecided": "`entitlement.appId` is not given"}]
    assert found["steps"][1]["duration"] == 3600.0
    (changed,) = json.loads(to_json([Impact("x", ADA, None, run(policy))]))
    assert (changed["changed"], changed["before"]) == (True, None)


def test_markdown_cells_cannot_break_out() -> None:
    assert markdown(["A"], [["x|y\nz`<b>"]]).splitlines()[-1] == r"| x\|y<br>z\`&lt;b&gt; |"
