"""Measurement of a command: the usage of its processes, by part."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Part = Literal["engine", "plugin", "program"]
"""The CLI; the server of the resources; the process of the program, and all others."""

# The interval grows with the elapsed time: each look costs time, and misses later usage.
_SHORTEST, _LONGEST, _PART_OF_ELAPSED = 0.03, 0.25, 0.01
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
# Fields of /proc/PID/stat after the name in brackets, which may hold anything.
_SESSION, _USER, _SYSTEM, _RSS = 3, 11, 12, 21
_GONE = (FileNotFoundError, ProcessLookupError)


class CommandFailedError(Exception):
    """A measured command failed; the text is its output."""


@dataclass
class Usage:
    """The resources that a command used."""

    wall: float = 0.0
    cpu: dict[Part, float] = field(default_factory=dict)
    """Seconds of user and system time."""
    rss: dict[Part, int] = field(default_factory=dict)
    """Bytes of the largest process, at its largest."""

    @property
    def total_cpu(self) -> float:
        """The sum over all processes."""
        return sum(self.cpu.values())


@dataclass
class _Process:
    part: Part
    cpu: float = 0.0
    rss: int = 0


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    plugin: str,
    code: int = 0,
) -> Usage:
    """Run a command to its end.

    Args:
        command: The command line.
        cwd: The working folder.
        environment: The whole environment.
        plugin: A part of the command line of the plugin's process.
        code: The expected exit code.

    Raises:
        CommandFailedError: It exited with another code.
    """
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        start = time.perf_counter()
        # A separate session identifies its processes, whatever their parent is.
        child = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        seen: dict[int, _Process] = {}
        part = _make_classifier(child.pid, plugin)
        while True:
            passed = time.perf_counter() - start
            try:
                found = child.wait(min(_LONGEST, max(_SHORTEST, passed * _PART_OF_ELAPSED)))
                break
            except subprocess.TimeoutExpired:
                _update_processes(child.pid, seen, part)
        wall = time.perf_counter() - start
        if found != code:
            output.seek(0)
            raise CommandFailedError(f"{' '.join(map(str, command))}\n{output.read()[-4000:]}")
    return _sum_processes(wall, seen)


def _make_classifier(engine: int, plugin: str) -> Callable[[int], Part]:
    def part(process: int) -> Part:
        if process == engine:
            return "engine"
        words = Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace")
        return "plugin" if plugin in words.replace("\0", " ") else "program"

    return part


def _update_processes(session: int, seen: dict[int, _Process], part: Callable[[int], Part]) -> None:
    """Update the records of the session's processes; the counts only grow."""
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        process = int(name)
        try:
            if int(_read_stat(process)[_SESSION]) != session:
                continue
            found = seen.setdefault(process, _Process("program"))
            # Between its start and its exec a process still has its parent's command line.
            if found.part == "program":
                found.part = part(process)
            found.cpu, found.rss = read_cpu(process), max(found.rss, read_rss(process))
        except _GONE:
            continue


def read_cpu(process: int) -> float:
    """Return the seconds of user and system time of a process."""
    stat = _read_stat(process)
    return (int(stat[_USER]) + int(stat[_SYSTEM])) / _TICKS


def read_rss(process: int) -> int:
    """Return the bytes of a process in memory."""
    return int(_read_stat(process)[_RSS]) * _PAGE


def _read_stat(process: int) -> list[str]:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()


def sum_usages(usages: Sequence[Usage]) -> Usage:
    """Sum the usages of consecutive commands."""
    total = Usage(sum(usage.wall for usage in usages))
    for usage in usages:
        for part in usage.cpu:
            total.cpu[part] = total.cpu.get(part, 0.0) + usage.cpu[part]
            total.rss[part] = max(total.rss.get(part, 0), usage.rss[part])
    return total


def _sum_processes(wall: float, seen: Mapping[int, _Process]) -> Usage:
    usage = Usage(wall)
    for process in seen.values():
        usage.cpu[process.part] = usage.cpu.get(process.part, 0.0) + process.cpu
        usage.rss[process.part] = max(usage.rss.get(process.part, 0), process.rss)
    return usage
