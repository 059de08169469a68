"""The commands of a set-up, with progress for those that are slow.

It runs before anything is installed, so it may import the standard library only.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# Shorter commands run without a message.
PATIENCE_SECONDS = 10
# A terminal's line is redrawn; a log file gets a line this often instead.
LOG_INTERVAL_SECONDS = 30
SHOWN_LINES = 30


class CommandError(Exception):
    """A command failed; the text names the task and ends with the command's output."""


def run(
    command: Sequence[str | Path],
    task: str,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> str:
    """Run a command to its end and return its output; report `task` if it takes long.

    Raises:
        CommandError: It could not be started, failed, or took longer than `timeout` seconds.
    """
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        try:
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            raise CommandError(f"Failed at {task}: {error}") from error
        try:
            status = _wait(process, task, timeout)
        finally:
            process.kill()
            process.wait()
        output.seek(0)
        text = output.read()
    if status is None:
        raise CommandError(f"Gave up {task}: it took more than {format_elapsed(timeout or 0)}.")
    if status:
        tail = "\n".join(text.splitlines()[-SHOWN_LINES:])
        raise CommandError(f"Failed at {task}:\n{tail}")
    return text


def read_output(
    command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, timeout: float = 60
) -> str:
    """Return the standard output of a quick command.

    Raises:
        CommandError: It could not be started, failed, or took longer than `timeout` seconds.
    """
    try:
        return subprocess.run(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise CommandError(str(error)) from error


def parse_version(version: str) -> tuple[int, ...]:
    """Return the numbers of a printed version ("v3.259.0", "go1.26.8"); none if there are none."""
    match = re.search(r"\d+(?:\.\d+)+", version)
    return tuple(map(int, match.group().split("."))) if match else ()


def format_elapsed(seconds: float) -> str:
    """Return a duration for people: 42s, 1m20s."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}m{rest:02}s" if minutes else f"{rest}s"


def _wait(process: subprocess.Popen[bytes], task: str, timeout: float | None) -> int | None:
    """Wait for the end and return the exit status, or None after the timeout."""
    start = time.monotonic()
    redraw = sys.stderr.isatty()
    pause: float = PATIENCE_SECONDS
    is_reported = False
    try:
        while True:
            try:
                return process.wait(pause)
            except subprocess.TimeoutExpired:
                passed = time.monotonic() - start
            if timeout is not None and passed > timeout:
                return None
            line = f"still {task} … {format_elapsed(passed)}"
            sys.stderr.write(f"\r{line}" if redraw else f"{line}\n")
            sys.stderr.flush()
            is_reported = True
            pause = 1 if redraw else LOG_INTERVAL_SECONDS
    finally:
        if is_reported and redraw:
            sys.stderr.write("\n")
