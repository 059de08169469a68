"""`c1policy validate`: run the checks of a preview, and on request those of the tenant."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
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
    from pulumi_c1policy._findings.severity import Severities
    from pulumi_c1policy._lifecycle.checks.chains import Chains
    from pulumi_c1policy._model.tree import Tree
    from pulumi_c1policy._simulate.known_policies import KnownPolicy
    from pulumi_c1policy.team_rules.rule_file import TeamRule

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
    rules: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A Python file with team rules: docs/team-rules.md."),
    ] = None,
    severity: SeverityOption = None,
    ignore: IgnoreOption = None,
) -> None:
    """Check policies as a preview does: their fields, their rules and their expressions.

    Exit code: 0 if a preview would accept all policies, and they follow the team rules; 1 if it
    would refuse one, or one breaks a team rule; 2 on another error.
    """
    try:
        team_rules = _load_team_rules(rules)
    except C1PolicyError as error:
        output.echo(policy_sources.describe_error(error), err=True)
        raise typer.Exit(_FAILED) from error
    severities = severity_options.parse(severity, ignore, [rule.id for rule in team_rules])
    try:
        tables = policy_sources.read_directory(directory)
        policies = policy_sources.read_source(
            policy, program, state, tenant=tenant, config=config, directory=tables
        )
        chains = _collect_chains(policies)
        refused = broken = 0
        for each in policies:
            found = _check_policy(each.tree, online=online) + chains.check(each.tree)
            names = (each.name, each.resource, each.id)
            refused += _print_findings(each.name, severities.apply(found, names))
            broken += _print_findings(each.name, _run_team_rules(team_rules, each, severities))
    except (C1PolicyError, OSError, UnicodeDecodeError) as error:
        output.echo(policy_sources.describe_error(error), err=True)
        raise typer.Exit(_FAILED) from error
    team = f", {broken} break team rules" if rules else ""
    output.echo(f"{len(policies)} policies checked, {refused} would be refused{team}.")
    if refused or broken:
        raise typer.Exit(_REFUSED)


def _check_policy(tree: Tree, *, online: bool) -> list[Finding]:
    from pulumi_c1policy._lifecycle.checks import expression_checks, policy_checks
    from pulumi_c1policy._lifecycle.effects import online_checks
    from pulumi_c1policy._lifecycle.planning.pruning import prune_inputs

    # A policy from a tenant or a state contains output-only fields, which is no mistake.
    inputs = prune_inputs(tree)
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


def _load_team_rules(path: Path | None) -> list[TeamRule]:
    if path is None:
        return []
    from pulumi_c1policy.team_rules import rule_file

    return rule_file.load_rules(path)


def _run_team_rules(
    rules: Iterable[TeamRule], policy: KnownPolicy, severities: Severities
) -> list[Finding]:
    """Run the rules that are not off for a policy."""
    from pulumi_c1policy.team_rules import checked_policy, rule_run

    names = (policy.name, policy.resource, policy.id)
    checked = checked_policy.read_policy(policy)
    active = [
        rule for rule in rules if severities.choose_level(rule.id, rule.severity, names) != "off"
    ]
    found = [finding for rule in active for finding in rule_run.run_rule(rule, checked)]
    return severities.apply(found, names)


def _collect_chains(policies: Iterable[KnownPolicy]) -> Chains:
    """Collect the references between policies that have ids."""
    from pulumi_c1policy._lifecycle.checks.chains import Chains

    chains = Chains()
    for policy in policies:
        if policy.id:
            chains.note(policy.id, policy.tree)
    return chains


def _print_findings(name: str, findings: Iterable[Finding]) -> bool:
    """Print the findings of one policy; return whether one is an error."""
    from pulumi_c1policy._findings import rule_texts

    refused = False
    for finding in findings:
        output.echo(f"{finding.severity}: {name}: {rule_texts.format_finding(finding)}")
        refused = refused or finding.severity == "error"
    return refused
