"""The real Pulumi CLI on one stack in a separate folder.

State, credentials, plugins and config are in the folder of the test; the user's files stay
unchanged.
"""

from __future__ import annotations

import hashlib
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
from tests.support.cli_outcome import (
    POLICIES,
    TYPE,
    Outcome,
    Write,
    list_creates,
    list_deletes,
    make_update,
    parse_resource_name,
)

__all__ = [
    "ROOT",
    "SETTINGS",
    "TYPE",
    "Outcome",
    "Stack",
    "Write",
    "build_environment",
    "list_creates",
    "list_deletes",
    "make_update",
    "send_request",
]

ROOT = Path(__file__).resolve().parents[2]
PROJECT = "shop"
STACK = "dev"
PASSPHRASE = "pass-phrase-of-the-test"
SETTINGS = ("--non-interactive", "--color=never")

_HEADER = "import pulumi\nfrom pulumi_c1policy import Policy\n\n"
_UPDATES = frozenset({"up", "preview", "refresh", "destroy"})

_new_stack: dict[Path, str] = {}
"""The files of a new stack, by their path in its folder; from the first stack of this process."""


class Stack:
    """A project with one stack; its program is text."""

    def __init__(self, folder: Path, environment: Mapping[str, str], tenant: Emulator) -> None:
        self.folder = folder
        self.tenant = tenant
        self.environment = {**environment, "PULUMI_BACKEND_URL": f"file://{folder}/state"}

    def write(self, program: str, **modules: str) -> Stack:
        """Write the program, and further modules by name; `pkg__module` is in a package."""
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
        if settings:
            self.run("stack", "init", STACK).ok()
        else:
            self._init_alike()
        return self

    def _init_alike(self) -> None:
        """Write what `pulumi stack init` wrote for the first stack, and select the stack.

        A CLI that keeps the selected stack elsewhere runs for each stack.
        """
        project = str(self.folder / "Pulumi.yaml")
        digest = hashlib.sha1(project.encode(), usedforsecurity=False).hexdigest()
        home = Path(self.environment["PULUMI_HOME"])
        selected = home / "workspaces" / f"{PROJECT}-{digest}-workspace.json"
        backend = self.environment["PULUMI_BACKEND_URL"]
        chosen = {"stacks": {backend: f"organization/{PROJECT}/{STACK}"}}
        if not _new_stack:
            self.run("stack", "init", STACK).ok()
            if selected.exists() and json.loads(selected.read_text()) == chosen:
                made = [self.folder / f"Pulumi.{STACK}.yaml", *(self.folder / "state").rglob("*")]
                files = [path for path in made if path.is_file()]
                _new_stack.update((p.relative_to(self.folder), p.read_text()) for p in files)
            return
        for path, text in _new_stack.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_text(text)
        selected.parent.mkdir(parents=True, exist_ok=True)
        selected.write_text(json.dumps(chosen))

    def up(self, *options: str, **environment: str) -> Outcome:
        """Run `pulumi up` without its preview."""
        return self.run("up", "--yes", "--skip-preview", *options, env=environment)

    def preview(self, *options: str, **environment: str) -> Outcome:
        """Run `pulumi preview`."""
        return self.run("preview", *options, env=environment)

    def refresh(self, *options: str, **environment: str) -> Outcome:
        """Run `pulumi refresh`."""
        return self.run("refresh", "--yes", "--skip-preview", *options, env=environment)

    def destroy(self, *options: str, **environment: str) -> Outcome:
        """Run `pulumi destroy`."""
        return self.run("destroy", "--yes", "--skip-preview", *options, env=environment)

    def expect_no_changes(self, *options: str, **environment: str) -> Outcome:
        """Run a preview, and assert that it plans no operation and sends no write."""
        outcome = self.preview("--expect-no-changes", *options, **environment).ok()
        assert outcome.operations == {}
        assert outcome.writes == []
        return outcome

    def set_config(self, key: str, value: str, *, secret: bool = False) -> None:
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
        """Run one command of the CLI, by default in the folder of the project."""
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
        lines = log.read_text().split("\n") if log.exists() else []
        return Outcome(
            " ".join([command, *arguments]),
            done.returncode,
            done.stdout,
            tuple(self.tenant.requests),
            {record.id: str(record.stored["displayName"]) for record in self.tenant.policies},
            tuple(json.loads(line) for line in lines if line),
        )

    def export(self) -> dict[str, Any]:
        """Return the state of the stack, with encrypted secrets."""
        state: dict[str, Any] = json.loads(self.run("stack", "export").ok().output)
        return state

    def import_state(self, state: dict[str, Any]) -> None:
        """Replace the stack's state."""
        path = self.folder / "exported.json"
        path.write_text(json.dumps(state))
        self.run("stack", "import", "--file", str(path)).ok()

    def import_resources(self, *resources: dict[str, Any]) -> Outcome:
        """Run `pulumi import --file` for resources with inputs and outputs."""
        path = self.folder / "resources.json"
        path.write_text(json.dumps({"resources": resources}))
        options = ("--yes", "--skip-preview", "--generate-code=false", "--protect=false")
        return self.run("import", "--file", str(path), *options)

    def read_policies(self) -> dict[str, dict[str, Any]]:
        """Return the policies in the state, by resource name."""
        resources = self.export()["deployment"].get("resources", [])
        return {parse_resource_name(r["urn"]): r for r in resources if r["type"] == TYPE}

    def id_of(self, name: str) -> str:
        """Return the id of the live policy with this display name."""
        [found] = [
            record.id
            for record in self.tenant.policies
            if record.deleted_at is None and record.stored["displayName"] == name
        ]
        return found

    def list_names(self) -> list[str]:
        """Return the display names of the live policies, without builtin ones."""
        return sorted(
            str(record.stored["displayName"])
            for record in self.tenant.policies
            if record.deleted_at is None and not record.builtin
        )

    def read_live(self, name: str) -> dict[str, Any]:
        """Return a live policy as the tenant stores it, without unset fields."""
        return self.tenant.policy(self.id_of(name))


def build_environment(home: Path) -> dict[str, str]:
    """Return the environment of a CLI that uses no setting of the user."""
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
        # The stand-in for the language host needs no probes of `python3` then.
        "PULUMI_PYTHON_CMD": sys.executable,
        # The CLI has the option `--event-log` only with this variable.
        "PULUMI_DEBUG_COMMANDS": "true",
    }


def send_request(tenant: Emulator, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """Send a request to the tenant as another client of its API, and return the answer."""
    url = f"{tenant.url}{POLICIES}{path}"
    answer = httpx.request(method, url, json=body, headers=tenant.headers, trust_env=False)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found
