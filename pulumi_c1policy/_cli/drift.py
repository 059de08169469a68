"""`c1policy drift`: compare the tenant with the states of stacks, or with an export."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Annotated

import typer

from pulumi_c1policy._cli import exit_codes, output, policy_sources, tables
from pulumi_c1policy.errors import C1PolicyError

if TYPE_CHECKING:
    from pulumi_c1policy._drift.findings import DriftReport, Problem
    from pulumi_c1policy._drift.stack_state import StackState
    from pulumi_c1policy._model.paths import Path


class DriftFormat(StrEnum):
    """The format of the output."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"
    JUNIT = "junit"
    SARIF = "sarif"


class FailOn(StrEnum):
    """Findings that count as drift on demand."""

    UNMANAGED = "unmanaged"


def drift(
    state: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="An output of `pulumi stack export`, a folder of them, or a `file://` backend; "
            "repeatable.",
        ),
    ] = None,
    stack: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="A stack that `pulumi stack export` can read; repeatable."
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER", help="Compare with an export of `c1policy export`, not with states."
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Compare this resource (name or URN; in an export, name or id); repeatable.",
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Ignore changes at a property path, such as `description`; repeatable.",
        ),
    ] = None,
    fail_on: Annotated[
        list[FailOn] | None,
        typer.Option(help="Also count the policies that no given state, or the export, holds."),
    ] = None,
    watch: Annotated[
        float | None,
        typer.Option(min=1, metavar="SECONDS", help="Compare again after this time, until Ctrl-C."),
    ] = None,
    format: Annotated[
        DriftFormat, typer.Option(help="The format of the output.")
    ] = DriftFormat.TABLE,
) -> None:
    """Compare the tenant with states of stacks or with an export, without the engine.

    The tenant is that of the CONDUCTORONE_ variables. Nothing is written, neither to the tenant nor
    to a state. PULUMI_CONFIG_PASSPHRASE opens the secrets of a state.

    Exit code: 0 in sync, 2 drift, 1 error. An error in one stack outweighs drift in others.
    """
    count_unmanaged = FailOn.UNMANAGED in (fail_on or ())
    shown = None
    while True:
        try:
            report = _compare(state or (), stack or (), against, only or (), ignore or ())
        except (C1PolicyError, OSError, UnicodeDecodeError) as error:
            output.echo(policy_sources.describe_error(error), err=True)
            raise typer.Exit(exit_codes.ERROR) from error
        text = _render(report, format, count_unmanaged=count_unmanaged)
        if text != shown:
            shown = text
            _print(report, format, text)
        code = _choose_code(report, count_unmanaged=count_unmanaged)
        if watch is None:
            raise typer.Exit(code)
        try:
            time.sleep(watch)
        except KeyboardInterrupt:
            raise typer.Exit(code) from None


def _compare(
    paths: Sequence[str],
    stacks: Sequence[str],
    against: str | None,
    only: Sequence[str],
    ignore: Sequence[str],
) -> DriftReport:
    if against is None and not paths and not stacks:
        raise typer.BadParameter(
            "Name the states with --state or --stack, or an export with --against."
        )
    ignored = tuple(map(_parse_path, ignore))
    if against is None:
        return _compare_states(paths, stacks, only, ignored)
    if paths or stacks:
        raise typer.BadParameter("An export cannot be combined with --state or --stack.")
    return _compare_export(against, only, ignored)


def _compare_export(source: str, only: Sequence[str], ignored: tuple[Path, ...]) -> DriftReport:
    from pulumi_c1policy._client import settings
    from pulumi_c1policy._client.policy_client import PolicyClient
    from pulumi_c1policy._drift import drift_search, export_comparison
    from pulumi_c1policy._export import export_folder

    export = export_folder.open_export(source)
    if only:
        _require_known(only, export_comparison.list_names(export), "The export has no object")
    options = drift_search.DriftOptions(
        frozenset(only), ignored, allowed_tenant=_get_allowed_tenant()
    )
    loaded = settings.load({}, os.environ)
    with PolicyClient(loaded) as client:
        inform = partial(output.echo, err=True)
        return export_comparison.find_drift(client, loaded.tenant, export, options, inform)


def _get_allowed_tenant() -> str:
    return os.environ.get("PULUMI_C1POLICY_ALLOW_TENANT_CHANGE", "").strip().lower()


def _compare_states(
    paths: Sequence[str], stacks: Sequence[str], only: Sequence[str], ignored: tuple[Path, ...]
) -> DriftReport:
    from pulumi_c1policy._client import settings
    from pulumi_c1policy._client.policy_client import PolicyClient
    from pulumi_c1policy._drift import drift_search, state_files, state_secrets

    files = [each for path in paths for each in state_files.list_files(path)]
    states, problems = _read_states(files, stacks)
    if not problems:
        _require_names(states, only)
    loaded = settings.load({}, os.environ)
    options = drift_search.DriftOptions(
        frozenset(only),
        ignored,
        state_secrets.find_passphrase(os.environ),
        _get_allowed_tenant(),
        getattr(loaded.credential, "client_id", ""),
    )
    with PolicyClient(loaded) as client:
        inform = partial(output.echo, err=True)
        report = drift_search.find_drift(client, loaded.tenant, states, options, inform)
    report.problems += problems
    return report


def _read_states(
    files: Sequence[FilePath], stacks: Sequence[str]
) -> tuple[list[StackState], list[Problem]]:
    """Read the states; one that cannot be read is a problem, and does not hide drift in others."""
    from pulumi_c1policy._drift import state_files
    from pulumi_c1policy._drift.findings import Problem

    states, problems = [], []
    reads = [(str(path), partial(state_files.read_file, path)) for path in files]
    reads += [(name, partial(state_files.export_stack, name)) for name in stacks]
    for source, read in reads:
        try:
            states.append(read())
        except (state_files.StateFileError, OSError) as error:
            text = " ".join(policy_sources.describe_error(error).splitlines())
            problems.append(Problem(source, "", text))
    return states, problems


def _parse_path(text: str) -> Path:
    from pulumi_c1policy._model.paths import parse_path

    path = parse_path(text)
    if not path:
        raise typer.BadParameter(f"{text!r} is not a property path.", param_hint="--ignore")
    return path


def _require_names(states: Sequence[StackState], only: Sequence[str]) -> None:
    """Reject a name that no state contains: a mistake would look like no drift."""
    known = {name for state in states for each in state.resources for name in (each.name, each.urn)}
    _require_known(only, known, "No state has a resource")


def _require_known(only: Sequence[str], known: Collection[str], problem: str) -> None:
    if missing := [name for name in only if name not in known]:
        raise typer.BadParameter(f"{problem} {missing[0]!r}.", param_hint="--only")


def _choose_code(report: DriftReport, *, count_unmanaged: bool) -> int:
    if report.problems:
        return exit_codes.ERROR
    found = report.list_drift(count_unmanaged=count_unmanaged)
    return exit_codes.FOUND if found else exit_codes.SUCCESS


def _render(report: DriftReport, how: DriftFormat, *, count_unmanaged: bool) -> str:
    from pulumi_c1policy._drift import ci_reports, drift_reports

    match how:
        case DriftFormat.JSON:
            return drift_reports.to_json(report, count_unmanaged=count_unmanaged)
        case DriftFormat.JUNIT:
            return ci_reports.render_junit(report, count_unmanaged=count_unmanaged)
        case DriftFormat.SARIF:
            return ci_reports.render_sarif(report, count_unmanaged=count_unmanaged)
        case _:
            return drift_reports.render_markdown(report)


def _print(report: DriftReport, how: DriftFormat, text: str) -> None:
    from pulumi_c1policy import _text
    from pulumi_c1policy._drift import drift_reports

    if how is not DriftFormat.TABLE:
        output.echo(text)
        return
    if report.findings:
        rows = [tuple(map(_text.to_one_line, row)) for row in drift_reports.build_rows(report)]
        tables.print_table(drift_reports.COLUMNS, rows)
    output.echo("\n".join(map(_text.to_one_line, drift_reports.summarize(report))))
    for problem in drift_reports.list_problems(report):
        output.echo(f"error: {_text.to_one_line(problem)}", err=True)
