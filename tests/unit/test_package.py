"""The installed package: its public names, its imports, and the content of the wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

import pulumi_c1policy
from pulumi_c1policy import testing

ROOT = Path(__file__).parents[2]


def test_public_names_are_importable_and_sorted() -> None:
    assert list(pulumi_c1policy.__all__) == sorted(pulumi_c1policy.__all__)
    for name in pulumi_c1policy.__all__:
        assert getattr(pulumi_c1policy, name) is not None


@pytest.mark.parametrize("module", [pulumi_c1policy, testing], ids=lambda each: each.__name__)
def test_a_module_lists_its_public_names(module: ModuleType) -> None:
    assert dir(module) == sorted(module.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        pulumi_c1policy.nonsense  # noqa: B018 - the access is the test


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("pulumi_c1policy", ["pulumi", "httpx", "pydantic", "typer", "starlette"]),
        ("pulumi_c1policy._emulator.pytest_plugin", ["pulumi", "httpx", "starlette", "uvicorn"]),
        ("pulumi_c1policy._emulator.server", ["pulumi", "httpx", "pydantic"]),
        ("pulumi_c1policy.provider", ["httpx", "pydantic", "typer", "starlette", "jwt"]),
        (
            "pulumi_c1policy.resource",
            ["httpx", "pydantic", "pulumi_c1policy.inputs", "pulumi_c1policy.outputs"],
        ),
        ("pulumi_c1policy._cli.main", ["pulumi"]),
    ],
)
def test_importing_a_module_does_not_load_others(module: str, unwanted: list[str]) -> None:
    program = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert set(unwanted) & set(done.stdout.split()) == set()


@pytest.mark.slow
def test_the_wheel_is_complete_and_importable(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", tmp_path, ROOT], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "py.typed",
        "pulumi-plugin.json",
        "_emulator/schema.json",
        "_emulator/around.json",
    ):
        assert f"pulumi_c1policy/{needed}" in names
    assert not [name for name in names if name.startswith(("tests/", "scripts/"))]

    target = tmp_path / "installed"
    subprocess.run([*pip, "install", "--no-deps", "--target", target, wheel], check=True)
    program = (
        "import pulumi_c1policy, pulumi_c1policy.provider; "
        "[getattr(pulumi_c1policy, name) for name in pulumi_c1policy.__all__]; "
        "print(pulumi_c1policy.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()).is_relative_to(target)
