"""The policies that a Pulumi program declares, without a deployment.

The program runs in a process of its own, and in the virtual environment that its project names.
This process never imports Pulumi.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from pulumi_c1policy._simulate.policies import KnownPolicy, PolicyError, read

_LONGEST = 300
"""Seconds that a program may take."""


def load_policies(
    program: Path, config: Mapping[str, str], stack: str = "test"
) -> list[KnownPolicy]:
    """Return the policies that the program in a folder declares, with made-up ids.

    Args:
        program: The folder of its `Pulumi.yaml`.
        config: Its config; a key without a namespace is the project's.
        stack: The stack's name for the program.

    Raises:
        PolicyError: The program cannot be run, or fails.
    """
    project = _project(program)
    name = str(project.get("name") or "project")
    entry = _entry(program / str(project.get("main") or "."))
    keys = {key if ":" in key else f"{name}:{key}": value for key, value in config.items()}
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "policies.json"
        module = "pulumi_c1policy._pulumi.mocked"
        command = [
            _find_python(program, project),
            "-m",
            module,
            str(entry),
            str(result),
            name,
            stack,
        ]
        try:
            done = subprocess.run(  # noqa: S603 (the user's own program)
                command,
                cwd=entry.parent,
                input=json.dumps(keys),
                capture_output=True,
                text=True,
                timeout=_LONGEST,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            message = f"The program in {program} runs for more than {_LONGEST} seconds."
            raise PolicyError(message, "Run it with `python` to see what it waits for.") from error
        if done.returncode != 0 or not result.exists():
            told = "\n".join(done.stderr.strip().splitlines()[-8:])
            message = f"The program in {program} fails without an engine:\n{told}"
            raise PolicyError(message, "Give the config that it needs with --config KEY=VALUE.")
        found = json.loads(result.read_text("utf-8"))
    return [read(row["inputs"], id=row["id"], resource=row["resource"]) for row in found]


def _project(program: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load((program / "Pulumi.yaml").read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        message = f"{program} has no Pulumi.yaml that can be read."
        raise PolicyError(message, "Give the folder of a Pulumi program in Python.") from error
    return found if isinstance(found, dict) else {}


def _entry(main: Path) -> Path:
    entry = main if main.is_file() else main / "__main__.py"
    if not entry.is_file():
        raise PolicyError(f"There is no {entry}.", "Give the folder of a Pulumi program in Python.")
    return entry.resolve()


def _find_python(program: Path, project: Mapping[str, Any]) -> str:
    """Return the interpreter of the program's virtual environment, or the current one."""
    runtime = project.get("runtime")
    options = runtime.get("options") if isinstance(runtime, dict) else None
    folder = options.get("virtualenv") if isinstance(options, dict) else None
    if folder:
        for place in ("bin/python", "Scripts/python.exe"):
            if (found := (program / folder / place)).exists():
                return str(found.absolute())
    return sys.executable
