"""The comparison of measurements with the recorded run."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import comparison, record
from benchmarks.comparison import Row
from benchmarks.runs import Figures, Setting
from benchmarks.watch import Usage

SETTING = Setting(100)


def make_row(seconds: float, cpu: float, requests: int = 100, terraform: float = 0.0) -> Row:
    ours = Figures(requests, Usage(seconds, {"plugin": cpu}), 300_000)
    floor = Figures(0, Usage(10.0, {"plugin": 10.0}))
    theirs = Figures(100, Usage(terraform)) if terraform else None
    return Row(SETTING, "create", ours, floor, theirs)


def find_measures(now: Row, recorded: Row) -> list[str]:
    found = record.find_regressions([now], {recorded.name: record.measure(recorded)})
    return [each.measure for each in found]


@pytest.mark.parametrize(
    ("now", "measures"),
    [
        (make_row(11.0, 11.0), []),
        (make_row(13.0, 12.0), []),
        (make_row(5.0, 5.0, 50), []),
        (make_row(14.0, 11.0), ["seconds"]),
        (make_row(11.0, 13.0), ["CPU seconds"]),
        (make_row(11.0, 11.0, 200), ["requests"]),
    ],
    ids=["the same", "noise", "better", "slower", "more CPU", "more requests"],
)
def test_a_step_counts_as_slower_beyond_the_noise(now: Row, measures: list[str]) -> None:
    assert find_measures(now, make_row(11.0, 11.0)) == measures


def test_a_record_holds_neither_times_nor_steps_that_were_not_measured(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    record.write([make_row(11.0, 12.0)], "a machine", path)
    about, rows = record.read(path)
    assert about == "a machine"
    assert [*rows.values()] == [
        {"requests": 100, "state bytes": 300_000, "seconds": 1.1, "CPU seconds": 1.2}
    ]
    other = Row(Setting(10), "create", make_row(99.0, 99.0).ours, make_row(1.0, 1.0).floor)
    assert not [*record.find_regressions([other], rows)]


@pytest.mark.parametrize(("terraform", "is_missed"), [(60.0, True), (150.0, False)])
def test_the_table_says_where_the_engine_alone_misses_a_tenth_of_terraform(
    terraform: float, is_missed: bool
) -> None:
    table = comparison.format_rows([make_row(11.0, 11.0, terraform=terraform)])
    assert ("misses a tenth" in table) is is_missed


def test_the_summary_leaves_out_numbers_that_were_not_measured_with_checkpoints() -> None:
    figures = make_row(11.0, 12.0).ours
    rows = [
        Row(Setting(100, checkpoints=True), "create", figures, figures),
        Row(Setting(100), "preview", figures, figures),
        Row(Setting(10_000), "preview", figures, figures),
    ]
    header, _, *lines = comparison.format_summary(rows).splitlines()
    assert [cell.strip() for cell in header.strip("|").split("|")] == ["seconds", "100 policies"]
    assert len(lines) == 2
