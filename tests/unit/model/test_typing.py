"""Programs of users, checked by mypy and by pyright.

`tests/typing/ok_*.py` must pass both. In `tests/typing/wrong_*.py` each line that ends in
`# E: <text>` must be refused by both with a message that holds the text, and no other line may be.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
PROGRAMS = sorted((ROOT / "tests" / "typing").glob("*.py"))

Refusals = dict[tuple[str, int], str]
"""The messages by program and line."""


def _run(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command, *map(str, PROGRAMS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def run_mypy() -> Refusals:
    found: Refusals = {}
    for line in _run("mypy", "--strict", "--no-pretty", "--hide-error-context").splitlines():
        if match := re.match(r"(?P<path>[^:]+):(?P<line>\d+): error: (?P<text>.*)", line):
            place = (Path(match["path"]).name, int(match["line"]))
            found[place] = found.get(place, "") + match["text"]
    return found


def run_pyright() -> Refusals:
    found: Refusals = {}
    output = _run("pyright", "--outputjson", "--pythonpath", sys.executable)
    for diagnostic in json.loads(output)["generalDiagnostics"]:
        line = diagnostic["range"]["start"]["line"] + 1
        place = (Path(diagnostic["file"]).name, line)
        found[place] = found.get(place, "") + diagnostic["message"]
    return found


def read_expected() -> Refusals:
    return {
        (program.name, number): line.partition("# E: ")[2]
        for program in PROGRAMS
        for number, line in enumerate(program.read_text().splitlines(), 1)
        if "# E: " in line
    }


def test_the_folder_has_correct_and_wrong_programs() -> None:
    wrong = {name for name, _ in read_expected()}
    assert wrong == {program.name for program in PROGRAMS if program.name.startswith("wrong_")}
    assert wrong
    assert {program.name for program in PROGRAMS} - wrong


@pytest.mark.parametrize("checker", [run_mypy, run_pyright])
def test_the_type_checkers_report_exactly_the_marked_lines(checker: Callable[[], Refusals]) -> None:
    refused, mistakes = checker(), read_expected()
    assert refused.keys() == mistakes.keys()
    unclear = {place: text for place, text in refused.items() if mistakes[place] not in text}
    assert unclear == {}
