"""`c1policy simulate`: show who is asked for a request, and whose approvals a change alters."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pulumi_c1policy._cli import output, sources, tables
from pulumi_c1policy._cli.tables import Format
from pulumi_c1policy.errors import C1PolicyError

if TYPE_CHECKING:
    from pulumi_c1policy._simulate.impact import Impact
    from pulumi_c1policy._simulate.known_policies import KnownPolicy
    from pulumi_c1policy._simulate.simulation_result import Simulation

_CHANGED = 1
_FAILED = 2
_REQUEST = "The request"


def simulate(
    subjects: Annotated[Path, typer.Option(help="People: a CSV, or a JSON list of objects.")],
    policy: Annotated[
        list[Path] | None, typer.Option(help="A JSON file of a policy, or of several; repeatable.")
    ] = None,
    program: Annotated[
        Path | None, typer.Option(help="A Pulumi program: the folder of its Pulumi.yaml.")
    ] = None,
    state: Annotated[
        Path | None, typer.Option(help="What `pulumi stack export` has written.")
    ] = None,
    tenant: Annotated[
        bool, typer.Option("--tenant", help="The tenant's policies, as the environment names it.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--id", help="Only this policy: id, resource or display name; repeatable."),
    ] = None,
    against: Annotated[
        str, typer.Option(help="Show what changes against these: a file, or `tenant`.")
    ] = "",
    config: Annotated[
        list[str] | None, typer.Option(help="The program's config as KEY=VALUE; repeatable.")
    ] = None,
    directory: Annotated[
        Path | None,
        typer.Option(
            help="Users, groups, apps and entitlements, as JSON.", rich_help_panel=_REQUEST
        ),
    ] = None,
    entitlement: Annotated[
        list[str] | None, typer.Option(help="FIELD=VALUE; repeatable.", rich_help_panel=_REQUEST)
    ] = None,
    task: Annotated[
        list[str] | None, typer.Option(help="FIELD=VALUE; repeatable.", rich_help_panel=_REQUEST)
    ] = None,
    account: Annotated[
        list[str] | None, typer.Option(help="FIELD=VALUE; repeatable.", rich_help_panel=_REQUEST)
    ] = None,
    ip: Annotated[
        str | None, typer.Option(help="Where it comes from.", rich_help_panel=_REQUEST)
    ] = None,
    format: Annotated[Format, typer.Option(help="How to write the result.")] = Format.TABLE,
    show_all: Annotated[
        bool, typer.Option("--all", help="With --against: unchanged people too.")
    ] = False,
    fail_on_change: Annotated[
        bool, typer.Option("--fail-on-change", help="With --against: exit with 1 on a change.")
    ] = False,
) -> None:
    """Show the outcome of people's requests under policies, without making one.

    With --against, show the requests that a change routes differently. Nothing is guessed: a
    request is undecided, with the reason, if the given facts do not decide it.
    """
    try:
        wanted = sources.read_named(policy, program, state, tenant=tenant, config=config)
        other = sources.read(against) if against else None
        run = partial(
            _simulated,
            people=_people(subjects),
            directory=_directory(directory),
            request={
                "entitlement": _fields("--entitlement", entitlement),
                "task": _fields("--task", task),
                "account": _fields("--account", account),
                "ip": ip,
            },
        )
        if other is None:
            tables.print_outcomes(run(_chosen(wanted, only), wanted), format)
            return
        # A file with one policy does not contain the others, and a tenant has them.
        is_whole = not only and not policy and against != sources.TENANT
        changed = _impacts(wanted, other, _chosen(wanted, only), run, is_whole=is_whole)
    except (C1PolicyError, OSError, UnicodeDecodeError) as error:
        output.echo(sources.describe_error(error), err=True)
        raise typer.Exit(_FAILED) from error
    shown = changed if show_all else [one for one in changed if one.is_changed]
    tables.print_impacts(shown, len(changed), format)
    if fail_on_change and any(one.is_changed for one in changed):
        raise typer.Exit(_CHANGED)


def _chosen(known: Sequence[KnownPolicy], only: Sequence[str] | None) -> list[KnownPolicy]:
    """Select the policies that `--id` names, or all."""
    if not only:
        return list(known)
    found = [policy for policy in known if {policy.id, policy.resource, policy.name} & set(only)]
    names = {name for policy in found for name in (policy.id, policy.resource, policy.name)}
    if missing := [name for name in only if name not in names]:
        there = ", ".join(policy.name for policy in known)
        raise typer.BadParameter(f"There is no policy {missing[0]!r}; there are {there}.")
    return found


def _people(path: Path) -> list[dict[str, Any]]:
    from pulumi_c1policy._simulate import subjects

    return subjects.parse_subjects(path.read_text("utf-8"))


def _directory(path: Path | None) -> Any:  # noqa: ANN401 (JSON)
    try:
        return None if path is None else json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise typer.BadParameter(f"{path} is no JSON: {error}.") from error


def _fields(option: str, given: Sequence[str] | None) -> dict[str, Any] | None:
    """Parse a record's fields; a value may be a JSON literal, list or object."""
    return {name: _value(text) for name, text in sources.parse_pairs(option, given).items()} or None


def _value(text: str) -> Any:  # noqa: ANN401 (JSON)
    if text in ("true", "false", "null") or text[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _simulated(
    chosen: Iterable[KnownPolicy],
    known: Sequence[KnownPolicy],
    people: Sequence[Mapping[str, Any]],
    directory: Any,  # noqa: ANN401 (JSON)
    request: Mapping[str, Any],
) -> list[Simulation]:
    """Simulate every policy with every person, policy by policy."""
    from pulumi_c1policy._simulate.directory import Directory
    from pulumi_c1policy._simulate.simulation import simulate as run

    where = Directory(directory)
    return [
        run(policy, subject=person, directory=where, policies=known, **request)
        for policy in chosen
        for person in people
    ]


def _impacts(
    after: Sequence[KnownPolicy],
    before: Sequence[KnownPolicy],
    chosen: Sequence[KnownPolicy],
    run: Callable[[list[KnownPolicy], Sequence[KnownPolicy]], list[Simulation]],
    *,
    is_whole: bool,
) -> list[Impact]:
    """Compare every request before and after, for the selected and the removed policies."""
    from pulumi_c1policy._simulate.impact import Impact, pair_policies

    found = []
    for old, new in pair_policies(before, after):
        if not (is_whole if new is None else new in chosen):
            continue
        was = run([old], before) if old else []
        now = run([new], after) if new else []
        for one, other in zip_longest(was, now):
            shown = other or one
            found.append(Impact(shown.policy, shown.subject, one, other))
    return found
