"""Drives the real Pulumi CLI: one stack in a folder of its own.

Nothing of the user's is touched: state, credentials, plugins and config all lie in the test's
folder.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import httpx

from pulumi_c1policy._emulator import Emulator
from tests.support.outcome import (
    POLICIES,
    TYPE,
    Outcome,
    Write,
    created,
    deleted,
    resource_name,
    updated,
)

__all__ = [
    "ROOT",
    "SETTINGS",
    "TYPE",
    "Outcome",
    "Stack",
    "Write",
    "call",
    "created",
    "deleted",
    "environment",
    "updated",
]

ROOT = Path(__file__).resolve().parents[2]
PROJECT = "shop"
STACK = "dev"
PASSPHRASE = "pass-phrase-of-the-test"
SETTINGS = ("--non-interactive", "--color=never")

_HEADER = "import pulumi\nfrom pulumi_c1policy import Policy\n\n"
_UPDATES = frozenset({"up", "preview", "refresh", "destroy"})


class Stack:
    """A project of one stack; its program is given, and changed, as text."""

    def __init__(self, folder: Path, environment: Mapping[str, str], tenant: Emulator) -> None:
        self.folder = folder
        self.tenant = tenant
        self.environment = {**environment, "PULUMI_BACKEND_URL": f"file://{folder}/state"}

    def write(self, program: str, **modules: str) -> Stack:
        """Write the program, and further modules by their name (`pkg__module` lies in a
        package).
        """
        (self.folder / "__main__.py").write_text(_HEADER + dedent(program))
        for name, text in modules.items():
            path = self.folder / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(dedent(text))
        return self

    def init(self, **settings: Any) -> Stack:
        """Create the project and its stack."""
        project = {
            "name": PROJECT,
            "runtime": {"name": "python", "options": {"virtualenv": sys.prefix}},
        }
        (self.folder / "state").mkdir()
        (self.folder / "Pulumi.yaml").write_text(json.dumps({**project, **settings}))
        self.run("stack", "init", STACK).ok()
        return self

    def up(self, *options: str, **environment: str) -> Outcome:
        """`pulumi up`, without the preview that the CLI would make before it."""
        return self.run("up", "--yes", "--skip-preview", *options, env=environment)

    def preview(self, *options: str, **environment: str) -> Outcome:
        """`pulumi preview`."""
        return self.run("preview", *options, env=environment)

    def refresh(self, *options: str, **environment: str) -> Outcome:
        """`pulumi refresh`."""
        return self.run("refresh", "--yes", "--skip-preview", *options, env=environment)

    def destroy(self, *options: str, **environment: str) -> Outcome:
        """`pulumi destroy`."""
        return self.run("destroy", "--yes", "--skip-preview", *options, env=environment)

    def unchanged(self, *options: str, **environment: str) -> Outcome:
        """A preview that must have nothing to do, and nothing to say."""
        outcome = self.preview("--expect-no-changes", *options, **environment).ok()
        assert outcome.operations == {}
        assert outcome.writes == []
        return outcome

    def config(self, key: str, value: str, *, secret: bool = False) -> None:
        """Set a value of the stack's config."""
        kind = "--secret" if secret else "--plaintext"
        self.run("config", "set", kind, key, "--", value).ok()

    def run(
        self,
        command: str,
        *arguments: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Run one command of the CLI in the project's folder, or in another."""
        log = self.folder / "events.json"
        log.unlink(missing_ok=True)
        events = ["--event-log", str(log)] if command in _UPDATES else []
        self.tenant.clear_requests()
        done = subprocess.run(
            ["pulumi", command, *SETTINGS, *events, *arguments],
            cwd=cwd or self.folder,
            env={**self.environment, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )
        lines = log.read_text().splitlines() if log.exists() else []
        return Outcome(
            " ".join([command, *arguments]),
            done.returncode,
            done.stdout,
            tuple(self.tenant.requests),
            {record.id: str(record.stored["displayName"]) for record in self.tenant.policies},
            tuple(json.loads(line) for line in lines),
        )

    def export(self) -> dict[str, Any]:
        """The stack's state, with secrets as they are stored."""
        state: dict[str, Any] = json.loads(self.run("stack", "export").ok().output)
        return state

    def import_state(self, state: dict[str, Any]) -> None:
        """Replace the stack's state."""
        path = self.folder / "exported.json"
        path.write_text(json.dumps(state))
        self.run("stack", "import", "--file", str(path)).ok()

    def import_resources(self, *resources: dict[str, Any]) -> Outcome:
        """`pulumi import --file`, of resources that are given with inputs and outputs."""
        path = self.folder / "resources.json"
        path.write_text(json.dumps({"resources": resources}))
        options = ("--yes", "--skip-preview", "--generate-code=false", "--protect=false")
        return self.run("import", "--file", str(path), *options)

    def policies(self) -> dict[str, dict[str, Any]]:
        """The policies in the state, by resource name."""
        resources = self.export()["deployment"].get("resources", [])
        return {resource_name(r["urn"]): r for r in resources if r["type"] == TYPE}

    def id_of(self, name: str) -> str:
        """The id of the live policy with that display name."""
        [found] = [
            record.id
            for record in self.tenant.policies
            if record.deleted_at is None and record.stored["displayName"] == name
        ]
        return found

    def names(self) -> list[str]:
        """The display names of the policies that live in the tenant and did not come with it."""
        return sorted(
            str(record.stored["displayName"])
            for record in self.tenant.policies
            if record.deleted_at is None and not record.builtin
        )

    def live(self, name: str) -> dict[str, Any]:
        """A live policy as the tenant has it, without unset fields."""
        return self.tenant.policy(self.id_of(name))


def environment(home: Path) -> dict[str, str]:
    """The variables of a CLI that knows nothing of the person who runs the tests."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PULUMI_", "CONDUCTORONE_", "PYTEST_"))
    }
    path = os.pathsep.join([str(ROOT / ".tools" / "bin"), os.environ.get("PATH", os.defpath)])
    return ours | {
        "PATH": path,
        "PULUMI_HOME": str(home),
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # The policies of most tests name users that no tenant has.
        "PULUMI_C1POLICY_CHECK_IDS": "off",
        # Without it the CLI has no `--event-log`.
        "PULUMI_DEBUG_COMMANDS": "true",
    }


def call(tenant: Emulator, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """One request by somebody else who uses the tenant's API."""
    url = f"{tenant.url}{POLICIES}{path}"
    answer = httpx.request(method, url, json=body, headers=tenant.headers, trust_env=False)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found
