"""The replacement language host runs a program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import language_pb2

from scripts import language_host

if TYPE_CHECKING:
    from tests.unit.setup.conftest import Machine


def make_program_info(root: Path, **options: str) -> language_pb2.ProgramInfo:
    struct = Struct()
    struct.update(options)
    return language_pb2.ProgramInfo(
        root_directory=str(root), program_directory=str(root / "app"), options=struct
    )


def test_the_virtualenv_option_is_relative_to_pulumi_yaml(machine: Machine) -> None:
    python = machine.install(machine.root / ".venv" / "bin" / "python", ":")
    found = language_host.find_program_python(make_program_info(machine.root, virtualenv=".venv"))
    assert found.resolve() == python.resolve()


def test_the_error_for_a_missing_virtualenv_names_it(machine: Machine) -> None:
    with pytest.raises(language_host.PythonNotFoundError, match=r"virtual environment '\.venv'"):
        language_host.find_program_python(make_program_info(machine.root, virtualenv=".venv"))


def test_the_environment_names_the_python_without_the_option(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(machine.programs))
    python3 = machine.install(Path("python3"), ":")
    other = machine.install(machine.root / "python", ":")

    assert language_host.find_program_python(make_program_info(machine.root)) == python3
    monkeypatch.setenv("PULUMI_PYTHON_CMD", str(other))
    assert language_host.find_program_python(make_program_info(machine.root)) == other
    monkeypatch.setenv("PULUMI_PYTHON_CMD", "python9")
    with pytest.raises(language_host.PythonNotFoundError, match="There is no python9 on PATH"):
        language_host.find_program_python(make_program_info(machine.root))


def test_a_policy_pack_runs_with_the_runner_of_its_sdk() -> None:
    info = language_pb2.ProgramInfo(program_directory="/pack")
    request = language_pb2.RunPluginRequest(args=["127.0.0.1:1"], info=info)
    assert language_host.build_policy_pack_command(request, Path("/venv/bin/python")) == [
        *("/venv/bin/python", "-u", "-m", "pulumi.policy", "127.0.0.1:1", "/pack"),
    ]


def test_the_executor_gets_only_the_settings_of_the_engine() -> None:
    request = language_pb2.RunRequest(
        project="p", stack="dev", pwd="/app", dryRun=True, parallel=4, monitor_address="m:1"
    )
    assert language_host.build_executor_arguments(request, "e:2") == [
        *("--monitor", "m:1", "--engine", "e:2", "--project", "p", "--stack", "dev"),
        *("--pwd", "/app", "--dry_run", "true", "--parallel", "4", "."),
    ]


@pytest.mark.parametrize(
    ("info", "program", "expected"),
    [
        pytest.param("main.py", "", "main.py", id="entry point"),
        pytest.param("", "main.py", "main.py", id="an older engine's program"),
        pytest.param("", "", ".", id="neither"),
    ],
)
def test_the_program_comes_before_its_own_arguments(info: str, program: str, expected: str) -> None:
    request = language_pb2.RunRequest(
        program=program, args=["a", "b"], info=language_pb2.ProgramInfo(entry_point=info)
    )
    assert language_host.build_executor_arguments(request, "")[-3:] == [expected, "a", "b"]


def test_a_program_gets_its_config_and_its_virtual_environment(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHOME", "/usr")
    monkeypatch.setenv("PATH", "/bin")
    python = machine.install(machine.root / ".venv" / "bin" / "python", ":")
    (machine.root / ".venv" / "pyvenv.cfg").touch()
    request = language_pb2.RunRequest(config={"p:a": "1"}, configSecretKeys=["p:a"])

    result = language_host.build_program_environment(request, python)

    assert json.loads(result["PULUMI_CONFIG"]) == {"p:a": "1"}
    assert json.loads(result["PULUMI_CONFIG_SECRET_KEYS"]) == ["p:a"]
    assert result["VIRTUAL_ENV"] == str(machine.root / ".venv")
    assert result["PATH"] == f"{python.parent}{os.pathsep}/bin"
    assert "PYTHONHOME" not in result


@pytest.mark.parametrize(
    ("helper", "starts"),
    [
        ("pulumi-language-python", "scripts/start_language_host.py --executor"),
        ("pulumi-resource-pulumi-python", ""),
    ],
)
@pytest.mark.parametrize(
    ("python3", "chosen", "expected"),
    [
        pytest.param("exit 0", None, "", id="python3 has the package"),
        pytest.param("exit 1", None, ".venv/bin/python", id="python3 lacks the package"),
        pytest.param("exit 1", "mine", "mine", id="the user chose"),
    ],
)
def test_the_python_of_the_clone_is_used_if_no_other_has_the_package(
    machine: Machine, helper: str, starts: str, python3: str, chosen: str | None, expected: str
) -> None:
    script = 'echo "${PULUMI_PYTHON_CMD:-}|$*"'
    machine.install(Path("python3"), python3)
    machine.install(machine.root / ".venv" / "bin" / "python", script)
    machine.install(machine.root / ".tools" / "lib" / "pulumi-resource-pulumi-python", script)
    link = machine.tools / helper
    link.parent.mkdir()
    link.symlink_to(Path("..", "..", "scripts", "python_helper.sh"))
    variables = machine.environment | ({"PULUMI_PYTHON_CMD": chosen} if chosen else {})

    result = subprocess.run(
        [link, "127.0.0.1:1"], env=variables, capture_output=True, text=True, check=True
    )

    command, _, arguments = result.stdout.strip().partition("|")
    assert command.removeprefix(f"{machine.root}/") == expected
    assert starts in arguments
    assert arguments.endswith("127.0.0.1:1")


def test_the_host_starts_without_the_sdk() -> None:
    """The protocol suffices, and the SDK would double the time of each start."""
    program = (
        "import sys; from scripts import start_language_host as start\n"
        "start.replace_packages(); from scripts import language_host\n"
        "assert language_host.LanguageHost\n"
        "print('pulumi.resource' in sys.modules, 'pulumi.runtime.stack' in sys.modules)"
    )
    root = Path(language_host.__file__).parents[1]

    result = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )

    assert result.stdout == "False False\n"
