"""`c1policy usage`: show the apps, entitlements and policies that use a policy."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pulumi_c1policy._cli import output, policy_sources, tables
from pulumi_c1policy._cli.policy_sources import (
    ConfigOption,
    ProgramOption,
    StateOption,
    TenantOption,
)
from pulumi_c1policy.errors import C1PolicyError

if TYPE_CHECKING:
    from pulumi_c1policy._lifecycle.planning.use_report import Report
    from pulumi_c1policy._simulate.known_policies import KnownPolicy

_FAILED = 2
_DEFAULT_LIMIT = 500
_MAX_NAMED = 20


class UsageFormat(StrEnum):
    """The format of the output."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


def usage(
    policies: Annotated[
        list[str] | None,
        typer.Argument(metavar="POLICY", help="An id or a display name; all policies by default."),
    ] = None,
    program: ProgramOption = None,
    state: StateOption = None,
    tenant: TenantOption = False,
    config: ConfigOption = None,
    deep: Annotated[
        bool,
        typer.Option(
            "--deep", help="Also read the request defaults and configuration rules of each app."
        ),
    ] = False,
    limit: Annotated[
        int,
        typer.Option(
            min=1, metavar="NUMBER", help="The most requests to send about the use of policies."
        ),
    ] = _DEFAULT_LIMIT,
    format: Annotated[
        UsageFormat, typer.Option(help="The format of the output.")
    ] = UsageFormat.TABLE,
) -> None:
    """Show who uses policies: apps, entitlements, other policies and escalations.

    The policies are those of a program, of a state, or of the tenant (the default). Their uses are
    always those in the tenant of the CONDUCTORONE_ variables.

    Exit code: 0, also if a part of the tenant could not be read, which the output tells; 2 on an
    error.
    """
    try:
        report = _report(
            policies or (), program, state, tenant=tenant, config=config, deep=deep, limit=limit
        )
    except (C1PolicyError, OSError, UnicodeDecodeError) as error:
        output.echo(policy_sources.describe_error(error), err=True)
        raise typer.Exit(_FAILED) from error
    _print(report, format)


def _report(
    chosen: Sequence[str],
    program: Path | None,
    state: Path | None,
    *,
    tenant: bool,
    config: Sequence[str] | None,
    deep: bool,
    limit: int,
) -> Report:
    from pulumi_c1policy._client import settings
    from pulumi_c1policy._client.policy_client import PolicyClient
    from pulumi_c1policy._lifecycle.effects.use_search import UseSearch
    from pulumi_c1policy._lifecycle.planning.use_report import Report, Subject

    named = None
    if program is not None or state is not None:
        named = policy_sources.read_source(None, program, state, tenant=tenant, config=config)
        named = _select(named, chosen)
    with PolicyClient(settings.load({}, os.environ)) as client:
        live = policy_sources.read_tenant(client)
        found, missing = (_select(live, chosen), []) if named is None else _pair(named, live)
        subjects = [
            Subject(each.id, each.name, str(each.tree.get("policy_type") or ""), each.resource)
            for each in found
        ]
        report = Report(subjects, missing=missing)
        search = UseSearch(client, limit, partial(output.echo, err=True))
        search.fill(report, {each.id: each.tree for each in live}, is_deep=deep)
        return report


def _select(policies: Sequence[KnownPolicy], chosen: Sequence[str]) -> list[KnownPolicy]:
    """Select the policies that the arguments name, or all, sorted by name."""
    found = [each for each in policies if not chosen or {each.id, each.name} & set(chosen)]
    names = {name for each in found for name in (each.id, each.name)}
    if missing := [name for name in chosen if name not in names]:
        listed = ", ".join(sorted(policy.name for policy in policies)[:_MAX_NAMED])
        more = f" and {len(policies) - _MAX_NAMED} more" if len(policies) > _MAX_NAMED else ""
        message = f"There is no policy {missing[0]!r}; the policies are {listed}{more}."
        raise typer.BadParameter(message, param_hint="POLICY")
    return sorted(found, key=lambda policy: (policy.name, policy.id))


def _pair(
    named: Sequence[KnownPolicy], live: Sequence[KnownPolicy]
) -> tuple[list[KnownPolicy], list[str]]:
    """Find the tenant's policies of a program or a state; return the names of those it lacks.

    A state has ids. A policy of a program is found by its resource in the ownership annotations
    (of every stack), or else by its display name.
    """
    found: dict[str, KnownPolicy] = {}
    missing = []
    for policy in named:
        same = [each for each in live if each.id == policy.id]
        same = same or [each for each in live if policy.resource and _is_resource(each, policy)]
        same = same or [each for each in live if each.name == policy.name]
        found |= {each.id: each for each in same}
        missing += [] if same else [policy.name]
    return [*found.values()], missing


def _is_resource(live: KnownPolicy, declared: KnownPolicy) -> bool:
    same_type = live.tree.get("policy_type") == declared.tree.get("policy_type")
    return live.resource == declared.resource and same_type


def _print(report: Report, how: UsageFormat) -> None:
    from pulumi_c1policy import _text
    from pulumi_c1policy._lifecycle.planning import use_report
    from pulumi_c1policy._simulate import reports

    if how is UsageFormat.JSON:
        output.echo(use_report.to_json(report))
        return
    rows = [tuple(map(_text.to_one_line, row)) for row in use_report.build_rows(report)]
    sentences = list(map(_text.to_one_line, use_report.summarize(report)))
    if how is UsageFormat.MARKDOWN:
        output.echo(reports.render_markdown(use_report.COLUMNS, rows))
        output.echo("\n" + "\n".join(f"- {_text.escape_markdown(each)}" for each in sentences))
        return
    tables.print_table(use_report.COLUMNS, rows)
    output.echo("\n".join(sentences))
