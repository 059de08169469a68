"""The extras: a deployment works without them, and a feature names the one that it needs.

A subprocess hides every module that no allowed distribution installs. The allowed distributions
are those that pip installs for the package and the extras of a case.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pulumi_c1policy import _extras

ROOT = Path(__file__).parents[2]
HIDE = """
import sys

class Hidden:
    @staticmethod
    def find_spec(name, path=None, target=None):
        top = name.partition(".")[0]
        if top in {hidden!r}:
            raise ModuleNotFoundError(f"No module named {{top!r}}", name=top)

sys.meta_path.insert(0, Hidden)
"""
KEY = {
    "kty": "OKP",
    "crv": "Ed25519",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
"""The example of RFC 8037."""
COMMAND = "from pulumi_c1policy.__main__ import main; main()"
PYTEST = "import sys, pytest; sys.exit(pytest.main(sys.argv[1:]))"


def list_installed(requirements: Iterable[str]) -> set[str]:
    """List the distributions that pip installs for the requirements."""
    found: set[str] = set()
    waiting = [Requirement(requirement) for requirement in requirements]
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        found.add(name)
        for extra in {"", *requirement.extras}:
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            needed = map(Requirement, metadata.requires(name) or ())
            waiting += [r for r in needed if not r.marker or r.marker.evaluate({"extra": extra})]
    return found


def run(
    code: str, *arguments: str, installed: Iterable[str], cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program that can import nothing but what the requirements install."""
    allowed = list_installed(installed)
    hidden = {
        module
        for module, distributions in metadata.packages_distributions().items()
        if not allowed.intersection(map(canonicalize_name, distributions))
    }
    return subprocess.run(
        [sys.executable, "-c", HIDE.format(hidden=hidden) + code, *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONWARNINGS": "error", "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def list_pytest() -> list[str]:
    """List pytest and the distributions with a plugin for it."""
    plugins = metadata.entry_points(group="pytest11")
    return ["pytest", *{entry.dist.name for entry in plugins if entry.dist}]


def test_the_modules_of_each_extra_are_those_that_it_installs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    owners = metadata.packages_distributions()
    for extra, modules in _extras.MODULES.items():
        declared = map(Requirement, project["optional-dependencies"][extra])
        assert {requirement.name for requirement in declared} == {
            canonicalize_name(owners[module][0]) for module in modules
        }


def test_the_extra_all_contains_every_extra_for_users() -> None:
    everything = list_installed(["pulumi-c1policy[all]"])
    for extra in ("cel", *_extras.MODULES):
        assert list_installed([f"pulumi-c1policy[{extra}]"]) <= everything


def test_a_deployment_needs_no_extra() -> None:
    code = """
import pulumi_c1policy, pulumi_c1policy.provider, pulumi_c1policy.testing
from pulumi_c1policy._client import credentials, policy_client
for name in pulumi_c1policy.__all__:
    getattr(pulumi_c1policy, name)
secret = credentials.Secret(sys.argv[1])
client = credentials.ClientSecret("id", secret, secret)
print(credentials.sign_assertion(client, "acme.conductor.one", 0).count("."))
"""
    done = run(code, json.dumps(KEY), installed=["pulumi-c1policy"])
    assert (done.stdout, done.stderr) == ("2\n", "")


@pytest.mark.parametrize("arguments", [[], ["--help"], ["validate", "--tenant"]], ids=str)
def test_the_command_without_its_extra_is_one_sentence(arguments: list[str]) -> None:
    done = run(COMMAND, *arguments, installed=["pulumi-c1policy[testing,cel]"])
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "The command `c1policy` needs an extra; run `pip install 'pulumi-c1policy[cli]'`.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["validate"], "1 policies checked, 0 would be refused."),
        (["simulate", "--subjects", "people.csv"], "bob"),
    ],
    ids=["validate", "simulate"],
)
def test_the_other_commands_need_the_extra_cli_only(
    tmp_path: Path, arguments: list[str], shown: str
) -> None:
    steps = {"grant": {"steps": [{"approval": {"users": {"user_ids": ["bob"]}}}]}}
    policy = {"display_name": "One", "policy_type": "POLICY_TYPE_GRANT", "policy_steps": steps}
    (tmp_path / "policy.json").write_text(json.dumps(policy))
    (tmp_path / "people.csv").write_text("id\nann\n")
    done = run(
        COMMAND,
        *(*arguments, "--policy", "policy.json"),
        installed=["pulumi-c1policy[cli]"],
        cwd=tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert shown in done.stdout


@pytest.mark.parametrize("extras", ["cli", "cli,cel"])
def test_a_review_without_the_solver_decides_what_the_steps_decide(
    tmp_path: Path, extras: str
) -> None:
    step = {"approval": {"users": {"user_ids": ["bob"]}}}
    lists: dict[str, object] = {"grant": {"steps": [step]}, "it": {"steps": [step, step]}}
    policy = {
        "display_name": "One",
        "policy_type": "POLICY_TYPE_GRANT",
        "rules": [{"condition": "subject.department == 'IT'", "step_key": "it"}],
    }
    for name, changed in {
        "old.json": {},
        "more.json": {"grant": {"steps": [step, step]}},
        "less.json": {"it": {"steps": [step]}},
    }.items():
        (tmp_path / name).write_text(json.dumps(policy | {"policy_steps": lists | changed}))
    found = {}
    for name in ("more.json", "less.json"):
        done = run(
            COMMAND,
            *("review", "--policy", name, "--against", "old.json", "--format", "json"),
            installed=[f"pulumi-c1policy[{extras}]"],
            cwd=tmp_path,
        )
        assert (done.returncode, done.stderr) == (0, "")
        [found[name]] = json.loads(done.stdout)["policies"]
    assert found["more.json"]["verdict"] == "not-weakened"
    assert found["less.json"]["verdict"] == "undecided"
    assert "pip install 'pulumi-c1policy[cel,review]'" in found["less.json"]["reason"]


def test_the_emulator_command_names_the_extra_that_it_needs() -> None:
    done = run(COMMAND, "emulator", "--port", "0", installed=["pulumi-c1policy[cli]"])
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "The emulated tenant needs an extra; run `pip install 'pulumi-c1policy[testing]'`.\n"
    )


def test_a_drawing_names_the_extra_that_it_needs(tmp_path: Path) -> None:
    steps: dict[str, Any] = {"grant": {"steps": [{"accept": {}}]}}
    policy = {"display_name": "One", "policy_type": "POLICY_TYPE_GRANT", "policy_steps": steps}
    (tmp_path / "policy.json").write_text(json.dumps(policy))
    given = ["graph", "--policy", "policy.json", "--format"]
    installed = ["pulumi-c1policy[cli]"]
    assert run(COMMAND, *given, "mermaid", installed=installed, cwd=tmp_path).returncode == 0
    done = run(COMMAND, *given, "svg", installed=installed, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "A drawing needs an extra; run `pip install 'pulumi-c1policy[graph]'`.\n"


def test_the_public_emulator_without_its_extra_is_an_import_error() -> None:
    code = "from pulumi_c1policy.testing import Emulator"
    done = run(code, installed=["pulumi-c1policy"])
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("run `pip install 'pulumi-c1policy[testing]'`.")


def test_pytest_without_the_extra_runs_undisturbed_until_the_fixture_is_used(
    tmp_path: Path,
) -> None:
    (tmp_path / "test_it.py").write_text(
        "def test_own(): pass\n\n\ndef test_tenant(c1_tenant): pass\n"
    )
    done = run(
        PYTEST,
        *("-p", "no:cacheprovider", "-W", "error", "-v", "-p", "no:randomly", str(tmp_path)),
        installed=["pulumi-c1policy", *list_pytest()],
        cwd=tmp_path,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 passed, 1 error" in done.stdout
    assert "test_it.py::test_own PASSED" in done.stdout
    assert (
        "The fixture `c1_tenant` needs an extra; run `pip install 'pulumi-c1policy[testing]'`."
    ) in done.stdout
    assert "No module named" not in done.stdout


def test_the_fixture_needs_the_extra_testing_only(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_tenant(c1_tenant): assert c1_tenant.policies\n")
    done = run(
        PYTEST,
        *("-p", "no:cacheprovider", "-W", "error", str(tmp_path)),
        installed=["pulumi-c1policy[testing]", *list_pytest()],
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_import_that_fails_for_another_reason_is_not_blamed_on_the_extra() -> None:
    with (
        pytest.raises(ModuleNotFoundError, match="nonsense") as raised,
        _extras.require("cli", "It"),
    ):
        raise ModuleNotFoundError("No module named 'nonsense'", name="nonsense")
    assert not isinstance(raised.value, _extras.MissingExtraError)
