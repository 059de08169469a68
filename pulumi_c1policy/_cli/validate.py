"""`c1policy validate`: run the checks of a preview, and on request those of the tenant."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from pulumi_c1policy._cli import output, policy_sources, severity_options
from pulumi_c1policy._cli.policy_sources import (
    ConfigOption,
    DirectoryOption,
    PolicyOption,
    ProgramOption,
    StateOption,
    TenantOption,
)
from pulumi_c1policy._cli.severity_options import IgnoreOption, SeverityOption
from pulumi_c1policy.errors import C1PolicyError

if TYPE_CHECKING:
    from pulumi_c1policy._findings.finding import Finding
    from pulumi_c1policy._lifecycle.checks.chains import Chains
    from pulumi_c1policy._model.tree import Tree
    from pulumi_c1policy._simulate.known_policies import KnownPolicy

_REFUSED = 1
_FAILED = 2


def validate(
    policy: PolicyOption = None,
    program: ProgramOption = None,
    state: StateOption = None,
    tenant: TenantOption = False,
    config: ConfigOption = None,
    directory: DirectoryOption = None,
    online: Annotated[
        bool,
        typer.Option("--online", help="Also let the tenant check the conditions of rules."),
    ] = False,
    severity: SeverityOption = None,
    ignore: IgnoreOption = None,
) -> None:
    """Check policies as a preview does: their fields, their rules and their expressions.

    Exit code: 0 if a preview would accept all policies; 1 if it would refuse one; 2 on another
    error.
    """
    severities = severity_options.parse(severity, ignore)
    try:
        tables = policy_sources.read_directory(directory)
        policies = policy_sources.read_source(
            policy, program, state, tenant=tenant, config=config, directory=tables
        )
        chains = _collect_chains(policies)
        refused = 0
        for each in policies:
            found = _check_policy(each.tree, online=online) + chains.check(each.tree)
            names = (each.name, each.resource, each.id)
            refused += _print_findings(each.name, severities.apply(found, names))
    except (C1PolicyError, OSError, UnicodeDecodeError) as error:
        output.echo(policy_sources.describe_error(error), err=True)
        raise typer.Exit(_FAILED) from error
    output.echo(f"{len(policies)} policies checked, {refused} would be refused.")
    if refused:
        raise typer.Exit(_REFUSED)


def _check_policy(tree: Tree, *, online: bool) -> list[Finding]:
    from pulumi_c1policy._lifecycle.checks import expression_checks, policy_checks
    from pulumi_c1policy._lifecycle.effects import online_checks
    from pulumi_c1policy._lifecycle.planning.pruning import prune
    from pulumi_c1policy._model.policy import POLICY

    present = prune(POLICY, tree).items()
    # A policy from a tenant or a state contains output-only fields, which is no mistake.
    inputs = {
        k: v for k, v in present if k not in POLICY.fields or not POLICY.fields[k].output_only
    }
    found = policy_checks.check(inputs)
    if not online:
        return found + expression_checks.check_offline(inputs)
    from pulumi_c1policy._cel.cel_library import CheckerUnavailableError
    from pulumi_c1policy._client import settings
    from pulumi_c1policy._client.policy_client import PolicyClient

    try:
        found += expression_checks.check_offline(inputs)
    except CheckerUnavailableError as error:
        output.echo(error.summary, err=True)
    with PolicyClient(settings.load({}, os.environ)) as client:
        return found + online_checks.check_online(client, inputs)


def _collect_chains(policies: Iterable[KnownPolicy]) -> Chains:
    """Collect the references between policies that have ids."""
    from pulumi_c1policy._lifecycle.checks.chains import Chains

    chains = Chains()
    for policy in policies:
        if policy.id:
            chains.note(policy.id, policy.tree)
    return chains


def _print_findings(name: str, findings: Iterable[Finding]) -> bool:
    """Print the findings of one policy; return whether a preview would refuse it."""
    from pulumi_c1policy._findings import rule_texts

    refused = False
    for finding in findings:
        output.echo(f"{finding.severity}: {name}: {rule_texts.format_finding(finding)}")
        refused = refused or finding.severity == "error"
    return refused
