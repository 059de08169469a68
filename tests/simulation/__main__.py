"""Play one seed and print its trace: `python -m tests.simulation SEED [gentle]`."""

from __future__ import annotations

import sys

from tests.simulation import scenario


def main(arguments: list[str]) -> int:
    """Print the trace and the findings; return the exit code."""
    profile = scenario.GENTLE if arguments[1:] == ["gentle"] else scenario.EVERYTHING
    simulation = scenario.play(int(arguments[0]), profile, trace=True)
    lines = list(simulation.scheduler.trace)
    for number, process in simulation.processes.items():
        lines += [f"run {number} of {process.wire.actor}, error: {text}" for text in process.errors]
        lines += [f"run {number} of {process.wire.actor}: {text}" for text in process.warnings]
    lines += [f"UNAVOIDABLE: {text}" for text in simulation.windows]
    lines += [f"VIOLATION: {kind}: {text}" for kind, text in simulation.findings]
    sys.stdout.write("\n".join([*lines, ""]))
    return 1 if simulation.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
