"""The jobs of examples/ci, run as their hosts run them, with stand-ins for what they install."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from pulumi_c1policy._emulator import Emulator
from tests.support import ci_hosts
from tests.support.ci_hosts import CiHost
from tests.support.cli import ROOT

EXAMPLE = ROOT / "examples" / "ci"
PULUMI_TOKEN = "canary-token-of-pulumi"
KNOWN_ACTIONS = frozenset({"actions/checkout", "actions/setup-python", "pulumi/actions"})
"""Actions of others, which the tests replace by nothing: the machine has what they install."""

_EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")
_PYTHON = """\
#!/bin/sh
# Link the environment of the tests in place of a new one; `pip` then installs nothing.
if [ "$1 $2" = "-m venv" ]; then
  mkdir -p "$3/bin" && ln -sf "{bin}/c1policy" "{bin}/pytest" "$3/bin" && cp "{pip}" "$3/bin/pip"
  exit
fi
exec "{python}" "$@"
"""
_PIP = '#!/bin/sh\n[ "$*" = "install -r requirements.txt" ] && [ -f requirements.txt ]\n'


@dataclass
class Job:
    """The result of a job."""

    code: int
    log: str


@dataclass
class Repository:
    """A user's repository with the files of examples/ci; all names in them are the user's."""

    folder: Path
    tenant: Emulator
    host: CiHost | None
    environment: dict[str, str] = field(default_factory=dict)
    stack: str = "dev"

    def __post_init__(self) -> None:
        shutil.copytree(EXAMPLE / "shell", self.folder / "ci")
        shutil.copytree(EXAMPLE / "github", self.folder, dirs_exist_ok=True)
        shutil.copytree(EXAMPLE / "gitlab", self.folder, dirs_exist_ok=True)
        (self.folder / "requirements.txt").write_text("pulumi-c1policy[all]\n")
        for path in [*self.folder.rglob("*.yml")]:
            text = path.read_text("utf-8").replace("acme/prod", self.stack)
            text = re.sub(r"\w+-fox-42195@acme\.conductor\.one/wfe", self.tenant.client_id, text)
            path.write_text(text.replace("acme.conductor.one", "127.0.0.1"), "utf-8")
        programs = self.folder / "stand-ins"
        programs.mkdir()
        binaries = Path(sys.executable).parent
        self.write_program("pip-of-venv", _PIP)
        pip = programs / "pip-of-venv"
        for name in ("python", "python3"):
            text = _PYTHON.format(bin=binaries, pip=pip, python=sys.executable)
            self.write_program(name, text)

    def write_program(self, name: str, text: str) -> None:
        """Write a stand-in for a program on PATH."""
        path = self.folder / "stand-ins" / name
        path.write_text(text)
        path.chmod(0o755)

    def run(self, job: str) -> Job:
        """Run a job of the host, such as `drift`, or a script with its arguments."""
        if self.host is None:
            return self._run_shell(["bash", "-c", job], {})
        if self.host.kind == "gitlab":
            return self._run_gitlab(job)
        return self._run_github(job)

    def _run_github(self, name: str) -> Job:
        assert self.host is not None
        path = "drift" if name == "drift" else "policies"
        workflow = _read_yaml(self.folder / ".github" / "workflows" / f"{path}.yml")
        assert workflow["permissions"] == {}
        job = workflow["jobs"][name]
        granted = {each for each, value in job["permissions"].items() if value == "write"}
        self.host.permissions = frozenset(granted)
        known = {"github.token": ci_hosts.TOKEN, "secrets.PULUMI_ACCESS_TOKEN": PULUMI_TOKEN}
        environment = {**self.host.environment}
        environment.pop("GITHUB_TOKEN")
        if "id-token" in granted:
            environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = ci_hosts.REQUEST_TOKEN
            environment["ACTIONS_ID_TOKEN_REQUEST_URL"] = f"{self.host.url}/oidc?api-version=2.0"
        return self._run_steps(job["steps"], known, environment)

    def _run_steps(
        self, steps: list[dict[str, Any]], known: dict[str, str], environment: dict[str, str]
    ) -> Job:
        """Run steps in order until one fails; add the outputs of steps to the known values."""
        log = ""
        for step in steps:
            done, outputs = self._run_step(step, known, environment)
            log += done.log
            if done.code:
                return Job(done.code, log)
            if "id" in step:
                known.update({f"steps.{step['id']}.outputs.{k}": v for k, v in outputs.items()})
        return Job(0, log)

    def _run_step(
        self, step: dict[str, Any], known: dict[str, str], environment: dict[str, str]
    ) -> tuple[Job, dict[str, str]]:
        if uses := step.get("uses", ""):
            if not uses.startswith("./"):
                assert uses.partition("@")[0] in KNOWN_ACTIONS
                return Job(0, ""), {}
            action = _read_yaml(self.folder / uses / "action.yml")
            inside = {f"inputs.{k}": v for k, v in _resolve(step["with"], known).items()}
            done = self._run_steps(action["runs"]["steps"], inside, environment)
            outputs = {name: each["value"] for name, each in action["outputs"].items()}
            return done, _resolve(outputs, inside) if done.code == 0 else {}
        assert "${{" not in step["run"], "an expression in a script can inject commands"
        output = self.folder / "output"
        output.write_text("")
        own = {**_resolve(step.get("env", {}), known), "GITHUB_OUTPUT": str(output)}
        strict = ["--noprofile", "--norc", "-e", "-o", "pipefail"] if "shell" in step else ["-e"]
        done = self._run_shell(["bash", *strict, "-c", step["run"]], {**environment, **own})
        return done, dict(line.split("=", 1) for line in output.read_text().splitlines())

    def _run_gitlab(self, name: str) -> Job:
        assert self.host is not None
        pipeline = _read_yaml(self.folder / ".gitlab-ci.yml")
        job = {**pipeline["default"], **pipeline[pipeline[name].get("extends", name)]}
        job |= pipeline[name]
        environment = {**self.host.environment, "PULUMI_ACCESS_TOKEN": PULUMI_TOKEN}
        environment |= pipeline["variables"] | job.get("variables", {})
        for variable, token in job.get("id_tokens", {}).items():
            self.host.audiences.append(token["aud"])
            environment[variable] = self.host.make_oidc_token()
        script = "\n".join(["set -eo pipefail", *job["before_script"], *job["script"]])
        done = self._run_shell(["bash", "-c", script], environment)
        allowed = job.get("allow_failure", {}).get("exit_codes")
        return Job(0, done.log) if done.code == allowed else done

    def _run_shell(self, command: list[str], environment: Mapping[str, str]) -> Job:
        base = {k: v for k, v in os.environ.items() if not k.startswith(_FOREIGN)}
        base |= {"CONDUCTORONE_SERVER_URL": self.tenant.url, **self.environment, **environment}
        base["PATH"] = os.pathsep.join([str(self.folder / "stand-ins"), base["PATH"]])
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=base,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )
        return Job(done.returncode, done.stdout)


_FOREIGN = ("PULUMI_", "CONDUCTORONE_", "GITHUB_", "GITLAB_", "CI_", "PYTEST_")


def _read_yaml(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


def _resolve(values: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """Replace the expressions in values; an unknown expression is an error."""
    return {
        name: _EXPRESSION.sub(lambda match: known[match[1]], str(value))
        for name, value in values.items()
    }
