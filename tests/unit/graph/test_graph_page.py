"""The pictures in docs/graph.md are those that the command draws."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pulumi_c1policy._cli import policy_sources
from pulumi_c1policy._graph import mermaid
from pulumi_c1policy._graph.policy_pictures import draw_policies
from pulumi_c1policy._simulate import mocked_programs
from pulumi_c1policy._simulate.directory import Directory
from pulumi_c1policy._simulate.known_policies import KnownPolicy

ROOT = Path(__file__).parents[3]
COMPANY = ROOT / "examples" / "company"
BLOCK = re.compile(r"### (?P<name>[^\n]+)\n\n```mermaid\n(?P<text>.+?)\n```", re.DOTALL)


@pytest.fixture(scope="module")
def directory() -> Directory:
    """Return the directory of the example."""
    return Directory(policy_sources.read_directory(COMPANY / "company.json"))


@pytest.fixture(scope="module")
def declared(directory: Directory) -> list[KnownPolicy]:
    """Return the policies of the example."""
    return mocked_programs.run_program(COMPANY, {}, directory=directory.tables)


def test_the_pictures_of_the_page_are_those_of_the_example(
    declared: list[KnownPolicy], directory: Directory
) -> None:
    shown = dict(BLOCK.findall((ROOT / "docs" / "graph.md").read_text("utf-8")))
    assert shown == {
        policy.name: mermaid.render(draw_policies([policy], declared, directory))
        for policy in declared
    }
