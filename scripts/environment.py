"""The set-up of a clone for its tests and its demonstration.

It creates a virtual environment with the package and its development dependencies, and provides a
Pulumi CLI. A second run only checks the installation. It runs before anything is installed, so it
may import the standard library only.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from pathlib import Path

from scripts import commands, lock, pulumi_cli

ROOT = Path(__file__).resolve().parent.parent


class VirtualEnvironment:
    """The clone's `.venv`, with a stamp that records the installation."""

    def __init__(self, root: Path) -> None:
        """Describe the environment of the clone at `root`."""
        self._root = root
        self._path = root / ".venv"
        self._stamp = self._path / "setup.json"
        self._python = self._path / "bin" / "python"

    def ensure(self) -> None:
        """Create it and install the requirements of pyproject.toml, unless it is complete."""
        required = self._describe_requirements()
        found = self._read_stamp()
        if found == required:
            return
        # Its scripts contain its absolute path, and packages are in a folder named after the
        # version.
        can_keep = found is None or all(
            found.get(key) == required[key] for key in ("python", "root")
        )
        self._stamp.unlink(missing_ok=True)
        commands.run(
            [sys.executable, "-m", "venv", *([] if can_keep else ["--clear"]), self._path],
            "creating .venv",
        )
        commands.run(
            [self._python, "-m", "pip", "install", "--quiet", "--editable", ".[dev]"],
            "installing the package and its development dependencies into .venv",
            cwd=self._root,
        )
        self._stamp.write_text(json.dumps(required))

    def compile(self) -> None:
        """Compile the changed modules of the package, as pip does with an installed one.

        Where PYTHONDONTWRITEBYTECODE is set, each process would compile all of them.
        """
        package = self._root / "pulumi_c1policy"
        commands.read_output([self._python, "-m", "compileall", "-q", package])

    def _describe_requirements(self) -> dict[str, str]:
        pyproject = (self._root / "pyproject.toml").read_bytes()
        return {
            "python": platform.python_version(),
            "root": str(self._root),
            "pyproject": hashlib.sha256(pyproject).hexdigest(),
        }

    def _read_stamp(self) -> dict[str, str] | None:
        """Return the stamp; None if there is none, and an empty one if the Python is broken."""
        if not self._path.exists():
            return None
        try:
            commands.read_output([self._python, "-c", ""])
            stamp: dict[str, str] = json.loads(self._stamp.read_text())
        except FileNotFoundError:
            return None
        except (commands.CommandError, ValueError):
            return {}
        return stamp


def main() -> int:
    """Set the clone up and report its tools in one line."""
    try:
        with lock.hold_lock(ROOT / "pyproject.toml"):
            environment = VirtualEnvironment(ROOT)
            environment.ensure()
            environment.compile()
            cli = pulumi_cli.ensure(ROOT)
    except (commands.CommandError, pulumi_cli.NoCLIError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"Ready: Python {platform.python_version()} in .venv, {cli}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
