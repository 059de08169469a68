"""Tables of the details: the network, the settings of the engine, and the plugin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmarks.calls import Calls, Refreshed
from benchmarks.contestants import NAMES
from benchmarks.runs import Life
from benchmarks.startup import Moment, Start
from benchmarks.watch import Usage


def format_network(lives: Mapping[str, Life]) -> str:
    """Format each step by the behaviour of the network, for one number of policies."""
    first = next(iter(lives.values()))
    header = ("step", *(f"{name}: {what}" for name in lives for what in ("seconds", "requests")))
    rows = [
        (
            NAMES[step],
            *(
                cell
                for life in lives.values()
                for cell in (format_seconds(life[step].usage.wall), life[step].requests)
            ),
        )
        for step in first
    ]
    return format_table(header, rows)


def format_settings(usages: Mapping[str, Usage]) -> str:
    """Format the creation of the same policies with several settings of the engine."""
    rows = [
        (name, format_seconds(usage.wall), format_seconds(usage.cpu.get("engine", 0.0)))
        for name, usage in usages.items()
    ]
    return format_table(("setting", "seconds", "CPU s of the engine"), rows)


def format_start(ours: Start, floor: Start) -> str:
    """Format the start of the plugin, compared with an empty provider."""
    header = ("until the answer to", "ms", "empty provider", "more", "CPU ms", "empty provider",
              "more", "MB", "empty provider", "more")  # fmt: skip
    rows = [
        ("the first check", *_compare_moments(ours.check, floor.check)),
        ("the first read, with a token", *_compare_moments(ours.read, floor.read)),
    ]
    return format_table(header, rows)


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
    return format_table(header, rows)


def format_expressions(found: Mapping[str, tuple[float, float]]) -> str:
    """Format the check of expressions."""
    rows = [(name, f"{ms:.0f}", f"{size:.0f}") for name, (ms, size) in found.items()]
    return format_table(("expressions checked", "ms", "MB more"), rows)


def format_memory(found: Iterable[Refreshed]) -> str:
    """Format the reads of many policies in one process."""
    rows = [
        (f"{r.policies:,}", r.requests, format_seconds(r.seconds),
         f"{r.seconds / r.policies * 1000:.2f}", f"{r.rss:.0f}")
        for r in found
    ]  # fmt: skip
    return format_table(("policies read", "requests", "seconds", "ms a policy", "MB at most"), rows)


def _compare_moments(ours: Moment, floor: Moment) -> Iterator[str]:
    for mine, theirs in (
        (ours.seconds * 1000, floor.seconds * 1000),
        (ours.cpu * 1000, floor.cpu * 1000),
        (ours.rss, floor.rss),
    ):
        yield from (f"{mine:.0f}", f"{theirs:.0f}", f"{mine - theirs:+.0f}")


def format_seconds(value: float) -> str:
    """Format a time with two significant digits."""
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def format_ratio(value: float, floor: float) -> str:
    """Format a ratio; "-" if there is nothing to compare with."""
    return f"{value / floor:.2f}" if floor else "-"


def format_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Format a table of Markdown; columns of numbers are aligned to the right."""
    cells = [list(map(str, row)) for row in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    numeric = [
        all(not row[i] or row[i][0].isdigit() or row[i][0] in "+-" for row in cells[1:])
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
