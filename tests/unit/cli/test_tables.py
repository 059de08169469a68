"""Tables: a cell is folded at the terminal's width, and stays whole outside a terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys

import pytest

CELL = "manager:" + "abcdefghij" * 30
PROGRAM = f"""
from pulumi_c1policy._cli import tables
tables.print_table(["Policy", "Outcome"], [["東京" * 30, {CELL!r}]])
"""


def print_on_terminal(columns: int) -> str:
    """Return the output of the program on a terminal, without its styles."""
    main, terminal = pty.openpty()
    with open(main, "rb", buffering=0) as screen:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            stdout=terminal,
            env=os.environ | {"COLUMNS": str(columns), "TERM": "xterm"},
        )
        os.close(terminal)
        output = b""
        try:
            while chunk := screen.read(65536):
                output += chunk
        except OSError:  # Linux reports the end of a terminal as an error.
            pass
        assert process.wait() == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", output.decode())


def join_cells(output: str) -> list[str]:
    """Return the whole text of the columns."""
    rows = [line.strip("│\r").split("│") for line in output.splitlines() if "│" in line]
    return ["".join(part.strip() for part in column) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize("columns", [30, 80])
def test_a_wide_cell_is_folded_on_a_terminal(columns: int) -> None:
    output = print_on_terminal(columns)
    assert join_cells(output) == ["東京" * 30, CELL]
    assert max(map(len, output.splitlines())) <= columns


def test_a_wide_cell_stays_on_one_line_in_a_pipe() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"COLUMNS": "30"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert len([line for line in done.stdout.splitlines() if "│" in line]) == 1
    assert join_cells(done.stdout) == ["東京" * 30, CELL]
