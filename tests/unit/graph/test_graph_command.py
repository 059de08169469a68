"""`c1policy graph`: sources, formats, files and mistakes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pulumi_c1policy._cli.main import app
from tests.unit.simulate.small_company import DIRECTORY, make_approval, make_grant

ROOT = Path(__file__).parents[3]
OTHER = make_grant({"accept": {}}, id="p2", display_name="Second")
FIRST = make_grant(
    make_approval(users={"user_ids": ["u-ada"]}),
    id="p1",
    display_name="First",
    rules=[{"condition": "true", "policy_id": "p2"}],
)
BOTH = """\
flowchart TB
  n0(["First<br/>grant policy"])
  n1(["Second<br/>grant policy"])
  n0 -->|"rules[0]"| n1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two policies and a directory."""
    (tmp_path / "policies.json").write_text(json.dumps([OTHER, FIRST]))
    (tmp_path / "directory.json").write_text(json.dumps(DIRECTORY))
    return tmp_path


def run(folder: Path, *arguments: str) -> Any:
    given = [argument.replace("@", f"{folder}/") for argument in arguments]
    return CliRunner().invoke(app, ["graph", *given])


def test_several_policies_without_names_give_a_map(folder: Path) -> None:
    done = run(folder, "--policy", "@policies.json")
    assert (done.exit_code, done.stdout) == (0, BOTH)


@pytest.mark.parametrize("name", ["First", "p1"])
def test_a_named_policy_is_drawn_with_its_steps(folder: Path, name: str) -> None:
    done = run(folder, "--policy", "@policies.json", name, "--directory", "@directory.json")
    assert done.exit_code == 0
    assert "1#46; approval: ada#64;example.com" in done.stdout
    assert '[["Second<br/>grant policy"]]' in done.stdout


def test_a_source_with_one_policy_is_drawn_with_its_steps(folder: Path) -> None:
    (folder / "one.json").write_text(json.dumps(FIRST))
    assert "rules[0]<br/>true" in run(folder, "--policy", "@one.json").stdout


@pytest.mark.parametrize(
    ("format", "start"), [("mermaid", "flowchart TB\n"), ("svg", "<svg "), ("html", "<!doctype")]
)
def test_a_file_has_the_text_of_the_output(folder: Path, format: str, start: str) -> None:
    given = ["--policy", "@policies.json", "--format", format]
    shown = run(folder, *given).stdout
    assert shown.startswith(start)
    done = run(folder, *given, "--out", "@picture")
    assert (done.exit_code, done.stdout) == (0, "")
    assert (folder / "picture").read_text("utf-8") == shown


def test_a_page_has_the_map_and_each_policy(folder: Path) -> None:
    page = run(folder, "--policy", "@policies.json", "--format", "html").stdout
    assert page.index('id="map"') < page.index('id="policy-0"') < page.index('id="policy-1"')
    # The rule of the first policy links to the second one.
    assert '<a href="#policy-1"><span dir="auto">matches: Second</span></a>' in page


def test_a_program_is_drawn() -> None:
    done = run(ROOT, "--program", str(ROOT / "examples" / "policy-tests"))
    assert '"rules[0]"' in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--policy", "@policies.json", "Third"], "There is no policy 'Third'"),
        ([], "Name one of --policy, --program, --state and --tenant."),
        (["--policy", "@gone.json"], "gone.json cannot be read"),
        (["--policy", "@policies.json", "--format", "png"], "png"),
        (["--policy", "@policies.json", "--out", "@gone/picture"], "cannot be written"),
    ],
    ids=["unknown-policy", "no-source", "no-file", "unknown-format", "no-folder"],
)
def test_a_mistake_gives_one(folder: Path, arguments: list[str], message: str) -> None:
    done = run(folder, *arguments)
    assert done.exit_code == 1
    assert message in " ".join(done.stderr.replace("│", " ").split())
