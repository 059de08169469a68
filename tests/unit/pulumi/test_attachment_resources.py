"""The resources of attachments, their checks, and the registry of the program's objects."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest
from pulumi.dynamic import Config, ConfigureRequest

from pulumi_c1policy._lifecycle.planning import attachment_texts
from pulumi_c1policy._lifecycle.planning.decisions import ATTACHMENT_DECISIONS, DECISIONS
from pulumi_c1policy._model.attachment_fields import APP_POLICIES, ENTITLEMENT_POLICIES
from pulumi_c1policy._model.id_fields import ID_FIELDS
from pulumi_c1policy._model.schema import Message, Scalar
from pulumi_c1policy._pulumi import runtime
from pulumi_c1policy._pulumi.declared_targets import DeclaredTargets
from pulumi_c1policy.attachments import AppPolicies, EntitlementPolicies
from pulumi_c1policy.provider import AppPoliciesProvider, EntitlementPoliciesProvider

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
RESOURCES: pytest.MarkDecorator = pytest.mark.parametrize(
    ("resource", "message"),
    [(AppPolicies, APP_POLICIES), (EntitlementPolicies, ENTITLEMENT_POLICIES)],
    ids=["app", "entitlement"],
)


@RESOURCES
def test_the_arguments_are_the_fields_and_the_decisions(resource: type, message: Message) -> None:
    parameters = inspect.signature(resource).parameters
    names = [name for name in parameters if name not in ("resource_name", "opts")]
    assert names == [*message.fields, *ATTACHMENT_DECISIONS]
    ids = {"app": "AppId", "entitlement": "EntitlementId", "policy": "PolicyId"}
    for field in message.fields.values():
        kind = "bool" if field.type is Scalar.BOOL else ids[ID_FIELDS[field.name]]
        default = "" if field.required else " | None"
        assert parameters[field.name].annotation == f"pulumi.Input[{kind}]{default}"
    for name in ATTACHMENT_DECISIONS:
        assert parameters[name].default == DECISIONS[name][0]


@RESOURCES
def test_the_documentation_is_that_of_the_model(resource: Any, message: Message) -> None:
    shown = re.sub(r"\s+", " ", inspect.getdoc(resource.__init__) or "")
    for field in message.fields.values():
        assert f"{field.name}: {field.doc}" in shown


def check(provider: Any, **inputs: object) -> list[tuple[str, str]]:
    """Check inputs; return the property and the reason of each failure."""
    found = provider.check({}, inputs)
    assert found.inputs == inputs
    return [(each.property, each.reason) for each in found.failures]


@pytest.mark.parametrize(
    ("inputs", "path", "reason"),
    [
        ({"grant_policy_id": "p"}, "app_id", "is required"),
        ({"app_id": "", "grant_policy_id": "p"}, "app_id", "empty"),
        ({"app_id": 1.0, "grant_policy_id": "p"}, "app_id", "should be a string"),
        ({"app_id": "a", "grant_policy_id": True}, "grant_policy_id", "should be a string"),
        ({"app_id": "a", "grant_policy_id": None}, "grant_policy_id", "set one of `grant_pol"),
        ({"app_id": "a", "grant": "p", "revoke_policy_id": ""}, "grant", "no such field"),
    ],
)
def test_wrong_inputs_of_an_app_are_check_failures(
    inputs: dict[str, object], path: str, reason: str
) -> None:
    [(found, text)] = check(AppPoliciesProvider(), **inputs)
    assert (found, reason in text) == (path, True), text


def test_correct_and_unknown_inputs_pass_check() -> None:
    assert check(AppPoliciesProvider(), app_id="a", grant_policy_id="") == []
    assert check(AppPoliciesProvider(), app_id=UNKNOWN, grant_policy_id=UNKNOWN) == []
    given = {"app_id": "a", "entitlement_id": UNKNOWN, "emergency_grant_enabled": False}
    assert check(EntitlementPoliciesProvider(), **given) == []


def test_a_check_failure_does_not_show_a_secret() -> None:
    options = {"secrets": ["grant_policy_id"]}
    inputs: dict[str, object] = {"app_id": "a", "grant_policy_id": {"x": "hush"}}
    [(path, text)] = check(AppPoliciesProvider(), **inputs, __options=options)
    assert path == ""
    assert "hush" not in text


@pytest.mark.parametrize(("given", "place"), [({"__options": {"on_delete": "drop"}}, "on_delete")])
def test_the_failure_for_an_unknown_decision_names_it(given: dict[str, object], place: str) -> None:
    [(path, text)] = check(AppPoliciesProvider(), app_id="a", grant_policy_id="", **given)
    assert (path, text) == (place, 'is "drop", but must be one of "restore", "keep"')


def test_the_registry_names_the_other_resources_of_an_object() -> None:
    declared = DeclaredTargets()
    for urn, target in (("one", "a"), ("two", "b"), ("three", "a"), ("", "a"), ("four", "")):
        declared.declare(urn, target)
    assert declared.find_rivals("one", "a") == ["three"]
    assert declared.find_rivals("two", "b") == []
    assert declared.find_rivals("", "a") == []
    declared.declare("three", "b")
    assert declared.find_rivals("one", "a") == []


def test_the_registry_names_the_resource_that_sets_each_field() -> None:
    declared = DeclaredTargets()
    declared.declare("one", "a", ["grant_policy_id"])
    declared.declare("two", "b", ["grant_policy_id"])
    assert declared.find_managers("a") == {"grant_policy_id": "one"}
    declared.declare("one", "a", ["revoke_policy_id"])
    assert declared.find_managers("a") == {"revoke_policy_id": "one"}
    assert declared.find_managers("c") == {}


def test_the_warning_of_a_field_that_another_resource_sets_names_the_former_value() -> None:
    managers = {"grant_policy_id": "the resource x", "revoke_policy_id": "the resource x"}
    before = {"grant_policy_id": "p", "revoke_policy_id": "", "certify_policy_id": "q"}
    assert attachment_texts.warn_of_taken_fields(managers, before, ()) == [
        "the resource x manages the same object now, so `grant_policy_id`, `revoke_policy_id` is "
        "not put back. Note the values from before; the state loses them: `grant_policy_id` was "
        "'p', `revoke_policy_id` was inherited."
    ]
    [text] = attachment_texts.warn_of_taken_fields(managers, before, ["grant_policy_id"])
    assert "`grant_policy_id` was a secret" in text
    [text] = attachment_texts.warn_of_taken_fields({"emergency_grant_enabled": "x"}, {}, ())
    assert text == ("x manages the same object now, so `emergency_grant_enabled` is not put back.")


def test_the_providers_of_all_kinds_share_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "_config", None)
    monkeypatch.setattr(runtime, "_run", None)
    values = {"c1policy:serverUrl": "https://shop.conductor.one", "c1policy:accessToken": "token"}
    AppPoliciesProvider().configure(ConfigureRequest(Config(dict(values), "shop")))
    run = runtime.get_run()
    EntitlementPoliciesProvider().configure(ConfigureRequest(Config(dict(values), "shop")))
    assert runtime.get_run() is run
    other = {**values, "c1policy:requestDeadline": "10"}
    EntitlementPoliciesProvider().configure(ConfigureRequest(Config(other, "shop")))
    other_run = runtime.get_run()
    assert other_run is not run
    for each in (run, other_run):
        each.client.close()
