"""Chaos through the real CLI: Ctrl-C, or `kill -9` of it, of the provider or of both; then what a
person does.
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
from tests.support.shared_tenant import World
from tests.support.tally import Tally

ENDS = {"kill of the CLI", "kill of the provider", "kill of both", "Ctrl-C"}
"""An early end of a run."""

_SHARES = (0.0, 0.1, 0.3)
_LONGEST = 120.0
_MOST_LEFTOVERS = 8
_LEFTOVER = re.compile(r"the policy (\w{27}) \(created [^)]*\), which differs")
_PROVIDER = b"pulumi.dynamic"


def run(seed: int, tenant: Emulator, folder: Path, environment: Mapping[str, str]) -> Tally:
    """One seed: disturbed runs of one stack that end too early, then a clean one."""
    chance, tally = Random(seed), Tally()
    world = World(tenant)
    tenant.set_quirks(delay=0.02)
    stack = Stack(folder, {**environment, **tenant.environment}, tenant)
    sketches = programs.draw(chance)
    stack.init()
    try:
        for _ in range(chance.choice([1, 1, 2])):
            _program(folder).write_text(programs.source(sketches))
            _disturbed(stack, world, chance, tally, policies=len(sketches))
            sketches = programs.change_contents(chance, sketches)
        _program(folder).write_text(programs.source(sketches))
        _clean(stack, world, sketches, tally)
    finally:
        end_orphans(folder)
    tally.violations = [f"seed {seed}, through the CLI: {wrong}" for wrong in tally.violations]
    tally.counts["seeds"] += 1
    return tally


def _program(folder: Path) -> Path:
    return folder / "__main__.py"


def _disturbed(stack: Stack, world: World, chance: Random, tally: Tally, *, policies: int) -> None:
    """`pulumi up`, and its untimely end when the tenant has seen some number of requests."""
    if share := chance.choice(_SHARES):
        world.disturb(chance, share=share)
    else:
        world.calm()
    stack.tenant.clear_requests()
    end = chance.choice(sorted(ENDS))
    requests, later = chance.randint(1, 2 + policies), chance.uniform(0, 0.04)
    process = start(stack, "--refresh")
    try:
        deadline = time.monotonic() + _LONGEST
        while process.poll() is None and time.monotonic() < deadline:
            if len(stack.tenant.requests) >= requests:
                time.sleep(later)
                _end(process, end)
                tally.counts[end] += 1
                break
            time.sleep(0.002)
        process.wait(_LONGEST)
    finally:
        process.kill()
        process.wait()
    tally.counts["requests"] += len(stack.tenant.requests)
    tally.counts["faults"] += sum(1 for each in stack.tenant.requests if each.fault)


def start(stack: Stack, *options: str, output: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """Start `pulumi up` without waiting for its end."""
    return subprocess.Popen(
        ["pulumi", "up", *SETTINGS, "--yes", "--skip-preview", *options],
        cwd=stack.folder,
        env=stack.environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )


def _end(process: subprocess.Popen[bytes], end: str) -> None:
    if end == "Ctrl-C":
        process.send_signal(signal.SIGINT)
        return
    if end != "kill of the CLI":
        for pid in [pid for pid in _descendants(process.pid) if _PROVIDER in _command(pid)]:
            os.kill(pid, signal.SIGKILL)
    if end != "kill of the provider":
        process.kill()


def _clean(stack: Stack, world: World, sketches: Sketches, tally: Tally) -> None:
    """Do what a person does after a crash, while its orphans still run."""
    world.calm()
    # A kill may cut the writing of the state short, or that of the attributes beside it.
    for attributes in (stack.folder / "state").rglob("*.attrs"):
        if not _whole(attributes):
            attributes.unlink()
            tally.counts["attributes of a state cut short, removed"] += 1
    [state] = (stack.folder / "state").rglob(f"stacks/**/{STACK}.json")
    if not _whole(state):
        backup = state.with_name(f"{state.name}.bak")
        if _whole(backup):
            shutil.copy(backup, state)
            tally.counts["states cut short, backup restored"] += 1
        else:
            # Without any backup the stack starts anew.
            state.unlink()
            shutil.rmtree(stack.folder / "state" / ".pulumi" / "locks", ignore_errors=True)
            stack.run("stack", "init", STACK).ok()
            tally.counts["states cut short, stack started anew"] += 1
    if any((stack.folder / "state").rglob("locks/**/*.json")):
        # The file backend keeps the lock of a CLI that was killed.
        stack.run("cancel", "--yes").ok()
    clean = _until_nothing_is_left_over(stack, tally)
    if clean.code:
        tally.violations.append(f"the clean run ended with {clean.code}: {clean.output}")
        return
    tally.counts["clean runs"] += 1
    tally.counts["policies compared"] += len(sketches)
    tally.violations += world.wrong(programs.program(sketches), _ids(state))
    further = stack.preview("--refresh", "--expect-no-changes")
    if further.code:
        tally.violations.append(f"a further run has something to do: {further.output}")


def _until_nothing_is_left_over(stack: Stack, tally: Tally) -> Outcome:
    """The command that the errors name; a leftover that is not as the program says is deleted."""
    for _ in range(_MOST_LEFTOVERS):
        clean = stack.up("--refresh", PULUMI_C1POLICY_ON_LEFTOVER="adopt")
        left = set(_LEFTOVER.findall(clean.output))
        if not clean.code or not left:
            break
        for policy_id in left:
            stack.tenant.product_delete(policy_id)
            tally.counts["leftovers that a person deleted"] += 1
    return clean


def _whole(state: Path) -> bool:
    try:
        return bool(json.loads(state.read_text()))
    except (OSError, ValueError):
        return False


def _ids(state: Path) -> dict[str, str]:
    """The policies in the stack's state, by resource name."""
    resources = json.loads(state.read_text())["checkpoint"]["latest"]["resources"]
    found = [each for each in resources if each["type"] == TYPE]
    return {each["urn"].rpartition("::")[2]: each["id"] for each in found}


def end_orphans(folder: Path) -> None:
    """End what killed runs of the project in `folder` have left behind.

    Pulumi's plugins are no members of its process group and live on; they all run in the project.
    """
    for place in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if place.readlink() == folder:
                os.kill(int(place.parent.name), signal.SIGKILL)
        except OSError:
            continue


def _descendants(pid: int) -> Iterator[int]:
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


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except OSError:
        return b""
