"""A simulated machine for the set-up of a clone; its PATH has only the programs of the test."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from scripts import environment, pulumi_cli


class Machine:
    """A folder with a clone, a home and a PATH."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "clone"
        self.programs = folder / "bin"
        self.log = folder / "log"
        self.tools = self.root / ".tools" / "bin"
        self.environment = {
            "HOME": str(folder / "home"),
            "PATH": str(self.programs),
            "LOG": str(self.log),
        }
        for path in (self.root, self.programs):
            path.mkdir()
        (self.root / "scripts").symlink_to(environment.ROOT / "scripts")
        for name in ("sh", "cat", "chmod", "cp", "dirname", "mkdir"):
            (self.programs / name).symlink_to(str(shutil.which(name)))
        self.cache = pulumi_cli.find_cache_folder(self.environment)

    def install(self, path: Path, script: str) -> Path:
        """Write a shell script as a program; a relative path is one on PATH."""
        program = self.programs / path
        program.parent.mkdir(parents=True, exist_ok=True)
        program.unlink(missing_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return program

    def install_pulumi(self, folder: Path, version: str) -> None:
        """Install all that belongs to a Pulumi CLI."""
        self.install(folder / "pulumi", f"echo v{version}")
        for name in ("language-python", "language-python-exec", "resource-pulumi-python"):
            self.install(folder / f"pulumi-{name}", ":")

    def calls(self) -> list[str]:
        """Return what programs wrote to $LOG."""
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def go(machine: Machine) -> Machine:
    """Install a Go that "builds" a CLI and finds the SDK on the machine."""
    sdk = machine.root.parent / "sdk"
    for script in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
        file = sdk / "python" / script
        file.parent.mkdir(parents=True)
        file.write_text("#!/bin/sh\n")
        file.chmod(0o444)
    machine.install(
        Path("go"),
        f"""
        echo "$1 GOTOOLCHAIN=$GOTOOLCHAIN" >> "$LOG"
        case $1 in
        env) echo go${{GO_VERSION:-1.26.8}} ;;
        list) echo {sdk} ;;
        build)
            while [ "$1" != -o ]; do shift; done
            printf '#!/bin/sh\\necho v3.259.0\\n' > "$2"
            chmod 755 "$2" ;;
        esac""",
    )
    return machine


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own Pulumi settings out."""
    for name in [name for name in os.environ if name.startswith("PULUMI_")]:
        monkeypatch.delenv(name)
