"""The conversion between inputs and the wire: nothing is lost, and wrong answers are errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._model.field_rules import STRING_RULES
from pulumi_c1policy._model.policy import POLICY, RULE
from pulumi_c1policy._model.tree import ShapeError, Tree, decode, encode, make_zero, select_field
from tests.support.strategies import AWKWARD_KEYS

STEPS = "policySteps"


def make_step(step: Tree, name: str = "policy_steps") -> Tree:
    return {name: {"grant": {"steps": [step]}}}


ROUND_TRIPS: list[tuple[str, Tree, Tree]] = [
    ("names", {"display_name": "x"}, {"displayName": "x"}),
    (
        "names deep inside",
        make_step({"wait": {"until_time": {"hours": 1}}}),
        make_step({"wait": {"untilTime": {"hours": 1}}}, STEPS),
    ),
    ("an empty message", make_step({"accept": {}}), make_step({"accept": {}}, STEPS)),
    (
        "a 64-bit number",
        make_step({"approval": {"escalation": {"expiration": "9007199254740993"}}}),
        make_step({"approval": {"escalation": {"expiration": "9007199254740993"}}}, STEPS),
    ),
    (
        "free-form data",
        make_step(
            {
                "provision": {
                    "provision_policy": {
                        "connector": {
                            "account": {"config": {"snake_key": {"stepKey": [1, None, 0.5]}}}
                        }
                    }
                }
            }
        ),
        make_step(
            {
                "provision": {
                    "provisionPolicy": {
                        "connector": {
                            "account": {"config": {"snake_key": {"stepKey": [1, None, 0.5]}}}
                        }
                    }
                }
            },
            STEPS,
        ),
    ),
    ("an unknown field", {"brandNew": {"snake_key": 1}}, {"brandNew": {"snake_key": 1}}),
    ("an unknown field in snake_case", {"brand_new": 1}, {"brand_new": 1}),
    (
        "an unknown enum value",
        {"policy_type": "POLICY_TYPE_NEW"},
        {"policyType": "POLICY_TYPE_NEW"},
    ),
    ("annotations", {"annotations": {"a_b.c/d": "x"}}, {"annotations": {"a_b.c/d": "x"}}),
    *(
        (f"the key {key!r}", {"policy_steps": {key: {}}}, {STEPS: {key: {}}})
        for key in AWKWARD_KEYS
    ),
]


@pytest.mark.parametrize(
    ("tree", "wire"), [pytest.param(*case[1:], id=case[0]) for case in ROUND_TRIPS]
)
def test_inputs_survive_encoding_and_decoding(tree: Tree, wire: Tree) -> None:
    assert encode(POLICY, tree) == wire
    assert decode(POLICY, wire) == tree


SENT: list[tuple[str, Tree, Tree]] = [
    ("no nulls", {"display_name": None}, {}),
    ("zeros", {"description": "", "rules": []}, {"description": "", "rules": []}),
    ("no output-only field", {"id": "x", "system_builtin": True, "created_at": "t"}, {}),
    ("no ignored field", {"reassign_tasks_to_delegates": True}, {}),
    (
        "seconds",
        make_step({"wait": {"duration": {"duration": "1h"}}}),
        make_step({"wait": {"duration": {"duration": "3600s"}}}, STEPS),
    ),
    (
        "seconds of a number",
        make_step({"wait": {"timeout_duration": 5400.5}}),
        make_step({"wait": {"timeoutDuration": "5400.5s"}}, STEPS),
    ),
    (
        "long numbers as text",
        make_step({"approval": {"escalation": {"expiration": 60.0}}}),
        make_step({"approval": {"escalation": {"expiration": "60"}}}, STEPS),
    ),
    (
        "a duration as a number of seconds",
        make_step({"approval": {"escalation": {"expiration": "4h"}}}),
        make_step({"approval": {"escalation": {"expiration": "14400"}}}, STEPS),
    ),
    (
        "short numbers as numbers",
        make_step({"wait": {"until_time": {"hours": "7"}}}),
        make_step({"wait": {"untilTime": {"hours": 7}}}, STEPS),
    ),
    (
        "a double that is whole",
        make_step({"wait": {"until_time": {"hours": 7.0}}}),
        make_step({"wait": {"untilTime": {"hours": 7}}}, STEPS),
    ),
]


@pytest.mark.parametrize(("tree", "wire"), [pytest.param(*case[1:], id=case[0]) for case in SENT])
def test_inputs_are_encoded_in_the_wire_form(tree: Tree, wire: Tree) -> None:
    found = encode(POLICY, tree)
    assert found == wire
    assert json.dumps(found) == json.dumps(wire)


ALIASES: list[tuple[Tree, str | None]] = [
    ({"policy_key": "a"}, "a"),
    ({"step_key": "a"}, "a"),
    ({"step_key": "a", "policy_key": "b"}, "a"),
    ({"policy_key": "b", "step_key": "a"}, "a"),
    ({"policy_key": "b", "step_key": ""}, "b"),
    ({"step_key": "", "policy_key": "b"}, "b"),
    ({"step_key": None, "policy_key": "b"}, "b"),
    ({"policy_key": "", "step_key": "a"}, "a"),
    ({"policy_key": None}, None),
]


@pytest.mark.parametrize(("rule", "sent"), ALIASES, ids=str)
def test_a_deprecated_spelling_is_sent_under_the_preferred_name(
    rule: Tree, sent: str | None
) -> None:
    found = encode(RULE, rule)
    assert found.get("stepKey") == sent
    assert "policyKey" not in found


READ: list[tuple[str, Tree, Tree]] = [
    ("null is absent", {"displayName": None, "rules": None}, {}),
    ("snake_case", {"display_name": "x"}, {"display_name": "x"}),
    ("a null item of a list is an empty message", {"rules": [None]}, {"rules": [{}]}),
    (
        "a null entry of a map is an empty message",
        {STEPS: {"a": None}},
        {"policy_steps": {"a": {}}},
    ),
    ("a null in an unknown field", {"new": None}, {"new": None}),
    (
        "a long number as a number",
        make_step({"approval": {"escalation": {"expiration": 60}}}, STEPS),
        make_step({"approval": {"escalation": {"expiration": "60"}}}),
    ),
    (
        "a short number as text",
        make_step({"wait": {"untilTime": {"hours": "7"}}}, STEPS),
        make_step({"wait": {"until_time": {"hours": 7}}}),
    ),
    ("an enum's number", {"policyType": 99}, {"policy_type": 99}),
]


@pytest.mark.parametrize(("wire", "tree"), [pytest.param(*case[1:], id=case[0]) for case in READ])
def test_every_form_of_protobuf_json_is_decoded(wire: Tree, tree: Tree) -> None:
    assert decode(POLICY, wire) == tree


WRONG: list[tuple[Any, str]] = [
    ([], "`policy` should be an object"),
    (None, "`policy` should be an object"),
    ("x", "`policy` should be an object"),
    ({"displayName": 1}, "`display_name` should be a string"),
    ({"rules": {}}, "`rules` should be a list"),
    ({"rules": [1]}, "`rules[0]` should be an object"),
    ({STEPS: []}, "`policy_steps` should be an object"),
    ({STEPS: {"a b": 1}}, '`policy_steps["a b"]` should be an object'),
    ({"annotations": {"a": 1}}, '`annotations["a"]` should be a string'),
    ({"systemBuiltin": "true"}, "`system_builtin` should be true or false"),
    ({"policyType": []}, "`policy_type` should be an enum value"),
    (make_step({"wait": {"untilTime": {"hours": "x"}}}, STEPS), "hours` should be an integer"),
    (make_step({"wait": {"untilTime": {"hours": True}}}, STEPS), "hours` should be an integer"),
    (make_step({"wait": {"untilTime": {"hours": 1.5}}}, STEPS), "hours` should be an integer"),
    (make_step({"wait": {"duration": {"duration": 60}}}, STEPS), "duration` should be a string"),
    (
        make_step({"approval": {"escalation": {"expiration": "9" * 5000}}}, STEPS),
        "expiration` should be an integer",
    ),
]


@pytest.mark.parametrize(("wire", "message"), WRONG, ids=[case[1] for case in WRONG])
def test_the_error_for_an_invalid_answer_names_the_path(wire: Any, message: str) -> None:
    with pytest.raises(ShapeError) as raised:
        decode(POLICY, wire)
    assert message in str(raised.value)


def test_a_too_deeply_nested_answer_raises_an_error() -> None:
    inner: Tree = {"manual": {}}
    for _ in range(100):
        inner = {"multiStep": {"provisionSteps": [inner]}}
    with pytest.raises(ShapeError, match="is nested more than 100 levels deep"):
        decode(POLICY, make_step({"provision": {"provisionPolicy": inner}}, STEPS))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.sampled_from(sorted(POLICY.wire_fields)) | st.text(max_size=3), below, max_size=3
        )
    ),
    max_leaves=8,
)


@given(JSON)
def test_any_json_is_decoded_or_raises_an_error(wire: Any) -> None:
    try:
        tree = decode(POLICY, wire)
    except ShapeError:
        return
    assert isinstance(tree, dict)


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("description", ""),
        ("rules", []),
        ("policy_steps", {}),
        ("reassign_tasks_to_delegates", False),
        ("scope", None),
    ],
)
def test_every_shape_has_a_zero_that_resets_it(name: str, sent: Any) -> None:
    assert make_zero(POLICY.fields[name]) == sent


def test_a_field_is_selected_if_it_is_set() -> None:
    assert select_field({"a": 1, "b": 2}, "a") == {"a": 1}
    assert select_field({"a": None}, "a") == {}
    assert select_field({"a": ""}, "a") == {"a": ""}
    assert select_field({}, "a") == {}


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ({"step_key": "x", "policy_id": ""}, {"stepKey": "x"}),
        ({"policy_id": "", "step_key": "x"}, {"stepKey": "x"}),
        ({"policy_id": "p", "step_key": ""}, {"policyId": "p"}),
        ({"policy_id": "p", "policy_key": ""}, {"policyId": "p"}),
    ],
)
def test_an_empty_member_of_a_oneof_is_not_sent(written: Tree, sent: Tree) -> None:
    # Protobuf's parser would read a second member.
    assert encode(RULE, written) == sent


def test_an_enum_s_zero_in_a_oneof_is_not_sent_and_false_is() -> None:
    written = {"email": True, "well_known_regex": "UNKNOWN"}
    assert encode(STRING_RULES, written) == {"email": True}
    assert encode(STRING_RULES, {"email": False}) == {"email": False}
