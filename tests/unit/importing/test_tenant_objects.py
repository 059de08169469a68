"""The names of objects in comments, and the lookups that find exactly one object."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._client.directory_models import App, Entitlement, User
from pulumi_c1policy._import import lookup_variables, tenant_objects
from pulumi_c1policy._import.program_names import make_names
from pulumi_c1policy._import.program_writer import Source, write_program
from pulumi_c1policy._import.references import Reference
from pulumi_c1policy._import.tenant_objects import MISSING, LookupCall, Objects, TenantObject
from tests.unit.importing.imported_programs import adopt, format_source, make_wire_policy

ADA = User(id="u1", email="ada@example.com", display_name="Ada", status="ENABLED")
TWIN = User(id="u2", email="ada@example.com", display_name="Twin", status="ENABLED")
GONE = User(id="u3", email="ada@example.com", display_name="Gone", status="DISABLED")
OKTA = Reference("app", "a1")
FOUND_OKTA = TenantObject("Okta", lookup=LookupCall("find_app", {"name": "Okta"}))
ADMIN = Entitlement(id="e1", app_id="a1", display_name="Admin", alias="admin")
OTHER = Entitlement(id="e2", app_id="a1", display_name="Admin", alias="other")


def approve_by(*user_ids: str) -> dict[str, Any]:
    steps = [{"approval": {"users": {"userIds": [*user_ids]}}}]
    return make_wire_policy("a", policySteps={"grant": {"steps": steps}})


def write(policy: dict[str, Any], objects: Objects) -> str:
    found = adopt(policy)
    return write_program(Source(found, make_names(each.name for each in found), objects))


@pytest.mark.parametrize(
    ("user", "found", "lookup", "reason"),
    [
        (ADA, [ADA], True, ""),
        (ADA, [ADA, GONE], True, ""),
        (ADA, [ADA, TWIN], False, "2 enabled users have this email"),
        (ADA, [], False, "a search for its email does not find it"),
        (ADA, [TWIN], False, "a search for its email does not find it"),
        (GONE, [GONE], False, "the user is not enabled"),
        (User(id="u4", status="ENABLED"), [], False, "the user has no email"),
    ],
)
def test_a_user_is_looked_up_if_no_other_enabled_one_has_the_email(
    user: User, found: list[User], lookup: bool, reason: str
) -> None:
    sheet = tenant_objects.judge_user(user, found)
    call = LookupCall("find_user", {"email": "ada@example.com"})
    assert (sheet.lookup, sheet.reason) == (call if lookup else None, reason)


def test_an_app_is_looked_up_if_the_lookup_finds_no_other_one() -> None:
    def judge(name: str, *others: str) -> TenantObject:
        rows = [App(id=f"a{n}", display_name=each) for n, each in enumerate([name, *others])]
        return tenant_objects.judge_named("find_app", "app", rows[0], rows)

    assert judge("Okta").lookup == LookupCall("find_app", {"name": "Okta"})
    # The exact spelling comes first.
    assert judge("Okta", "OKTA").lookup
    assert judge("Okta", "Okta").reason == "2 apps have this name"
    assert judge("").reason == "the app has no name"


def test_an_entitlement_is_looked_up_by_its_name_or_else_by_its_alias() -> None:
    def judge(
        fields: set[str], by_name: list[Entitlement], by_alias: list[Entitlement], app: Any
    ) -> TenantObject:
        return tenant_objects.judge_entitlement(ADMIN, fields, app, by_name, by_alias)

    scope = {"app_entitlement_id"}
    named = LookupCall("find_entitlement", {"name": "Admin"}, OKTA)
    assert judge(scope, [ADMIN], [], FOUND_OKTA).lookup == named
    group = LookupCall("find_group", {"name": "Admin"}, OKTA)
    for field in ("app_group_id", "fallback_group_ids"):
        assert judge(scope | {field}, [ADMIN], [], FOUND_OKTA).lookup == group
    by_alias = LookupCall("find_entitlement", {"alias": "admin"}, OKTA)
    assert judge(scope, [ADMIN, OTHER], [ADMIN], FOUND_OKTA).lookup == by_alias
    both = judge(scope, [ADMIN, OTHER], [ADMIN, ADMIN], FOUND_OKTA)
    reason = "2 entitlements of the app have this name, and no alias is unique"
    assert (both.lookup, both.reason) == (None, reason)
    assert judge(scope, [ADMIN], [], TenantObject("Okta")).reason == "its app has none"


def test_a_policy_is_looked_up_by_its_name_and_type() -> None:
    names = {
        "p1": ("Low risk", "POLICY_TYPE_GRANT"),
        "p2": ("Low risk", "POLICY_TYPE_REVOKE"),
        "p3": ("Twin", "POLICY_TYPE_GRANT"),
        "p4": ("Twin", "POLICY_TYPE_GRANT"),
        "p5": ("p5", "POLICY_TYPE_GRANT"),
    }
    keys = [Reference("policy", each) for each in [*names, "p6"]]
    found = tenant_objects.describe_policies([OKTA, *keys], names, has_lookups=True)
    shown = {key.id: each.lookup and each.lookup.arguments for key, each in found.items()}
    assert shown == {
        "p1": {"display_name": "Low risk", "type": "POLICY_TYPE_GRANT"},
        "p2": {"display_name": "Low risk", "type": "POLICY_TYPE_REVOKE"},
        "p3": None,
        "p4": None,
        "p5": None,
        "p6": None,
    }
    assert found[keys[2]].reason == "2 policies have this name and type"
    assert found[keys[-1]] == MISSING


def test_a_comment_names_the_object_and_tells_why_there_is_no_lookup() -> None:
    user = Reference("user", "u1")
    describe = tenant_objects.describe
    assert describe(user, TenantObject("Ada", "ada@example.com")) == "User Ada, ada@example.com"
    assert describe(user, TenantObject("a@b", "a@b")) == "User a@b"
    assert describe(user, TenantObject("Ada", reason="x")) == "User Ada. No lookup: x."
    assert describe(user, TenantObject(reason="x")) == "No lookup: x."
    assert describe(user, TenantObject()) == ""
    assert describe(user, MISSING) == "Not found in the tenant."
    assert len(describe(user, TenantObject("A" * 10_000))) < 100


AWKWARD = [
    'Ada "the\nquick" O\'Neil',
    "type: ignore",
    "fmt: off",
    "# noqa",
    "\x1b[31mred\r\n\u2028x = 1",
    "\u202eright to left",
    "\ud800",
    "*/ ''' \"\"\" \\",
    "世界" * 60,
]


@pytest.mark.parametrize("name", AWKWARD)
@pytest.mark.parametrize("has_lookup", [True, False])
def test_a_name_of_a_tenant_does_not_break_the_program(name: str, has_lookup: bool) -> None:
    check_source(name, has_lookup)


@given(st.text(max_size=100), st.booleans())
def test_no_name_breaks_the_program(name: str, has_lookup: bool) -> None:
    check_source(name, has_lookup)


def check_source(name: str, has_lookup: bool) -> None:
    """Check a program with a user of this name, which is also the email."""
    call = LookupCall("find_user", {"email": name}) if has_lookup else None
    known = TenantObject(name, name, lookup=call)
    source = write(approve_by("u1"), {Reference("user", "u1"): known})
    source.encode()
    module = ast.parse(source, type_comments=True)
    assert format_source(source) == source
    assigned = [node for node in module.body if isinstance(node, ast.Assign)]
    assert len(assigned) == 1 + has_lookup
    assert ('"u1"' in source) is not has_lookup
    if has_lookup:
        [keyword] = assigned[0].value.keywords  # type: ignore[attr-defined]
        assert ast.literal_eval(keyword.value) == name


def test_variables_are_unique_and_readable() -> None:
    def find(name: str, email: str = "") -> TenantObject:
        return TenantObject(name, email, lookup=LookupCall("find", {"name": name}))

    security = LookupCall("find_group", {"name": "Security"}, OKTA)
    objects = {
        OKTA: find("Okta"),
        Reference("entitlement", "e1", "a1"): TenantObject("Security", lookup=security),
        Reference("user", "u1"): find("Ada Lovelace"),
        Reference("user", "u2"): find("Ada Lovelace"),
        Reference("user", "u3"): find("Ada Lovelace"),
        Reference("user", "u4"): find("", "grace.hopper@example.com"),
        Reference("webhook", "w1"): find("class"),
        Reference("step-up provider", "s1"): find("24/7"),
        Reference("step-up provider", "s2"): find("Okta"),
        Reference("policy", "p1"): find("Low risk"),
        Reference("policy", "p2"): TenantObject("No lookup"),
    }
    # The app comes first although only the group is named.
    named = [each for each in reversed(objects) if each != OKTA]
    found = lookup_variables.name_lookups(named, objects, {"low_risk", "okta"})
    assert [*found.items()] == [
        (OKTA, "okta_app"),
        (Reference("entitlement", "e1", "a1"), "okta_security"),
        (Reference("user", "u4"), "grace_hopper"),
        (Reference("user", "u3"), "ada_lovelace"),
        (Reference("user", "u2"), "ada_lovelace_user"),
        (Reference("user", "u1"), "ada_lovelace_user_2"),
        (Reference("webhook", "w1"), "class_webhook"),
        (Reference("step-up provider", "s2"), "okta_step_up_provider"),
        (Reference("step-up provider", "s1"), "step_up_provider_24_7"),
        (Reference("policy", "p1"), "low_risk_policy"),
    ]


def test_a_warning_names_the_kinds_that_were_not_read() -> None:
    warn = tenant_objects.warn_of_unread
    text = "warning: users could not be read, so the program has only their ids: No."
    assert warn({"user": "No."}) == text
    assert "apps, users and webhooks could" in warn({"app": "", "user": "", "webhook": ""})
    assert warn({"app": "No.", "user": "No."}).endswith("only their ids: No.")
