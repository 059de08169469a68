"""`c1policy import` over real HTTP: names beside ids, lookups in place of ids, attachments."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pulumi_c1policy._cli.main import app
from pulumi_c1policy._emulator import Emulator, Fault
from tests.unit.importing.imported_programs import format_source

PAGE = Path(__file__).parents[3] / "docs" / "adopting.md"
ACCEPT: dict[str, Any] = {"grant": {"steps": [{"accept": {}}]}}


class Company:
    """A tenant with one object of each kind that a policy names, and one policy that names all."""

    def __init__(self, tenant: Emulator) -> None:
        self.tenant = tenant
        self.ada = tenant.add_user("ada@example.com", "Ada Lovelace")
        self.okta = tenant.add_app("Okta")
        self.security = tenant.add_group(self.okta, "Security")
        self.admin = tenant.add_entitlement(self.okta, "Administrator", alias="admin")
        self.webhook = tenant.add_webhook("Risk score")
        self.provider = tenant.add_step_up_provider("Verify")
        self.low_risk = self.add_policy("Low risk")
        reference = {"appId": self.okta, "appEntitlementId": self.security}
        group = {
            "appId": self.okta,
            "appGroupId": self.security,
            "fallback": True,
            "isGroupFallbackEnabled": True,
            "fallbackGroupIds": [reference],
        }
        approvals = [
            {"users": {"userIds": [self.ada]}, "requiresStepUpProviderId": self.provider},
            {"group": group},
            {"webhook": {"webhookId": self.webhook}},
        ]
        self.main = self.add_policy(
            "Main",
            policySteps={"grant": {"steps": [{"approval": each} for each in approvals]}},
            scope={"appId": self.okta, "appEntitlementId": self.admin},
            rules=[{"condition": "true", "policyId": self.low_risk}],
        )

    def add_policy(self, name: str, **fields: Any) -> str:
        base = {"displayName": name, "policyType": "POLICY_TYPE_GRANT", "policySteps": ACCEPT}
        return str(self.tenant.add_policy({**base, **fields})["id"])

    @property
    def ids(self) -> set[str]:
        """The ids of the objects that the policy names."""
        objects = {self.ada, self.okta, self.security, self.admin, self.webhook, self.provider}
        return objects | {self.low_risk}


@pytest.fixture
def company(c1_tenant: Emulator) -> Company:
    return Company(c1_tenant)


@pytest.fixture
def run(
    c1_tenant: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Result]:
    """Run the command in an empty folder, with the tenant's credentials."""
    monkeypatch.chdir(tmp_path)
    for name, value in c1_tenant.environment.items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: CliRunner().invoke(app, ["import", *arguments])


def read_program() -> str:
    source = Path("policies.py").read_text("utf-8")
    assert format_source(source) == source
    return source


def find_comments(source: str) -> dict[str, str]:
    """Return the comment above each line that contains an id, by the id."""
    pattern = re.compile(r'^ *# (.*)\n.*?"([^"]*)",?$', re.MULTILINE)
    return {found[2]: found[1] for found in pattern.finditer(source)}


def test_the_names_of_all_objects_are_beside_their_ids(
    run: Callable[..., Result], company: Company
) -> None:
    done = run("Main")
    assert (done.exit_code, done.stderr) == (0, "")
    assert find_comments(read_program()) == {
        company.ada: "User Ada Lovelace, ada@example.com",
        company.okta: "App Okta",
        company.security: "Entitlement Security",
        company.admin: "Entitlement Administrator",
        company.webhook: "Webhook Risk score",
        company.provider: "Step-up provider Verify",
        company.low_risk: "Policy Low risk, which is not declared here.",
    }
    # Each kind of object is one request, however often the program names it.
    asked = Counter(request.path for request in company.tenant.requests)
    assert {path.removeprefix("/api/v1/search/"): n for path, n in asked.items()} == {
        "/auth/v1/token": 1,
        "policies": 1,
        "apps": 1,
        "entitlements": 1,
        "users": 1,
        "webhooks": 1,
        "step-up/providers": 1,
    }


def test_many_ids_are_read_in_few_requests(run: Callable[..., Result], company: Company) -> None:
    tenant = company.tenant
    for number in range(250):
        users = {"userIds": [tenant.add_user(f"user-{number}@example.com", f"User {number}")]}
        steps = {"grant": {"steps": [{"approval": {"users": users}}]}}
        company.add_policy(f"Policy {number}", policySteps=steps)
    assert run("--all").exit_code == 0
    assert "# User User 249, user-249@example.com" in read_program()
    asked = Counter(request.path for request in tenant.requests)
    assert asked["/api/v1/search/users"] == 3


def test_an_object_that_is_gone_is_told(run: Callable[..., Result], company: Company) -> None:
    steps = {"grant": {"steps": [{"approval": {"users": {"userIds": ["gone"]}}}]}}
    company.add_policy("Late", policySteps=steps)
    for options in ((), ("--lookups",)):
        assert run("Late", "--force", *options).exit_code == 0
        assert find_comments(read_program()) == {"gone": "Not found in the tenant."}


@pytest.mark.parametrize("status", [403, 404, 503])
def test_names_that_cannot_be_read_are_one_warning(
    run: Callable[..., Result],
    company: Company,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
) -> None:
    monkeypatch.setenv("CONDUCTORONE_REQUEST_DEADLINE", "2")
    company.tenant.set_faults(
        Fault(do="answer", status=status, path="/search/(users|apps)$", times=None)
    )
    done = run("Main")
    assert done.exit_code == 0
    [line] = done.stderr.splitlines()
    assert line.startswith("warning: apps and users could not be read, so the program has only")
    assert str(status) in line
    comments = find_comments(read_program())
    assert company.security in comments
    assert not {company.okta, company.ada} & comments.keys()
    for own_id in company.ids:
        assert f'"{own_id}"' in read_program()


def test_ids_without_a_lookup_tell_why_if_names_cannot_be_read(
    run: Callable[..., Result], company: Company
) -> None:
    company.tenant.set_faults(Fault(do="answer", status=403, path="/search/users$", times=None))
    done = run("Main", "--lookups")
    assert done.exit_code == 0
    assert len(done.stderr.splitlines()) == 1
    assert find_comments(read_program()) == {company.ada: "No lookup: the users could not be read."}


def test_lookups_replace_the_ids(run: Callable[..., Result], company: Company) -> None:
    done = run("Main", "--lookups")
    assert (done.exit_code, done.stderr) == (0, "")
    source = read_program()
    assert LOOKUPS in source
    assert [own_id for own_id in company.ids if own_id in source] == []
    assert '"fallback_group_ids": [okta_security],' in source
    assert 'scope={"app_id": okta, "app_entitlement_id": okta_administrator},' in source
    # The state still has the ids.
    assert all(own_id in Path("import.json").read_text() for own_id in company.ids)


LOOKUPS = """
okta = c1.find_app(name="Okta")
okta_security = c1.find_group(app=okta, name="Security")
okta_administrator = c1.find_entitlement(app=okta, name="Administrator")
ada_lovelace = c1.find_user(email="ada@example.com")
risk_score = c1.find_webhook(name="Risk score")
verify = c1.find_step_up_provider(name="Verify")
low_risk = c1.get_policy(display_name="Low risk", type="POLICY_TYPE_GRANT")

main = c1.Policy(
"""


def test_the_page_shows_what_is_written(run: Callable[..., Result], company: Company) -> None:
    page = PAGE.read_text("utf-8")
    assert run("Main").exit_code == 0
    assert "User Ada Lovelace, ada@example.com" in page
    assert f"# {find_comments(read_program())[company.ada]}\n" in page
    assert run("Main", "--lookups", "--force").exit_code == 0
    written = re.findall(r"^\w+ = c1\.(?:find|get)_.*$", read_program(), re.MULTILINE)
    shown = re.findall(r"^\w+ = c1\.(?:find|get)_.*$", page, re.MULTILINE)
    assert shown
    assert {*shown} <= {*written}


@pytest.mark.slow
def test_a_program_with_lookups_and_attachments_passes_mypy(
    run: Callable[..., Result], company: Company
) -> None:
    company.tenant.edit_app(company.okta, {"grantPolicyId": company.low_risk})
    changes = {"revokePolicyId": company.low_risk}
    company.tenant.edit_entitlement(company.okta, company.admin, changes)
    for options in ((), ("--lookups",)):
        assert run("--all", "--attachments", "--force", *options).exit_code == 0
        done = subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", "policies.py"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def test_an_id_stays_if_its_lookup_would_be_ambiguous(
    run: Callable[..., Result], company: Company
) -> None:
    tenant = company.tenant
    tenant.add_user("ada@example.com", "Other Ada")
    tenant.add_entitlement(company.okta, "Administrator", alias="other")
    tenant.add_group(company.okta, "Security")
    tenant.add_webhook("Risk score")
    tenant.add_step_up_provider("Verify")
    company.add_policy("Low risk")
    assert run("Main", "--lookups").exit_code == 0
    source = read_program()
    assert 'okta_administrator = c1.find_entitlement(app=okta, alias="admin")\n' in source
    two = "No lookup: 2"
    assert find_comments(source) == {
        company.ada: f"User Ada Lovelace, ada@example.com. {two} enabled users have this email.",
        company.security: (
            f"Entitlement Security. {two} entitlements of the app have this name, and no alias is "
            "unique."
        ),
        company.webhook: f"Webhook Risk score. {two} webhooks have this name.",
        company.provider: f"Step-up provider Verify. {two} step-up providers have this name.",
        company.low_risk: (
            f"Policy Low risk, which is not declared here. {two} policies have this name and type."
        ),
    }
    tenant.add_app("Okta")
    assert run("Main", "--lookups", "--force").exit_code == 0
    comments = find_comments(read_program())
    assert comments[company.okta] == f"App Okta. {two} apps have this name."
    assert comments[company.admin] == "Entitlement Administrator. No lookup: its app has none."


def test_policies_of_the_import_refer_to_each_other_as_resources(
    run: Callable[..., Result], company: Company
) -> None:
    assert run("Main", "Low risk", "--lookups").exit_code == 0
    assert '"policy_id": low_risk.id' in read_program()
    assert "get_policy" not in read_program()


def test_attachments_declare_the_fields_with_a_selected_policy(
    run: Callable[..., Result], company: Company
) -> None:
    tenant, other = company.tenant, company.add_policy("Other")
    tenant.edit_app(company.okta, {"grantPolicyId": company.low_risk})
    tenant.edit_entitlement(
        company.okta,
        company.admin,
        {
            "grantPolicyId": other,
            "emergencyGrantPolicyId": company.low_risk,
            "emergencyGrantEnabled": True,
        },
    )
    tenant.edit_entitlement(company.okta, company.security, {"grantPolicyId": other})
    done = run("Low risk", "--attachments")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "1 policies and 2 attachments: policies.py declares them" in done.stdout
    program = read_program()
    assert ATTACHMENTS.format(app=company.okta, entitlement=company.admin) in program
    entries = json.loads(Path("import.json").read_text())["resources"]
    assert [(each["type"].rpartition(":")[2], each["name"], each["id"]) for each in entries] == [
        ("Policy", "low-risk", company.low_risk),
        ("AppPolicies", "okta", company.okta),
        ("EntitlementPolicies", "okta-administrator", f"{company.okta}/{company.admin}"),
    ]
    inputs = {name for name in entries[2]["inputs"] if not name.startswith("__")}
    assert inputs == {"app_id", "entitlement_id", "emergency_grant_policy_id"}

    assert run("Low risk", "--attachments", "--lookups", "--force").exit_code == 0
    assert company.okta not in read_program()
    assert "    app_id=okta,\n    entitlement_id=okta_administrator,\n" in read_program()


ATTACHMENTS = """\
c1.AppPolicies(
    "okta",
    # App Okta
    app_id="{app}",
    grant_policy_id=low_risk.id,
)

c1.EntitlementPolicies(
    "okta-administrator",
    # App Okta
    app_id="{app}",
    # Entitlement Administrator
    entitlement_id="{entitlement}",
    emergency_grant_policy_id=low_risk.id,
)
"""


def test_attachments_are_found_in_many_pages_and_named_once(
    run: Callable[..., Result], company: Company
) -> None:
    tenant = company.tenant
    for number in range(25):
        name = "Low risk" if number < 2 else f"Role {number}"
        own_id = tenant.add_entitlement(company.okta, name)
        tenant.edit_entitlement(company.okta, own_id, {"revokePolicyId": company.low_risk})
    app_id = tenant.add_app("Low risk")
    tenant.edit_app(app_id, {"grantPolicyId": company.low_risk})
    assert run("Low risk", "--attachments").exit_code == 0
    entries = json.loads(Path("import.json").read_text())["resources"]
    names = [each["name"] for each in entries]
    assert names[:4] == ["low-risk", "low-risk-app", "okta-low-risk", "okta-low-risk-entitlement"]
    assert len({*names}) == len(names) == 27


def test_attachments_that_cannot_be_searched_are_an_error(
    run: Callable[..., Result], company: Company
) -> None:
    fault = Fault(do="answer", status=403, path="/search/entitlements$", times=None)
    company.tenant.set_faults(fault)
    done = run("Low risk", "--attachments")
    assert done.exit_code == 2
    assert "403" in done.stderr
    assert not [*Path().iterdir()]
