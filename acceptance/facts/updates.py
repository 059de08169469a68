"""Facts about updates and annotations."""

from __future__ import annotations

from acceptance.fact import Fact, expect
from acceptance.facts.definitions import MANAGER
from acceptance.tenant import POLICIES, Tenant, refused

_API = "the API's description"
_DOCS = "the vendor's documentation of annotations"
_LIVE = "captured answers of tenants"


def _mask(tenant: Tenant) -> None:
    policy = tenant.create(description="before")
    name = policy["displayName"]
    fields = {"description": "after", "displayName": f"{name} changed"}
    expect(tenant.update(policy["id"], fields, "description").is_success, "the update failed")
    after = tenant.get(policy["id"])
    expect(after["description"] == "after", "the field in the mask did not change")
    expect(after["displayName"] == name, "a field outside of the mask changed")


def _reset(tenant: Tenant) -> None:
    policy = tenant.create(description="before")
    tenant.update(policy["id"], {"description": ""}, "description")
    expect("description" not in tenant.get(policy["id"]), "the field was not reset")


def _whole_map(tenant: Tenant) -> None:
    steps = {"grant": {"steps": [MANAGER]}, "other": {"steps": [{"reject": {}}]}}
    policy = tenant.create(policySteps=steps)
    tenant.update(policy["id"], {"policySteps": {"grant": {"steps": [MANAGER]}}}, "policySteps")
    expect("other" not in tenant.get(policy["id"])["policySteps"], "a key was kept")


def _flat(tenant: Tenant) -> None:
    policy_id = tenant.create()["id"]
    refused(tenant.send("POST", f"{POLICIES}/{policy_id}", {"description": "flat"}), "", 400)


def _type_fixed(tenant: Tenant) -> None:
    policy = tenant.create()
    tenant.update(policy["id"], {"policyType": "POLICY_TYPE_REVOKE"}, "policyType")
    expect(tenant.get(policy["id"])["policyType"] == "POLICY_TYPE_GRANT", "the type changed")


def _annotations(tenant: Tenant, **notes: str) -> dict[str, str]:
    policy = tenant.create(annotations={"a": "1", "b": "2"})
    answer = tenant.update(policy["id"], {"annotations": notes}, "annotations")
    expect(answer.is_success, f"answered {answer.status_code}")
    held: dict[str, str] = tenant.get(policy["id"]).get("annotations", {})
    return held


def _merged(tenant: Tenant) -> None:
    expect(_annotations(tenant, b="3") == {"a": "1", "b": "3"}, "annotations do not merge")


def _removed(tenant: Tenant) -> None:
    expect(_annotations(tenant, a="") == {"b": "2"}, "an empty value does not delete a key")


def _refused_annotations(tenant: Tenant, notes: dict[str, str]) -> None:
    refused(tenant.try_create(tenant.body(annotations=notes)), "", 400)


FACTS = (
    Fact(
        "mask-limits-update", "An update changes the fields in its mask only.", "docs", _API, _mask
    ),
    Fact("mask-resets", "A field in the mask that is zero is reset.", "docs", _API, _reset),
    Fact(
        "mask-replaces-map",
        "`policySteps` in a mask is replaced as a whole.",
        "docs",
        _API,
        _whole_map,
    ),
    Fact(
        "update-flat-body",
        "An update without the `policy` envelope is refused.",
        "live",
        _LIVE,
        _flat,
    ),
    Fact("type-immutable", "The type of a policy does not change.", "docs", _API, _type_fixed),
    Fact(
        "annotations-merge",
        "Annotations merge: a key that is left out stays.",
        "docs",
        _DOCS,
        _merged,
    ),
    Fact(
        "annotations-delete",
        "An annotation with an empty value is deleted.",
        "docs",
        _DOCS,
        _removed,
    ),
    Fact(
        "annotations-reserved",
        "The prefix `c1/` of annotations is refused.",
        "docs",
        _DOCS,
        lambda tenant: _refused_annotations(tenant, {"c1/x": "y"}),
    ),
    Fact(
        "annotations-17",
        "A 17th annotation is refused.",
        "docs",
        _DOCS,
        lambda tenant: _refused_annotations(tenant, {f"k{n}": "v" for n in range(17)}),
    ),
    Fact(
        "annotations-key-form",
        "An annotation key with a space is refused.",
        "docs",
        _DOCS,
        lambda tenant: _refused_annotations(tenant, {"a b": "v"}),
    ),
    Fact(
        "annotations-value-length",
        "An annotation value of 257 characters is refused.",
        "docs",
        _DOCS,
        lambda tenant: _refused_annotations(tenant, {"a": "v" * 257}),
    ),
)
