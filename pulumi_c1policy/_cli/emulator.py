"""`c1policy emulator`: an emulated tenant in the foreground.

Only this command imports `_emulator`, and only when it runs.
"""

from __future__ import annotations

import json as json_module
import shlex
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pulumi_c1policy._cli import output

if TYPE_CHECKING:
    from pulumi_c1policy._emulator import Emulator, Fault

_QUIRKS = "Quirks"
DEFAULT_PORT = 7431
"""The default port, always the same: a stack records its tenant's host and port."""


def emulator(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Loopback port; 0 is a free one.")
    ] = DEFAULT_PORT,
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
    tls: Annotated[
        bool, typer.Option("--tls", help="Serve https, throw-away certificate.")
    ] = False,
    expires_in: Annotated[
        int, typer.Option(min=1, help="Lifetime of issued access tokens, in seconds.")
    ] = 3600,
    unset_fields: Annotated[
        Literal["emitted", "omitted", "null", "null_everywhere"],
        typer.Option(help="How unset fields are answered.", rich_help_panel=_QUIRKS),
    ] = "emitted",
    rule_key: Annotated[
        Literal["step_key", "policy_key", "both"],
        typer.Option(help="Spelling of a rule's step key.", rich_help_panel=_QUIRKS),
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
        typer.Option(help="Digits of timestamps.", rich_help_panel=_QUIRKS),
    ] = "nano",
    duration_style: Annotated[
        Literal["plain", "padded"],
        typer.Option(help="Durations as 3600s or as 3600.000s.", rich_help_panel=_QUIRKS),
    ] = "plain",
    newer_api: Annotated[
        bool,
        typer.Option(
            "--newer-api", help="Answer unknown fields and values.", rich_help_panel=_QUIRKS
        ),
    ] = False,
    server_fills: Annotated[
        bool,
        typer.Option("--server-fills", help="Set defaults on creation.", rich_help_panel=_QUIRKS),
    ] = False,
    pages: Annotated[
        Literal["exact", "over_full", "empty"],
        typer.Option(
            help="Pages as asked for, larger, or at times empty.", rich_help_panel=_QUIRKS
        ),
    ] = "exact",
    handler_errors: Annotated[
        Literal["unknown", "wrapped", "invalid"],
        typer.Option(help="Refusals of handlers: 500, wrapped, or 400.", rich_help_panel=_QUIRKS),
    ] = "unknown",
    steps_on_update: Annotated[
        Literal["refused", "accepted"],
        typer.Option(help="Provision and action steps in updates.", rich_help_panel=_QUIRKS),
    ] = "refused",
    wait_limits: Annotated[
        bool,
        typer.Option(
            "--wait-limits", help="Refuse waits beyond an hour to a month.", rich_help_panel=_QUIRKS
        ),
    ] = False,
    builtin_edits: Annotated[
        Literal["forbidden", "invalid", "error", "partly"],
        typer.Option(help="The answer to a write of a builtin.", rich_help_panel=_QUIRKS),
    ] = "forbidden",
    check_ids: Annotated[
        bool,
        typer.Option("--check-ids", help="Refuse ids of the wrong form.", rich_help_panel=_QUIRKS),
    ] = False,
    cel_ip: Annotated[
        bool, typer.Option(help="validate/cel knows `ip`.", rich_help_panel=_QUIRKS)
    ] = True,
    cel_doubtful: Annotated[
        bool,
        typer.Option(
            help="Expressions know names of doubtful documentation.", rich_help_panel=_QUIRKS
        ),
    ] = True,
    deletion_guard: Annotated[
        Literal["chains", "all"],
        typer.Option(help="References that prevent a deletion.", rich_help_panel=_QUIRKS),
    ] = "chains",
    odd_masks: Annotated[
        Literal["refused", "tolerated"],
        typer.Option(help="Masks with unknown or snake_case paths.", rich_help_panel=_QUIRKS),
    ] = "refused",
    unique_names: Annotated[
        bool,
        typer.Option(
            "--unique-names", help="Refuse a second policy of a name.", rich_help_panel=_QUIRKS
        ),
    ] = False,
    search_lag: Annotated[
        float,
        typer.Option(min=0, help="Seconds that search is behind writes.", rich_help_panel=_QUIRKS),
    ] = 0.0,
    list_lag: Annotated[
        float,
        typer.Option(
            min=0, help="Seconds that the list is behind writes.", rich_help_panel=_QUIRKS
        ),
    ] = 0.0,
    get_lag: Annotated[
        float,
        typer.Option(
            min=0, help="Seconds that a GET by id is behind writes.", rich_help_panel=_QUIRKS
        ),
    ] = 0.0,
    replicas: Annotated[
        bool,
        typer.Option("--replicas", help="Only every other read lags.", rich_help_panel=_QUIRKS),
    ] = False,
    offset_pages: Annotated[
        bool,
        typer.Option(
            "--offset-pages",
            help="Pages whose items move while others write.",
            rich_help_panel=_QUIRKS,
        ),
    ] = False,
    get_or_create: Annotated[
        bool,
        typer.Option(
            "--get-or-create",
            help="Answer a create with the policy of that name and type.",
            rich_help_panel=_QUIRKS,
        ),
    ] = False,
    delay: Annotated[
        float, typer.Option(min=0, help="Seconds every answer waits.", rich_help_panel=_QUIRKS)
    ] = 0.0,
    faults: Annotated[
        str,
        typer.Option(help="What goes wrong: a JSON list of faults, or a file that holds one."),
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
    planned, seed = _faults(faults)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        tenant = Emulator(
            quirks, port=port, tls=tls, expires_in=expires_in, seed=seed, faults=planned
        )
        tenant.start()
    except OSError as error:
        output.echo(f"Cannot listen on 127.0.0.1:{port}: {error.strerror}.", err=True)
        output.echo("Choose another --port; 0 takes a free one.", err=True)
        raise typer.Exit(1) from error
    try:
        output.echo(_machine_readable(tenant) if json else _readable(tenant))
        stopped.wait()
    finally:
        tenant.stop()


def _faults(text: str) -> tuple[list[Fault], int]:
    """Return the faults and the seed in the option, or in the file that it names."""
    if not text:
        return [], 0
    from pulumi_c1policy._emulator.faults import parse

    try:
        inline = text.lstrip().startswith(("[", "{"))
        return parse(json_module.loads(text if inline else Path(text).read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise typer.BadParameter(str(error), param_hint="--faults") from error


def _machine_readable(tenant: Emulator) -> str:
    facts = {
        "serverUrl": tenant.url,
        "clientId": tenant.client_id,
        "clientSecret": tenant.client_secret,
        "accessToken": tenant.access_token,
    }
    if tenant.ca_file is not None:
        facts["caFile"] = str(tenant.ca_file)
    return json_module.dumps(facts)


def _readable(tenant: Emulator) -> str:
    lines = [f"An emulated ConductorOne tenant is at {tenant.url}. Ctrl-C stops it.", ""]
    lines += [f"export {k}={shlex.quote(v)}" for k, v in tenant.environment.items()]
    if tenant.ca_file is not None:
        lines.append(f"export SSL_CERT_FILE={shlex.quote(str(tenant.ca_file))}")
    lines += ["", f"Requests so far: curl {tenant.url}/_emulator/requests"]
    if not tenant.compiles_expressions:
        lines += [
            "",
            "Expressions are checked for brackets and quotes only. To compile them as a tenant "
            "does,",
            "install the `cel` extra: pip install 'pulumi-c1policy[cel]'",
        ]
    return "\n".join(lines)
