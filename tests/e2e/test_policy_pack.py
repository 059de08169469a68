"""The policy pack of examples/policy-pack with the real Pulumi CLI, in an environment of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import lock
from tests.support.cli import ROOT, Stack

pytestmark = pytest.mark.slow

EXAMPLE = ROOT / "examples" / "policy-pack"
BUILD = ROOT / "build" / "policy-pack"
PROGRAM = """
    Policy(
        "{name}",
        display_name="{name}",
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={{"grant": {{"steps": [{{"approval": {approval}}}]}}}},
        annotations={{"team": "identity"}},
    )
"""
GOOD = '{"manager": {"fallback": True, "fallback_user_ids": ["u1"]}}'


@pytest.fixture(scope="session")
def environment() -> Path:
    """Return the environment of the pack's `requirements.txt`, with this clone as the package."""
    wanted = (EXAMPLE / "requirements.txt").read_text()
    folder, stamp = BUILD / "venv", BUILD / "requirements.txt"
    BUILD.mkdir(parents=True, exist_ok=True)
    with lock.hold_lock(BUILD):
        if not stamp.exists() or stamp.read_text() != wanted:
            others = [each for each in wanted.split() if not each.startswith("pulumi-c1policy")]
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
            install = [folder / "bin" / "pip", "install", "--quiet"]
            subprocess.run([*install, "--editable", ROOT, *others], check=True)
            stamp.write_text(wanted)
    return folder


@pytest.fixture
def pack(tmp_path: Path, environment: Path) -> Path:
    """Return a copy of the example with its environment."""
    folder = tmp_path / "policy-pack"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("venv", "__pycache__"))
    (folder / "venv").symlink_to(environment)
    return folder


def test_a_broken_rule(stack, pack):
    one = stack(PROGRAM.format(name="one", approval='{"manager": {}}'))
    done = one.preview("--policy-pack", str(pack))
    print(done.output, done.code)
    assert 0
