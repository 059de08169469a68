"""The examples in docs/team-rules.md."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pulumi_c1policy._cli.main import app
from pulumi_c1policy.team_rules import checked_policy
from scripts.check_programs import find_programs

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "team-rules.md").read_text("utf-8")


def test_the_program_of_the_page_runs() -> None:
    [program] = find_programs(PAGE)
    code = compile(program, "team-rules.md", "exec")
    exec(code, {"__name__": "team_rules_page"})  # noqa: S102 (our own page)


def test_the_command_prints_the_output_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    [block] = re.findall(r"```console\n\$ c1policy (.*?)```", PAGE, re.DOTALL)
    command, output = re.split(r"(?<!\\)\n", block, maxsplit=1)
    done = CliRunner().invoke(app, shlex.split(command.replace("\\\n", " ")))
    assert done.exit_code == 1
    assert done.stdout == output


@pytest.mark.parametrize("name", ["CheckedPolicy", "CheckedStep", "CheckedApproval"])
def test_the_table_of_a_class_has_all_its_members(name: str) -> None:
    [table] = re.findall(rf"\| `{name}` \| value \|\n\| --- \| --- \|\n(.*?)\n\n", PAGE, re.DOTALL)
    cells = [row.split("|")[1] for row in table.splitlines()]
    listed = {each for cell in cells for each in re.findall(r"`(\w+)", cell)}
    members = {each for each in dir(getattr(checked_policy, name)) if not each.startswith("_")}
    assert listed == members
