"""Type-check the programs of users: the examples, and the Python programs in the Markdown pages.

Run `python -m scripts.check_programs`. The programs are copied into `build/programs`, so that one
process of mypy and one of pyright check all of them. A copy of a program in a page keeps the page's
line numbers.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.check_links import ROOT, list_pages

COPIES = ROOT / "build" / "programs"
EXAMPLES = ROOT / "examples"

_BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
_SIBLING_IMPORT = re.compile(r"^import (\w+)$", re.MULTILINE)
_UNTYPED = "# mypy: disallow-untyped-defs=False, disallow-untyped-decorators=False\n"
"""A comment that lets the tests of an example go without annotations."""


def main() -> int:
    """Check all programs; return 1 if a checker finds a mistake."""
    shutil.rmtree(COPIES, ignore_errors=True)
    copies = [copy for page in list_pages() for copy in copy_page(page, COPIES)]
    copies += [copy for path in list_examples() for copy in copy_example(path, COPIES)]
    print(f"{len(copies)} programs", flush=True)
    return check(copies)


def check(programs: list[Path]) -> int:
    """Print what mypy and pyright find in the programs; return 1 if there is a mistake."""
    environment = os.environ | {"MYPYPATH": str(COPIES)}
    failed = False
    for checker in (["mypy", "--strict"], ["pyright", "--pythonpath", sys.executable]):
        command = [sys.executable, "-m", *checker, *map(str, programs)]
        failed |= subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0
    return int(failed)


def copy_page(page: Path, folder: Path) -> list[Path]:
    """Copy each program of a page into a file of its own; return the files."""
    name = re.sub(r"\W", "_", str(page.relative_to(ROOT).with_suffix("")))
    copies = []
    for number, text in enumerate(find_programs(page.read_text("utf-8")), 1):
        copies.append(folder / f"{name}_{number}.py")
        _write(copies[-1], text)
    return copies


def find_programs(page: str) -> Iterator[str]:
    """Yield the programs of a page, each at the lines that it has in the page.

    A block that imports `pulumi_c1policy` begins a program. A block that imports from a part of the
    package continues the program above it. Any other block is a fragment.
    """
    lines: list[str] = []
    for match in _BLOCK.finditer(page):
        block = match[1].splitlines()
        if "import pulumi_c1policy as c1" in block:
            if lines:
                yield _join(lines)
            lines = []
        elif not any(line.startswith("from pulumi_c1policy") for line in block):
            continue
        start = page.count("\n", 0, match.start(1))
        lines += [""] * (start - len(lines)) + block
    if lines:
        yield _join(lines)


def list_examples() -> list[Path]:
    """List the folders of the examples that have a Python program."""
    return sorted(path.parent for path in EXAMPLES.glob("*/__main__.py"))


def copy_example(path: Path, folder: Path) -> list[Path]:
    """Copy the modules of an example into a package; return the files.

    Modules of different examples have the same names, and one process of mypy knows each name once:
    an import of a module beside it becomes an import from the package. The program of a policy pack
    is left out, because it needs the pack's own environment.
    """
    package = re.sub(r"\W", "_", path.name)
    is_pack = (path / "PulumiPolicy.yaml").exists()
    modules = sorted(
        each for each in path.glob("*.py") if not (is_pack and each.name == "__main__.py")
    )
    siblings = {module.stem for module in modules}

    def replace(match: re.Match[str]) -> str:
        return f"from {package} import {match[1]}" if match[1] in siblings else match[0]

    copies = []
    for module in modules:
        text = _SIBLING_IMPORT.sub(replace, module.read_text("utf-8"))
        copies.append(folder / package / module.name)
        _write(copies[-1], text + _UNTYPED if module.name.startswith("test_") else text)
    return copies


def _join(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
