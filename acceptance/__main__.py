"""The command line: `python -m acceptance`, or `make acceptance`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from acceptance import clean, report
from acceptance.fact import Verdict
from acceptance.facts import FACTS
from acceptance.run import Interrupted, finish, run
from acceptance.target import VARIABLE, Choice, RefusedError, choose, open_tenant

COULD_NOT_RUN = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suite; return 1 if a fact is contradicted, 2 if it could not run, else 0."""
    asked = _parse_arguments(arguments)
    try:
        choice = choose(os.environ)
        if choice.note:
            print(choice.note, file=sys.stderr)
        return _clean(choice, asked.clean) if asked.clean else _run(choice, asked)
    except RefusedError as error:
        print(error, file=sys.stderr)
    except Interrupted as signal:
        print(f"Interrupted by {signal}.", file=sys.stderr)
    return COULD_NOT_RUN


def _parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m acceptance",
        description="Try what the project knows of tenants, on the emulator or, where "
        f"CONDUCTORONE_* is set and {VARIABLE} names its host, on a real tenant.",
    )
    parser.add_argument("--clean", metavar="RUN_ID", help="delete what a killed run left")
    parser.add_argument("--only", metavar="ID", action="append", help="try these facts alone")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write fact ids and verdicts")
    parser.add_argument("--markdown", metavar="FILE", type=Path, help="write the table")
    parser.add_argument("--quirk", metavar="NAME=VALUE", action="append", default=[])
    parser.add_argument("--fault", metavar="JSON", default="", help="faults of the emulator")
    return parser.parse_args(arguments)


def _run(choice: Choice, asked: argparse.Namespace) -> int:
    unknown = sorted({*(asked.only or ())} - {fact.id for fact in FACTS})
    if unknown:
        raise RefusedError(f"No such fact: {', '.join(unknown)}.")
    facts = [fact for fact in FACTS if not asked.only or fact.id in asked.only]
    with open_tenant(choice, os.environ, quirks=asked.quirk, faults=asked.fault) as context:
        print(f"Run id: {context.run_id}\n", flush=True)
        verdicts = run(context, facts)
    table = report.format_markdown(facts, verdicts)
    print(table)
    if asked.json:
        asked.json.write_text(report.format_json(verdicts))
    if asked.markdown:
        asked.markdown.write_text(table)
    return 1 if Verdict.CONTRADICTED in verdicts.values() else 0


def _clean(choice: Choice, run_id: str) -> int:
    if not clean.is_run_id(run_id):
        raise RefusedError("CLEAN takes a whole run id, as the run printed it first.")
    if choice.settings is None:
        raise RefusedError(f"The emulator keeps nothing; set {VARIABLE} to clean a real tenant.")
    with open_tenant(choice, os.environ, run_id=run_id) as context:
        left = finish(context)
    print("Nothing of the run is left." if not left else f"{left} policies are left.")
    return COULD_NOT_RUN if left else 0


if __name__ == "__main__":
    sys.exit(main())
