"""`c1policy emulator`: an emulated tenant in the foreground.

It imports `_emulator` only when it runs: the other commands work without the extra `testing`.
"""

from __future__ import annotations

import json as json_module
import shlex
import signal
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pulumi_c1policy._cli import output

if TYPE_CHECKING:
    from pulumi_c1policy._emulator import Emulator, Fault
    from pulumi_c1policy._emulator.directory_file import Tables

_QUIRKS = "Quirks"
DEFAULT_PORT = 7431
"""A fixed default: a stack records the host and port of its tenant."""


def emulator(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port on loopback; 0 selects a free one.")
    ] = DEFAULT_PORT,
    json: Annotated[
        bool,
        typer.Option("--json", help="Print the address and the credentials as one line of JSON."),
    ] = False,
    tls: Annotated[
        bool, typer.Option("--tls", help="Serve https with a temporary certificate.")
    ] = False,
    expires_in: Annotated[
        int, typer.Option(min=1, help="The lifetime of access tokens, in seconds.")
    ] = 3600,
    unset_fields: Annotated[
        Literal["emitted", "omitted", "null", "null_everywhere"],
        typer.Option(help="The form of unset fields in answers.", rich_help_panel=_QUIRKS),
    ] = "emitted",
    rule_key: Annotated[
        Literal["step_key", "policy_key", "both"],
        typer.Option(help="The field of a rule's step key.", rich_help_panel=_QUIRKS),
    ] = "step_key",
    deleted_get: Annotated[
        Literal["deleted_at", "not_found"],
        typer.Option(help="The answer to a GET of a deleted policy.", rich_help_panel=_QUIRKS),
    ] = "deleted_at",
    shuffle_sets: Annotated[
        bool,
        typer.Option(
            "--shuffle-sets", help="Answer lists of ids in another order.", rich_help_panel=_QUIRKS
        ),
    ] = False,
    timestamp_precision: Annotated[
        Literal["seconds", "micro", "nano"],
        typer.Option(help="The precision of timestamps.", rich_help_panel=_QUIRKS),
    ] = "nano",
    duration_style: Annotated[
        Literal["plain", "padded"],
        typer.Option(help="The form of durations: 3600s or 3600.000s.", rich_help_panel=_QUIRKS),
    ] = "plain",
    newer_api: Annotated[
        bool,
        typer.Option(
            "--newer-api",
            help="Answer with fields and enum values of a newer API.",
            rich_help_panel=_QUIRKS,
        ),
    ] = False,
    server_fills: Annotated[
        bool,
        typer.Option(
            "--server-fills", help="Set defaults when a policy is created.", rich_help_panel=_QUIRKS
        ),
    ] = False,
    pages: Annotated[
        Literal["exact", "over_full", "empty"],
        typer.Option(
            help="Pages of the requested size, larger pages, or some empty pages.",
            rich_help_panel=_QUIRKS,
        ),
    ] = "exact",
    handler_errors: Annotated[
        Literal["unknown", "wrapped", "invalid"],
        typer.Option(
            help="Rejections by handlers: 500, 500 with a longer text, or 400.",
            rich_help_panel=_QUIRKS,
        ),
    ] = "unknown",
    steps_on_update: Annotated[
        Literal["refused", "accepted"],
        typer.Option(
            help="Reject or accept provision and action steps in updates.", rich_help_panel=_QUIRKS
        ),
    ] = "refused",
    wait_limits: Annotated[
        bool,
        typer.Option(
            "--wait-limits",
            help="Reject waits shorter than an hour or longer than a month.",
            rich_help_panel=_QUIRKS,
        ),
    ] = False,
    builtin_edits: Annotated[
        Literal["forbidden", "invalid", "error", "partly"],
        typer.Option(help="The answer to a write to a builtin policy.", rich_help_panel=_QUIRKS),
    ] = "forbidden",
    check_ids: Annotated[
        bool,
        typer.Option("--check-ids", help="Reject malformed ids in paths.", rich_help_panel=_QUIRKS),
    ] = False,
    cel_ip: Annotated[
        bool,
        typer.Option(
            help="The endpoint validate/cel knows the variable `ip`.", rich_help_panel=_QUIRKS
        ),
    ] = True,
    cel_doubtful: Annotated[
        bool,
        typer.Option(
            help="Expressions may use names that the documentation lists elsewhere only.",
            rich_help_panel=_QUIRKS,
        ),
    ] = True,
    deletion_guard: Annotated[
        Literal["chains", "all"],
        typer.Option(help="The references that prevent a deletion.", rich_help_panel=_QUIRKS),
    ] = "chains",
    odd_masks: Annotated[
        Literal["refused", "tolerated"],
        typer.Option(
            help="Reject or tolerate unknown and snake_case paths in update masks.",
            rich_help_panel=_QUIRKS,
        ),
    ] = "refused",
    unique_names: Annotated[
        bool,
        typer.Option(
            "--unique-names",
            help="Reject a second policy with the same name.",
            rich_help_panel=_QUIRKS,
        ),
    ] = False,
    search_lag: Annotated[
        float,
        typer.Option(
            min=0, help="Seconds by which the search lags behind writes.", rich_help_panel=_QUIRKS
        ),
    ] = 0.0,
    list_lag: Annotated[
        float,
        typer.Option(
            min=0, help="Seconds by which the list lags behind writes.", rich_help_panel=_QUIRKS
        ),
    ] = 0.0,
    get_lag: Annotated[
        float,
        typer.Option(
            min=0, help="Seconds by which a GET by id lags behind writes.", rich_help_panel=_QUIRKS
        ),
    ] = 0.0,
    replicas: Annotated[
        bool,
        typer.Option("--replicas", help="Let only every other read lag.", rich_help_panel=_QUIRKS),
    ] = False,
    offset_pages: Annotated[
        bool,
        typer.Option(
            "--offset-pages",
            help="Let items move between pages while others write.",
            rich_help_panel=_QUIRKS,
        ),
    ] = False,
    get_or_create: Annotated[
        bool,
        typer.Option(
            "--get-or-create",
            help="Answer a create with an existing policy of that name and type.",
            rich_help_panel=_QUIRKS,
        ),
    ] = False,
    delay: Annotated[
        float, typer.Option(min=0, help="Seconds before every answer.", rich_help_panel=_QUIRKS)
    ] = 0.0,
    directory: Annotated[
        Path | None,
        typer.Option(
            help="A JSON file with the users, apps, groups and entitlements of the tenant, as "
            "`c1policy simulate --directory` reads it.",
        ),
    ] = None,
    faults: Annotated[
        str,
        typer.Option(help="The faults to play: a JSON list, or a file that contains one."),
    ] = "",
) -> None:
    """Serve an emulated ConductorOne tenant on loopback until interrupted."""
    from pulumi_c1policy._emulator import Emulator, Quirks

    quirks = Quirks(
        unset_fields=unset_fields,
        rule_key=rule_key,
        deleted_get=deleted_get,
        shuffle_sets=shuffle_sets,
        timestamp_precision=timestamp_precision,
        duration_style=duration_style,
        newer_api=newer_api,
        server_fills=server_fills,
        pages=pages,
        handler_errors=handler_errors,
        steps_on_update=steps_on_update,
        wait_limits=wait_limits,
        builtin_edits=builtin_edits,
        check_ids=check_ids,
        cel_ip=cel_ip,
        cel_doubtful=cel_doubtful,
        deletion_guard=deletion_guard,
        odd_masks=odd_masks,
        unique_names=unique_names,
        search_lag=search_lag,
        list_lag=list_lag,
        get_lag=get_lag,
        replicas=replicas,
        offset_pages=offset_pages,
        get_or_create=get_or_create,
        delay=delay,
    )
    fault_list, seed = _parse_faults(faults)
    tables = _read_directory(directory)
    # Unlike an event, this queue may be used by a signal handler that interrupts its `get`.
    stopped: SimpleQueue[None] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.put(None))
    try:
        tenant = Emulator(
            quirks,
            port=port,
            tls=tls,
            expires_in=expires_in,
            seed=seed,
            faults=fault_list,
            directory=tables,
        )
        tenant.start()
    except OSError as error:
        output.echo(f"Cannot listen on 127.0.0.1:{port}: {error.strerror}.", err=True)
        output.echo("Choose another --port; 0 selects a free one.", err=True)
        raise typer.Exit(1) from error
    try:
        output.echo(format_json(tenant) if json else _format_text(tenant))
        stopped.get()
    finally:
        tenant.stop()


def _read_directory(path: Path | None) -> Tables:
    """Read the tables of a directory file; none without a file."""
    if path is None:
        return {}
    from pulumi_c1policy._emulator.directory_file import check

    try:
        tables: Tables = json_module.loads(path.read_text("utf-8"))
        check(tables)
    except (OSError, ValueError) as error:
        raise typer.BadParameter(str(error), param_hint="--directory") from error
    return tables


def _parse_faults(text: str) -> tuple[list[Fault], int]:
    """Parse the faults and the seed in the option, or in the file that it names."""
    if not text:
        return [], 0
    from pulumi_c1policy._emulator.faults import parse

    try:
        inline = text.lstrip().startswith(("[", "{"))
        return parse(json_module.loads(text if inline else Path(text).read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise typer.BadParameter(str(error), param_hint="--faults") from error


def format_json(tenant: Emulator) -> str:
    facts = {
        "serverUrl": tenant.url,
        "clientId": tenant.client_id,
        "clientSecret": tenant.client_secret,
        "accessToken": tenant.access_token,
    }
    if tenant.ca_file is not None:
        facts["caFile"] = str(tenant.ca_file)
    return json_module.dumps(facts)


def _format_text(tenant: Emulator) -> str:
    lines = [f"An emulated ConductorOne tenant is at {tenant.url}. Ctrl-C stops it.", ""]
    lines += [f"export {k}={shlex.quote(v)}" for k, v in tenant.environment.items()]
    if tenant.ca_file is not None:
        lines.append(f"export SSL_CERT_FILE={shlex.quote(str(tenant.ca_file))}")
    lines += ["", f"Requests so far: curl {tenant.url}/_emulator/requests"]
    if not tenant.compiles_expressions:
        lines += [
            "",
            "Expressions are checked for brackets and quotes only.",
            "To compile them as a tenant does: pip install 'pulumi-c1policy[cel]'",
        ]
    return "\n".join(lines)
