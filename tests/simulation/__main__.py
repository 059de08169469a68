"""Play one seed and print its trace: `python -m tests.simulation SEED [attachments] [gentle]`."""

from __future__ import annotations

import sys

from tests.simulation import attachment_scenario, scenario
from tests.simulation.simulation import Simulation


def main(arguments: list[str]) -> int:
    """Print the trace and the findings; return the exit code."""
    simulation = _play(int(arguments[0]), {*arguments[1:]})
    lines = list(simulation.scheduler.trace)
    for number, process in simulation.processes.items():
        lines += [f"run {number} of {process.wire.actor}, error: {text}" for text in process.errors]
        lines += [f"run {number} of {process.wire.actor}: {text}" for text in process.warnings]
    lines += [f"UNAVOIDABLE: {text}" for text in simulation.windows]
    lines += [f"VIOLATION: {kind}: {text}" for kind, text in simulation.findings]
    sys.stdout.write("\n".join([*lines, ""]))
    return 1 if simulation.findings else 0


def _play(seed: int, words: set[str]) -> Simulation:
    if "attachments" in words:
        modest = attachment_scenario.GENTLE, attachment_scenario.EVERYTHING
        return attachment_scenario.play(seed, modest["gentle" not in words], trace=True)
    profile = scenario.GENTLE if "gentle" in words else scenario.EVERYTHING
    return scenario.play(seed, profile, trace=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
