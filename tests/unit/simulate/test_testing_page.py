"""The code and the output in docs/testing-policies.md are correct."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pulumi_c1policy._cli.main import app

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "testing-policies.md").read_text("utf-8")


def find_blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_code_runs_and_gives_the_output_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    explained = []
    for block in find_blocks("python"):
        exec(compile(block, "testing-policies.md", "exec"), names)  # noqa: S102 (our own page)
        explained.append(names["result"].explain())
    (shown,) = find_blocks("text")
    assert explained[0] == shown.rstrip()


def test_the_command_prints_the_output_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (block,) = find_blocks("console")
    command, _, shown = block.replace("\\\n", " ").partition("\n")
    done = CliRunner().invoke(app, shlex.split(command)[2:])
    assert done.stdout == shown
