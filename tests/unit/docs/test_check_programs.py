"""The type check of the programs of users."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import check_links, check_programs

PROGRAM = "import pulumi_c1policy as c1\n"
CONTINUED = "from pulumi_c1policy.testing import simulate\n"
FRAGMENT = "c1.Policy()\n"


def write_page(*blocks: str) -> str:
    return "# Page\n\n" + "\n".join(f"```python\n{block}```\n" for block in blocks)


def test_a_program_has_the_line_numbers_of_its_page() -> None:
    page = write_page(FRAGMENT, PROGRAM)
    (program,) = check_programs.find_programs(page)
    number = page.splitlines().index(PROGRAM.rstrip())
    assert program.splitlines()[number] == PROGRAM.rstrip()
    assert program.strip() == PROGRAM.strip()


def test_a_block_with_a_part_of_the_package_continues_the_program() -> None:
    page = write_page(PROGRAM, FRAGMENT, CONTINUED, PROGRAM)
    first, second = check_programs.find_programs(page)
    assert first.split() == [*PROGRAM.split(), *CONTINUED.split()]
    assert second.split() == PROGRAM.split()


def test_every_page_with_python_and_every_example_is_known() -> None:
    pages = {page.name for page in check_links.list_pages()}
    assert {"README.md", "attaching.md", "lookups.md", "quickstart.md"} <= pages
    assert len(check_programs.list_examples()) >= 4


def test_an_example_imports_its_modules_from_the_copy(tmp_path: Path) -> None:
    example = tmp_path / "policy-tests"
    example.mkdir()
    (example / "__main__.py").write_text("import one\nimport pulumi\n")
    (example / "one.py").write_text("")
    main, one = check_programs.copy_example(example, tmp_path / "copies")
    assert main.read_text() == "from policy_tests import one\nimport pulumi\n"
    assert one == tmp_path / "copies" / "policy_tests" / "one.py"


@pytest.mark.slow
def test_both_checkers_refuse_a_wrong_program(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(f'{PROGRAM}c1.Policy("one")\n')
    assert check_programs.check([wrong]) == 1
    output = capfd.readouterr().out
    assert 'wrong.py:2: error: Missing named argument "policy_type"' in output
    assert "(reportCallIssue)" in output
