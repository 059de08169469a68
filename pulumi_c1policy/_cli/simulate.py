"""`c1policy simulate`: show the outcome of requests, and the requests that a change affects."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pulumi_c1policy._cli import output, policy_sources, tables
from pulumi_c1policy._cli.policy_sources import (
    ConfigOption,
    DirectoryOption,
    PolicyOption,
    ProgramOption,
    StateOption,
    TenantOption,
)
from pulumi_c1policy._cli.tables import Format
from pulumi_c1policy.errors import C1PolicyError

if TYPE_CHECKING:
    from pulumi_c1policy._simulate.impact import Impact
    from pulumi_c1policy._simulate.known_policies import KnownPolicy
    from pulumi_c1policy._simulate.simulation_result import Simulation

_CHANGED = 1
_FAILED = 2
_FIELD = "FIELD=VALUE"


def simulate(
    subjects: Annotated[
        Path,
        typer.Option(
            metavar="FILE", help="The people who make requests: a CSV file, or a JSON list."
        ),
    ],
    policy: PolicyOption = None,
    program: ProgramOption = None,
    state: StateOption = None,
    tenant: TenantOption = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--id",
            metavar="POLICY",
            help="Simulate this policy only: id, resource or display name; repeatable.",
        ),
    ] = None,
    against: Annotated[
        str,
        typer.Option(metavar="FILE|tenant", help="Compare with the policies before a change."),
    ] = "",
    config: ConfigOption = None,
    directory: DirectoryOption = None,
    entitlement: Annotated[
        list[str] | None,
        typer.Option(metavar=_FIELD, help="A field of the requested entitlement; repeatable."),
    ] = None,
    task: Annotated[
        list[str] | None,
        typer.Option(metavar=_FIELD, help="A field of the request's task; repeatable."),
    ] = None,
    account: Annotated[
        list[str] | None,
        typer.Option(
            metavar=_FIELD, help="A field of the person's account in the app; repeatable."
        ),
    ] = None,
    ip: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="The IP address that sends the request."),
    ] = None,
    format: Annotated[Format, typer.Option(help="The format of the output.")] = Format.TABLE,
    show_all: Annotated[
        bool, typer.Option("--all", help="With --against: show unchanged requests too.")
    ] = False,
    fail_on_change: Annotated[
        bool,
        typer.Option("--fail-on-change", help="With --against: exit with 1 if a request changes."),
    ] = False,
) -> None:
    """Show the outcome of people's requests under policies. No request is made.

    With `--against`, show the requests that a change routes differently. A request is undecided,
    with the reason, if the facts given here do not decide it.

    Exit code: 0, or 1 with `--fail-on-change` if a request changes; 2 on an error.
    """
    try:
        facts = policy_sources.read_directory(directory)
        after = policy_sources.read_source(
            policy, program, state, tenant=tenant, config=config, directory=facts
        )
        before = policy_sources.read_file_or_tenant(against) if against else None
        run = partial(
            _simulate_all,
            people=_read_people(subjects),
            directory=facts,
            request={
                "entitlement": _parse_fields("--entitlement", entitlement),
                "task": _parse_fields("--task", task),
                "account": _parse_fields("--account", account),
                "ip": ip,
            },
        )
        chosen = _select(after, only)
        if before is None:
            tables.print_outcomes(run(chosen, after), format)
            return
        # A policy that only `before` contains was removed, unless its source is larger.
        is_whole = not only and not policy and against != policy_sources.TENANT
        impacts = _compare(after, before, chosen, run, is_whole=is_whole)
    except (C1PolicyError, OSError, UnicodeDecodeError) as error:
        output.echo(policy_sources.describe_error(error), err=True)
        raise typer.Exit(_FAILED) from error
    shown = impacts if show_all else [impact for impact in impacts if impact.is_changed]
    tables.print_impacts(shown, len(impacts), format)
    if fail_on_change and any(impact.is_changed for impact in impacts):
        raise typer.Exit(_CHANGED)


def _select(policies: Sequence[KnownPolicy], only: Sequence[str] | None) -> list[KnownPolicy]:
    """Select the policies that `--id` names, or all."""
    if not only:
        return list(policies)
    found = [each for each in policies if {each.id, each.resource, each.name} & set(only)]
    names = {name for each in found for name in (each.id, each.resource, each.name)}
    if missing := [name for name in only if name not in names]:
        listed = ", ".join(policy.name for policy in policies)
        message = f"There is no policy {missing[0]!r}; the policies are {listed}."
        raise typer.BadParameter(message, param_hint="--id")
    return found


def _read_people(path: Path) -> list[dict[str, Any]]:
    from pulumi_c1policy._simulate import subjects

    return subjects.parse_subjects(path.read_text("utf-8"))


def _parse_fields(option: str, items: Sequence[str] | None) -> dict[str, Any] | None:
    """Parse the fields of an object; a value may be a JSON literal, list or object."""
    pairs = policy_sources.parse_pairs(option, items)
    return {name: _parse_value(text) for name, text in pairs.items()} or None


def _parse_value(text: str) -> Any:  # noqa: ANN401 (JSON)
    if text in ("true", "false", "null") or text[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _simulate_all(
    chosen: Iterable[KnownPolicy],
    policies: Sequence[KnownPolicy],
    people: Sequence[Mapping[str, Any]],
    directory: Any,  # noqa: ANN401 (JSON)
    request: Mapping[str, Any],
) -> list[Simulation]:
    """Simulate a request of every person under every chosen policy, policy by policy."""
    from pulumi_c1policy._simulate.directory import Directory
    from pulumi_c1policy._simulate.simulation import simulate as run

    known = Directory(directory)
    return [
        run(policy, subject=person, directory=known, policies=policies, **request)
        for policy in chosen
        for person in people
    ]


def _compare(
    after: Sequence[KnownPolicy],
    before: Sequence[KnownPolicy],
    chosen: Sequence[KnownPolicy],
    run: Callable[[list[KnownPolicy], Sequence[KnownPolicy]], list[Simulation]],
    *,
    is_whole: bool,
) -> list[Impact]:
    """Compare every request before and after a change, for the chosen and the removed policies."""
    from pulumi_c1policy._simulate.impact import Impact, pair_policies

    impacts = []
    for old, new in pair_policies(before, after):
        if not (is_whole if new is None else new in chosen):
            continue
        was = run([old], before) if old else []
        now = run([new], after) if new else []
        for earlier, later in zip_longest(was, now):
            shown = later or earlier
            impacts.append(Impact(shown.policy, shown.subject, earlier, later))
    return impacts
