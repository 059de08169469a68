"""The findings of a comparison: drift, what could not be compared, and policies beside the states.

Data without text for people; `drift_reports` renders it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from pulumi_c1policy._lifecycle.planning.diff import Change
from pulumi_c1policy._model.paths import Path

Kind: TypeAlias = Literal[
    "changed", "deleted", "taken-over", "held-elsewhere", "duplicate", "leftover", "unmanaged"
]
Source: TypeAlias = Literal["state", "export"]
"""The record that a comparison starts from: states of stacks, or an export."""

DRIFT_KINDS: Final[tuple[Kind, ...]] = (
    "changed",
    "deleted",
    "taken-over",
    "held-elsewhere",
    "duplicate",
    "leftover",
)
"""The kinds that always count as drift; `unmanaged` counts only on demand."""


@dataclass(frozen=True, slots=True)
class LeafChange:
    """A changed leaf of an object.

    Attributes:
        change: The change from the recorded to the live value.
        is_secret: The value, or a part of it, is a secret; no report shows it.
    """

    change: Change
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Editor:
    """The last known editor of an object, from the system log.

    Attributes:
        name: The name, the email or the id of a person or a client.
        time: The time of the edit, RFC 3339 in UTC.
    """

    name: str
    time: str


@dataclass(frozen=True, slots=True)
class DriftFinding:
    """One finding about one object.

    Attributes:
        kind: The kind of the finding.
        stack: The label of the stack, or the folder of the export; "" for an object that no
            state and no export holds.
        urn: The URN of the resource; likewise, and "" for an object of an export.
        type: The type of the resource, such as `c1policy:Policy`.
        id: The id of the object.
        name: The name of the resource, or the display name of a policy that no state holds.
        changes: The changed leaves.
        untold: The paths of secrets that could not be compared.
        manager: The manager that the live ownership annotations name; "" if there is none.
        editor: The last known editor; None if the system log names none.
        source: The record that differs from the tenant.
    """

    kind: Kind
    stack: str
    urn: str
    type: str
    id: str
    name: str
    changes: Sequence[LeafChange] = ()
    untold: Sequence[Path] = ()
    manager: str = ""
    editor: Editor | None = None
    source: Source = "state"

    @property
    def is_drift(self) -> bool:
        """Return whether the finding always counts as drift."""
        return self.kind in DRIFT_KINDS


@dataclass(frozen=True, slots=True)
class Problem:
    """A stack or a resource that could not be compared.

    Attributes:
        stack: The label of the stack, or the source of its state.
        urn: The URN of the resource; "" if the problem is about the whole stack.
        text: One or more sentences.
    """

    stack: str
    urn: str
    text: str


@dataclass
class DriftReport:
    """The result of a comparison.

    Attributes:
        tenant: The tenant.
        stacks: The number of managed resources by the label of the stack.
        findings: The findings.
        untold: The secrets that could not be compared: stack, URN and path.
        problems: What could not be compared.
        notes: Sentences that are neither drift nor a problem, such as an interrupted run.
        source: The record that was compared.
    """

    tenant: str = ""
    stacks: dict[str, int] = field(default_factory=dict)
    findings: list[DriftFinding] = field(default_factory=list)
    untold: list[tuple[str, str, Path]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    source: Source = "state"

    def list_drift(self, *, count_unmanaged: bool = False) -> list[DriftFinding]:
        """List the findings that count as drift."""
        return [each for each in self.findings if each.is_drift or count_unmanaged]
