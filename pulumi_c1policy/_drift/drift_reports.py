"""The reports about drift for people and programs: rows, sentences, JSON and Markdown. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pulumi_c1policy import _text
from pulumi_c1policy._drift.findings import DriftFinding, DriftReport, Kind, LeafChange, Source
from pulumi_c1policy._model.paths import format_path, hide_keys

JSON_VERSION: Final = 1
"""The version of the JSON report; a change that breaks readers raises it."""

COLUMNS: Final = ("Stack", "Resource", "Drift", "Path", "Recorded", "Live")
"""The columns of `build_rows`."""

PHRASES: Final[dict[Kind, str]] = {
    "changed": "changed",
    "deleted": "deleted in the tenant",
    "taken-over": "taken over by a person",
    "held-elsewhere": "managed elsewhere",
    "duplicate": "duplicate",
    "leftover": "leftover",
    "unmanaged": "not in any state",
}
"""The kind of a finding, for people."""

EXPLANATIONS: Final[dict[Kind, str]] = {
    "changed": "The tenant has other values than the state. Run `pulumi preview --refresh`.",
    "deleted": "The object is gone from the tenant. `pulumi up --refresh` creates it again.",
    "taken-over": "A person edited the policy in the product, which removed its ownership "
    'annotations. Take it back with on_takeover="take_back", or remove it from the program.',
    "held-elsewhere": "The ownership annotations name another workspace or tool.",
    "duplicate": "A second policy has the ownership annotations of the resource, and no given "
    "state holds it. Delete it, or adopt it.",
    "leftover": "The policy has ownership annotations of the stack, and no given state holds it. "
    "An interrupted run may have left it.",
    "unmanaged": "No given state holds the policy.",
}
"""The meaning of a kind, and the next step."""

_EXPORT_PHRASES: Final[dict[Kind, str]] = {
    "changed": PHRASES["changed"],
    "deleted": PHRASES["deleted"],
    "unmanaged": "not in the export",
}

_EXPORT_EXPLANATIONS: Final[dict[Kind, str]] = {
    "changed": "The tenant has other values than the export. Undo the change, or export again.",
    "deleted": "The object is gone from the tenant. Create it again, or export again.",
    "unmanaged": "The export does not contain the object. Export again.",
}

SECRET: Final = "[secret]"  # noqa: S105 (stands for a secret)
"""The text in place of a value that is a secret."""

_MAX_VALUE_LENGTH = 200


def build_rows(report: DriftReport) -> list[tuple[str, ...]]:
    """Build the rows of a table: one for each changed leaf, or one for a finding without any."""
    rows: list[tuple[str, ...]] = []
    for each in report.findings:
        head = (each.stack, name_object(each), describe(each))
        rows += [(*head, *_format_change(change)) for change in each.changes] or [
            (*head, "", "", "")
        ]
    return rows


def name_object(finding: DriftFinding) -> str:
    """Return the name and the id of the object of a finding."""
    type_name = finding.type.rpartition(":")[2]
    name = finding.name if type_name == "Policy" else f"{type_name} {finding.name}"
    return f"{name} ({finding.id})"


def get_phrases(source: Source) -> Mapping[Kind, str]:
    """Return the phrases for the kinds of a report about such a record."""
    return PHRASES if source == "state" else _EXPORT_PHRASES


def get_explanations(source: Source) -> Mapping[Kind, str]:
    """Return the explanations of the kinds of a report about such a record."""
    return EXPLANATIONS if source == "state" else _EXPORT_EXPLANATIONS


def describe(finding: DriftFinding) -> str:
    """Describe a finding in a phrase."""
    phrase = get_phrases(finding.source)[finding.kind]
    if finding.kind in ("held-elsewhere", "unmanaged") and finding.manager:
        phrase = f"{phrase}: {finding.manager}"
    if finding.editor:
        phrase += f" (last edit: {finding.editor.name}, {finding.editor.time})"
    return phrase


def _format_change(leaf: LeafChange) -> tuple[str, ...]:
    change = leaf.change
    path = format_path(hide_keys(change.path) if leaf.is_secret else change.path)
    return path, *(_format_value(value, leaf) for value in (change.before, change.after))


def _format_value(value: object, leaf: LeafChange) -> str:
    if value is None:
        return ""
    text = SECRET if leaf.is_secret else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_VALUE_LENGTH else f"{text[:_MAX_VALUE_LENGTH]}…"


def summarize(report: DriftReport) -> list[str]:
    """Return the sentences below a table."""
    looked = _describe_compared(report)
    phrases = get_phrases(report.source)
    drift = Counter(each.kind for each in report.findings if each.is_drift)
    if drift:
        listed = ", ".join(f"{number} {phrases[kind]}" for kind, number in drift.items())
        sentences = [f"Drift in {looked} compared with {report.tenant}: {listed}."]
    elif report.problems:
        sentences = [f"No drift was found in {looked}, but not everything could be compared."]
    else:
        sentences = [f"No drift: {looked} compared with {report.tenant}."]
    if unmanaged := sum(each.kind == "unmanaged" for each in report.findings):
        sentences.append(
            f"No given state holds {_count(unmanaged, 'policy', 'policies')}."
            if report.source == "state"
            else f"The export lacks {_count(unmanaged, 'object')} of the tenant."
        )
    sentences += [
        f"Cannot tell: {format_path(hide_keys(path))} of {urn} is an encrypted secret. "
        "Set PULUMI_CONFIG_PASSPHRASE, or give the output of `pulumi stack export --show-secrets`."
        for _, urn, path in report.untold
    ]
    return sentences + report.notes


def _describe_compared(report: DriftReport) -> str:
    count = sum(report.stacks.values())
    if report.source == "export":
        return f"{_count(count, 'object')} of the export {', '.join(report.stacks)}"
    return f"{_count(count, 'resource')} of {_count(len(report.stacks), 'stack')}"


def list_problems(report: DriftReport) -> list[str]:
    """Return a sentence about each stack or resource that could not be compared."""
    return [
        f"{': '.join(filter(None, (each.stack, each.urn.rpartition('::')[2])))}: {each.text}"
        for each in report.problems
    ]


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def to_json(report: DriftReport, *, count_unmanaged: bool = False) -> str:
    """Return a report as JSON text; docs/drift.md describes it."""
    found = {
        "version": JSON_VERSION,
        "tenant": report.tenant,
        "in_sync": not report.list_drift(count_unmanaged=count_unmanaged) and not report.problems,
        "stacks": [{"stack": name, "resources": n} for name, n in report.stacks.items()],
        "findings": [_to_plain(each) for each in report.findings],
        "cannot_tell": [
            {"stack": stack, "urn": urn, "path": format_path(path)}
            for stack, urn, path in report.untold
        ],
        "problems": [
            {"stack": each.stack, "urn": each.urn, "text": each.text} for each in report.problems
        ],
        "notes": report.notes,
    }
    return json.dumps(found, indent=2, ensure_ascii=True)


def _to_plain(finding: DriftFinding) -> dict[str, Any]:
    editor = finding.editor
    return {
        "kind": finding.kind,
        "stack": finding.stack,
        "urn": finding.urn,
        "type": finding.type,
        "id": finding.id,
        "name": finding.name,
        "manager": finding.manager,
        "changes": [_leaf_to_plain(each) for each in finding.changes],
        "editor": {"name": editor.name, "time": editor.time} if editor else None,
    }


def _leaf_to_plain(leaf: LeafChange) -> dict[str, Any]:
    change = leaf.change
    path = hide_keys(change.path) if leaf.is_secret else change.path
    values = (None, None) if leaf.is_secret else (change.before, change.after)
    return {
        "kind": change.kind,
        "path": format_path(path),
        "before": values[0],
        "after": values[1],
        "is_secret": leaf.is_secret,
    }


def render_markdown(report: DriftReport) -> str:
    """Render a report as Markdown."""
    parts = []
    if report.findings:
        rows = [_join_cells(row) for row in (COLUMNS, ("---",) * len(COLUMNS))]
        rows += [
            _join_cells(_text.escape_markdown(_text.to_one_line(cell)) for cell in row)
            for row in build_rows(report)
        ]
        parts.append("\n".join(rows))
    sentences = [*summarize(report), *list_problems(report)]
    lines = [f"- {_text.escape_markdown(_text.to_one_line(each))}" for each in sentences]
    return "\n\n".join([*parts, "\n".join(lines)])


def _join_cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
