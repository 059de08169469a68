"""The reader of OCSF events: forms of events, and what counts as an edit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._drift.log_events import format_time, read_edit, read_time

ID = "2Wb5aRtZ0yVx9QkLm3nPqSdFgHj"
SECONDS = 1_795_764_250.0
TIME = "2026-11-27T07:24:10Z"
ACTOR = {"user": {"name": "Ada", "email_addr": "ada@example.com", "uid": "u1"}}


def make_event(**parts: Any) -> dict[str, Any]:
    """Return an event of an update of the policy, with other parts; None removes one."""
    event = {
        "time": int(SECONDS * 1000),
        "activity_name": "Update",
        "actor": ACTOR,
        "entity": {"uid": ID},
        **parts,
    }
    return {key: value for key, value in event.items() if value is not None}


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"entity": None, "resources": [{"uid": "other"}, {"uid": ID}]},
        {"entity": None, "web_resources": [{"uid": ID}]},
        {"entity": None, "unmapped": {"request": {"policies": [ID]}}},
        {"entity": {"name": "no id"}, "unmapped": {"policyId": ID}},
        {"activity_name": "Delete"},
        {"activity_name": "Other", "api": {"operation": "c1.api.policy.v1.Policies.Update"}},
        {"activity_name": None, "class_uid": 3004, "activity_id": 3},
        {"activity_name": None, "type_name": "Entity Management: Delete"},
    ],
    ids=str,
)
def test_an_update_or_a_deletion_is_an_edit(parts: dict[str, Any]) -> None:
    edit = read_edit(make_event(**parts), {ID, "another"})
    assert edit is not None
    assert (edit.ids, edit.editor, format_time(edit.time)) == (frozenset({ID}), "Ada", TIME)


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "text",
        {},
        make_event(activity_name="Read"),
        make_event(activity_name="Create"),
        make_event(activity_name=None),
        make_event(activity_name=None, class_uid=3002, activity_id=3),
        make_event(status="Failure"),
        make_event(status_id=2),
        make_event(time=None),
        make_event(time=True),
        make_event(actor=None),
        make_event(actor={"user": {"name": " "}}),
        make_event(entity={"uid": "an app"}, unmapped={"grantPolicyId": ID}),
        make_event(entity={"uid": f"prefix {ID}"}),
        make_event(entity=None, actor={"user": {"name": ID}}),
    ],
    ids=str,
)
def test_other_events_are_no_edits(event: object) -> None:
    assert read_edit(event, {ID}) is None


@pytest.mark.parametrize(
    ("actor", "editor"),
    [
        ({"user": {"email_addr": "ada@example.com", "uid": "u1"}}, "ada@example.com"),
        ({"user": {"uid": "u1"}}, "u1"),
        ({"user": None, "app_name": "Importer"}, "Importer"),
        ({"user": {"name": "A\nda\u202e" + "x" * 200}}, "A da\\u202e" + "x" * 90),
    ],
    ids=str,
)
def test_the_editor_is_a_name_an_email_or_an_id(actor: dict[str, Any], editor: str) -> None:
    edit = read_edit(make_event(actor=actor), {ID})
    assert edit is not None
    assert edit.editor == editor


@pytest.mark.parametrize(
    "value",
    [
        TIME,
        "2026-11-27T08:24:10.000000000+01:00",
        "2026-11-27T07:24:10",
        str(int(SECONDS * 1000)),
        *(int(SECONDS * unit) for unit in (1, 1_000, 1_000_000, 1_000_000_000)),
        SECONDS,
    ],
    ids=str,
)
def test_a_time_is_a_text_or_a_number_of_any_unit(value: object) -> None:
    assert read_time(value) == pytest.approx(SECONDS)


@pytest.mark.parametrize(
    "value", ["", "today", "0001-01-01T00:00:00+14:00", -1, 0, 1e300, None, []]
)
def test_another_value_is_no_time(value: object) -> None:
    assert read_time(value) is None


def test_another_field_may_tell_the_time() -> None:
    for parts in ({"time_dt": TIME}, {"time": "odd", "metadata": {"logged_time": SECONDS * 1000}}):
        edit = read_edit(make_event(**({"time": None} | parts)), {ID})
        assert edit is not None
        assert format_time(edit.time) == TIME


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(ID),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
KEYS = "time time_dt activity_name class_uid activity_id status api actor entity resources metadata"


@given(st.dictionaries(st.sampled_from(KEYS.split()), JSON))
def test_no_event_is_an_error(parts: dict[str, Any]) -> None:
    for event in (parts, make_event(**parts)):
        edit = read_edit(event, {ID})
        assert edit is None or format_time(edit.time)
