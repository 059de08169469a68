"""Facts about apps and entitlements, which use policies.

The suite changes no app and no entitlement, so most facts about attachments are in `untried`.
"""

from __future__ import annotations

from acceptance.context import Context, expect_rejection
from acceptance.fact import API, Fact, expect
from acceptance.http import read_json

_NO_ID = "0" * 27
_APP = f"/api/v1/apps/{_NO_ID}"
_ENTITLEMENT = f"{_APP}/entitlements/{_NO_ID}"


def _unused(context: Context, kind: str) -> None:
    question = {"policyRefs": [{"id": context.create()["id"]}], "pageSize": 10}
    answer = context.api.call("POST", f"/api/v1/search/{kind}", question)
    expect(answer.status_code == 200, f"HTTP {answer.status_code}")
    expect(not read_json(answer).get("list"), "a new policy is in use")


def _unused_by_apps(context: Context) -> None:
    _unused(context, "apps")


def _unused_by_entitlements(context: Context) -> None:
    _unused(context, "entitlements")


def _unknown_app(context: Context) -> None:
    expect_rejection(context.api.call("GET", _APP), status=404)


def _unknown_entitlement(context: Context) -> None:
    expect_rejection(context.api.call("GET", _ENTITLEMENT), status=404)


def _update_of_no_app(context: Context) -> None:
    # No app has an id of zeros, so nothing can be changed.
    body = {"app": {"grantPolicyId": ""}, "updateMask": "grantPolicyId"}
    expect_rejection(context.api.call("POST", _APP, body))


def _update_of_no_entitlement(context: Context) -> None:
    body = {"entitlement": {"grantPolicyId": ""}, "updateMask": "grantPolicyId"}
    expect_rejection(context.api.call("POST", _ENTITLEMENT, body))


FACTS = (
    Fact(
        "apps-by-policy",
        "A search for apps with `policyRefs` finds none for a policy that nothing uses.",
        "docs",
        API,
        _unused_by_apps,
    ),
    Fact(
        "entitlements-by-policy",
        "A search for entitlements with `policyRefs` finds none for a policy that nothing uses.",
        "docs",
        API,
        _unused_by_entitlements,
    ),
    Fact("unknown-app", "A read of an id that no app had: 404.", "docs", API, _unknown_app),
    Fact(
        "unknown-entitlement",
        "A read of an entitlement that an app does not have: 404.",
        "docs",
        API,
        _unknown_entitlement,
    ),
    Fact("update-unknown-app", "An update of no app is rejected.", "docs", API, _update_of_no_app),
    Fact(
        "update-unknown-entitlement",
        "An update of no entitlement is rejected.",
        "docs",
        API,
        _update_of_no_entitlement,
    ),
)
