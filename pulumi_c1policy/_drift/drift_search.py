"""The comparison of many states with one tenant: reads in pages, and never a write.

Policies come in pages of a hundred and are compared as they come, so that memory holds the states
and one page. Absence is proven as in a refresh: by a GET and a search.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._drift.comparison import Comparison, compare
from pulumi_c1policy._drift.editors import add_editors
from pulumi_c1policy._drift.findings import DriftFinding, DriftReport, Kind, LeafChange, Problem
from pulumi_c1policy._drift.stack_state import StackState, StoredResource
from pulumi_c1policy._drift.state_secrets import Decrypt, PassphraseError, make_decrypt
from pulumi_c1policy._drift.unheld_policies import judge_unheld
from pulumi_c1policy._lifecycle.effects import attachment_operations
from pulumi_c1policy._lifecycle.effects.known_state import KnownState
from pulumi_c1policy._lifecycle.effects.lifecycle_run import (
    Run,
    decode_object,
    decode_policy,
    look,
)
from pulumi_c1policy._lifecycle.planning.ownership import (
    PERSON,
    Resource,
    read_resource,
)
from pulumi_c1policy._lifecycle.planning.policy_kind import POLICY_KIND
from pulumi_c1policy._lifecycle.planning.prior import is_older
from pulumi_c1policy._lifecycle.planning.state_codec import OWNERSHIP_INPUT, read_tenant
from pulumi_c1policy._model.attachment_fields import parse_target
from pulumi_c1policy._model.paths import Path, covers
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy.errors import APIError, NotFoundError, StateError

_PROGRESS_POLICIES: Final = 1000

Inform = Callable[[str], None]
"""Tells a person about the progress."""


@dataclass(frozen=True, slots=True)
class DriftOptions:
    """The choices of a comparison.

    Attributes:
        only: The names or the URNs of the resources to compare; all if empty.
        ignored: Paths whose changes do not count.
        passphrase: The passphrase of the states' secrets; None without one.
        allowed_tenant: The tenant that may differ from the recorded one, because its address
            changed.
        own_client: The id of the API client of the credentials, which is never an editor.
    """

    only: frozenset[str] = frozenset()
    ignored: tuple[Path, ...] = ()
    passphrase: str | None = None
    allowed_tenant: str = ""
    own_client: str = ""

    def selects(self, stored: StoredResource) -> bool:
        """Return whether to compare a resource."""
        return not self.only or bool({stored.name, stored.urn} & self.only)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A resource of a state, with what its comparison needs."""

    state: StackState
    stored: StoredResource
    decrypt: Decrypt | None


@dataclass
class _Search:
    """The state of one comparison."""

    run: Run
    tenant: str
    options: DriftOptions
    inform: Inform
    report: DriftReport
    held: set[str] = field(default_factory=set)
    """The ids of all policies in the states, also of those that are not compared."""
    resources: dict[Resource, tuple[StackState, StoredResource]] = field(default_factory=dict)
    """The resources of the states by their ownership annotations."""
    workspaces: dict[str, StackState] = field(default_factory=dict)
    """The states by the workspace in the ownership annotations of their resources."""


def find_drift(
    client: PolicyClient,
    tenant: str,
    states: Sequence[StackState],
    options: DriftOptions = DriftOptions(),
    inform: Inform = lambda _: None,
) -> DriftReport:
    """Compare states with the tenant.

    Args:
        client: The client.
        tenant: The host and the port of the tenant.
        states: The states.
        options: The choices.
        inform: Tells a person about the progress.

    Raises:
        APIError: The policies of the tenant cannot be listed.
    """
    search = _Search(
        Run.start(client, KnownState(), tenant=tenant), tenant, options, inform, DriftReport(tenant)
    )
    entries = [entry for state in states for entry in _list_entries(search, state)]
    _warn_of_shared(search, entries)
    policies = [each for each in entries if each.stored.kind is POLICY_KIND]
    _compare_policies(search, policies)
    for entry in sorted(entries, key=lambda each: each.stored.id):
        if entry.stored.kind is not POLICY_KIND:
            _compare_attachment(search, entry)
    order = {label: index for index, label in enumerate(search.report.stacks)}
    stored = {each.stored.id: each.stored for each in policies}
    search.report.findings = add_editors(client, search.report.findings, stored, options.own_client)
    search.report.findings.sort(
        key=lambda each: (order.get(each.stack, len(order)), each.urn, each.kind, each.id)
    )
    return search.report


def _list_entries(search: _Search, state: StackState) -> Iterator[_Entry]:
    """Yield the managed resources of a state, and note what else it tells."""
    report, options = search.report, search.options
    report.stacks.setdefault(state.label, 0)
    report.notes += [
        f"An interrupted run has left {urn} of {state.label} in progress. Run `pulumi refresh`."
        for urn in state.pending
    ]
    decrypt = make_decrypt(state.secrets_provider, options.passphrase)
    is_tenant_told = False
    for stored in state.resources:
        if stored.kind is POLICY_KIND:
            search.held.add(stored.id)
        if not stored.is_managed:
            continue
        inputs, outputs = stored.read()
        whose = read_resource({"annotations": inputs.get(OWNERSHIP_INPUT)})
        if whose and stored.kind is POLICY_KIND:
            search.resources[whose] = state, stored
            search.workspaces[whose[1]] = state
        if not options.selects(stored):
            continue
        report.stacks[state.label] += 1
        theirs = read_tenant(outputs)
        if theirs and search.tenant not in (theirs, options.allowed_tenant):
            if not is_tenant_told:
                text = (
                    f"The resources are in the tenant {theirs}, but the credentials are of "
                    f"{search.tenant}. Use the credentials of {theirs}; or, if its policies are in "
                    f"{search.tenant} now, set PULUMI_C1POLICY_ALLOW_TENANT_CHANGE={search.tenant}."
                )
                report.problems.append(Problem(state.label, stored.urn, text))
            is_tenant_told = True
            continue
        yield _Entry(state, stored, decrypt)


def _warn_of_shared(search: _Search, entries: Sequence[_Entry]) -> None:
    """Report the objects that several resources manage."""
    by_object: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in entries:
        by_object[entry.stored.type, entry.stored.id].append(entry.stored.urn)
    for (_, object_id), urns in by_object.items():
        if len(urns) > 1:
            text = f"Several resources manage {object_id}: {', '.join(urns)}. Remove all but one."
            search.report.problems.append(Problem("", urns[0], text))


def _compare_policies(search: _Search, entries: Sequence[_Entry]) -> None:
    """Compare the policies of the states with the pages of the tenant's policies."""
    awaited: dict[str, list[_Entry]] = defaultdict(list)
    for entry in entries:
        awaited[entry.stored.id].append(entry)
    seen: set[str] = set()
    for page in search.run.client.list_pages():
        before = len(seen)
        for row in page:
            policy_id = str(row.get("id") or "")
            if not policy_id or row.get("deletedAt") or policy_id in seen:
                continue
            seen.add(policy_id)
            for entry in awaited.pop(policy_id, ()):
                _compare_policy(search, entry, row)
            if policy_id not in search.held and not search.options.only:
                _add_unheld(search, row)
        if len(seen) // _PROGRESS_POLICIES > before // _PROGRESS_POLICIES:
            search.inform(f"{len(seen):,} policies read …")
    if awaited:
        search.inform(f"Policies that the list does not contain: {len(awaited):,}; reading each …")
    for entries_left in awaited.values():
        for entry in entries_left:
            _compare_policy(search, entry, None)


def _compare_policy(search: _Search, entry: _Entry, row: Tree | None) -> None:
    """Compare a policy with its row in a list; without one, with a GET."""
    stored, client = entry.stored, search.run.client
    try:
        live = None if row is None else decode_policy("GET", row)
        if live is None or is_older(live, stored.read()[1]):
            live = look(client, stored.id)
        if live is None:
            _add(search, entry, "deleted")
        else:
            _add_comparison(search, entry, compare(stored, live, entry.decrypt))
    except (APIError, StateError, PassphraseError) as error:
        _add_problem(search, entry, error)


def _compare_attachment(search: _Search, entry: _Entry) -> None:
    """Compare the policies of an app or of an entitlement."""
    stored, run = entry.stored, search.run
    kind, target = stored.kind, parse_target(stored.id)
    fields = [f.name for f in kind.message.fields.values() if f.names_policy]
    policies = [str(stored.read()[1].get(name) or "") for name in fields]
    try:
        try:
            wire, is_fresh = run.attachment_reads.get(target, policies)
            live = decode_object(kind.message, target, "GET", wire)
            found = compare(stored, live, entry.decrypt)
            if found.changes and not is_fresh:
                # A page may lag behind the last write.
                live = decode_object(kind.message, target, "GET", run.attachments.get(target))
                found = compare(stored, live, entry.decrypt)
        except NotFoundError as error:
            if attachment_operations.is_gone(run, target, error):
                _add(search, entry, "deleted")
                return
            live = decode_object(kind.message, target, "GET", run.attachments.get(target))
            found = compare(stored, live, entry.decrypt)
        if live.get("deleted_at"):
            _add(search, entry, "deleted")
        else:
            _add_comparison(search, entry, found)
    except (APIError, StateError, PassphraseError) as error:
        _add_problem(search, entry, error)


def _add_comparison(search: _Search, entry: _Entry, found: Comparison) -> None:
    ignored = search.options.ignored
    changes = [
        each
        for each in found.changes
        if not any(covers(pattern, each.change.path) for pattern in ignored)
    ]
    search.report.untold += [(entry.state.label, entry.stored.urn, path) for path in found.untold]
    if found.taken_by:
        kind: Kind = "taken-over" if found.taken_by == PERSON else "held-elsewhere"
        _add(search, entry, kind, changes, found.taken_by)
    elif changes:
        _add(search, entry, "changed", changes)


def _add(
    search: _Search,
    entry: _Entry,
    kind: Kind,
    changes: Collection[LeafChange] = (),
    manager: str = "",
) -> None:
    stored = entry.stored
    search.report.findings.append(
        DriftFinding(
            kind,
            entry.state.label,
            stored.urn,
            stored.type,
            stored.id,
            stored.name,
            tuple(changes),
            manager=manager,
        )
    )


def _add_problem(
    search: _Search, entry: _Entry, error: APIError | StateError | PassphraseError
) -> None:
    text = " ".join(str(error).splitlines())
    search.report.problems.append(Problem(entry.state.label, entry.stored.urn, text))


def _add_unheld(search: _Search, row: Tree) -> None:
    """Report a policy that no state holds, if it is not a builtin one."""
    if found := judge_unheld(row, search.resources, search.workspaces):
        search.report.findings.append(found)
