"""`c1policy validate`: the checks of a preview, without one, and the tenant's own if asked for."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pulumi_c1policy._cli import output, severities, sources
from pulumi_c1policy._cli.severities import IgnoreOption, SeverityOption
from pulumi_c1policy.errors import C1PolicyError

if TYPE_CHECKING:
    from pulumi_c1policy._findings.finding import Finding
    from pulumi_c1policy._lifecycle.checks.chains import Chains
    from pulumi_c1policy._model.tree import Tree
    from pulumi_c1policy._simulate.policies import KnownPolicy

_REFUSED = 1
_FAILED = 2


def validate(
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
    config: Annotated[
        list[str] | None, typer.Option(help="The program's config as KEY=VALUE; repeatable.")
    ] = None,
    online: Annotated[
        bool, typer.Option("--online", help="Let the tenant check the expressions too.")
    ] = False,
    severity: SeverityOption = None,
    ignore: IgnoreOption = None,
) -> None:
    """Check policies as a preview does: their shape, what holds between fields, their expression_checks.

    Exits with 0 if nothing would be refused, with 1 if something would, and with 2 if that cannot
    be said.
    """
    levels = severities.parse(severity, ignore)
    try:
        known = sources.named(policy, program, state, tenant=tenant, config=config)
        chains = _chains(known)
        refused = 0
        for one in known:
            found = _findings(one.tree, online=online) + chains.findings(one.tree)
            names = (one.name, one.resource, one.id)
            refused += _show(one.name, levels.apply(found, names))
    except (C1PolicyError, OSError, UnicodeDecodeError) as error:
        output.echo(sources.in_words(error), err=True)
        raise typer.Exit(_FAILED) from error
    output.echo(f"{len(known)} policies checked, {refused} would be refused.")
    if refused:
        raise typer.Exit(_REFUSED)


def _findings(tree: Tree, *, online: bool) -> list[Finding]:
    from pulumi_c1policy._lifecycle.checks import policy_checks
    from pulumi_c1policy._lifecycle.effects import expression_checks
    from pulumi_c1policy._lifecycle.planning.merge import prune
    from pulumi_c1policy._model.policy import POLICY

    said = prune(POLICY, tree).items()
    # What only the tenant sets is no mistake of whoever wrote the policy.
    inputs = {k: v for k, v in said if k not in POLICY.fields or not POLICY.fields[k].output_only}
    found = policy_checks.check(inputs)
    if not online:
        return found + expression_checks.offline(inputs)
    from pulumi_c1policy._cel.cel_library import CheckerUnavailableError
    from pulumi_c1policy._client import settings
    from pulumi_c1policy._client.policies import PolicyClient

    try:
        found += expression_checks.offline(inputs)
    except CheckerUnavailableError as error:
        output.echo(error.summary, err=True)
    with PolicyClient(settings.load({}, os.environ)) as client:
        return found + expression_checks.online(client, inputs)


def _chains(known: Iterable[KnownPolicy]) -> Chains:
    """The links between the policies, as far as they have ids."""
    from pulumi_c1policy._lifecycle.checks.chains import Chains

    chains = Chains()
    for one in known:
        if one.id:
            chains.note(one.id, one.tree)
    return chains


def _show(name: str, findings: Iterable[Finding]) -> bool:
    """Print what was found in one policy; return whether it would be refused."""
    from pulumi_c1policy._model.paths import text

    refused = False
    for finding in findings:
        output.echo(f"{finding.severity}: {name}: {text(finding.path)} {finding.sentence}")
        refused = refused or finding.severity == "error"
    return refused
