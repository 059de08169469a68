"""`c1policy review`: a verdict about a change of policies, for the reviewer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pulumi_c1policy._cli import exit_codes, output, policy_sources, review_sides
from pulumi_c1policy._cli.policy_sources import (
    ConfigOption,
    DirectoryOption,
    PolicyOption,
    ProgramOption,
    StateOption,
    TenantOption,
)
from pulumi_c1policy.errors import C1PolicyError

if TYPE_CHECKING:
    from pulumi_c1policy._review.review_reports import Review
    from pulumi_c1policy._review.sides import Side
    from pulumi_c1policy._review.usage_file import UsageFile

_DELETES = re.compile(r"deletes:(\d{1,6})", re.ASCII)


class ReviewFormat(StrEnum):
    """The format of the output."""

    MARKDOWN = "markdown"
    JSON = "json"


class FailOnVerdict(StrEnum):
    """Results for which the command exits with 2; `deletes:N` is another one."""

    WEAKENED = "weakened"
    UNDECIDED = "undecided"
    CHANGE = "change"


def review(
    against: Annotated[
        str,
        typer.Option(
            metavar="FILE|FOLDER|tenant",
            help="The policies before the change: JSON, an exported state, an export, a program.",
        ),
    ],
    policy: PolicyOption = None,
    program: ProgramOption = None,
    state: StateOption = None,
    tenant: TenantOption = False,
    config: ConfigOption = None,
    directory: DirectoryOption = None,
    usage: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The use of the policies: `c1policy usage --format json`."
        ),
    ] = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="weakened|undecided|change|deletes:N",
            help="Exit with 2 for this verdict, for any change, or if more than N policies are "
            "deleted; repeatable.",
        ),
    ] = None,
    format: Annotated[
        ReviewFormat, typer.Option(help="The format of the output.")
    ] = ReviewFormat.MARKDOWN,
) -> None:
    """Judge a change of policies: does any request get through with less than before?

    A policy is `weakened` (with a request that shows it), `not-weakened` (proven for all requests),
    or `undecided` (a person must judge it). Nothing is written; only `tenant` makes requests.

    Exit code: 0; 2 by `--fail-on`; 1 error.
    """
    limits = [_parse_limit(text) for text in fail_on or ()]
    try:
        facts = policy_sources.read_directory(directory)
        before, after = review_sides.read_sides(
            against, policy, program, state, tenant=tenant, config=config, directory=facts
        )
        # A policy that only `before` contains is deleted, unless its source is larger.
        is_whole = not policy and not after.is_part_of(before)
        known = _read_usage(usage)
        found = _review(before, after, facts, known, is_whole=is_whole)
    except (C1PolicyError, OSError, UnicodeDecodeError) as error:
        output.echo(policy_sources.describe_error(error), err=True)
        raise typer.Exit(exit_codes.ERROR) from error
    output.echo(_render(found, format))
    if any(_exceeds(found, limit) for limit in limits):
        raise typer.Exit(exit_codes.FOUND)


def _read_usage(path: Path | None) -> UsageFile | None:
    if path is None:
        return None
    from pulumi_c1policy._review import usage_file

    return usage_file.parse_usage(path.read_text("utf-8"))


def _review(
    before: Side,
    after: Side,
    directory: Mapping[str, Any] | None,
    usage: UsageFile | None,
    *,
    is_whole: bool,
) -> Review:
    from pulumi_c1policy._cli.slow_progress import SlowProgress
    from pulumi_c1policy._review import pairing, review_reports
    from pulumi_c1policy._review.policy_facts import FactSources
    from pulumi_c1policy._simulate.directory import Directory

    pairs = pairing.pair_all(
        before.policies,
        after.policies,
        is_whole=is_whole,
        is_stack=after.extent == "stack",
        named=after.named_policies,
    )
    sources = FactSources(Directory(directory), usage)
    inform = SlowProgress()
    found = review_reports.review_all(pairs, before, after, inform=inform)
    return review_reports.add_facts(found, pairs, sources, inform)


def _parse_limit(text: str) -> FailOnVerdict | int:
    """Return a verdict, or the number of policies that may be deleted."""
    if match := _DELETES.fullmatch(text):
        return int(match[1])
    try:
        return FailOnVerdict(text)
    except ValueError as error:
        known = ", ".join([*FailOnVerdict, "deletes:N"])
        message = f"{text!r} is not one of {known}."
        raise typer.BadParameter(message, param_hint="--fail-on") from error


def _exceeds(found: Review, limit: FailOnVerdict | int) -> bool:
    match limit:
        case int():
            return len(found.list_by_kind("deleted")) > limit
        case FailOnVerdict.WEAKENED:
            return bool(found.list_by_word("weakened"))
        case FailOnVerdict.UNDECIDED:
            return bool(found.list_by_word("undecided"))
        case FailOnVerdict.CHANGE:
            return bool(found.attachments) or any(each.is_shown for each in found.policies)


def _render(found: Review, how: ReviewFormat) -> str:
    from pulumi_c1policy._review import comment, review_reports

    match how:
        case ReviewFormat.JSON:
            return review_reports.to_json(found)
        case ReviewFormat.MARKDOWN:
            return comment.render_comment(found)
