"""The programs in the README and in `examples` pass mypy and pyright as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
PAGES = (
    "README.md",
    "docs/adopting.md",
    "docs/attaching.md",
    "docs/lookups.md",
    "docs/quickstart.md",
    "docs/refactoring.md",
)
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/__main__.py"))
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def _extract_programs(page: str, folder: Path) -> list[Path]:
    """Write each program of a page into a file; a fragment without an import is no program."""
    programs = []
    for number, block in enumerate(_BLOCK.findall((ROOT / page).read_text("utf-8"))):
        if "import pulumi_c1policy" in block:
            name = re.sub(r"\W", "_", page)
            programs.append(folder / f"{name}_{number}.py")
            programs[-1].write_text(block)
    return programs


def _list_example(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.py") if not path.name.startswith("test_"))


def _run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_readme_has_programs(tmp_path: Path) -> None:
    assert len(_extract_programs("README.md", tmp_path)) >= 2
    assert len(EXAMPLES) >= 4


@pytest.mark.parametrize("source", ["pages", *EXAMPLES], ids=lambda each: Path(each).name)
def test_programs_pass_mypy(source: str | Path, tmp_path: Path) -> None:
    if isinstance(source, Path):
        programs, folder = _list_example(source), source
    else:
        programs = [path for page in PAGES for path in _extract_programs(page, tmp_path)]
        folder = tmp_path
    done = _run("mypy", "--strict", *programs, MYPYPATH=str(folder))
    assert done.returncode == 0, done.stdout + done.stderr


def test_programs_pass_pyright(tmp_path: Path) -> None:
    programs = [path for page in PAGES for path in _extract_programs(page, tmp_path)]
    programs += [path for folder in EXAMPLES for path in _list_example(folder)]
    done = _run("pyright", "--pythonpath", sys.executable, *programs)
    assert done.returncode == 0, done.stdout + done.stderr
