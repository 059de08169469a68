"""Read the policies that a Pulumi program declares, without a deployment.

The program runs with Pulumi's mocks in a process of its own, and in the virtual environment that
its project names. This process never imports Pulumi.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from pulumi_c1policy._model.attachment_fields import AttachmentTarget
from pulumi_c1policy._simulate.known_attachments import KnownAttachment, read_attachment
from pulumi_c1policy._simulate.known_policies import KnownPolicy, read_policy
from pulumi_c1policy._simulate.policy_error import PolicyError

_RUNNER = "pulumi_c1policy._pulumi.mocked_resources"
_TIMEOUT_SECONDS = 300
_MAX_ERROR_LINES = 8


@dataclass(frozen=True, slots=True)
class Declarations:
    """The resources that a program declares.

    Attributes:
        policies: The policies, each with an invented id.
        attachments: The policies of apps and entitlements, with invented ids of policies.
        unidentified: The apps and entitlements that the program looks up by name, and that the
            directory does not contain: their ids are invented.
        named_policies: The `display_name`, and perhaps the `type`, of the policies that the program
            looks up, by invented ids.
    """

    policies: list[KnownPolicy]
    attachments: list[KnownAttachment]
    unidentified: frozenset[AttachmentTarget] = frozenset()
    named_policies: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def run_program(
    program: Path,
    config: Mapping[str, str],
    stack: str = "test",
    directory: Mapping[str, Any] | None = None,
) -> list[KnownPolicy]:
    """Run a program with mocks and return its policies; see `read_declarations`."""
    return read_declarations(program, config, stack, directory).policies


def read_declarations(
    program: Path,
    config: Mapping[str, str],
    stack: str = "test",
    directory: Mapping[str, Any] | None = None,
) -> Declarations:
    """Run a program with mocks and return what it declares.

    Args:
        program: The folder of its `Pulumi.yaml`.
        config: Its config; a key without a namespace belongs to the project.
        stack: The name of the stack that the program reads.
        directory: The tables of a `Directory`, which answer the program's lookups. A lookup in a
            table that is left out finds an invented object.

    Raises:
        PolicyError: The program cannot be run, fails, or takes more than 300 seconds.
    """
    project = _read_project(program)
    name = str(project.get("name") or "project")
    entry = _find_entry(program / str(project.get("main") or "."))
    keys = {key if ":" in key else f"{name}:{key}": value for key, value in config.items()}
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "resources.json"
        python = _find_python(program, project)
        command = [python, "-m", _RUNNER, str(entry), str(result), name, stack]
        try:
            done = subprocess.run(  # noqa: S603 (the user's own program)
                command,
                cwd=entry.parent,
                input=json.dumps({"config": keys, "directory": directory or {}}, default=str),
                capture_output=True,
                text=True,
                timeout=_TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            message = f"The program in {program} takes more than {_TIMEOUT_SECONDS} seconds."
            raise PolicyError(message, "Run it with `python` to find what it waits for.") from error
        if done.returncode != 0 or not result.exists():
            lines = "\n".join(done.stderr.strip().splitlines()[-_MAX_ERROR_LINES:])
            message = f"The program in {program} fails without an engine:\n{lines}"
            advice = "Give the config that it needs (--config KEY=VALUE, or `config` in a test)."
            raise PolicyError(message, advice)
        found = json.loads(result.read_text("utf-8"))
    policies = [
        read_policy(row["inputs"], id=row["id"], resource=row["resource"])
        for row in found["policies"]
    ]
    attachments = [read_attachment(row["inputs"], row["resource"]) for row in found["attachments"]]
    invented = set(found["invented"])
    unidentified = {
        each.target for each in attachments if not invented.isdisjoint(each.target.parts)
    }
    return Declarations(policies, attachments, frozenset(unidentified), found["named_policies"])


def _read_project(program: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load((program / "Pulumi.yaml").read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        message = f"{program} has no Pulumi.yaml that can be read."
        raise PolicyError(message, "Give the folder of a Pulumi program in Python.") from error
    return found if isinstance(found, dict) else {}


def _find_entry(main: Path) -> Path:
    entry = main if main.is_file() else main / "__main__.py"
    if not entry.is_file():
        advice = "Give the folder of a Pulumi program in Python."
        raise PolicyError(f"{entry} does not exist.", advice)
    return entry.resolve()


def _find_python(program: Path, project: Mapping[str, Any]) -> str:
    """Return the interpreter of the program's virtual environment, or the running one."""
    runtime = project.get("runtime")
    options = runtime.get("options") if isinstance(runtime, dict) else None
    folder = options.get("virtualenv") if isinstance(options, dict) else None
    if folder:
        for place in ("bin/python", "Scripts/python.exe"):
            if (found := (program / folder / place)).exists():
                return str(found.absolute())
    return sys.executable
