"""The files in which Pulumi stores states: exports, and the folder of a `file://` backend.

A large state is read as a stream: only our resources are kept.
"""

from __future__ import annotations

import gzip
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import unquote, urlsplit

import ijson

from pulumi_c1policy._drift.stack_state import StackState
from pulumi_c1policy.errors import C1PolicyError

_HEAD_BYTES: Final = 65536
_CHUNK_BYTES: Final = 1 << 20
_ROOTS: Final = {b"deployment": "deployment", b"checkpoint": "checkpoint.latest"}
"""The path of the deployment by the key that begins it: an export, a file of a backend."""

_ROOT = re.compile(rb'"(deployment|checkpoint)"\s*:')
_STACKS: Final = Path(".pulumi") / "stacks"
_SUFFIXES: Final = (".json", ".json.gz")


class StateFileError(C1PolicyError):
    """A file that contains no state, or a stack that cannot be exported."""


def list_files(source: str) -> list[Path]:
    """List the state files of a path or a `file://` URL.

    Args:
        source: A file, the folder of a `file://` backend, or a folder with exports.

    Raises:
        StateFileError: There is no state file.
    """
    path = _parse_source(source)
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise StateFileError(f"{source} does not exist.", "Give a file, or a folder with states.")
    for stacks in (path / _STACKS, path / _STACKS.name if path.name == ".pulumi" else path):
        if stacks.is_dir() and (
            found := sorted(each for each in stacks.rglob("*") if each.name.endswith(_SUFFIXES))
        ):
            return [each for each in found if each.is_file()]
    raise StateFileError(
        f"{source} contains no state.",
        "Give the folder of a `file://` backend, or a folder with outputs of "
        "`pulumi stack export`.",
    )


def _parse_source(source: str) -> Path:
    if not source.startswith("file://"):
        return Path(source)
    parts = urlsplit(source)
    return Path(unquote(parts.netloc + parts.path)).expanduser()


def read_file(path: Path) -> StackState:
    """Read the state in a file.

    Raises:
        StateFileError: The file contains no state.
        OSError: The file cannot be read.
    """
    opened: IO[bytes] = path.open("rb")
    with opened as file, gzip.GzipFile(fileobj=file) if path.suffix == ".gz" else file as plain:
        return _read(plain, str(path))


def export_stack(name: str, seconds: float | None = None) -> StackState:
    """Read the state of a stack with `pulumi stack export`, from any backend.

    Args:
        name: The stack, as the Pulumi CLI names it.
        seconds: The time limit; None without one.

    Raises:
        StateFileError: The Pulumi CLI fails, or is not installed.
    """
    command = ["pulumi", "stack", "export", "--non-interactive", "--stack", name]
    with tempfile.TemporaryFile() as file:
        try:
            done = subprocess.run(  # noqa: S603 (the name of a stack is one argument)
                command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.PIPE,
                check=False,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired as error:
            raise StateFileError(
                f"The stack {name} was not exported within {seconds:g} seconds.",
                "Check the network and the backend, or give the state with --state.",
            ) from error
        except OSError as error:
            raise StateFileError(
                "The Pulumi CLI cannot be started.", "Install it, or give the state with --state."
            ) from error
        if done.returncode:
            raise StateFileError(
                f"The stack {name} cannot be exported: {_find_reason(done)}.",
                "Run the command in the folder of the project, or give the state with --state.",
            )
        file.seek(0)
        return _read(file, name)


def _find_reason(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = [line.strip() for line in done.stderr.decode(errors="replace").splitlines()]
    last = next(filter(None, reversed(lines)), f"exit code {done.returncode}")
    return last.removeprefix("error: ").removesuffix(".")


def _read(file: IO[bytes] | gzip.GzipFile, source: str) -> StackState:
    """Read a state; the file is read several times from its start, as a stream."""
    state = StackState(source)
    try:
        found = _ROOT.search(file.read(_HEAD_BYTES))
        if found is None:
            raise StateFileError(
                f"{source} is not a state.",
                "Give an output of `pulumi stack export`, or a file of a `file://` backend.",
            )
        root = _ROOTS[found[1]]
        for provider in _iterate(file, f"{root}.secrets_providers"):
            state.secrets_provider = provider or {}
            break
        for resource in _iterate(file, f"{root}.resources.item"):
            state.add(resource)
        if _contains(file, b'"pending_operations"'):
            state.add_pending(_iterate(file, f"{root}.pending_operations.item"))
    except (ijson.JSONError, EOFError, gzip.BadGzipFile, UnicodeDecodeError) as error:
        raise StateFileError(
            f"{source} is not whole: {error}.", "Export the stack again."
        ) from error
    return state


def _iterate(file: IO[bytes] | gzip.GzipFile, prefix: str) -> Iterator[Any]:
    """Yield the values at a path of a JSON file."""
    file.seek(0)
    found: Iterator[Any] = ijson.items(file, prefix, use_float=True)
    return found


def _contains(file: IO[bytes] | gzip.GzipFile, text: bytes) -> bool:
    """Return whether a file contains a text."""
    file.seek(0)
    rest = b""
    while chunk := file.read(_CHUNK_BYTES):
        if text in rest + chunk:
            return True
        rest = chunk[-len(text) :]
    return False
