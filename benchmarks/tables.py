"""Tables of figures, for a terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmarks.calls import Calls, Refreshed
from benchmarks.contestants import NAMES, Step
from benchmarks.drift import OURS, Drifts
from benchmarks.runs import MANY, Life, Setting
from benchmarks.startup import Moment, Start
from benchmarks.watch import Usage

Lives = Mapping[Setting, Life]

_STEPS_HEADER = (
    "policies", "step", "requests", "seconds", "engine alone", "ratio",
    "CPU s: plugin", "engine", "program", "CPU s: engine alone", "ratio", "plugin MB",
)  # fmt: skip


def format_steps(ours: Lives, floors: Lives) -> str:
    """Format each step, compared with the engine and an empty provider."""
    rows = [
        (
            _format_count(setting.count, step),
            NAMES[step],
            ours[setting][step].requests,
            *_compare_usage(ours[setting][step].usage, figures.usage),
        )
        for setting, life in floors.items()
        for step, figures in life.items()
    ]
    return _format_table(_STEPS_HEADER, rows)


def format_delays(ours: Lives, floors: Lives) -> str:
    """Format each step by the delay of the network, for one number of policies."""
    (count,) = {setting.count for setting in ours if setting.delay}
    lives = {setting.delay: life for setting, life in ours.items() if setting.count == count}
    header = ("step", "requests", "engine alone", *(f"{d * 1000:.0f} ms" for d in lives))
    rows = [
        (
            NAMES[step],
            figures.requests,
            _format_seconds(floors[Setting(count)][step].usage.wall),
            *(_format_seconds(life[step].usage.wall) for life in lives.values()),
        )
        for step, figures in lives[0.0].items()
    ]
    return _format_table(header, rows)


def format_terraform(ours: Lives, theirs: Lives) -> str:
    """Format each step, compared with Terraform and the vendor's provider."""
    header = ("policies", "delay", "step", "requests", "Terraform's", "seconds", "Terraform's",
              "ratio", "CPU s", "Terraform's", "ratio")  # fmt: skip
    rows = [
        (
            setting.count,
            f"{setting.delay * 1000:.0f} ms",
            NAMES[step],
            mine.requests,
            figures.requests,
            _format_seconds(mine.usage.wall),
            _format_seconds(figures.usage.wall),
            _format_ratio(mine.usage.wall, figures.usage.wall),
            _format_seconds(mine.usage.total_cpu),
            _format_seconds(figures.usage.total_cpu),
            _format_ratio(mine.usage.total_cpu, figures.usage.total_cpu),
        )
        for setting, life in theirs.items()
        for step, figures in life.items()
        for mine in (ours[setting][step],)
    ]
    return _format_table(header, rows)


def format_settings(usages: Mapping[str, Usage]) -> str:
    """Format the creation of the same policies with several settings of the engine."""
    rows = [
        (name, _format_seconds(usage.wall), _format_seconds(usage.cpu.get("engine", 0.0)))
        for name, usage in usages.items()
    ]
    return _format_table(("setting", "seconds", "CPU s of the engine"), rows)


def format_start(ours: Start, floor: Start) -> str:
    """Format the start of the plugin, compared with an empty provider."""
    header = ("until the answer to", "ms", "empty provider", "more", "CPU ms", "empty provider",
              "more", "MB", "empty provider", "more")  # fmt: skip
    rows = [
        ("the first check", *_compare_moments(ours.check, floor.check)),
        ("the first read, with a token", *_compare_moments(ours.read, floor.read)),
    ]
    return _format_table(header, rows)


def format_calls(usual: Calls, large: Calls) -> str:
    """Format the calls of a preview for one policy."""
    header = ("policy", "check", "diff, the same", "diff, one field changed")
    rows = [
        (name, *(f"{milliseconds:.2f} ms" for milliseconds in vars(found).values()))
        for name, found in (
            ("usual: 2 lists of steps, 5 steps, 1 rule", usual),
            ("large: 16 lists of steps, 96 steps, 16 rules", large),
        )
    ]
    return _format_table(header, rows)


def format_expressions(found: Mapping[str, tuple[float, float]]) -> str:
    """Format the check of expressions."""
    rows = [(name, f"{ms:.0f}", f"{size:.0f}") for name, (ms, size) in found.items()]
    return _format_table(("expressions checked", "ms", "MB more"), rows)


def format_memory(found: Iterable[Refreshed]) -> str:
    """Format the reads of many policies in one process."""
    rows = [
        (f"{r.policies:,}", r.requests, _format_seconds(r.seconds),
         f"{r.seconds / r.policies * 1000:.2f}", f"{r.rss:.0f}")
        for r in found
    ]  # fmt: skip
    return _format_table(
        ("policies read", "requests", "seconds", "ms a policy", "MB at most"), rows
    )


def format_drift(found: Iterable[Drifts]) -> str:
    """Format the search for one drifted policy, by the command; ratios are to `c1policy drift`."""
    header = ("policies", "command", "requests", "seconds", "ratio", "CPU s", "ratio", "MB at most")
    rows = [
        (
            f"{each.policies:,}",
            name,
            figures.requests,
            _format_seconds(figures.usage.wall),
            _format_ratio(figures.usage.wall, each.figures[OURS].usage.wall),
            _format_seconds(figures.usage.total_cpu),
            _format_ratio(figures.usage.total_cpu, each.figures[OURS].usage.total_cpu),
            f"{sum(figures.usage.rss.values()) / 2**20:.0f}",
        )
        for each in found
        for name, figures in each.figures.items()
    ]
    return _format_table(header, rows)


def _compare_usage(usage: Usage, floor: Usage) -> Iterator[object]:
    yield _format_seconds(usage.wall)
    yield _format_seconds(floor.wall)
    yield _format_ratio(usage.wall, floor.wall)
    for part in ("plugin", "engine", "program"):
        yield _format_seconds(usage.cpu.get(part, 0.0))
    yield _format_seconds(floor.total_cpu)
    yield _format_ratio(usage.total_cpu, floor.total_cpu)
    yield f"{usage.rss.get('plugin', 0) / 2**20:.0f}"


def _compare_moments(ours: Moment, floor: Moment) -> Iterator[str]:
    for mine, theirs in (
        (ours.seconds * 1000, floor.seconds * 1000),
        (ours.cpu * 1000, floor.cpu * 1000),
        (ours.rss, floor.rss),
    ):
        yield from (f"{mine:.0f}", f"{theirs:.0f}", f"{mine - theirs:+.0f}")


def _format_count(count: int, step: Step) -> str:
    # The star is explained where the table stands.
    return f"{count:,}{' *' if count > MANY and step in ('create', 'destroy') else ''}"


def _format_seconds(value: float) -> str:
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def _format_ratio(value: float, floor: float) -> str:
    return f"{value / floor:.2f}" if floor else "-"


def _format_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    cells = [list(map(str, row)) for row in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    numeric = [
        all(row[i][:1].isdigit() or row[i][:1] in "+-" for row in cells[1:])
        for i in range(len(header))
    ]
    lines = [
        " | ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        )
        for row in cells
    ]
    rule = " | ".join(
        "-" * (width - 1) + (":" if right else "-")
        for width, right in zip(widths, numeric, strict=True)
    )
    return "\n".join(f"| {line} |" for line in (lines[0], rule, *lines[1:]))
