"""A check of the language: docstring openings, test names, line lengths, sentences in Markdown.

Run `python -m scripts.check_language [PATH ...]`; without a path, all tracked files are checked.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

MAX_COLUMNS = 100
OPENINGS = frozenset(
    [
        "What",
        "Whether",
        "Who",
        "Whom",
        "Whose",
        "Where",
        "How",
        "Which",
        "That",
        "Why",
        "When",
        "While",
        "If",
        "Of",
        "In",
        "At",
        "Under",
        "So",
        "As",
        "From",
        "With",
        "Without",
        "There",
    ]
)
"""Words that never open a docstring."""

TEST_OPENINGS = frozenset(
    [
        "what",
        "whatever",
        "whether",
        "who",
        "whoever",
        "whose",
        "where",
        "wherever",
        "how",
        "however",
        "that",
        "which",
        "why",
        "when",
        "whenever",
    ]
)
"""Words that never open the name of a test; a digit does not open one either."""

NAMED_TESTS = (
    "acceptance",
    "chaos",
    "e2e",
    "emulator",
    "golden",
    "integration",
    "simulation",
    "unit",
)
"""The folders of `tests` in which the names of tests are checked."""

_PRAGMA = re.compile(r" +# (noqa|type: ignore).*")
_TWO_SENTENCES = re.compile(r"[a-z0-9`)\]*\"][.!?] +[A-Z`\"\[]")
_LIST_MARKER = re.compile(r"^[\s#]*\d+\. ")
_LEAD_IN = re.compile(r"^\s*([-*] )?\*\*[^*]+[.!?]\*\* ")
_ABBREVIATION = re.compile(r"\b(e\.g|i\.e|etc|vs|cf|no)\. ", re.IGNORECASE)


def main(arguments: list[str]) -> int:
    """Print each finding; return 1 if there is one."""
    paths = [*_list_files(arguments)]
    findings = [each for path in paths for each in dict.fromkeys(check(path))]
    findings += find_repeated_modules(paths)
    for finding in findings:
        print(finding)
    if findings:
        print(f"{len(findings)} findings")
    return min(len(findings), 1)


def check(path: Path) -> Iterator[str]:
    """Yield the findings of a file, each with its place.

    Args:
        path: A Python or Markdown file; other files have no findings.
    """
    if path.suffix not in (".py", ".md"):
        return
    content = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from (f"{path}:{line}: {text}" for line, text in _check_python(content))
        if _has_named_tests(path):
            yield from (f"{path}:{line}: {text}" for line, text in _check_test_names(content))
    else:
        yield from (f"{path}:{line}: {text}" for line, text in _check_markdown(content))


def find_repeated_modules(paths: Iterable[Path]) -> Iterator[str]:
    """Yield a finding for each test module that has the name of an earlier one."""
    first: dict[str, Path] = {}
    for path in paths:
        if path.match("test_*.py") and first.setdefault(path.name, path) != path:
            yield f"{path}:1: {first[path.name]} has the same name; choose another one"


def _check_python(text: str) -> Iterator[tuple[int, str]]:
    tree = ast.parse(text)
    data = _find_data_lines(text, tree)
    for number, line in enumerate(text.splitlines(), 1):
        width = len(_PRAGMA.sub("", line))
        if width > MAX_COLUMNS and number not in data:
            yield number, f"{width} columns; {MAX_COLUMNS} at most"
    for node in ast.walk(tree):
        opening = _find_docstring(node)
        if opening is not None and (word := opening.split(" ", 1)[0].rstrip(",:")) in OPENINGS:
            place = _find_docstring_line(node)
            yield place, f"a docstring opens with {word!r}; open with a verb or a noun phrase"


def _has_named_tests(path: Path) -> bool:
    """Return whether the names of the tests in a file are checked."""
    folders = path.parts[:-1]
    is_checked = any(pair[0] == "tests" and pair[1] in NAMED_TESTS for pair in pairwise(folders))
    return is_checked and path.name.startswith("test_")


def _check_test_names(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            prefix, _, fact = node.name.partition("test_")
            word = fact.split("_", 1)[0]
            if not prefix and (word in TEST_OPENINGS or word[:1].isdigit()):
                yield node.lineno, f"a test's name opens with {word!r}; state a fact: subject, verb"


def _find_data_lines(text: str, tree: ast.Module) -> set[int]:
    """Return the lines of data: strings of several lines, and tables that no formatter changes."""
    lines: set[int] = set()
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in documentation:
            end = node.end_lineno or node.lineno
            lines |= {*range(node.lineno, end + 1)} if end > node.lineno else set()
    is_table = False
    for number, line in enumerate(text.splitlines(), 1):
        is_table = (is_table or "# fmt: off" in line) and "# fmt: on" not in line
        if is_table:
            lines.add(number)
    return lines


def _find_docstring_line(node: ast.AST) -> int:
    """Return the line of a node's docstring."""
    body = getattr(node, "body", None)
    first = body[0] if isinstance(body, list) and body else node
    return first.lineno if isinstance(first, ast.stmt) else 1


def _find_docstring(node: ast.AST) -> str | None:
    """Return the docstring of a node; for a string that documents a value, that string."""
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return ast.get_docstring(node)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return node.value.value if isinstance(node.value.value, str) else None
    return None


def _check_markdown(text: str) -> Iterator[tuple[int, str]]:
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif fenced or line.lstrip().startswith("|"):
            continue
        elif _has_two_sentences(line):
            yield number, "two sentences on a line; write one a line"


def _has_two_sentences(line: str) -> bool:
    """Return whether a line has two sentences, a list number and a bold lead-in aside."""
    prose = _LEAD_IN.sub("", _LIST_MARKER.sub("", line))
    prose = _ABBREVIATION.sub("", re.sub(r"`[^`]*`", "`x`", prose))
    return _TWO_SENTENCES.search(prose) is not None


def _list_files(arguments: list[str]) -> Iterator[Path]:
    if arguments:
        for argument in map(Path, arguments):
            yield from sorted(argument.rglob("*")) if argument.is_dir() else [argument]
        return
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], capture_output=True, check=True, encoding="utf-8"
    ).stdout
    for name in filter(None, tracked.split("\0")):
        if Path(name).is_file():
            yield Path(name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
