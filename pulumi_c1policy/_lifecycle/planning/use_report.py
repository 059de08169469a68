"""The report of `c1policy usage`: policies with their uses. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi_c1policy._lifecycle.planning import use_texts, uses
from pulumi_c1policy._lifecycle.planning.uses import PolicyUse

COLUMNS: Final = ("Policy", "Used by", "Object", "App", "For", "Grants")
"""The columns of `build_rows`."""

NEVER_LOOKED_AT: Final = (
    "campaigns",
    "campaign templates",
    "tasks of findings",
    "session settings",
    "answers of approval webhooks",
)
"""The objects that may use policies, and that no report looks at."""

ONLY_DEEP: Final = ("request defaults of apps", "configuration rules of apps")
"""The objects that only `--deep` looks at."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A policy of a report.

    Attributes:
        id: Its id.
        name: Its display name.
        type: Its type.
        resource: The resource that manages it; "" if none does.
    """

    id: str
    name: str
    type: str = ""
    resource: str = ""


@dataclass
class Report:
    """Policies with their uses.

    Attributes:
        subjects: The policies.
        uses: Their uses, sorted.
        app_names: The display names of apps by id, as far as they are known.
        missing: The names of the chosen policies that the tenant does not have.
        not_looked_at: The objects that were not looked at.
        problems: Sentences about what could not be read.
    """

    subjects: list[Subject]
    uses: list[PolicyUse] = field(default_factory=list)
    app_names: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    not_looked_at: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def list_uses(self, subject: Subject) -> list[PolicyUse]:
        """List the uses of a policy, the largest first."""
        return [use for use in self.uses if use.policy_id == subject.id]

    def list_unused(self) -> list[Subject]:
        """List the policies without any use that was found."""
        used = {use.policy_id for use in self.uses}
        return [subject for subject in self.subjects if subject.id not in used]


def build_rows(report: Report) -> list[tuple[str, ...]]:
    """Build the rows of a table: one per use, and one for each policy without uses."""
    rows: list[tuple[str, ...]] = []
    for subject in report.subjects:
        name = f"{subject.name} ({subject.id})"
        found = report.list_uses(subject)
        rows += [
            (
                name,
                use.kind,
                f"{use.name} ({use.id})" if use.name else use.id,
                _name_app(report.app_names, use.app_id),
                ", ".join(use.places),
                str(use.grants) if use.kind == "entitlement" else "",
            )
            for use in found
        ]
        if not found:
            rows.append((name, "nothing", "", "", "", ""))
    return rows


def summarize(report: Report) -> list[str]:
    """Return the sentences below a table."""
    sentences = []
    unused = report.list_unused()
    used = [subject for subject in report.subjects if subject not in unused]
    counted = use_texts.count_uses(report.uses, is_complete=not report.problems)
    if used:
        sentences.append(f"{_count_policies(len(used))} in use, by {counted}.")
    if unused:
        names = ", ".join(subject.name for subject in unused)
        doubt = " as far as the tenant could be read" if report.problems else ""
        sentences.append(f"{_count_policies(len(unused))} not in use{doubt}: {names}.")
    if report.missing:
        sentences.append(f"Not in the tenant: {', '.join(report.missing)}.")
    sentences.append(f"Not looked at: {', '.join(report.not_looked_at)}.")
    return sentences + report.problems


def to_json(report: Report) -> str:
    """Return a report as JSON text."""
    found = {
        "policies": [
            {
                "id": subject.id,
                "name": subject.name,
                "type": subject.type,
                "resource": subject.resource,
                "uses": [_to_plain(use, report.app_names) for use in report.list_uses(subject)],
            }
            for subject in report.subjects
        ],
        "unused": [subject.id for subject in report.list_unused()],
        "missing": report.missing,
        "not_looked_at": report.not_looked_at,
        "problems": report.problems,
        "complete": not report.problems,
    }
    return json.dumps(found, indent=2, ensure_ascii=True)


def sort_uses(report: Report) -> None:
    """Sort the uses of a report, and drop repeated ones."""
    report.uses = uses.sort(uses.drop_repeated(report.uses))


def _to_plain(use: PolicyUse, app_names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": use.kind,
        "id": use.id,
        "name": use.name,
        "app_id": use.app_id,
        "app_name": app_names.get(use.app_id, ""),
        "places": [*use.places],
        "grants": use.grants,
    }


def _name_app(names: Mapping[str, str], app_id: str) -> str:
    name = names.get(app_id)
    return f"{name} ({app_id})" if name else app_id


def _count_policies(count: int) -> str:
    return "1 policy is" if count == 1 else f"{count} policies are"
