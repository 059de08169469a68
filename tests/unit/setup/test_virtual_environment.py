"""A set-up installs into `.venv` only if this is necessary."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts import commands, environment

if TYPE_CHECKING:
    from tests.unit.setup.conftest import Machine

# The interpreter of the set-up; its "venv" copies it to `.venv`.
PYTHON = """
echo "$@" >> "$LOG"
case "$*" in
*"-m venv"*)
    for folder; do :; done
    mkdir -p "$folder/bin"
    cp "$0" "$folder/bin/python" ;;
esac
"""


@pytest.fixture
def clone(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr(sys, "executable", str(machine.install(Path("python3"), PYTHON)))
    monkeypatch.setenv("LOG", str(machine.log))
    (machine.root / "pyproject.toml").write_text("[project]\n")
    return machine


def ensure(clone: Machine) -> list[str]:
    """Set the environment up; return its commands, without the check of its Python."""
    clone.log.unlink(missing_ok=True)
    environment.VirtualEnvironment(clone.root).ensure()
    return [call for call in clone.calls() if not call.startswith("-c")]


def create(clone: Machine, *options: str) -> str:
    return " ".join(["-m venv", *options, str(clone.root / ".venv")])


INSTALL = "-m pip install --quiet --editable .[dev]"


def test_the_first_run_creates_and_installs(clone: Machine) -> None:
    assert ensure(clone) == [create(clone), INSTALL]


def test_the_second_run_does_nothing(clone: Machine) -> None:
    ensure(clone)
    assert ensure(clone) == []


def test_the_modules_of_the_package_are_compiled(tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / "pulumi_c1policy").mkdir()
    (tmp_path / "pulumi_c1policy" / "module.py").write_text("VALUE = 1\n")
    environment.VirtualEnvironment(tmp_path).compile()
    [found] = (tmp_path / "pulumi_c1policy" / "__pycache__").iterdir()
    assert found.suffix == ".pyc"


def test_a_changed_pyproject_installs_again_into_the_same_environment(clone: Machine) -> None:
    ensure(clone)
    (clone.root / "pyproject.toml").write_text("[project]\nversion = '2'\n")
    assert ensure(clone) == [create(clone), INSTALL]


def test_an_environment_of_another_tool_is_kept(clone: Machine) -> None:
    clone.install(clone.root / ".venv" / "bin" / "python", PYTHON)
    assert ensure(clone) == [create(clone), INSTALL]


def test_another_python_version_clears_the_environment(
    clone: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure(clone)
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    assert ensure(clone) == [create(clone, "--clear"), INSTALL]


def test_a_moved_clone_clears_the_environment(clone: Machine) -> None:
    ensure(clone)
    clone.root = clone.root.rename(clone.root.with_name("elsewhere"))
    assert ensure(clone) == [create(clone, "--clear"), INSTALL]


def test_a_missing_python_clears_the_environment(clone: Machine) -> None:
    ensure(clone)
    (clone.root / ".venv" / "bin" / "python").unlink()
    assert ensure(clone) == [create(clone, "--clear"), INSTALL]


def test_a_failed_installation_is_shown_and_repeated(clone: Machine) -> None:
    failing = PYTHON + 'case "$*" in *pip*) echo no matching distribution >&2; exit 1;; esac'
    clone.install(Path("python3"), failing)
    with pytest.raises(commands.CommandError, match="no matching distribution"):
        ensure(clone)
    clone.install(clone.root / ".venv" / "bin" / "python", PYTHON)
    clone.install(Path("python3"), PYTHON)

    assert ensure(clone) == [create(clone), INSTALL]


def test_the_error_for_a_missing_python_names_the_version_to_install(machine: Machine) -> None:
    (machine.root / "scripts").unlink()
    shutil.copytree(environment.ROOT / "scripts", machine.root / "scripts")
    machine.install(Path("python3"), "exit 1")

    result = subprocess.run(
        [machine.root / "scripts" / "setup.sh"],
        env=machine.environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 1
    assert result.stderr.startswith("This needs Python 3.11 or later with its venv module")
    assert "Traceback" not in result.stderr
