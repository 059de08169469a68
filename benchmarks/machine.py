"""The description of the machine that measures."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path


def describe(pulumi: str) -> str:
    """Describe the machine, the versions, the day, and the load before the measurements."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    load = os.getloadavg()[0]
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    busy = (
        "" if load < 1 else f"\nThe machine had other work, too: a load of {load:.1f} at the start."
    )
    return (
        f"{_read_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, Python "
        f"{platform.python_version()}, Pulumi {pulumi}, its Python SDK {version('pulumi')}; "
        f"{today}.{busy}"
    )


def read_pulumi_version(path: str) -> str:
    """Return the version of the Pulumi CLI on this PATH."""
    environment = {**os.environ, "PATH": path, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    done = subprocess.run(
        ["pulumi", "version"], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip().removeprefix("v")


def _read_processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
