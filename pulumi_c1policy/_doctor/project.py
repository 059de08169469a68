"""The Pulumi project of the current folder: its interpreter, and its selected stack's config."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import yaml

from pulumi_c1policy._client.settings import SECRET_KEYS
from pulumi_c1policy._doctor import programs

PREFIX: Final = "c1policy:"
"""The namespace of our config keys, with its colon."""

_FILES: Final = ("Pulumi.yaml", "Pulumi.yml")
_CONFIG: Final = ("pulumi", "config", "--json", "--non-interactive")
_MAX_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Project:
    """A project.

    Attributes:
        folder: The folder of its `Pulumi.yaml`.
        virtual_environment: The folder of its virtual environment; None if it names none.
    """

    folder: Path
    virtual_environment: Path | None = None

    @property
    def interpreter(self) -> Path:
        """Return the interpreter of its programs: by default, that of this command."""
        if self.virtual_environment is None:
            return Path(sys.executable)
        parts = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
        return self.virtual_environment.joinpath(*parts)


@dataclass(frozen=True, slots=True)
class StackConfig:
    """The config of a stack in our namespace; the keys are without it.

    Attributes:
        values: The values of the keys, as far as they can be read.
        plain_secrets: The keys that should be secrets, and are plain text.
        secrets: The values that the stack encrypts.
        hidden: The keys whose secret values cannot be decrypted.
        problem: A phrase, if the config cannot be read at all; "" otherwise.
    """

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    plain_secrets: tuple[str, ...] = ()
    secrets: tuple[str, ...] = field(default=(), repr=False)
    hidden: tuple[str, ...] = ()
    problem: str = ""

    @property
    def keys(self) -> list[str]:
        """Return the keys that are set."""
        return sorted({*self.values, *self.hidden})


def find_project(folder: Path) -> Project | None:
    """Find the project of a folder: in it, or in one of its parents."""
    for parent in (folder, *folder.parents):
        for name in _FILES:
            if (parent / name).is_file():
                return Project(parent, _find_virtual_environment(parent / name))
    return None


def _find_virtual_environment(file: Path) -> Path | None:
    try:
        content = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return None
    runtime = content.get("runtime") if isinstance(content, dict) else None
    options = runtime.get("options") if isinstance(runtime, dict) else None
    name = options.get("virtualenv") if isinstance(options, dict) else None
    return file.parent / name if isinstance(name, str) and name else None


def read_config(project: Project) -> StackConfig:
    """Read the config of the selected stack, with its secrets if they can be decrypted."""
    try:
        found = _read(project)
    except programs.ProgramError as error:
        return StackConfig(problem=str(error))
    secret = {key for key, entry in found.items() if entry.get("secret")}
    values = {key: str(entry["value"]) for key, entry in found.items() if "value" in entry}
    plain = tuple(sorted(key for key in values if key in SECRET_KEYS))
    if not secret:
        return StackConfig(values, plain)
    try:
        shown = _read(project, "--show-secrets")
    except programs.ProgramError:
        return StackConfig(values, plain, hidden=tuple(sorted(secret)))
    decrypted = {key: str(shown.get(key, {}).get("value", "")) for key in secret}
    return StackConfig(values | decrypted, plain, tuple(decrypted.values()))


def _read(project: Project, *options: str) -> dict[str, dict[str, object]]:
    text = programs.run_program([*_CONFIG, *options], _MAX_SECONDS, folder=project.folder)
    try:
        entries = json.loads(text)
    except ValueError as error:
        raise programs.ProgramError("its output is not JSON") from error
    return {
        key.removeprefix(PREFIX): entry
        for key, entry in entries.items()
        if key.startswith(PREFIX) and isinstance(entry, dict)
    }


def find_stack_name(project: Project) -> str:
    """Return the name of the selected stack.

    Raises:
        ProgramError: No stack is selected, or the Pulumi CLI fails.
    """
    command = ["pulumi", "stack", "--show-name", "--non-interactive"]
    return programs.run_program(command, _MAX_SECONDS, folder=project.folder).strip()
