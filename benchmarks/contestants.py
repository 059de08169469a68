"""The contestants: Pulumi with this package, Pulumi with an empty provider, and Terraform."""

from __future__ import annotations

import json
import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Final, Literal

from benchmarks import empty_provider, shapes, watch
from benchmarks.shapes import Shape
from pulumi_c1policy._emulator import Emulator

Step = Literal["create", "preview", "refresh", "drift", "find drift", "update", "destroy"]
NAMES: Final[dict[Step, str]] = {
    "create": "create",
    "preview": "preview, nothing to do",
    "refresh": "refresh",
    "drift": "preview --refresh, one drifted",
    "find drift": "`c1policy drift`, one drifted",
    "update": "update one",
    "destroy": "destroy",
}
"""The names of the steps, in their order."""

STEPS: Final = tuple(NAMES)

CHANGED: Final = shapes.make_rich(0)["display_name"]
"""The name of the policy that drifts, and that the program changes later."""

_ROOT = Path(__file__).resolve().parents[1]
_DRIFT_FOUND = 2
"""The exit code of `c1policy drift` if it found some."""
_YES = ("--yes", "--skip-preview")


class Contestant(ABC):
    """One tool with one stack of policies, in a folder of its own."""

    def __init__(self, folder: Path, tenant: Emulator, count: int, shape: Shape) -> None:
        """Create the folder and the environment."""
        self.folder = folder
        self.count = count
        self.shape = shape
        folder.mkdir(parents=True)
        ours = {k: v for k, v in os.environ.items() if not _belongs_to_another_tool(k)}
        authority = {"SSL_CERT_FILE": str(tenant.ca_file)} if tenant.ca_file else {}
        self.environment = {**ours, **tenant.environment, **authority}

    @abstractmethod
    def set_up(self) -> None:
        """Create the stack, without a measurement."""

    @abstractmethod
    def run(self, step: Step) -> watch.Usage:
        """Run one step, and return its usage."""


class Pulumi(Contestant):
    """The Pulumi CLI with a file backend."""

    provider: ClassVar[str] = "ours"

    def __init__(self, folder: Path, tenant: Emulator, count: int, shape: Shape) -> None:
        """Create the folder and the environment."""
        super().__init__(folder, tenant, count, shape)
        self.options: Sequence[str] = ()
        self.environment |= {
            "PATH": find_search_path(),
            "PYTHONPATH": str(_ROOT),
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "benchmark",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "BENCHMARK_POLICIES": str(count),
            "BENCHMARK_SHAPE": shape,
            "BENCHMARK_PROVIDER": self.provider,
        }

    def set_up(self) -> None:
        """Create a stack."""
        (self.folder / "state").mkdir()
        project = {
            "name": "benchmark",
            "runtime": {"name": "python", "options": {"virtualenv": sys.prefix}},
            "main": str(_ROOT / "benchmarks" / "program"),
        }
        (self.folder / "Pulumi.yaml").write_text(json.dumps(project))
        self._run("stack", "init", "bench")

    def run(self, step: Step) -> watch.Usage:
        """Run one step, and return its usage."""
        commands: dict[Step, Sequence[str]] = {
            "create": ("up", *_YES),
            "preview": ("preview", "--expect-no-changes"),
            "refresh": ("refresh", *_YES),
            "drift": ("preview", "--refresh"),
            "update": ("up", *_YES),
            "destroy": ("destroy", *_YES),
        }
        if step == "find drift":
            return self._find_drift()
        settings = {}
        if step == "drift":
            settings[empty_provider.DRIFTED] = CHANGED
        if step == "update":
            settings["BENCHMARK_CHANGED"] = CHANGED
        return self._run(*commands[step], *self.options, **settings)

    @property
    def state_bytes(self) -> int:
        """The size of the state file."""
        files = (self.folder / "state" / ".pulumi" / "stacks").rglob("bench.json*")
        return max(file.stat().st_size for file in files)

    def _find_drift(self) -> watch.Usage:
        """Run our command over the folder of the backend."""
        return watch.run(
            [sys.executable, "-m", "pulumi_c1policy", "drift", "--state", self.folder / "state"],
            cwd=self.folder,
            environment=self.environment,
            plugin="pulumi_c1policy drift",
            code=_DRIFT_FOUND,
        )

    def _run(self, *arguments: str, **settings: str) -> watch.Usage:
        return watch.run(
            ["pulumi", *arguments, "--non-interactive", "--color=never"],
            cwd=self.folder,
            environment=self.environment | settings,
            plugin="-m pulumi.dynamic",
        )


class Floor(Pulumi):
    """The Pulumi CLI with the provider that does nothing."""

    provider = "floor"


class Terraform(Contestant):
    """Terraform with the vendor's provider; it refreshes in the same steps as Pulumi."""

    binary: ClassVar[Path]
    plugin: ClassVar[Path]

    def set_up(self) -> None:
        """Write the configuration, with the provider taken from its path."""
        mirror = self.folder / "cli.tfrc"
        override = {"conductorone/conductorone": str(self.plugin.parent)}
        mirror.write_text(
            f"provider_installation {{\n  {_format_override(override)}\n  direct {{}}\n}}\n"
        )
        self.environment |= {"TF_CLI_CONFIG_FILE": str(mirror), "TF_IN_AUTOMATION": "1"}
        source = {"conductorone": {"source": "conductorone/conductorone"}}
        configuration = {
            "terraform": {"required_providers": source},
            "variable": {"changed": {"default": ""}},
            "resource": {"conductorone_policy": {"access": self._make_policies()}},
        }
        (self.folder / "main.tf.json").write_text(json.dumps(configuration))

    def run(self, step: Step) -> watch.Usage:
        """Run one step, and return its usage."""
        commands: dict[Step, Sequence[str]] = {
            "create": ("apply", "-auto-approve"),
            "preview": ("plan", "-refresh=false"),
            "refresh": ("apply", "-auto-approve", "-refresh-only"),
            "drift": ("plan",),
            "update": ("apply", "-auto-approve", "-refresh=false", f"-var=changed={CHANGED}"),
            "destroy": ("apply", "-destroy", "-auto-approve", "-refresh=false"),
        }
        return watch.run(
            [self.binary, *commands[step], "-input=false", "-no-color"],
            cwd=self.folder,
            environment=self.environment,
            plugin=self.plugin.name,
        )

    def _make_policies(self) -> dict[str, object]:
        policy = shapes.MAKERS[self.shape](0)
        name = 'Access ${format("%05d", count.index)}'
        policy["display_name"] = name
        policy["description"] = (
            f'${{var.changed == "{name}" ? "As the program has it now."'
            f' : "{policy["description"]}"}}'
        )
        return {"count": self.count, **policy}


def find_search_path() -> str:
    """Return the PATH of the Pulumi CLI: that of `make setup`, otherwise the user's own."""
    return os.pathsep.join([str(_ROOT / ".tools" / "bin"), os.environ.get("PATH", os.defpath)])


def define_terraform(binary: Path, plugin: Path) -> type[Terraform]:
    """Return a class for Terraform and a provider at these paths."""
    return type("Terraform", (Terraform,), {"binary": binary, "plugin": plugin})


def _format_override(folders: Mapping[str, str]) -> str:
    lines = " ".join(f'"{name}" = "{folder}"' for name, folder in folders.items())
    return f"dev_overrides {{ {lines} }}"


def _belongs_to_another_tool(variable: str) -> bool:
    return variable.startswith(("PULUMI_", "CONDUCTORONE_", "TF_", "BENCHMARK_"))
