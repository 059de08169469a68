"""`c1policy graph --against`: both sides of a change in each format."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pulumi_c1policy._cli.main import app
from tests.unit.simulate.small_company import make_approval, make_grant

ROOT = Path(__file__).parents[3]
MANAGER = make_approval(manager={})
OWNERS = make_approval(app_owners={})
BEFORE = [
    make_grant(MANAGER, id="p1", display_name="Sales"),
    make_grant(OWNERS, id="p2", display_name="Gone"),
    make_grant(OWNERS, id="p3", display_name="Same"),
]
AFTER = [
    # A program knows no ids: the policy is found by its name.
    make_grant(MANAGER, OWNERS, display_name="Sales", rules=[{"condition": "a", "policyId": "p3"}]),
    make_grant(OWNERS, display_name="New"),
    make_grant(OWNERS, id="p3", display_name="Same"),
]
SALES = """\
flowchart TB
  subgraph before["Before"]
    before_n0(["Sales<br/>grant policy"])
    before_n1["changed: steps 'grant'<br/>1#46; approval: manager<br/>the request is accepted"]\
:::changed
    before_n0 -->|"removed: baseline"| before_n1
  end
  subgraph after["After"]
    after_n0(["Sales<br/>grant policy"])
    after_n1{{"added: rules[0]<br/>a"}}:::added
    after_n2[["added: Same<br/>grant policy"]]:::added
    after_n3["changed: steps 'grant'<br/>1#46; approval: manager<br/>added: 2#46; approval: app owners\
<br/>the request is accepted"]:::changed
    after_n0 -->|"added"| after_n1
    after_n1 -->|"added: matches"| after_n2
    after_n1 -->|"added: baseline"| after_n3
  end
  classDef added stroke:#1a7f37,stroke-width:3px
  classDef changed stroke:#bf8700,stroke-width:3px
  linkStyle 1,2,3 stroke:#1a7f37,stroke-width:3px
  linkStyle 0 stroke:#cf222e,stroke-width:3px,stroke-dasharray:6 3
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the policies before and after a change."""
    (tmp_path / "before.json").write_text(json.dumps(BEFORE))
    (tmp_path / "after.json").write_text(json.dumps(AFTER))
    return tmp_path


def run(folder: Path, *arguments: str, after: str = "after.json") -> Any:
    given = ["graph", "--policy", f"{folder / after}", "--against", f"{folder / 'before.json'}"]
    return CliRunner().invoke(app, [*given, *arguments])


def test_a_named_policy_is_drawn_with_its_marks(folder: Path) -> None:
    done = run(folder, "Sales")
    assert (done.exit_code, done.stdout) == (0, SALES)


def test_several_policies_without_names_give_the_map_of_each_side(folder: Path) -> None:
    lines = run(folder).stdout.splitlines()
    assert '    before_n0(["Sales<br/>grant policy"])' in lines
    assert '    after_n0(["added: New<br/>grant policy"]):::added' in lines
    assert '    after_n1 -->|"added: rules[0]"| after_n2' in lines


def test_an_svg_has_both_sides_beside_each_other(folder: Path) -> None:
    text = run(folder, "Sales", "--format", "svg").stdout
    assert text.index(">Before<") < text.index(">After<")
    inner = [float(x) for x in re.findall(r'<svg [^>]*width="[\d.]+"[^>]* x="([\d.]+)"', text)]
    assert len(inner) == 2
    assert inner[0] < inner[1]
    assert "+ 2. approval: app owners" in text


def test_the_policies_of_a_file_may_be_a_part_so_no_policy_is_deleted(folder: Path) -> None:
    page = run(folder, "--format", "html").stdout
    assert re.findall(r"([^<>]+)</h2>", page) == [
        " How policies point to each other",
        " New",
        " Sales",
    ]


def test_a_policy_that_only_the_side_before_has_is_deleted(folder: Path) -> None:
    given = ["graph", "--state", str(folder / "after.json"), "--format", "html"]
    done = CliRunner().invoke(app, [*given, "--against", str(folder / "before.json")])
    assert " Gone</h2>" in done.stdout


def test_a_program_may_be_the_side_before(folder: Path) -> None:
    company = ROOT / "examples" / "company"
    given = ["graph", "--program", str(company), "--directory", str(company / "company.json")]
    done = CliRunner().invoke(app, [*given, "--format", "html", "--against", str(company)])
    assert "0 policies differ." in done.stdout


def test_a_change_that_no_picture_shows_gives_a_page_without_policies(folder: Path) -> None:
    done = run(folder, "--format", "html", after="before.json")
    assert "0 policies differ." in done.stdout
    assert "<h2" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Other"], "There is no policy 'Other'; the policies are New, Sales, Same."),
        (["--against", "gone.json"], "gone.json cannot be read"),
    ],
    ids=["unknown-policy", "no-file"],
)
def test_a_mistake_gives_one(folder: Path, arguments: list[str], message: str) -> None:
    done = run(folder, *arguments)
    assert done.exit_code == 1
    assert message in " ".join(done.stderr.replace("│", " ").split())
