"""`c1policy review`: sources, formats, `--fail-on` and mistakes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pulumi_c1policy._cli.main import app
from pulumi_c1policy._simulate import mocked_programs
from pulumi_c1policy._simulate.known_policies import KnownPolicy
from tests.unit.review.review_cases import ACCEPT, MANAGER, OWNER, Step, make

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "policy-tests"
IT = "subject.department == 'IT'"
PICTURES = re.compile(r"\n\n<details>.*?</details>", re.DOTALL)


def write(path: Path, *policies: KnownPolicy) -> str:
    rows = [{**each.tree, "id": each.id} for each in policies]
    path.write_text(json.dumps({"list": [{"policy": row} for row in rows]}))
    return str(path)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["review", *arguments])


@pytest.fixture
def change(tmp_path: Path) -> list[str]:
    """Return the arguments for a change: one weakened policy, an undecided, a deleted and a new."""
    old = [
        make([MANAGER], (IT, [MANAGER, OWNER]), id="a", display_name="Contractors"),
        make([MANAGER], id="b", display_name="Swapped"),
        make([MANAGER], id="c", display_name="Gone"),
        make([MANAGER], id="d", display_name="Kept"),
    ]
    new = [
        make([MANAGER], (IT, [MANAGER]), id="a", display_name="Contractors"),
        make([OWNER], id="b", display_name="Swapped"),
        make([MANAGER], id="d", display_name="Kept"),
        make([ACCEPT], id="e", display_name="Fresh"),
    ]
    paths = write(tmp_path / "old.json", *old), write(tmp_path / "new.json", *new)
    return ["--state", paths[1], "--against", paths[0]]


def test_the_comment_has_a_marker_the_verdict_and_the_request(change: list[str]) -> None:
    done = run(*change)
    assert done.exit_code == 0
    assert PICTURES.sub("", done.stdout).splitlines() == [
        "<!-- c1policy review -->",
        "",
        "## Access policies: a request gets through with less than before",
        "",
        "1 **weakened**, 3 undecided; 1 unchanged.",
        "",
        "### Contractors: weakened",
        "",
        r"The app owner no longer approves (rules\[0]).",
        "",
        "- Steps 'list0': the app owner no longer approves",
        "",
        "Example of a request, confirmed by the simulator:",
        "",
        '- subject.department = "IT"',
        "",
        "### Swapped: undecided",
        "",
        "The app owner approves instead of the manager (baseline).",
        "",
        "- Baseline: the app owner approves instead of the manager",
        "",
        "### Fresh (new): undecided",
        "",
        "The policy is new or was left out before: compare with a state, a program, a whole export "
        "or the tenant.",
        "",
        "- The policy is new",
        "",
        "### Gone (deleted): undecided",
        "",
        "The policy is deleted, and it is not known what decides where it was used; look at what "
        "c1policy usage shows.",
        "",
        "- The policy is deleted",
    ]


def test_the_json_has_a_verdict_for_each_policy(change: list[str]) -> None:
    found = json.loads(run(*change, "--format", "json").stdout)
    assert found["verdict"] == "weakened"
    shown = [(each["name"], each["change"], each["verdict"]) for each in found["policies"]]
    assert shown == [
        ("Contractors", "changed", "weakened"),
        ("Swapped", "changed", "undecided"),
        ("Fresh", "new", "undecided"),
        ("Gone", "deleted", "undecided"),
        ("Kept", "unchanged", "not-weakened"),
    ]
    first = found["policies"][0]
    assert first["request"] == {"subject": {"department": "IT"}}
    assert first["reason"] == "the app owner no longer approves"
    assert first["conditions"] == [{"condition": IT, "holds": True}]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ([], 0),
        (["weakened"], 2),
        (["undecided"], 2),
        (["change"], 2),
        (["deletes:0"], 2),
        (["deletes:1"], 0),
        (["deletes:1", "weakened"], 2),
    ],
    ids=str,
)
def test_fail_on_decides_the_exit_code(change: list[str], limits: list[str], code: int) -> None:
    done = run(*change, *(part for limit in limits for part in ("--fail-on", limit)))
    assert done.exit_code == code


def test_without_a_change_no_limit_is_exceeded(change: list[str]) -> None:
    same = ["--state", change[3], "--against", change[3]]
    limits = ["weakened", "undecided", "change", "deletes:0"]
    done = run(*same, *(part for limit in limits for part in ("--fail-on", limit)))
    assert done.exit_code == 0
    assert done.stdout.splitlines()[4] == "no policy changes; 4 unchanged."


def test_policies_beside_a_file_of_some_policies_are_not_deleted(change: list[str]) -> None:
    done = run("--policy", *change[1:], "--format", "json", "--fail-on", "deletes:0")
    assert done.exit_code == 0
    assert "deleted" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--state", "missing.json", "--against", "missing.json"], "cannot be read"),
        (["--against", "missing.json"], "Name one of --policy"),
        (["--state", "missing.json"], "Missing option '--against'"),
        (["--state", "x", "--against", "x", "--fail-on", "deletes:many"], "is not one of"),
    ],
    ids=["file", "no-source", "no-against", "fail-on"],
)
def test_a_mistake_exits_with_one(arguments: list[str], message: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 1
    assert message in " ".join(done.output.split())


def test_a_program_is_reviewed_against_the_policies_that_it_declared(tmp_path: Path) -> None:
    declared = mocked_programs.run_program(EXAMPLE, {})
    # The tenant has other ids than the mocks.
    text = json.dumps([{**each.tree, "id": each.id} for each in declared])
    for number, each in enumerate(declared):
        text = text.replace(json.dumps(each.id), f'"tenant-{number}"')
    (tmp_path / "live.json").write_text(text)
    done = run("--program", str(EXAMPLE), "--against", str(tmp_path / "live.json"))
    assert done.exit_code == 0
    assert "no request gets through with less" in done.stdout


HOSTILE = "a](http://evil) <img src=x> @bob | `x`\n# Title\n<!-- c1policy review -->"


def test_no_text_of_others_is_markup(tmp_path: Path) -> None:
    old = make(
        [MANAGER, OWNER], (f"subject.department == {json.dumps(HOSTILE)}", [MANAGER]), id="a"
    )
    step: Step = {"approval": {"users": {"user_ids": [HOSTILE]}}}
    new = make([step], (f"subject.department != {json.dumps(HOSTILE)}", [step]), id="a")
    new = KnownPolicy({**new.tree, "display_name": HOSTILE, "description": HOSTILE}, "a")
    paths = write(tmp_path / "old.json", old), write(tmp_path / "new.json", new)
    text = run("--policy", paths[1], "--against", paths[0]).stdout
    lines = PICTURES.sub("", text).splitlines()
    assert sum("<!--" in line for line in lines) == 1
    body = "\n".join(lines[1:])
    assert "<img" not in body
    assert not re.search(r"(?<!\\)[\[`]", body)
    assert "@bob" not in body
    assert not any(line.startswith("# ") for line in lines)


def test_a_long_comment_is_cut_between_policies(tmp_path: Path) -> None:
    names = [f"Policy {number:04}" for number in range(600)]
    old = [make([MANAGER, OWNER], id=name, display_name=name, description="x") for name in names]
    new = [
        make([OWNER], id=name, display_name=name, description="y" * 300) for name in reversed(names)
    ]
    paths = write(tmp_path / "old.json", *old), write(tmp_path / "new.json", *new)
    text = run("--state", paths[1], "--against", paths[0]).stdout
    assert len(text) < 60_000
    shown = text.count("\n### ")
    assert f"{600 - shown} more sections are left out" in text.splitlines()[-1]
    assert "<details>" not in text
    assert f"The pictures of {shown} policies are left out" in text
