"""JSON of answers becomes models, in each spelling that is valid protobuf JSON."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_c1policy._client.answer_models import (
    CelValidation,
    EditorMarker,
    EntitlementEnvelope,
    Page,
    PolicyEnvelope,
    TokenAnswer,
)
from pulumi_c1policy._client.answer_shapes import ShapeError, read_model
from pulumi_c1policy._client.directory_models import EntitlementView, User


@pytest.mark.parametrize("name", ["nextPageToken", "next_page_token"])
def test_both_spellings_of_a_name_are_read(name: str) -> None:
    page = read_model(Page[dict[str, Any]], {"list": [{"a": 1}], name: "t", "other": 1})
    assert page == Page([{"a": 1}], "t")


@pytest.mark.parametrize("value", [{}, {"list": None, "nextPageToken": None}])
def test_null_is_absent(value: dict[str, Any]) -> None:
    assert read_model(Page[dict[str, Any]], value) == Page(None, "")


def test_models_in_lists_and_models_are_read() -> None:
    rows = [{"appEntitlement": {"id": "e", "appId": "a", "slug": 3}}, {"appEntitlement": None}]
    first, second = read_model(Page[EntitlementView], {"list": rows}).rows or []
    assert first.app_entitlement is not None
    assert (first.app_entitlement.app_id, first.app_entitlement.slug) == ("a", "")
    assert second.app_entitlement is None
    view = {"appEntitlementView": {"appEntitlement": {"appId": "a"}}}
    assert read_model(EntitlementEnvelope, view).app_entitlement_view.app_entitlement == {
        "appId": "a"
    }


def test_the_texts_of_a_list_are_kept() -> None:
    user = read_model(User, {"emails": ["a", 1, None, "b"], "displayName": None})
    assert (user.emails, user.display_name) == (("a", "b"), "")


def test_numbers_may_be_texts() -> None:
    marker = {"startColumn": "3", "endColumn": 4, "message": None}
    found = read_model(CelValidation, {"markers": [marker]})
    assert found.markers == [EditorMarker(start_column=3, end_column=4)]


@pytest.mark.parametrize(
    ("model", "value", "place"),
    [
        (PolicyEnvelope, {}, "policy"),
        (PolicyEnvelope, {"policy": None}, "policy"),
        (PolicyEnvelope, {"policy": []}, "policy"),
        (PolicyEnvelope, [], ""),
        (Page[dict[str, Any]], {"list": {}}, "list"),
        (Page[dict[str, Any]], {"list": [{}, 1]}, "list.1"),
        (CelValidation, {"markers": [{"endColumn": True}]}, "markers.0.endColumn"),
        (Page[dict[str, Any]], {"nextPageToken": 1}, "nextPageToken"),
        (EntitlementEnvelope, {"appEntitlementView": {}}, "appEntitlementView.appEntitlement"),
        (CelValidation, {"markers": [{"endColumn": "x"}]}, "markers.0.endColumn"),
        (TokenAnswer, {"access_token": "a b"}, "access_token"),
        (TokenAnswer, {"access_token": "a\n"}, "access_token"),
        (TokenAnswer, {"access_token": "a", "token_type": "DPoP"}, "token_type"),
        (TokenAnswer, {"access_token": "a", "expires_in": -1}, "expires_in"),
        (TokenAnswer, {"access_token": "a", "expires_in": True}, "expires_in"),
        (TokenAnswer, {"access_token": "a", "expires_in": 10**400}, "expires_in"),
        (TokenAnswer, {"access_token": "a", "expires_in": "nan"}, "expires_in"),
    ],
    ids=str,
)
def test_another_shape_is_refused_with_its_place(model: Any, value: object, place: str) -> None:
    with pytest.raises(ShapeError) as caught:
        read_model(model, value)
    assert caught.value.place == place


def test_a_token_answer_is_read_and_does_not_show_the_token() -> None:
    given = {"access_token": "secret", "token_type": "bearer", "expires_in": "60"}
    found = read_model(TokenAnswer, given)
    assert (found.access_token, found.expires_in) == ("secret", 60.0)
    assert "secret" not in repr(found)
