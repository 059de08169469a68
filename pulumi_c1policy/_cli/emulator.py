"""`c1policy emulator`: an emulated tenant in the foreground.

It imports `_emulator` only when it runs: the other commands work without the extra `testing`.
"""

from __future__ import annotations

import json as json_module
import shlex
import signal
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Annotated

import typer

from pulumi_c1policy._cli import output
from pulumi_c1policy._cli.option_groups import spread_options
from pulumi_c1policy._cli.quirk_options import QuirkOptions

if TYPE_CHECKING:
    from pulumi_c1policy._emulator import Emulator, Fault
    from pulumi_c1policy._emulator.directory_file import Tables

DEFAULT_PORT = 7431
"""A fixed default: a stack records the host and port of its tenant."""


@spread_options(QuirkOptions)
def emulator(
    quirks: QuirkOptions,
    port: Annotated[
        int,
        typer.Option(
            min=0, max=65535, metavar="PORT", help="The port on loopback; 0 selects a free one."
        ),
    ] = DEFAULT_PORT,
    json: Annotated[
        bool,
        typer.Option("--json", help="Print the address and the credentials as one line of JSON."),
    ] = False,
    tls: Annotated[
        bool, typer.Option("--tls", help="Serve https with a temporary certificate.")
    ] = False,
    expires_in: Annotated[
        int, typer.Option(min=1, metavar="SECONDS", help="The lifetime of access tokens.")
    ] = 3600,
    directory: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A JSON file with the users, apps, groups and entitlements of the tenant, as "
            "`c1policy simulate --directory` reads it.",
        ),
    ] = None,
    faults: Annotated[
        str,
        typer.Option(
            metavar="FILE|JSON",
            help="The faults to play: a JSON list, or a file that contains one.",
        ),
    ] = "",
) -> None:
    """Serve an emulated ConductorOne tenant on loopback until interrupted.

    The options from `--unset-fields` on are quirks: differences between tenants.
    """
    from pulumi_c1policy._emulator import Emulator, Quirks
    from pulumi_c1policy._emulator_page.routes import list_routes

    fault_list, seed = _parse_faults(faults)
    tables = _read_directory(directory)
    tenant = Emulator(
        Quirks(**asdict(quirks)),
        port=port,
        tls=tls,
        expires_in=expires_in,
        seed=seed,
        faults=fault_list,
        directory=tables,
        page=partial(list_routes, directory=tables),
    )
    _serve(tenant, port, format_json if json else _format_text)


def _serve(tenant: Emulator, port: int, describe: Callable[[Emulator], str]) -> None:
    """Start the tenant, print its description, and serve until a signal."""
    # Unlike an event, this queue may be used by a signal handler that interrupts its `get`.
    stopped: SimpleQueue[None] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.put(None))
    try:
        tenant.start()
    except OSError as error:
        output.echo(f"Cannot listen on 127.0.0.1:{port}: {error.strerror}.", err=True)
        output.echo("Choose another --port; 0 selects a free one.", err=True)
        raise typer.Exit(1) from error
    try:
        output.echo(describe(tenant))
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
    """Return the address and the credentials as one line of JSON."""
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
    lines += ["", f"Policies, requests, edits and faults in a browser: {tenant.url}/"]
    lines += [f"Requests so far: curl {tenant.url}/_emulator/requests"]
    if not tenant.compiles_expressions:
        lines += [
            "",
            "Expressions are checked for brackets and quotes only.",
            "To compile them as a tenant does: pip install 'pulumi-c1policy[cel]'",
        ]
    return "\n".join(lines)
