"""The check for duplicates and leftovers: policies of given stacks that no given state holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._doctor import programs, project
from pulumi_c1policy._doctor.findings import DoctorFinding
from pulumi_c1policy._doctor.project import Project
from pulumi_c1policy._drift import drift_search, state_files
from pulumi_c1policy._drift.drift_reports import EXPLANATIONS, PHRASES
from pulumi_c1policy._drift.findings import DriftFinding, DriftReport, Kind
from pulumi_c1policy._drift.stack_state import StackState
from pulumi_c1policy._lifecycle.planning.policy_kind import POLICY_KIND
from pulumi_c1policy.errors import APIError, C1PolicyError

_MAX_EXPORT_SECONDS = 60.0
_MAX_SEARCH_SECONDS = 60.0
_KINDS: Final[tuple[Kind, ...]] = ("duplicate", "leftover")


def read_states(
    paths: Sequence[str], stacks: Sequence[str], found: Project | None
) -> tuple[list[StackState], list[DoctorFinding]]:
    """Read the states that the options name, or that of the selected stack.

    Args:
        paths: State files, and folders with them.
        stacks: Stacks of the Pulumi CLI.
        found: The project of the current folder; it counts only if the options name no state.

    Returns:
        The states, and a finding for each one that cannot be read.
    """
    states: list[StackState] = []
    findings: list[DoctorFinding] = []
    readers = [partial(_read_path, path) for path in paths]
    readers += [partial(_export, name) for name in stacks]
    for read in readers:
        try:
            states += read()
        except (C1PolicyError, OSError, UnicodeDecodeError) as error:
            findings.append(_describe_unread(error, is_error=True))
    if not readers and found:
        try:
            states += _export(project.find_stack_name(found))
        except (C1PolicyError, programs.ProgramError) as error:
            findings.append(_describe_unread(error, is_error=False))
    return states, findings


def _read_path(path: str) -> list[StackState]:
    return [state_files.read_file(each) for each in state_files.list_files(path)]


def _export(name: str) -> list[StackState]:
    return [state_files.export_stack(name, _MAX_EXPORT_SECONDS)]


def _describe_unread(error: Exception, *, is_error: bool) -> DoctorFinding:
    if isinstance(error, C1PolicyError):
        text, advice = error.summary, error.advice
    elif isinstance(error, OSError) and error.filename:
        text, advice = f"{Path(error.filename)} cannot be read: {error.strerror}.", ""
    else:
        text = f"The state of the selected stack cannot be read: {error}."
        advice = "Select a stack with `pulumi stack select`, or name a state with --state."
    return DoctorFinding("leftovers", "cannot-tell", text, advice, is_error=is_error)


def check_leftovers(
    client: PolicyClient,
    tenant: str,
    states: Sequence[StackState],
    allowed_tenant: str,
    inform: Callable[[str], None],
) -> list[DoctorFinding]:
    """Search the tenant for duplicates and leftovers of the stacks of some states.

    Args:
        client: The client.
        tenant: The host and the port of the tenant.
        states: The states.
        allowed_tenant: The tenant that may differ from the recorded one.
        inform: Tells a person about the progress.
    """
    if not states:
        text = "No state is known, so duplicates and leftovers were not searched."
        return [
            DoctorFinding("leftovers", "cannot-tell", text, "Name one with --state or --stack.")
        ]
    policies = [
        replace(each, resources=[r for r in each.resources if r.kind is POLICY_KIND])
        for each in states
    ]
    options = drift_search.DriftOptions(allowed_tenant=allowed_tenant)
    try:
        with client.limit_time(_MAX_SEARCH_SECONDS):
            report = drift_search.find_drift(client, tenant, policies, options, inform)
    except APIError as error:
        text = f"The policies of the tenant cannot be listed: {error.summary}"
        return [DoctorFinding("leftovers", "cannot-tell", text, error.advice)]
    return _describe(report)


def _describe(report: DriftReport) -> list[DoctorFinding]:
    found = [_describe_policy(each) for each in report.findings if each.kind in _KINDS]
    found += [
        DoctorFinding("leftovers", "not-right", f"{each.stack or each.urn}: {each.text}")
        for each in report.problems
    ]
    for each in report.notes:
        text, _, advice = each.partition(". ")
        found.append(DoctorFinding("leftovers", "not-right", f"{text}.", advice))
    stacks = ", ".join(report.stacks)
    text = f"The tenant has no duplicates and no leftovers of {stacks}."
    return found or [DoctorFinding("leftovers", "right", text)]


def _describe_policy(finding: DriftFinding) -> DoctorFinding:
    text = (
        f"{PHRASES[finding.kind].capitalize()} of {finding.stack}: {finding.name} ({finding.id})."
    )
    details = {"kind": finding.kind, "stack": finding.stack, "id": finding.id, "urn": finding.urn}
    return DoctorFinding("leftovers", "not-right", text, EXPLANATIONS[finding.kind], details)
