"""The document of an object: one spelling, nothing lost, and no value that changes by itself."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._export.documents import (
    make_attachment_document,
    make_policy_document,
    read_attachment_document,
    to_bytes,
)
from pulumi_c1policy._lifecycle.planning.diff import compare
from pulumi_c1policy._model.attachment_fields import AttachmentTarget
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, decode, encode
from tests.support.strategies import policies


def make_row(**fields: Any) -> dict[str, Any]:
    return {"id": "p", "displayName": "One", "policyType": "POLICY_TYPE_GRANT", **fields}


def shuffle(value: Any, generator: random.Random) -> Any:
    """Return a JSON value with its names in another order."""
    if isinstance(value, dict):
        names = generator.sample([*value], len(value))
        return {name: shuffle(value[name], generator) for name in names}
    return [shuffle(item, generator) for item in value] if isinstance(value, list) else value


@given(policies(), st.integers())
def test_a_document_has_the_policy_and_no_order_of_its_own(inputs: Tree, seed: int) -> None:
    row = encode(POLICY, inputs) | {"id": "p"}
    document = make_policy_document(row)
    assert compare(POLICY, decode(POLICY, row), decode(POLICY, document)) == []
    other = shuffle(row, random.Random(seed))
    assert to_bytes(make_policy_document(other)) == to_bytes(document)
    assert json.loads(to_bytes(document)) == document
    assert make_policy_document(document) == document


def test_times_and_unset_fields_are_left_out() -> None:
    times = {"createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-02T00:00:00Z"}
    unset: dict[str, Any] = {"description": "", "rules": [], "scope": None, "systemBuiltin": False}
    assert make_policy_document(make_row(**times, **unset)) == make_row()


def test_a_builtin_policy_is_marked() -> None:
    assert make_policy_document(make_row(systemBuiltin=True))["systemBuiltin"] is True


def test_fields_of_a_newer_api_stay() -> None:
    newer: dict[str, Any] = {"newField": {"b": [2, 1], "a": 0}}
    scope = {"newScope": "x"}
    assert make_policy_document(make_row(**newer, scope=scope)) == make_row(**newer, scope=scope)


def test_a_false_that_chooses_an_action_stays() -> None:
    actions = [{"certifyRemediateImmediately": False}]
    assert make_policy_document(make_row(postActions=actions))["postActions"] == actions


def test_lists_without_an_order_are_sorted_and_others_are_not() -> None:
    def make_steps(ids: list[str], expressions: list[str]) -> dict[str, Any]:
        approvals: list[dict[str, Any]] = [
            {"approval": {"users": {"userIds": ids}}},
            {"approval": {"expression": {"expressions": expressions}}},
        ]
        return {"grant": {"steps": approvals}}

    document = make_policy_document(make_row(policySteps=make_steps(["b", "a"], ["b", "a"])))
    assert document["policySteps"] == make_steps(["a", "b"], ["b", "a"])


def test_text_that_is_not_unicode_is_escaped() -> None:
    assert json.loads(to_bytes({"a": "\ud800"})) == {"a": "\ud800"}


@pytest.mark.parametrize("target", [AttachmentTarget("a"), AttachmentTarget("a", "e")])
def test_the_document_of_an_attachment_is_read_back(target: AttachmentTarget) -> None:
    live = {"app_id": "a", "grant_policy_id": "p", "revoke_policy_id": ""}
    document = make_attachment_document(target, "Shop", live)
    assert "revokePolicyId" not in document
    assert read_attachment_document(document) == (target, {"grant_policy_id": "p"})
