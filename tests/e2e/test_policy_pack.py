"""The policy pack of examples/policy-pack with the real Pulumi CLI and its own environment."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import lock
from tests.support.cli import ROOT, Stack, list_creates

pytestmark = pytest.mark.slow

EXAMPLE = ROOT / "examples" / "policy-pack"
BUILD = ROOT / "build" / "policy-pack"
GRANT = """
    def grant(name, approval, **fields):
        steps = {"grant": {"steps": [{"approval": approval}]}}
        return Policy(
            name, display_name=name, policy_type="POLICY_TYPE_GRANT", policy_steps=steps, **fields
        )

    FALLBACK = {"fallback": True, "fallback_user_ids": ["u1"]}
"""
BROKEN_RULE = """

def conditions_of_rules(policy: CheckedPolicy) -> Problems:
    yield policy.problem("has a condition", policy.rules[0]["condition"])
"""


@pytest.fixture(scope="session")
def environment() -> Path:
    """Return the environment of the pack's `requirements.txt`, with this clone as the package."""
    wanted = (EXAMPLE / "requirements.txt").read_text()
    recipe = wanted + (ROOT / "pyproject.toml").read_text()
    folder, stamp = BUILD / "venv", BUILD / "recipe.txt"
    BUILD.mkdir(parents=True, exist_ok=True)
    with lock.hold_lock(BUILD):
        if not stamp.exists() or stamp.read_text() != recipe:
            others = [each for each in wanted.split() if not each.startswith("pulumi-c1policy")]
            venv = [sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)]
            subprocess.run(venv, check=True)
            pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python")]
            options = ["--quiet", "--no-compile", "--editable", str(ROOT)]
            subprocess.run([*pip, "install", *options, *others], check=True)
            stamp.write_text(recipe)
    return folder


@pytest.fixture
def pack(tmp_path: Path, environment: Path) -> Path:
    """Return a copy of the example with its environment."""
    folder = tmp_path / "policy-pack"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("venv", "__pycache__"))
    (folder / "venv").symlink_to(environment)
    return folder


def list_violations(output: str) -> list[str]:
    """Return the level, the rule and the resource of each violation in the output of the CLI."""
    found = re.findall(r"- \[(\w+)\]  (\S+)  \(pulumi-python:\S+Policy: (\w+)\)", output)
    return sorted(" ".join(each) for each in found)


def test_a_preview_shows_each_problem_and_fails(stack: Callable[..., Stack], pack: Path) -> None:
    with (pack / "rules.py").open("a") as file:
        file.write(BROKEN_RULE)
    program = f"""{GRANT}
    one = grant("one", {{"manager": {{}}}}, annotations={{"team": "identity"}})
    secret = pulumi.Output.secret("for production, canary-secret")
    grant("two", {{"self": FALLBACK}}, description=secret)
    rules = [{{"condition": "subject.department == 'IT'", "policy_id": one.id}}]
    grant("three", {{"manager": {{}}}}, rules=rules)
    """
    done = stack(program).preview("--policy-pack", str(pack))
    assert done.code != 0
    assert list_violations(done.output) == [
        # The policy whose rule names a policy without an id is checked by the update.
        "advisory conditions-of-rules three",
        "advisory every-grant-has-a-fallback three",
        "advisory every-policy-names-its-team three",
        "advisory every-policy-names-its-team two",
        "advisory no-self-approval-in-production three",
        "mandatory conditions-of-rules one",
        "mandatory conditions-of-rules two",
        "mandatory every-grant-has-a-fallback one",
        "mandatory no-self-approval-in-production two",
    ]
    assert (
        'one: policy_steps["grant"].steps[0].approval has no fallback; set `fallback` and '
        "`fallback_user_ids` [every-grant-has-a-fallback]"
    ) in done.output
    assert "The team rule conditions-of-rules fails for the policy 'one' with IndexError" in (
        done.output
    )
    assert "value at .rules.0.policy_id can't be known during preview" in done.output
    assert "Traceback" not in done.output
    assert "canary-secret" not in done.output


def test_a_pack_without_usable_rules_fails_the_preview_with_the_reason(
    stack: Callable[..., Stack], pack: Path
) -> None:
    (pack / "rules.py").write_text("def no_grants(policy): ...\n")
    done = stack("").preview("--policy-pack", str(pack))
    assert done.code != 0
    assert "rules.py, line 1: the function no_grants does not annotate its parameter" in done.output
    assert "Traceback" not in done.output


def test_an_update_stops_before_the_policy_that_breaks_a_rule(
    stack: Callable[..., Stack], pack: Path
) -> None:
    program = f"""{GRANT}
    one = grant("one", {{"manager": FALLBACK}})
    rules = [{{"condition": "subject.department == 'IT'", "policy_id": one.id}}]
    grant("two", {{"manager": {{}}}}, rules=rules)
    """
    done = stack(program).up("--policy-pack", str(pack))
    assert done.code != 0
    assert "mandatory every-grant-has-a-fallback two" in list_violations(done.output)
    assert "advisory every-policy-names-its-team one" in list_violations(done.output)
    assert done.writes == list_creates("one")
