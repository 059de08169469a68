"""The five policies of the documentation run, pass check, and equal their text on the page."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from typing import Any

import pytest

from pulumi_c1policy._lifecycle.checks.policy_checks import check
from pulumi_c1policy._lifecycle.checks.spellings import guess_field
from pulumi_c1policy._lifecycle.planning.diff import compare
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import index_messages
from pulumi_c1policy._model.tree import Tree
from scripts.environment import ROOT

EXAMPLES = ROOT / "examples"
PAGES = ROOT / "docs" / "policies"
NAMES = sorted(page.stem for page in PAGES.glob("[a-z]*.md"))
RUNNER = """
import json, runpy, sys
import pulumi

declared = {}

class Recorder(pulumi.runtime.Mocks):
    def new_resource(self, args):
        declared[args.name] = {k: v for k, v in args.inputs.items() if not k.startswith("__")}
        return args.name, args.inputs

    def call(self, args):
        return {}

pulumi.runtime.set_mocks(Recorder())
sys.path.insert(0, sys.argv[1])

@pulumi.runtime.test
def run():
    runpy.run_path(sys.argv[1] + "/__main__.py")

run()
print(json.dumps(declared))
"""


@cache
def run_program(spelling: str) -> dict[str, Tree]:
    """Run a program; return what Pulumi is sent, by the resource's name."""
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, str(EXAMPLES / spelling)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    policies = json.loads(done.stdout)
    return {
        name.replace("-", "_"): {k: v for k, v in inputs.items() if v is not None}
        for name, inputs in policies.items()
    }


def test_each_spelling_has_five_policies() -> None:
    assert len(NAMES) == 5
    assert set(NAMES) == set(run_program("builders")) == set(run_program("dicts"))
    assert sorted(path.stem for path in (EXAMPLES / "terraform").glob("*.tf")) == NAMES


@pytest.mark.parametrize("spelling", ["builders", "dicts"])
@pytest.mark.parametrize("name", NAMES)
def test_the_five_policies_pass_check(spelling: str, name: str) -> None:
    assert check(run_program(spelling)[name]) == []


@pytest.mark.parametrize("name", NAMES)
def test_builders_and_dicts_declare_equal_policies(name: str) -> None:
    assert compare(POLICY, run_program("dicts")[name], run_program("builders")[name]) == []


@pytest.mark.parametrize(
    ("folder", "language", "suffix"),
    [("builders", "python", "py"), ("dicts", "python", "py"), ("terraform", "hcl", "tf")],
)
@pytest.mark.parametrize("name", NAMES)
def test_the_page_shows_the_example_verbatim(
    name: str, folder: str, language: str, suffix: str
) -> None:
    example = (EXAMPLES / folder / f"{name}.{suffix}").read_text()
    page = (PAGES / f"{name}.md").read_text()
    assert f"```{language}\n{example}```\n" in page
    assert f"](../../examples/{folder}/{name}.{suffix})" in page


def test_the_overview_links_every_page() -> None:
    linked = re.findall(r"\]\((\w+)\.md\)", (PAGES / "README.md").read_text())
    assert sorted(linked) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_terraform_sets_every_value_of_the_policy(name: str) -> None:
    """Each name of the vendor is a field of ours, or maps to one, and no value is lost."""
    source = (EXAMPLES / "terraform" / f"{name}.tf").read_text()
    policy = run_program("dicts")[name]
    words = set(re.findall(r"^\s*(\w+)\s*=", source, re.MULTILINE)) - set(policy["policy_steps"])
    all_messages = index_messages(POLICY).values()
    ours = {field for message in all_messages for field in message.fields}
    theirs = {word for word in words if any(guess_field(message, word) for message in all_messages)}
    assert words <= ours | theirs
    texts = [text for text in _list_texts(policy) if not re.fullmatch(r"\d+[mhd]", text)]
    assert [text for text in texts if f'"{text}"' not in source] == []


def _list_texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _list_texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _list_texts(item)]
    return [value] if isinstance(value, str) else []
