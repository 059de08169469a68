"""The quirks of `c1policy emulator` as options.

It repeats the fields of `_emulator.quirks.Quirks`, because the help must not import `_emulator`:
the extra `testing` may be missing. A test compares both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import typer

_SECONDS = "SECONDS"


@dataclass(frozen=True)
class QuirkOptions:
    """One option for each quirk."""

    unset_fields: Annotated[
        Literal["emitted", "omitted", "null", "null_everywhere"],
        typer.Option(help="The form of unset fields in answers."),
    ] = "emitted"
    rule_key: Annotated[
        Literal["step_key", "policy_key", "both"],
        typer.Option(help="The field of a rule's step key."),
    ] = "step_key"
    deleted_get: Annotated[
        Literal["deleted_at", "not_found"],
        typer.Option(help="The answer to a GET of a deleted policy."),
    ] = "deleted_at"
    shuffle_sets: Annotated[
        bool, typer.Option("--shuffle-sets", help="Answer lists of ids in another order.")
    ] = False
    timestamp_precision: Annotated[
        Literal["seconds", "micro", "nano"], typer.Option(help="The precision of timestamps.")
    ] = "nano"
    duration_style: Annotated[
        Literal["plain", "padded"], typer.Option(help="The form of durations: 3600s or 3600.000s.")
    ] = "plain"
    newer_api: Annotated[
        bool,
        typer.Option("--newer-api", help="Answer with fields and enum values of a newer API."),
    ] = False
    server_fills: Annotated[
        bool, typer.Option("--server-fills", help="Set defaults when a policy is created.")
    ] = False
    pages: Annotated[
        Literal["exact", "over_full", "empty"],
        typer.Option(help="Pages of the requested size, larger pages, or some empty pages."),
    ] = "exact"
    handler_errors: Annotated[
        Literal["unknown", "wrapped", "invalid"],
        typer.Option(help="Rejections by handlers: 500, 500 with a longer text, or 400."),
    ] = "unknown"
    steps_on_update: Annotated[
        Literal["refused", "accepted"],
        typer.Option(help="Reject or accept provision and action steps in updates."),
    ] = "refused"
    wait_limits: Annotated[
        bool,
        typer.Option(
            "--wait-limits", help="Reject waits shorter than an hour or longer than a month."
        ),
    ] = False
    builtin_edits: Annotated[
        Literal["forbidden", "invalid", "error", "partly"],
        typer.Option(help="The answer to a write to a builtin policy."),
    ] = "forbidden"
    check_ids: Annotated[
        bool, typer.Option("--check-ids", help="Reject malformed ids in paths.")
    ] = False
    cel_ip: Annotated[
        bool, typer.Option(help="The endpoint validate/cel knows the variable `ip`.")
    ] = True
    cel_doubtful: Annotated[
        bool,
        typer.Option(help="Expressions may use names that the documentation lists elsewhere only."),
    ] = True
    deletion_guard: Annotated[
        Literal["chains", "all"], typer.Option(help="The references that prevent a deletion.")
    ] = "chains"
    odd_masks: Annotated[
        Literal["refused", "tolerated"],
        typer.Option(help="Reject or tolerate unknown and snake_case paths in update masks."),
    ] = "refused"
    unique_names: Annotated[
        bool, typer.Option("--unique-names", help="Reject a second policy with the same name.")
    ] = False
    system_log: Annotated[
        Literal["entities", "calls", "forbidden", "missing"],
        typer.Option(help="The events of the system log about policies: two forms, 403, or 404."),
    ] = "entities"
    search_lag: Annotated[
        float,
        typer.Option(
            min=0, metavar=_SECONDS, help="The time by which the search lags behind writes."
        ),
    ] = 0.0
    list_lag: Annotated[
        float,
        typer.Option(
            min=0, metavar=_SECONDS, help="The time by which the list lags behind writes."
        ),
    ] = 0.0
    get_lag: Annotated[
        float,
        typer.Option(
            min=0, metavar=_SECONDS, help="The time by which a GET by id lags behind writes."
        ),
    ] = 0.0
    replicas: Annotated[bool, typer.Option("--replicas", help="Let only every other read lag.")] = (
        False
    )
    offset_pages: Annotated[
        bool,
        typer.Option("--offset-pages", help="Let items move between pages while others write."),
    ] = False
    get_or_create: Annotated[
        bool,
        typer.Option(
            "--get-or-create", help="Answer a create with an existing policy of that name and type."
        ),
    ] = False
    delay: Annotated[
        float, typer.Option(min=0, metavar=_SECONDS, help="The time before every answer.")
    ] = 0.0
