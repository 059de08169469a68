"""The main jobs from start to end, on emulated tenants and with the real Pulumi CLI.

Runs the quickstart and the example of a company in temporary stacks, changes the tenant from
outside, and checks after every step that the tenant got exactly the expected requests. Exits with 1
if it did not.
"""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from pulumi_c1policy._emulator import Emulator, RecordedRequest
from pulumi_c1policy._emulator_page.routes import list_routes

ROOT = Path(__file__).resolve().parent.parent
QUICKSTART = ROOT / "examples" / "quickstart"
COMPANY = ROOT / "examples" / "company"
USER = "2bKy9Pf34qY6Nb3wWD25RQ4F5ZR"
"""The user whom the program names."""
BUILTIN = "Default request policy"

# Lines of the CLI that are not about policies.
_NOISE = ("@ ", "[urn=", "[id=", "Duration:", "pulumi:pulumi:Stack", "--outputs:--", "Previewing ")


class DemoError(Exception):
    """A step had an unexpected result."""


@dataclass
class Demo:
    """A tenant, a stack of the quickstart, and the requests of the current step."""

    tenant: Emulator
    folder: Path
    number: int = 0
    environment: dict[str, str] = field(default_factory=dict)

    def begin_step(self, title: str) -> None:
        """Begin a step."""
        self.number += 1
        self.tenant.clear_requests()
        print(f"\n{_format_bold(f'{self.number}. {title}')}")

    def run_pulumi(self, *arguments: str, select: Callable[[str], list[str]] | None = None) -> str:
        """Run the CLI in the stack's folder and print its lines about the policies."""
        print(_format_dim(f"   $ pulumi {' '.join(a for a in arguments if a not in _OPTIONS)}"))
        done = subprocess.run(
            ["pulumi", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DemoError(f"pulumi ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        for line in (select or _list_changed_policies)(done.stdout):
            print(f"     {line}")
        return done.stdout

    def check_requests(self, *expected: str) -> None:
        """Print the requests of this step, and compare those that write with `expected`."""
        print(_format_dim("   requests to the tenant:"))
        for request in self.tenant.requests:
            mask = f"  updateMask={request.update_mask}" if request.update_mask else ""
            if not request.path.startswith("/api/v1/search/"):
                print(
                    f"     {request.status} {request.method:6} {self._format_path(request)}{mask}"
                )
        if count := sum(each.path.startswith("/api/v1/search/") for each in self.tenant.requests):
            print(f"     and {count} {'search' if count == 1 else 'searches'}")
        writes = sorted(filter(None, map(self._format_write, self.tenant.requests)))
        if writes != sorted(expected):
            raise DemoError(f"expected the writes {sorted(expected)}, the tenant got {writes}")

    def id_of(self, name: str) -> str:
        """Return the id of the policy with that display name.

        Raises:
            DemoError: The tenant has no such policy.
        """
        for record in self.tenant.policies:
            if record.deleted_at is None and record.stored.get("displayName") == name:
                return record.id
        raise DemoError(f"the tenant has no policy {name!r}")

    def _format_write(self, request: RecordedRequest) -> str:
        is_write = request.path.startswith(("/api/v1/policies", "/api/v1/apps/"))
        if request.method == "GET" or not is_write:
            return ""
        return " ".join(filter(None, [request.method, request.update_mask]))

    def _format_path(self, request: RecordedRequest) -> str:
        record = self.tenant.policies.find(request.path.rpartition("/")[2])
        name = record.stored["displayName"] if record else (request.body or {}).get("displayName")
        return f"{request.path}  ({name})" if name else request.path


_TemporaryFolder = partial(tempfile.TemporaryDirectory, prefix="c1policy-demo-")
_OPTIONS = ("--yes", "--non-interactive", "--skip-preview", "--color=never")


def main() -> int:
    """Play all steps; return the exit code."""
    try:
        print(_format_bold("pulumi-c1policy: the life of a stack, on an emulated tenant"))
        with _TemporaryFolder() as folder, _make_tenant({}) as tenant:
            tenant.add_user("security@example.com", id=USER)
            play(_create_demo(tenant, Path(folder), QUICKSTART))
        print(_format_bold("\nPolicies attached by name, on another tenant"))
        directory = json.loads((COMPANY / "company.json").read_text("utf-8"))
        with _TemporaryFolder() as folder, _make_tenant(directory) as tenant:
            play_company(_create_demo(tenant, Path(folder), COMPANY))
    except DemoError as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    print(_format_bold("\nAll steps had the expected results."))
    return 0


@contextmanager
def _make_tenant(directory: dict[str, Any]) -> Iterator[Emulator]:
    """Start a tenant with a page, and print the address of the page."""
    with Emulator(directory=directory, page=partial(list_routes, directory=directory)) as tenant:
        print(_format_dim(f"   In a browser, while this runs: {tenant.url}/"))
        yield tenant


def play(demo: Demo) -> None:
    """Play the steps, each with its expected requests."""
    builtin = demo.tenant.policy(demo.id_of(BUILTIN))

    demo.begin_step("Deploy three policies, and read a builtin policy")
    demo.run_pulumi("config", "set", "builtinPolicyId", builtin["id"], "--color=never")
    demo.run_pulumi("up", *_OPTIONS)
    demo.check_requests("POST", "POST", "POST")

    demo.begin_step("Preview again: no changes")
    demo.run_pulumi("preview", "--expect-no-changes", "--non-interactive", "--color=never")
    demo.check_requests()

    demo.begin_step("Somebody else allows self-approval in one policy, and deletes another one")
    _change_tenant_directly(demo)

    demo.begin_step("Preview with a refresh: it shows exactly these changes")
    shown = demo.run_pulumi(
        "preview",
        "--refresh",
        "--diff",
        "--non-interactive",
        "--color=never",
        select=_list_differences,
    )
    _check_output(shown, "~ allow_self_approval: true => false", "1 to create", "1 to update")
    demo.check_requests()

    demo.begin_step("Deploy with a refresh: it repairs both policies")
    demo.run_pulumi("up", "--refresh", *_OPTIONS)
    demo.check_requests("POST", "POST policySteps")

    demo.begin_step("Change one description in the program: the update sends this field only")
    demo.run_pulumi("config", "set", "purpose", "Everyday access, on request.", "--color=never")
    demo.run_pulumi("up", *_OPTIONS)
    demo.check_requests("POST description")

    demo.begin_step("Destroy the stack: its policies are deleted, the builtin policy remains")
    demo.run_pulumi("destroy", *_OPTIONS)
    demo.check_requests("DELETE", "DELETE", "DELETE")
    if demo.tenant.policy(builtin["id"]) != builtin:
        raise DemoError("the builtin policy was changed")
    if any(r.deleted_at is None and not r.builtin for r in demo.tenant.policies):
        raise DemoError("a policy of the stack still exists")
    print(f"     the builtin policy {BUILTIN!r} is unchanged")


def play_company(demo: Demo) -> None:
    """Play the life of attached policies, in a program without ids."""
    builtin = demo.id_of(BUILTIN)
    demo.tenant.edit_app("app-billing", {"grantPolicyId": builtin})
    app, admins = "certifyPolicyId,grantPolicyId,revokePolicyId", "emergencyGrantEnabled,"
    admins += "emergencyGrantPolicyId,grantPolicyId"

    demo.begin_step("Deploy five policies, and attach them to an app and two entitlements by name")
    demo.run_pulumi("up", *_OPTIONS)
    demo.check_requests(*["POST"] * 5, f"POST {app}", f"POST {admins}", "POST revokePolicyId")

    demo.begin_step("Rename a user, and preview again: no changes")
    demo.tenant.edit_user("u-grace", {"displayName": "Grace Brewster Hopper"})
    demo.run_pulumi("preview", "--refresh", "--expect-no-changes", "--non-interactive", _OPTIONS[3])
    demo.check_requests()

    demo.begin_step(
        "Destroy the stack: the app and the entitlements get their former policies back"
    )
    demo.run_pulumi("destroy", *_OPTIONS)
    demo.check_requests(*["DELETE"] * 5, f"POST {app}", f"POST {admins}", "POST revokePolicyId")
    if demo.tenant.app("app-billing").get("grantPolicyId") != builtin:
        raise DemoError("the app did not get its former policy back")
    print(f"     the app has its former policy {BUILTIN!r}")


def _create_demo(tenant: Emulator, folder: Path, program: Path) -> Demo:
    (folder / "state").mkdir()
    (folder / "Pulumi.yaml").write_text(
        f"name: c1policy-{program.name}\n"
        f"runtime: {{name: python, options: {{virtualenv: {ROOT / '.venv'}}}}}\n"
        f"main: {program}\n"
    )
    ours = {
        name: value for name, value in os.environ.items() if not _belongs_to_another_stack(name)
    }
    demo = Demo(
        tenant,
        folder,
        environment=ours
        | tenant.environment
        | {
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "demo",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        },
    )
    demo.begin_step("Create a stack with a file backend; no account is needed")
    demo.run_pulumi("stack", "init", "demo", "--color=never")
    return demo


def _belongs_to_another_stack(variable: str) -> bool:
    return variable.startswith(("PULUMI_", "CONDUCTORONE_")) and variable != "PULUMI_HOME"


def _change_tenant_directly(demo: Demo) -> None:
    """Change one policy and delete another through the tenant's own API."""
    employees, leavers = demo.id_of("Employee access"), demo.id_of("Revoke with grace")
    steps = copy.deepcopy(demo.tenant.policy(employees)["policySteps"])
    steps["grant"]["steps"][0]["approval"]["manager"]["allowSelfApproval"] = True
    with httpx.Client(
        base_url=f"{demo.tenant.url}/api/v1/policies",
        headers=demo.tenant.headers,
        trust_env=False,
    ) as client:
        edit = {"policy": {"policySteps": steps}, "updateMask": "policySteps"}
        client.post(f"/{employees}", json=edit).raise_for_status()
        client.delete(f"/{leavers}").raise_for_status()
    demo.check_requests("POST policySteps", "DELETE")


_OUR_TYPES = "pulumi-python:dynamic/c1policy:"


def _list_changed_policies(output: str) -> list[str]:
    """Return one line for each resource that the engine changed."""
    lines = []
    for line in output.splitlines():
        words = line.split()
        at = next((at for at, word in enumerate(words) if word.startswith(_OUR_TYPES)), None)
        if at is None:
            continue
        name, *rest = words[at + 1 :]
        done = rest[0] if rest else ""
        if done in ("created", "updated", "deleted", "read", "refresh"):
            diff = line[line.index("[diff") :] if "[diff" in line else ""
            lines.append(f"{words[0]:2} {name:20} {done} {diff}".rstrip())
    return lines or [line.strip() for line in output.splitlines() if "unchanged" in line]


def _list_differences(output: str) -> list[str]:
    """Return the differing lines of a detailed preview, after the refresh."""
    plan = output[output.index("(same)") :] if "(same)" in output else output
    shown = []
    for line in plan.splitlines():
        stripped = line.strip()
        if stripped.startswith(("~", "+ pulumi", "- ")) and not stripped.startswith(_NOISE):
            shown.append(line.replace("pulumi-python:dynamic/c1policy:Policy: ", "policy "))
        elif "[urn=" in line and shown and shown[-1].rstrip().endswith(("(create)", "(update)")):
            shown[-1] += f" {line.rpartition('::')[2].rstrip(']')}"
        elif stripped.endswith(("to create", "to update", "to delete")):
            shown.append(f"    {stripped}")
    return textwrap.dedent("\n".join(shown)).splitlines()


def _check_output(output: str, *expected: str) -> None:
    for text in expected:
        if text not in output:
            raise DemoError(f"the preview does not contain {text!r}:\n{output}")


def _format_bold(text: str) -> str:
    return f"\033[1m{text}\033[0m" if sys.stdout.isatty() else text


def _format_dim(text: str) -> str:
    return f"\033[2m{text}\033[0m" if sys.stdout.isatty() else text


if __name__ == "__main__":
    sys.exit(main())
