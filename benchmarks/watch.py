"""Run a command and watch what its processes use, by the part that they play."""

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
"""The CLI itself; what serves the resources; what runs the user's program, with all the rest."""

# Looks are rarer the longer it takes: they cost time themselves, and miss what a process does after
# the last.
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
) -> Usage:
    """Run a command to its end.

    Args:
        command: What to run.
        cwd: Where.
        environment: Its whole environment.
        plugin: What the command line of the plugin's process contains.

    Raises:
        CommandFailedError: It did not exit with 0.
    """
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        start = time.perf_counter()
        # A session of its own tells its processes from all others, whoever their parent is.
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
        part = _part_of(child.pid, plugin)
        while True:
            passed = time.perf_counter() - start
            try:
                code = child.wait(min(_LONGEST, max(_SHORTEST, passed * _PART_OF_ELAPSED)))
                break
            except subprocess.TimeoutExpired:
                _look(child.pid, seen, part)
        wall = time.perf_counter() - start
        if code:
            output.seek(0)
            raise CommandFailedError(f"{' '.join(map(str, command))}\n{output.read()[-4000:]}")
    return _summed(wall, seen)


def _part_of(engine: int, plugin: str) -> Callable[[int], Part]:
    def part(process: int) -> Part:
        if process == engine:
            return "engine"
        words = Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace")
        return "plugin" if plugin in words.replace("\0", " ") else "program"

    return part


def _look(session: int, seen: dict[int, _Process], part: Callable[[int], Part]) -> None:
    """Bring what is known of the session's processes up to date; the counts only ever grow."""
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        process = int(name)
        try:
            if int(_stat(process)[_SESSION]) != session:
                continue
            found = seen.setdefault(process, _Process("program"))
            # Between its start and its exec a process still has its parent's command line.
            if found.part == "program":
                found.part = part(process)
            found.cpu, found.rss = cpu(process), max(found.rss, rss(process))
        except _GONE:
            continue


def cpu(process: int) -> float:
    """The seconds of user and system time that a process has used."""
    stat = _stat(process)
    return (int(stat[_USER]) + int(stat[_SYSTEM])) / _TICKS


def rss(process: int) -> int:
    """The bytes that a process has in memory."""
    return int(_stat(process)[_RSS]) * _PAGE


def _stat(process: int) -> list[str]:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()


def added(usages: Sequence[Usage]) -> Usage:
    """Sum up commands that ran one after the other."""
    total = Usage(sum(usage.wall for usage in usages))
    for usage in usages:
        for part in usage.cpu:
            total.cpu[part] = total.cpu.get(part, 0.0) + usage.cpu[part]
            total.rss[part] = max(total.rss.get(part, 0), usage.rss[part])
    return total


def _summed(wall: float, seen: Mapping[int, _Process]) -> Usage:
    usage = Usage(wall)
    for process in seen.values():
        usage.cpu[process.part] = usage.cpu.get(process.part, 0.0) + process.cpu
        usage.rss[process.part] = max(usage.rss.get(process.part, 0), process.rss)
    return usage
