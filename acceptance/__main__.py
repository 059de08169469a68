"""The command: `make acceptance`, or `python -m acceptance`. It chooses the tenant and reports."""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import httpx

from acceptance import run
from acceptance.facts import FACTS
from acceptance.tenant import Tenant
from pulumi_c1policy._client.settings import ENVIRONMENT, Settings, load
from pulumi_c1policy._emulator import Emulator, Fault, Quirks
from pulumi_c1policy.errors import SettingsError

TENANT = "ACCEPTANCE_TENANT"
"""The variable that allows a run on a real tenant: the very host of the credentials."""

_CREDENTIALS = ("accessToken", "oidcToken", "clientSecret")


class UsageError(Exception):
    """The suite cannot run; the text is a sentence."""


def main(arguments: Sequence[str] | None = None, env: Mapping[str, str] = os.environ) -> int:
    """Run the suite.

    Returns:
        0 if no fact is contradicted, 1 if one is, 2 if the suite could not run.
    """
    options = _parser().parse_args(arguments)
    try:
        with _settings(options, env) as settings, _ending_cleanly():
            return _clean(settings, options.clean) if options.clean else _try(settings, options)
    except (UsageError, SettingsError, httpx.HTTPError) as error:
        print(f"The suite could not run: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m acceptance", description=__doc__)
    parser.add_argument("--clean", metavar="RUN_ID", help="delete what a killed run has left")
    parser.add_argument("--only", metavar="ID", action="append", help="try this fact; repeatable")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write ids and verdicts")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table")
    parser.add_argument(
        "--quirk",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a quirk of the emulator; repeatable",
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME=VALUE,...",
        help="a fault of the emulator, such as do=answer,status=500,times=null",
    )
    return parser


@contextlib.contextmanager
def _settings(options: argparse.Namespace, env: Mapping[str, str]) -> Iterator[Settings]:
    """The tenant to try: the emulator, unless a real one is named and the credentials are its."""
    named = (env.get(TENANT) or "").strip().lower()
    has_credentials = any(env.get(ENVIRONMENT[key]) for key in _CREDENTIALS)
    if named:
        if not has_credentials:
            raise UsageError(f"{TENANT} is set, and no CONDUCTORONE_* credentials are.")
        settings = load({}, env)
        host = urlsplit(settings.server_url).hostname or ""
        if host != named:
            raise UsageError(f"{TENANT} is {named!r}, and the credentials lead to {host!r}.")
        if options.quirk or options.fault:
            raise UsageError("--quirk and --fault are for the emulator.")
        print(f"The tenant is {host}.")
        yield settings
        return
    if has_credentials:
        print(f"Credentials are set and {TENANT} is not: the emulator is tried, no tenant.")
    with Emulator(quirks=_quirks(options.quirk), faults=_faults(options.fault)) as emulator:
        print("The tenant is the emulator.")
        yield load({}, emulator.environment)


def _quirks(given: Sequence[str]) -> Quirks:
    try:
        return Quirks().replace(**dict(map(_pair, given)))
    except ValueError as error:
        raise UsageError(f"{error}.") from error


def _faults(given: Sequence[str]) -> list[Fault]:
    try:
        return [Fault(**dict(map(_pair, each.split(",")))) for each in given]
    except (TypeError, ValueError) as error:
        raise UsageError(f"{error}.") from error


def _pair(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{text!r} is not NAME=VALUE.")
    words: dict[str, Any] = {"true": True, "false": False, "null": None}
    if value in words:
        return name, words[value]
    return name, int(value) if value.isdigit() else value


@contextlib.contextmanager
def _ending_cleanly() -> Iterator[None]:
    """Let SIGTERM end the run as Ctrl-C does, so that what was made is removed."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _try(settings: Settings, options: argparse.Namespace) -> int:
    run_id = secrets.token_hex(4)
    print(f"The run is {run_id}. Should it be killed: make acceptance CLEAN={run_id}", flush=True)
    chosen = [fact for fact in FACTS if not options.only or fact.id in options.only]
    if unknown := set(options.only or ()) - {fact.id for fact in chosen}:
        raise UsageError(f"there is no fact {min(unknown)!r}.")
    with Tenant(settings, run_id) as tenant:
        tried = run.try_all(tenant, chosen)
    table = run.as_markdown(tried)
    print(f"\n{table}\n")
    for one in tried:
        if one.verdict == "contradicted":
            print(f"contradicted: {one.fact.id}: {one.reason}")
    counts = {
        verdict: sum(one.verdict == verdict for one in tried)
        for verdict in ("confirmed", "contradicted", "not tried")
    }
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    if options.markdown:
        options.markdown.write_text(f"{table}\n", "utf-8")
    if options.json:
        options.json.write_text(run.as_json(tried), "utf-8")
    return 1 if counts["contradicted"] else 0


def _clean(settings: Settings, run_id: str) -> int:
    with Tenant(settings, run_id) as tenant:
        deleted = tenant.clean_run(run_id)
    print(f"{len(deleted)} policies of the run {run_id} were deleted.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
