"""A nightly job over the twelve stacks of a company with 1,500 policies, as a real command."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pulumi_c1policy._emulator import Emulator
from tests.support.cli import build_environment
from tests.support.exports import add_policies, make_export, make_policy, make_resource, write

STACKS = [f"{project}/{name}" for project in ("hr", "it", "shop") for name in "abcd"]
POLICIES_PER_STACK = 125
PAGE = 100
MISSING_REQUESTS = 2
"""The requests that prove the absence of a policy: a GET and a search."""
CONSTANT_REQUESTS = 10
"""A token, the attachments, and the system log."""
PERSON = "Ada Lovelace"


@dataclass
class Company:
    """The tenant, its states and the drift in it.

    Attributes:
        tenant: The tenant.
        backend: The folder of a `file://` backend, with half of the stacks.
        exports: The folder with the exports of the others.
        planted: Kind, stack and object id of each drift.
        edited: The ids of the policies that somebody edited.
    """

    tenant: Emulator
    backend: Path
    exports: Path
    planted: list[tuple[str, str, str]] = field(default_factory=list)
    edited: set[str] = field(default_factory=set)

    def plant(self, stack: str, resources: list[dict[str, Any]]) -> None:
        """Make each kind of drift in a stack, from its first policies."""
        tenant, project = self.tenant, stack.partition("/")[0]
        changed, moved, taken, held, gone, doubled = (each["id"] for each in resources[:6])
        tenant.api_edit(changed, {"description": "changed"})
        steps = {"grant": {"steps": [{"accept": {"acceptMessage": "hi"}}]}}
        tenant.api_edit(moved, {"policySteps": steps})
        tenant.product_edit(taken, {"description": "by hand"})
        theirs = make_policy("held", f"{project}/elsewhere")["annotations"]
        tenant.api_edit(held, {"annotations": theirs})
        tenant.product_delete(gone)
        address = tenant.policy(doubled)["displayName"]
        second = tenant.add_policy(make_policy(address, stack))["id"]
        left = tenant.add_policy(make_policy(f"{stack}-dropped", stack))["id"]
        by_kind = {
            "taken-over": taken,
            "held-elsewhere": held,
            "deleted": gone,
            "duplicate": second,
            "leftover": left,
        }
        self.planted += [("changed", stack, each) for each in (changed, moved)]
        self.planted += [(kind, stack, object_id) for kind, object_id in by_kind.items()]
        self.edited |= {changed, moved, taken, held, gone}

    def attach(self, stack: str, policy_id: str) -> list[dict[str, Any]]:
        """Attach a policy to an app and two entitlements; change one, remove one, keep one."""
        project, _, name = stack.partition("/")
        app_id = self.tenant.add_app("Shop")
        found = []
        for number, label in enumerate(("kept", "edited", "removed")):
            ids = {"app_id": app_id}
            if number:
                ids["entitlement_id"] = self.tenant.add_entitlement(
                    app_id, label, grantPolicyId=policy_id
                )
            else:
                self.tenant.edit_app(app_id, {"grantPolicyId": policy_id})
            inputs = ids | {"grant_policy_id": policy_id}
            kind = "EntitlementPolicies" if number else "AppPolicies"
            outputs = inputs | {"__state": 1}
            found.append(
                make_resource(
                    label,
                    "/".join(ids.values()),
                    type=kind,
                    project=project,
                    stack=name,
                    inputs=inputs,
                    outputs=outputs,
                )
            )
        edited, removed = found[1]["id"], found[2]["id"]
        self.tenant.edit_entitlement(app_id, edited.split("/")[1], {"grantPolicyId": None})
        self.tenant.remove_entitlement(app_id, removed.split("/")[1])
        self.planted += [("changed", stack, edited), ("deleted", stack, removed)]
        return found

    def write_state(self, stack: str, resources: list[dict[str, Any]], *, in_backend: bool) -> None:
        """Write the state of a stack into the backend or as an export."""
        export = make_export(*resources)
        if in_backend:
            latest = {"version": 3, "checkpoint": {"latest": export["deployment"]}}
            write(self.backend / ".pulumi" / "stacks" / f"{stack}.json", latest)
        else:
            write(self.exports / f"{stack}.json", export)

    def compare(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run the command over all stacks."""
        sources = ("--state", f"file://{self.backend}", "--state", str(self.exports))
        return subprocess.run(
            [sys.executable, "-m", "pulumi_c1policy", "drift", *sources, *options],
            env=build_environment(self.backend) | self.tenant.environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company with every kind of drift in three of its stacks."""
    folder = tmp_path_factory.mktemp("company")
    with Emulator() as tenant:
        company = Company(tenant, folder / "backend", folder / "exports")
        names = range(POLICIES_PER_STACK)
        stacks = {
            stack: add_policies(tenant, stack, [f"{stack}-{name:03}" for name in names])
            for stack in STACKS
        }
        # The log may date a write of a stack a little later: an edit comes later than that.
        tenant.advance(60)
        for stack in (STACKS[1], STACKS[6], STACKS[-1]):
            company.plant(stack, stacks[stack])
        stacks[STACKS[2]] += company.attach(STACKS[2], stacks[STACKS[2]][0]["id"])
        unmanaged = tenant.add_policy({**make_policy("by hand"), "annotations": {}})["id"]
        company.planted.append(("unmanaged", "", unmanaged))
        for index, (stack, resources) in enumerate(stacks.items()):
            company.write_state(stack, resources, in_backend=index % 2 == 0)
        yield company


def test_every_drift_of_a_company_is_told_once(company: Company) -> None:
    company.tenant.clear_requests()
    done = company.compare("--format", "json")
    assert done.returncode == 2, done.stderr
    found = json.loads(done.stdout)
    told = [(each["kind"], each["stack"], each["id"]) for each in found["findings"]]
    assert sorted(told) == sorted(company.planted)
    assert {each["stack"]: each["resources"] for each in found["stacks"]} == {
        stack: POLICIES_PER_STACK + (3 if stack == STACKS[2] else 0) for stack in STACKS
    }
    assert (found["problems"], found["cannot_tell"], found["notes"]) == ([], [], [])

    editors = {each["id"]: each["editor"] for each in found["findings"] if each["editor"]}
    assert set(editors) == company.edited
    by_kind = {each["kind"]: each["editor"]["name"] for each in found["findings"] if each["editor"]}
    assert (by_kind["taken-over"], by_kind["held-elsewhere"]) == (PERSON, "Other client")

    missing = sum(kind == "deleted" for kind, _, _ in company.planted)
    policies = len(company.tenant.policies)
    sent = company.tenant.requests
    limit = -(-policies // PAGE) + missing * MISSING_REQUESTS + CONSTANT_REQUESTS
    assert len(sent) <= limit, Counter(f"{each.method} {each.path[:24]}" for each in sent)


def test_a_nightly_job_writes_nothing(company: Company) -> None:
    company.tenant.clear_requests()
    states = {path: path.read_bytes() for path in company.backend.parent.rglob("*.json")}
    assert company.compare("--format", "junit").returncode == 2
    reads = ("/api/v1/search/", "/api/v1/systemlog/events", "/auth/v1/token")
    writes = [
        request
        for request in company.tenant.requests
        if request.method != "GET" and not request.path.startswith(reads)
    ]
    assert writes == []
    assert states == {path: path.read_bytes() for path in states}
