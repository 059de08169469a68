"""The tables and examples in docs/emulator.md are correct."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import get_args, get_type_hints

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator, Quirks
from tests.support.cli import build_environment

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "emulator.md").read_text("utf-8")
PROGRAM = """
    import pulumi
    from pulumi_c1policy import Policy, approve, on, otherwise

    policy = Policy(
        "engineering-access",
        display_name="Engineering access",
        **on.grant(otherwise(steps=[approve.manager()])),
    )
    pulumi.export("policyId", policy.id)
"""


def test_the_page_lists_every_quirk() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ((?:`[\w.]+`(?:, )?)+) \|", PAGE, re.MULTILINE)
    shown = {name: re.findall(r"`([\w.]+)`", values) for name, values in rows}
    hints = get_type_hints(Quirks)
    assert list(shown) == [item.name for item in dataclasses.fields(Quirks)]
    for item in dataclasses.fields(Quirks):
        first, *others = shown[item.name]
        assert first == str(item.default).lower()
        allowed = ("true", "false") if hints[item.name] is bool else get_args(hints[item.name])
        assert not allowed or {first, *others} == set(allowed)


def test_the_page_lists_every_control_endpoint(c1_tenant: Emulator) -> None:
    shown = re.findall(r"^\| `(GET|POST) (/_emulator/[\w{}/-]+)` \|", PAGE, re.MULTILINE)
    assert len(shown) == 11
    for method, path in shown:
        url = c1_tenant.url + path.replace("{id}", "none")
        assert httpx.request(method, url, json={}).status_code != 501
        assert httpx.request("PATCH", url).status_code == 501


def test_the_fixture_has_every_member_on_the_page() -> None:
    tables = [part.partition("\n\n")[0] for part in PAGE.split("| of `c1_tenant` |")[1:]]
    left = [line.split("|")[1] for table in tables for line in table.splitlines()[2:]]
    names = re.findall(r"`(\w+)", " ".join(left))
    assert {"url", "requests", "policy", "product_edit", "reset", "add_user"} <= set(names)
    assert [name for name in names if not hasattr(Emulator, name)] == []


@pytest.mark.e2e
def test_the_tests_on_the_page_pass(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 2
    for number, code in enumerate(blocks):
        (tmp_path / f"test_{number}.py").write_text(code)
    project = tmp_path / "infrastructure"
    project.mkdir()
    (project / "__main__.py").write_text(dedent(PROGRAM))
    (project / "Pulumi.yaml").write_text(
        f"name: mine\nruntime: {{name: python, options: {{virtualenv: '{sys.prefix}'}}}}\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=build_environment(tmp_path / "home"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
    assert sorted(path.name for path in project.glob("*.yaml")) == ["Pulumi.yaml"]
