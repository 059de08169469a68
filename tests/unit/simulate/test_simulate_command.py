"""`c1policy simulate`: sources of policies, output formats, comparisons and mistakes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pulumi_c1policy._cli.main import app
from pulumi_c1policy._simulate import mocked_programs
from pulumi_c1policy._simulate.policy_error import PolicyError
from tests.unit.simulate.small_company import DIRECTORY, make_approval, make_grant

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "policy-tests"

BEFORE = make_grant(
    make_approval(manager={}),
    rules=[{"condition": "subject.department == 'Ops'", "step_key": "ops"}],
    more_steps={"ops": {"steps": [make_approval(users={"user_ids": ["u-linus"]})]}},
)
AFTER = BEFORE | {"rules": []}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a policy before and after a change, people and a directory."""
    for name, content in {
        "before.json": BEFORE,
        "after.json": AFTER,
        "directory.json": DIRECTORY,
        "state.json": _make_state(BEFORE, "test") | {"version": 3},
    }.items():
        tmp_path.joinpath(name).write_text(json.dumps(content))
    tmp_path.joinpath("people.csv").write_text("id\nu-ada\nu-grace\n")
    return tmp_path


def _make_state(outputs: dict[str, Any], name: str) -> dict[str, Any]:
    kind = "pulumi-python:dynamic/c1policy:Policy"
    urn = f"urn:pulumi:dev::project::{kind}::{name}"
    return {
        "deployment": {"resources": [{"urn": urn, "type": kind, "id": "p1", "outputs": outputs}]}
    }


def run(folder: Path, *arguments: str) -> Any:
    given = ["simulate", *(argument.replace("@", f"{folder}/") for argument in arguments)]
    people = [] if "--subjects" in arguments else ["--subjects", f"{folder}/people.csv"]
    # The terminal is wide, so that no cell of a table breaks.
    return CliRunner().invoke(app, [*given, *people], env={"COLUMNS": "240", "TERM": "dumb"})


def parse_rows(folder: Path, *arguments: str) -> list[list[str]]:
    done = run(folder, *arguments, "--directory", "@directory.json", "--format", "markdown")
    assert done.exit_code == 0, done.output
    lines = [line for line in done.stdout.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


@pytest.mark.parametrize(
    "source", [("--policy", "@before.json"), ("--state", "@state.json")], ids=["policy", "state"]
)
def test_each_person_has_a_row(folder: Path, source: tuple[str, ...]) -> None:
    assert parse_rows(folder, *source) == [
        ["Test", "ada@example.com", "baseline", "manager: grace@example.com"],
        ["Test", "grace@example.com", r"rules\[0]", "users: linus@example.com"],
    ]


def test_the_default_format_is_a_table(folder: Path) -> None:
    done = run(folder, "--policy", "@before.json", "--directory", "@directory.json")
    assert done.exit_code == 0
    assert "manager: grace@example.com" in done.stdout
    assert "What happens" in done.stdout


def test_the_text_format_lists_the_rules(folder: Path) -> None:
    arguments = ("--policy", "@before.json", "--directory", "@directory.json", "--format", "text")
    done = run(folder, *arguments)
    assert "rules[0] does not match: subject.department == 'Ops'" in done.stdout


def test_the_json_format_has_the_matched_rules(folder: Path) -> None:
    arguments = ("--policy", "@before.json", "--directory", "@directory.json", "--format", "json")
    found = json.loads(run(folder, *arguments).stdout)
    assert [one["matched_rule"] for one in found] == [None, 0]


CHANGE = ("--policy", "@after.json", "--against", "@before.json")


def test_a_comparison_shows_changed_requests_only(folder: Path) -> None:
    assert parse_rows(folder, *CHANGE) == [
        [
            "Test",
            "grace@example.com",
            "users: linus@example.com",
            "manager: cannot be decided: no manager is found and there is no fallback; "
            "the tenant asks the Super Admins",
        ]
    ]


def test_all_shows_unchanged_requests(folder: Path) -> None:
    assert parse_rows(folder, *CHANGE, "--all")[0][-1] == "unchanged"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (CHANGE, 0),
        ((*CHANGE, "--fail-on-change"), 1),
        (("--policy", "@after.json", "--against", "@after.json", "--fail-on-change"), 0),
    ],
)
def test_fail_on_change_decides_the_exit_code(
    folder: Path, arguments: tuple[str, ...], code: int
) -> None:
    done = run(folder, *arguments, "--directory", "@directory.json", "--format", "text")
    assert done.exit_code == code
    assert f"{int(code or arguments == CHANGE)} of 2 requests change." in done.stdout


def test_a_policy_that_a_state_no_longer_has_is_a_change(folder: Path) -> None:
    (folder / "new.json").write_text(
        json.dumps(_make_state(AFTER | {"display_name": "New"}, "new"))
    )
    found = parse_rows(folder, "--state", "@new.json", "--against", "@state.json", "--all")
    # Both states have the same id, so the policy is the same.
    assert {row[0] for row in found} == {"New"}
    text = (folder / "new.json").read_text().replace('"p1"', '"p2"')
    (folder / "new.json").write_text(text)
    found = parse_rows(folder, "--state", "@new.json", "--against", "@state.json")
    assert [(row[0], row[2], row[3]) for row in found if row[0] == "Test"] == [
        ("Test", "manager: grace@example.com", "no such policy"),
        ("Test", "users: linus@example.com", "no such policy"),
    ]


def test_options_set_the_request(folder: Path) -> None:
    policy = make_grant(
        rules=[
            {
                "condition": "task.isGrantPermanent && entitlement.id == 'e' && ip.is4 "
                "&& account.emails == ['xy']",
                "step_key": "grant",
            }
        ]
    )
    (folder / "policy.json").write_text(json.dumps(policy))
    options = ["--task", "isGrantPermanent=true", "--entitlement", "id=e", "--ip", "10.0.0.1"]
    found = parse_rows(folder, "--policy", "@policy.json", *options, "--account", 'emails=["xy"]')
    assert {row[2] for row in found} == {r"rules\[0]"}
    found = parse_rows(folder, "--policy", "@policy.json", *options)
    assert {row[2] for row in found} == {r"rules\[0]?"}


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((), "--program"),
        (("--policy", "@before.json", "--tenant"), "--program"),
        (("--policy", "@missing.json"), "missing.json"),
        (("--policy", "@people.csv"), "is not JSON"),
        (("--policy", "@before.json", "--id", "nope"), "'nope'"),
        (("--policy", "@before.json", "--task", "x"), "NAME=VALUE"),
        (("--policy", "@before.json", "--task", "isPermanent=true"), "has no field `isPermanent`"),
        (("--policy", "@before.json", "--directory", "@people.csv"), "people.csv"),
        (("--program", "@"), "has no Pulumi.yaml"),
        (("--policy", "@nothing.json"), "No such file or directory"),
    ],
)
def test_a_mistake_is_reported_with_exit_code_2(
    folder: Path, arguments: tuple[str, ...], text: str
) -> None:
    done = run(folder, *arguments)
    assert done.exit_code == 2
    assert text in " ".join(done.output.replace("│", " ").split())


def test_a_missing_expression_library_is_reported_with_the_command_to_install_it(
    folder: Path,
) -> None:
    program = (
        "import sys; sys.modules['cel_expr_python'] = None; sys.argv = sys.argv[1:]; "
        "from pulumi_c1policy._cli.main import main; main()"
    )
    arguments = ["--policy", f"{folder}/before.json", "--subjects", f"{folder}/people.csv"]
    done = subprocess.run(
        [sys.executable, "-c", program, "c1policy", "simulate", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "Install it with `pip install 'pulumi-c1policy[cel]'`."


def test_a_program_runs_without_an_engine() -> None:
    found = {policy.resource: policy for policy in mocked_programs.run_program(EXAMPLE, {})}
    assert set(found) == {"contractor-production-access", "production-access"}
    rule = found["production-access"].tree["rules"][0]
    assert rule["policy_id"] == found["contractor-production-access"].id


def test_a_program_reads_its_config_and_its_failure_is_reported(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: acme\nruntime: python\nmain: src\n")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "__main__.py").write_text(
        "import pulumi\n"
        "from pulumi_c1policy import Policy\n"
        "name = pulumi.Config().require('name') + pulumi.get_stack()\n"
        "Policy('one', display_name=pulumi.Output.secret(name), policy_type='POLICY_TYPE_GRANT',\n"
        "       policy_steps={'grant': {'steps': []}})\n"
        "Policy.get('two', id='p2')\n"
    )
    (found,) = mocked_programs.run_program(tmp_path, {"name": "Sales "}, "prod")
    assert found.name == "Sales prod"
    with pytest.raises(PolicyError, match="acme:name"):
        mocked_programs.run_program(tmp_path, {})


@pytest.mark.slow
def test_the_installed_command_simulates_a_program() -> None:
    people = f"{EXAMPLE}/people.csv"
    arguments = ["--program", str(EXAMPLE), "--subjects", people, "--format", "json"]
    request = ["--entitlement", "id=admin", "--entitlement", "appId=production"]
    done = subprocess.run(
        [str(Path(sys.executable).with_name("c1policy")), "simulate", *arguments, *request,
         "--directory", f"{EXAMPLE}/directory.json", "--id", "production-access",
         "--task", "isGrantPermanent=false", "--ip", "10.0.0.1"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [one["matched_rule"] for one in json.loads(done.stdout)] == [None, 0, None, 1]
