"""The checks of the installation: Pulumi's CLI and SDK, hooks, this package, Python and extras."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pulumi_c1policy._doctor import programs
from pulumi_c1policy._doctor.findings import DoctorFinding
from pulumi_c1policy._doctor.project import Project

_SELF_CHECK: Final = "pulumi_c1policy._pulumi.self_check"
_MAX_SELF_CHECK_SECONDS = 60.0
_START_ERRORS = ("OSError", "ValueError")
"""The errors of `hook_check.check_hooks` for a server that does not start."""

_MAX_CLI_SECONDS = 20.0
_MIN_CLI: Final = (3, 254)
_MIN_PYTHON: Final = (3, 11)
_PLUGIN: Final = "pulumi-resource-pulumi-python"


def read_facts(project: Project | None, keys: Sequence[str]) -> Mapping[str, Any] | str:
    """Return the facts about the Python environment of the program; a phrase if it fails.

    Args:
        project: The project of the current folder.
        keys: The config keys in our namespace, without it.
    """
    interpreter = project.interpreter if project else Path(sys.executable)
    # `-P`: a file of the current folder must not replace a module.
    command = [str(interpreter), "-P", "-m", _SELF_CHECK]
    try:
        text = programs.run_program(command, _MAX_SELF_CHECK_SECONDS, text=json.dumps([*keys]))
        facts = json.loads(text)
    except programs.ProgramError as error:
        return str(error)
    except ValueError:
        return "its output is not JSON"
    return facts if isinstance(facts, dict) else "its output is not an object"


def check_environment(
    project: Project | None, facts: Mapping[str, Any] | str
) -> list[DoctorFinding]:
    """Check the Python environment of the program."""
    if isinstance(facts, str):
        where = project.interpreter if project else Path(sys.executable)
        if not where.exists():
            text = f"The virtual environment of the project has no interpreter: {where}."
            advice = "Run `pulumi install` in the folder of the project."
            return [DoctorFinding("python", "not-right", text, advice)]
        text = f"pulumi-c1policy cannot be checked in {where}: {facts}."
        advice = "Install or update it in this environment: `pip install -U pulumi-c1policy`."
        return [DoctorFinding("package", "not-right", text, advice)]
    versions: Mapping[str, Any] = facts.get("versions") or {}
    return [
        _check_python(facts),
        DoctorFinding("package", "right", f"pulumi-c1policy {versions.get('pulumi-c1policy')}."),
        _check_sdk(str(versions.get("pulumi")), str(facts.get("required_sdk") or "")),
        _check_hooks(facts),
        _check_extras(facts.get("extras") or {}),
    ]


def _check_python(facts: Mapping[str, Any]) -> DoctorFinding:
    version, path = str(facts.get("python")), str(facts.get("executable"))
    text, details = f"Python {version} ({path}).", {"version": version, "path": path}
    if parse_version(version) < _MIN_PYTHON:
        advice = "Use Python 3.11 or later."
        return DoctorFinding("python", "not-right", text, advice, details)
    return DoctorFinding("python", "right", text, details=details)


def _check_sdk(version: str, required: str) -> DoctorFinding:
    text, details = f"Pulumi SDK {version}.", {"version": version, "required": required}
    least = re.search(r">=\s*([\d.]+)", required)
    if least and parse_version(version) < parse_version(least[1]):
        text += f" pulumi-c1policy needs {least[1]} or later."
        return DoctorFinding(
            "pulumi-sdk", "not-right", text, "Run `pip install -U pulumi`.", details
        )
    return DoctorFinding("pulumi-sdk", "right", text, details=details)


def _check_hooks(facts: Mapping[str, Any]) -> DoctorFinding:
    hooks: Mapping[str, bool] = facts.get("hooks") or {}
    if not hooks:
        error = facts.get("hooks_error")
        text = f"Pulumi's dynamic server did not start ({error})."
        advice = "Reinstall the Pulumi SDK: `pip install --force-reinstall pulumi`."
        if error not in _START_ERRORS:
            text = f"Pulumi's dynamic server does not answer ({error})."
            advice = (
                "If a proxy is set (http_proxy, https_proxy or grpc_proxy), set "
                "no_proxy=127.0.0.1,localhost: without it gRPC sends the calls of this machine to "
                f"the proxy. Otherwise: {advice}"
            )
        return DoctorFinding("hooks", "not-right", text, advice)
    if missing := sorted(name for name, works in hooks.items() if not works):
        text = f"Hooks into Pulumi's dynamic server have no effect: {', '.join(missing)}."
        advice = "Update pulumi-c1policy, or use an older Pulumi SDK."
        return DoctorFinding("hooks", "not-right", text, advice, {"missing": missing})
    text = f"All {len(hooks)} hooks into Pulumi's dynamic server work."
    return DoctorFinding("hooks", "right", text, details={"working": sorted(hooks)})


def _check_extras(extras: Mapping[str, bool]) -> DoctorFinding:
    present = sorted(name for name, is_there in extras.items() if is_there)
    absent = sorted(set(extras) - {*present})
    text = f"Installed extras: {', '.join(present) or 'none'}."
    if absent:
        text += f" Not installed: {', '.join(absent)}."
    return DoctorFinding("extras", "right", text, details={"installed": present, "absent": absent})


def check_cli() -> list[DoctorFinding]:
    """Check the version of the Pulumi CLI, and the plugin that runs dynamic providers."""
    try:
        version = programs.run_program(["pulumi", "version"], _MAX_CLI_SECONDS).strip()
    except programs.ProgramError as error:
        text = f"The version of the Pulumi CLI is not known: {error}."
        advice = "Install the Pulumi CLI 3.254 or later, and put it on PATH."
        return [DoctorFinding("pulumi-cli", "cannot-tell", text, advice)]
    text, details = f"Pulumi CLI {version}.", {"version": version}
    found = DoctorFinding("pulumi-cli", "right", text, details=details)
    if parse_version(version) < _MIN_CLI:
        advice = "Install Pulumi 3.254 or later: https://www.pulumi.com/docs/install/."
        found = DoctorFinding("pulumi-cli", "not-right", text, advice, details)
    return [found, _check_plugin()]


def _check_plugin() -> DoctorFinding:
    """Check the plugin, which comes with the CLI and has no version of its own."""
    path = shutil.which(_PLUGIN)
    if path:
        text = f"The plugin {_PLUGIN} is {path}; it has the version of the CLI."
        return DoctorFinding("pulumi-plugin", "right", text, details={"path": path})
    text = f"The plugin {_PLUGIN}, which comes with the Pulumi CLI, is not on PATH."
    advice = "Install the Pulumi CLI with its plugins: https://www.pulumi.com/docs/install/."
    return DoctorFinding("pulumi-plugin", "not-right", text, advice)


def parse_version(text: str) -> tuple[int, ...]:
    """Return the first numbers of a version, such as `(3, 259, 0)` of `v3.259.0-dev`."""
    found = re.match(r"v?(\d+(?:\.\d+)*)", text)
    return tuple(map(int, found[1].split("."))) if found else ()
