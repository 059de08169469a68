"""The table of the cost of one policy by the number of policies."""

from __future__ import annotations

from typing import Any

from benchmarks import growth
from benchmarks.comparison import Row
from benchmarks.runs import Figures, Setting
from benchmarks.watch import Usage


def make_row(count: int, ms_a_policy: float, **parts: Any) -> Row:
    usage = Usage(1.0, {"plugin": count * ms_a_policy / 1000}, {"plugin": count * 2**20})
    floor = Figures(0, Usage(1.0, {"engine": count * 0.002}, {"engine": 2**20}))
    return Row(Setting(count, **parts), "create", Figures(2 * count, usage), floor)


def test_a_linear_cost_stays_the_same_in_a_line() -> None:
    rows = [
        make_row(10, 3.0),
        make_row(1000, 3.0),
        make_row(10, 99.0, shape="rich"),
        make_row(1000, 99.0, checkpoints=True),
    ]
    lines = growth.format_rows(rows).splitlines()
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert table[0] == ["step", "figure", "10 policies", "1,000 policies"]
    assert table[2:] == [
        ["create", "requests a policy", "2.00", "2.00"],
        ["create", "CPU ms a policy", "3.00", "3.00"],
        ["create", "CPU ms a policy, engine alone", "2.00", "2.00"],
        ["create", "MB", "10", "1000"],
        ["create", "MB, engine alone", "1", "1"],
    ]
