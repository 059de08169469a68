"""Lookups of users, apps, entitlements and others against the emulated tenant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks, settings

import pulumi_c1policy as c1
from pulumi_c1policy._emulator import Emulator, Fault

pytestmark = pytest.mark.usefixtures("start_run")


def refuse(find: Callable[..., object], **arguments: Any) -> list[str]:
    """Return the lines of the error with which a lookup ends the program."""
    with pytest.raises(pulumi.RunError) as caught:
        find(**arguments)
    return str(caught.value).splitlines()


def list_paths(tenant: Emulator) -> list[str]:
    return [request.path.removeprefix("/api/v1/search/") for request in tenant.requests]


def test_a_user_is_found_by_email_in_any_case(c1_tenant: Emulator) -> None:
    ada = c1_tenant.add_user("Ada@Example.com", "Ada")
    c1_tenant.add_user("ada@example.com.au", "Another")
    for email in ("Ada@Example.com", "ada@EXAMPLE.com"):
        found = c1.find_user(email=email)
        assert (found.id, found.email, found.display_name) == (ada, "Ada@Example.com", "Ada")


def test_a_missing_user_is_reported_with_similar_ones(c1_tenant: Emulator) -> None:
    ada = c1_tenant.add_user("ada@example.com", "Ada", department="Research")
    first, candidate, last = refuse(c1.find_user, email="ada@exmaple.com")
    host = c1_tenant.url.removeprefix("http://")
    assert first == (
        f'find_user(email="ada@exmaple.com") finds no user in the tenant {host}. Similar users:'
    )
    assert candidate == f'  {ada}: "ada@example.com", Ada, ENABLED, Research'
    assert last == (
        'Correct the arguments of find_user(email="ada@exmaple.com"), or write the id of the user '
        f'instead, for example "{ada}".'
    )
    assert refuse(c1.find_user, email="zzz@other.org")[1:] == [
        'Correct the arguments of find_user(email="zzz@other.org"), or create the user first.'
    ]


@pytest.mark.parametrize("status", ["DISABLED", "DELETED"])
def test_a_user_who_is_not_enabled_is_refused(status: str, c1_tenant: Emulator) -> None:
    bob = c1_tenant.add_user("bob@example.com", "Bob", status=status)
    first, candidate, last = refuse(c1.find_user, email="bob@example.com")
    assert first.startswith(
        'find_user(email="bob@example.com") finds no enabled user in the tenant'
    )
    assert candidate == f'  {bob}: "bob@example.com", Bob, {status}'
    assert last == "Enable the user in the tenant, or name another one."


def test_the_enabled_user_of_an_email_is_found(c1_tenant: Emulator) -> None:
    c1_tenant.add_user("bob@example.com", status="DISABLED")
    bob = c1_tenant.add_user("bob@example.com")
    assert c1.find_user(email="bob@example.com").id == bob


def test_several_enabled_users_of_an_email_are_listed(c1_tenant: Emulator) -> None:
    ids = [c1_tenant.add_user("bob@example.com", name) for name in ("Bob", "Robert")]
    first, *candidates, last = refuse(c1.find_user, email="bob@example.com")
    assert "finds 2 users in the tenant" in first
    assert sorted(candidates) == sorted(
        f'  {each}: "bob@example.com", {name}, ENABLED'
        for each, name in zip(ids, ("Bob", "Robert"), strict=True)
    )
    assert "write the id of the user instead" in last


def test_an_app_is_found_by_its_exact_name_first(c1_tenant: Emulator) -> None:
    upper, lower = c1_tenant.add_app("GitHub"), c1_tenant.add_app("github")
    c1_tenant.add_app("GitHub Enterprise")
    okta = c1_tenant.add_app("Okta")
    assert c1.find_app(name="GitHub").id == upper
    assert c1.find_app(name="github").id == lower
    found = c1.find_app(name="okta")
    assert (found.id, found.display_name) == (okta, "Okta")
    text = "\n".join(refuse(c1.find_app, name="GITHUB"))
    assert "finds 2 apps" in text
    assert upper in text
    assert lower in text
    assert f'  {okta}: "Okta"' in "\n".join(refuse(c1.find_app, name="Oktta"))


def test_a_group_is_an_entitlement_of_its_app(c1_tenant: Emulator) -> None:
    okta, other = c1_tenant.add_app("Okta"), c1_tenant.add_app("GitHub")
    group = c1_tenant.add_group(okta, "Security")
    c1_tenant.add_group(other, "Security")
    found = c1.find_group(app="Okta", name="Security")
    assert (found.id, found.app_id, found.display_name) == (group, okta, "Security")
    assert c1.find_group(app=c1.find_app(name="Okta"), name="Security") == found
    assert found.resource_id
    assert found.resource_id != group
    text = "\n".join(refuse(c1.find_group, app="Okta", name="security"))
    assert f'finds no group in the app "Okta" ({okta}) of the tenant' in text
    assert f'  {group}: "Security", resource type ' in text
    assert refuse(c1.find_group, app="Okti", name="Security")[0].startswith(
        'find_group(app="Okti", name="Security") finds no app in the tenant'
    )


def test_several_groups_are_listed_with_their_resources(c1_tenant: Emulator) -> None:
    okta = c1_tenant.add_app("Okta")
    facts = [("group", "r1"), ("role", "r2")]
    ids = [
        c1_tenant.add_entitlement(okta, "Security", appResourceTypeId=kind, appResourceId=resource)
        for kind, resource in facts
    ]
    first, *candidates, last = refuse(c1.find_group, app="Okta", name="Security")
    assert "finds 2 groups in the app" in first
    assert len(candidates) == 2
    for each, (kind, resource) in zip(ids, facts, strict=True):
        [line] = [line for line in candidates if each in line]
        assert f"resource type {kind}, resource {resource}" in line
    assert "write the id of the group instead" in last


def test_an_entitlement_is_found_by_its_name_or_its_alias(c1_tenant: Emulator) -> None:
    app = c1_tenant.add_app("GitHub")
    admin = c1_tenant.add_entitlement(app, "Administrator", alias="admin")
    c1_tenant.add_entitlement(app, "Reader", alias="reader")
    found = c1.find_entitlement(app="GitHub", alias="admin")
    assert found == c1.find_entitlement(app="GitHub", name="Administrator")
    assert (found.id, found.app_id, found.alias) == (admin, app, "admin")
    text = "\n".join(refuse(c1.find_entitlement, app="GitHub", alias="admim"))
    assert f'  {admin}: "admin", resource type ' in text
    for arguments in ({}, {"name": "A", "alias": "a"}):
        assert (
            "either `name` or `alias`" in refuse(c1.find_entitlement, app="GitHub", **arguments)[1]
        )


def test_webhooks_and_providers_are_found_by_their_names(c1_tenant: Emulator) -> None:
    webhook = c1_tenant.add_webhook("Risk score")
    provider = c1_tenant.add_step_up_provider("Okta Verify")
    assert c1.find_webhook(name="risk score").id == webhook
    assert c1.find_step_up_provider(name="Okta Verify").id == provider
    assert f'  {webhook}: "Risk score"' in "\n".join(refuse(c1.find_webhook, name="Risk scores"))
    text = "\n".join(refuse(c1.find_step_up_provider, name="Okta Verifi"))
    assert f'  {provider}: "Okta Verify"' in text


def test_equal_lookups_are_sent_once(c1_tenant: Emulator) -> None:
    okta = c1_tenant.add_app("Okta")
    c1_tenant.add_group(okta, "Security")
    c1_tenant.add_group(okta, "Staff")
    c1_tenant.add_user("ada@example.com")
    c1_tenant.add_webhook("One")
    c1_tenant.add_webhook("Two")
    c1_tenant.clear_requests()
    for _ in range(2):
        c1.find_user(email="ada@example.com")
        c1.find_group(app="Okta", name="Security")
        c1.find_group(app="Okta", name="Staff")
        c1.find_webhook(name="One")
        c1.find_webhook(name="Two")
    searches = [path for path in list_paths(c1_tenant) if not path.startswith("/")]
    assert sorted(searches) == ["apps", "entitlements", "entitlements", "users", "webhooks"]


def test_all_pages_are_read(c1_tenant: Emulator) -> None:
    app = c1_tenant.add_app("GitHub")
    ids = [c1_tenant.add_webhook(f"Webhook {number}") for number in range(230)]
    assert c1.find_webhook(name="Webhook 229").id == ids[-1]
    ids = [c1_tenant.add_entitlement(app, "Same") for _ in range(60)]
    text = "\n".join(refuse(c1.find_entitlement, app="GitHub", name="Same"))
    assert f"finds {len(ids)} entitlements" in text


CALLS: list[tuple[Callable[..., object], dict[str, str], str, str]] = [
    (c1.find_user, {"email": "ada@example.com"}, "users", "users"),
    (c1.find_app, {"name": "Okta"}, "apps", "apps"),
    (c1.find_group, {"app": "Okta", "name": "Staff"}, "entitlements", "apps and entitlements"),
    (c1.find_webhook, {"name": "Risk"}, "webhooks", "webhooks"),
    (c1.find_step_up_provider, {"name": "Okta"}, "step-up/providers", "step-up providers"),
]


@pytest.mark.parametrize(("find", "arguments", "path", "reads"), CALLS)
@pytest.mark.parametrize("status", [403, 404])
def test_the_error_for_a_rejected_search_names_the_endpoint_and_the_correction(
    status: int,
    find: Callable[..., object],
    arguments: dict[str, str],
    path: str,
    reads: str,
    c1_tenant: Emulator,
) -> None:
    c1_tenant.add_app("Okta")
    c1_tenant.set_faults(Fault(do="answer", status=status, path=f"/search/{path}$", times=None))
    first, last = refuse(find, **arguments)
    assert f" failed: POST /api/v1/search/{path} was answered {status} " in first
    name = find.__name__
    assert last.startswith(f"Use a credential that may read {reads}, or write the id of the ")
    assert last.endswith(f" instead of {name}(...).")


def test_an_outage_is_reported_when_the_deadline_is_over(
    c1_tenant: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONDUCTORONE_REQUEST_DEADLINE", "0.5")
    c1_tenant.set_faults(Fault(do="answer", status=503, path="/search/users$", times=None))
    first, last = refuse(c1.find_user, email="ada@example.com")
    assert "failed: POST /api/v1/search/users was answered 503" in first
    assert last.endswith("Or write the id of the user instead of find_user(...).")


def test_missing_credentials_are_reported_with_the_id_as_a_way_out(
    c1_tenant: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in c1_tenant.environment:
        monkeypatch.delenv(name)
    last = refuse(c1.find_app, name="Okta")[-1]
    assert "c1policy:clientId" in last
    assert last.endswith("Or write the id of the app instead of find_app(...).")


class Answers(mocks.Mocks):
    """Mocks of a program's test, which answer with an id, and record the calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        raise AssertionError(args.name)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], None]:
        self.calls.append((args.token.removeprefix("c1policy:index:"), dict(args.args)))
        known = args.args.get("name") == "Known"
        return ({"id": "known-1", "app_id": "app-1"} if known else {}), None


def test_mocks_answer_lookups(monkeypatch: pytest.MonkeyPatch, c1_tenant: Emulator) -> None:
    answers = Answers()
    monitor = mocks.MockMonitor(answers)
    monkeypatch.setattr(settings, "get_monitor", lambda: monitor)
    c1_tenant.clear_requests()
    app = c1.find_app(name="Okta")
    known = c1.find_group(app=app, name="Known")
    assert (known.id, known.app_id, known.display_name) == ("known-1", "app-1", "Known")
    other = c1.find_entitlement(app="Okta", alias="admin")
    assert (other.id, other.app_id, other.alias) == ("admin_id", "Okta_id", "admin")
    assert c1.find_user(email="ada@example.com").id == "ada@example.com"
    assert c1.find_webhook(name="Risk score").id == "Risk score_id"
    assert c1.find_step_up_provider(name="Okta").enabled
    assert answers.calls == [
        ("findApp", {"name": "Okta"}),
        ("findGroup", {"app": "Okta", "app_id": "Okta_id", "name": "Known"}),
        ("findEntitlement", {"app": "Okta", "alias": "admin"}),
        ("findUser", {"email": "ada@example.com"}),
        ("findWebhook", {"name": "Risk score"}),
        ("findStepUpProvider", {"name": "Okta"}),
    ]
    assert c1_tenant.requests == []
