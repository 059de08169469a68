"""Chaos under the real CLI: Ctrl-C, or `kill -9` of the CLI, the provider or both; then a recovery.

The recovery follows the commands in the messages.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

from pulumi_c1policy._emulator import Emulator
from tests.support import programs
from tests.support.cli import SETTINGS, STACK, TYPE, Outcome, Stack
from tests.support.programs import Sketches
from tests.support.shared_tenant import SharedTenant
from tests.support.tally import Tally

ENDS = {"kill of the CLI", "kill of the provider", "kill of both", "Ctrl-C"}
"""The early ends of a run."""

_FAULT_SHARES = (0.0, 0.1, 0.3)
_MAX_SECONDS = 120.0
_MAX_LEFTOVERS = 8
_LEFTOVER = re.compile(r"the policy (\w{27}) \(created [^)]*\), which differs")
_PROVIDER = b"pulumi.dynamic"


def run_seed(seed: int, tenant: Emulator, folder: Path, environment: Mapping[str, str]) -> Tally:
    """Play one seed: disturbed runs of one stack that end too early, then a recovery."""
    chance, tally = Random(seed), Tally()
    shared = SharedTenant(tenant)
    tenant.set_quirks(delay=0.02)
    stack = Stack(folder, {**environment, **tenant.environment}, tenant)
    sketches = programs.draw(chance)
    stack.init()
    try:
        for _ in range(chance.choice([1, 1, 2])):
            _get_program_path(folder).write_text(programs.format_source(sketches))
            _run_disturbed_update(stack, shared, chance, tally, policies=len(sketches))
            sketches = programs.change_contents(chance, sketches)
        _get_program_path(folder).write_text(programs.format_source(sketches))
        _recover(stack, shared, sketches, tally)
    finally:
        end_orphans(folder)
    tally.violations = [f"seed {seed}, under the CLI: {text}" for text in tally.violations]
    tally.counts["seeds"] += 1
    return tally


def _get_program_path(folder: Path) -> Path:
    return folder / "__main__.py"


def _run_disturbed_update(
    stack: Stack, shared: SharedTenant, chance: Random, tally: Tally, *, policies: int
) -> None:
    """Run `pulumi up`, and end it after a random number of requests."""
    if share := chance.choice(_FAULT_SHARES):
        shared.disturb(chance, share=share)
    else:
        shared.calm()
    stack.tenant.clear_requests()
    end = chance.choice(sorted(ENDS))
    requests, later = chance.randint(1, 2 + policies), chance.uniform(0, 0.04)
    process = start_update(stack, "--refresh")
    try:
        deadline = time.monotonic() + _MAX_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if len(stack.tenant.requests) >= requests:
                time.sleep(later)
                _end_process(process, end)
                tally.counts[end] += 1
                break
            time.sleep(0.002)
        process.wait(_MAX_SECONDS)
    finally:
        process.kill()
        process.wait()
    tally.counts["requests"] += len(stack.tenant.requests)
    tally.counts["faults"] += sum(1 for each in stack.tenant.requests if each.fault)


def start_update(
    stack: Stack, *options: str, output: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start `pulumi up`, and do not wait for its end."""
    return start_run(stack, "up", *options, output=output)


def start_run(
    stack: Stack,
    command: str,
    *options: str,
    output: int = subprocess.DEVNULL,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start `pulumi up` or `pulumi destroy`, and do not wait for its end."""
    return subprocess.Popen(
        ["pulumi", command, *SETTINGS, "--yes", "--skip-preview", *options],
        cwd=stack.folder,
        env={**stack.environment, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )


def _end_process(process: subprocess.Popen[bytes], end: str) -> None:
    if end == "Ctrl-C":
        process.send_signal(signal.SIGINT)
        return
    if end != "kill of the CLI":
        for pid in [
            pid for pid in _list_descendants(process.pid) if _PROVIDER in _read_command_line(pid)
        ]:
            os.kill(pid, signal.SIGKILL)
    if end != "kill of the provider":
        process.kill()


def _recover(stack: Stack, shared: SharedTenant, sketches: Sketches, tally: Tally) -> None:
    """Recover as a person does after a crash, while orphaned processes still run."""
    shared.calm()
    # A kill may truncate the state, or the file of attributes beside it.
    for attributes in (stack.folder / "state").rglob("*.attrs"):
        if not _is_complete(attributes):
            attributes.unlink()
            tally.counts["truncated attributes of a state removed"] += 1
    [state] = (stack.folder / "state").rglob(f"stacks/**/{STACK}.json")
    if not _is_complete(state):
        backup = state.with_name(f"{state.name}.bak")
        if _is_complete(backup):
            shutil.copy(backup, state)
            tally.counts["truncated states, backup restored"] += 1
        else:
            # Without a backup the stack is created again.
            state.unlink()
            shutil.rmtree(stack.folder / "state" / ".pulumi" / "locks", ignore_errors=True)
            stack.run("stack", "init", STACK).ok()
            tally.counts["truncated states, stack created again"] += 1
    if any((stack.folder / "state").rglob("locks/**/*.json")):
        # The file backend keeps the lock of a CLI that was killed.
        stack.run("cancel", "--yes").ok()
    clean = _deploy_without_leftovers(stack, tally)
    if clean.code:
        tally.violations.append(f"the clean run ended with {clean.code}: {clean.output}")
        return
    tally.counts["clean runs"] += 1
    tally.counts["policies compared"] += len(sketches)
    tally.violations += shared.list_violations(programs.build_program(sketches), _read_ids(state))
    further = stack.preview("--refresh", "--expect-no-changes")
    if further.code:
        tally.violations.append(f"a further run has changes: {further.output}")


def _deploy_without_leftovers(stack: Stack, tally: Tally) -> Outcome:
    """Run the command in the errors, and delete leftovers that differ from the program."""
    for _ in range(_MAX_LEFTOVERS):
        clean = stack.up("--refresh", PULUMI_C1POLICY_ON_LEFTOVER="adopt")
        left = set(_LEFTOVER.findall(clean.output))
        if not clean.code or not left:
            break
        for policy_id in left:
            stack.tenant.product_delete(policy_id)
            tally.counts["leftovers that a person deleted"] += 1
    return clean


def _is_complete(state: Path) -> bool:
    try:
        return bool(json.loads(state.read_text()))
    except (OSError, ValueError):
        return False


def _read_ids(state: Path) -> dict[str, str]:
    """Return the ids of the policies in the state, by resource name."""
    resources = json.loads(state.read_text())["checkpoint"]["latest"]["resources"]
    found = [each for each in resources if each["type"] == TYPE]
    return {each["urn"].rpartition("::")[2]: each["id"] for each in found}


def end_orphans(folder: Path) -> None:
    """End the processes that killed runs of the project in `folder` left.

    Pulumi's plugins are not in its process group and survive it; their working folder is the
    project.
    """
    for pid in list_orphans(folder):
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            continue


def list_orphans(folder: Path) -> list[int]:
    """List the processes whose working folder is the project in `folder`."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if place.readlink() == folder:
                found.append(int(place.parent.name))
        except OSError:
            continue
    return found


def _list_descendants(pid: int) -> Iterator[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    pending = [pid]
    while pending:
        children = parents.get(pending.pop(), [])
        yield from children
        pending += children


def _read_command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except OSError:
        return b""
