"""Other programs, each with a time limit: the Pulumi CLI, and Python of another environment."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path


class ProgramError(Exception):
    """A program that is not installed, fails, or takes too long; the text is a phrase."""


def run_program(
    command: Sequence[str], seconds: float, *, folder: Path | None = None, text: str = ""
) -> str:
    """Run a program, and return its standard output.

    Args:
        command: The program and its arguments.
        seconds: The time limit. The program and all its processes end with it.
        folder: The working folder; the current one by default.
        text: The standard input.

    Raises:
        ProgramError: The program is not installed, fails, or takes too long.
    """
    # Files instead of pipes: a process that the program leaves behind would hold a pipe open.
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        given.write(text.encode())
        given.seek(0)
        try:
            process = subprocess.Popen(  # noqa: S603 (a list of arguments, and no shell)
                command, cwd=folder, stdin=given, stdout=out, stderr=err, start_new_session=True
            )
        except OSError as error:
            raise ProgramError("it is not installed or cannot be started") from error
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise ProgramError(f"it did not end within {seconds:g} seconds") from error
        finally:
            _end(process)
        out.seek(0)
        err.seek(0)
        if code:
            raise ProgramError(_find_reason(err.read(), code))
        return out.read().decode("utf-8", "replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process with its children."""
    if process.poll() is not None:
        return
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _find_reason(err: bytes, code: int) -> str:
    """Return the last line of an error output, or the exit code."""
    lines = [line.strip() for line in err.decode(errors="replace").splitlines()]
    last = next(filter(None, reversed(lines)), f"exit code {code}")
    return last.removeprefix("error: ").removesuffix(".")
