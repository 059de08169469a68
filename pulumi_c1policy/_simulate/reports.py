"""Simulations and changes as rows, as JSON and as Markdown."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from pulumi_c1policy import _text
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate.impact import Impact
from pulumi_c1policy._simulate.results import ApprovalStep, Person, Simulation

OUTCOMES = ("Policy", "Subject", "Rule", "What happens")
"""The columns of `outcome`."""

IMPACTS = ("Policy", "Subject", "Before", "After")
"""The columns of `change`."""


def outcome(found: Simulation) -> tuple[str, ...]:
    """A simulation as a row."""
    return (
        _text.escape_line(found.policy),
        _text.escape_line(found.subject),
        _rule(found),
        way(found),
    )


def change(found: Impact) -> tuple[str, ...]:
    """A change as a row."""
    before, after = way(found.before), way(found.after)
    policy, subject = _text.escape_line(found.policy), _text.escape_line(found.subject)
    return policy, subject, before, after if found.is_changed else "unchanged"


def _rule(found: Simulation) -> str:
    if isinstance(found.matched_rule, Undecided):
        return f"rules[{found.rules[-1].index}]?"
    return "baseline" if found.matched_rule is None else f"rules[{found.matched_rule}]"


def way(found: Simulation | None) -> str:
    """The way of a request in a line: who is asked, what else happens, how it ends.

    Where it may take several ways, a line for each follows.
    """
    if found is None:
        return "no such policy"
    words = []
    for step in found.steps:
        if step.status == "unreached":
            break
        said = step.summary if step.kind != "wait" else f"wait {step.summary}"
        if isinstance(step, ApprovalStep) and step.escalation:
            said += f" (unanswered: {step.escalation})"
        words.append(_text.escape_line(said))
    if isinstance(found.ending, Undecided):
        words.append(_text.escape_line(str(found.ending)))
    elif found.ending == "elsewhere":
        words.append(_text.escape_line(found.routes[-1].outcome))
    told = " → ".join(words) or "nobody is asked"
    return "\n".join(
        [told, *(f"if {_text.escape_line(one.assumes)}: {way(one)}" for one in found.possible)]
    )


def to_json(found: Sequence[Simulation] | Sequence[Impact]) -> str:
    """Simulations, or changes, as a JSON text."""
    return json.dumps([_plain(item) for item in found], indent=2, ensure_ascii=True)


def _plain(value: Any) -> Any:  # noqa: ANN401 (any value of a result)
    if isinstance(value, Undecided):
        return {"undecided": value.reason}
    if isinstance(value, Person):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Simulation | Impact):
        extra: dict[str, Any] = {"changed": value.is_changed} if isinstance(value, Impact) else {}
        if isinstance(value, Simulation):
            extra = {name: getattr(value, name) for name in ("policy", "matched_rule", "approvers")}
        return {name: _plain(item) for name, item in {**extra, **_fields(value)}.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(item) for name, item in _fields(value).items()}
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value


def _fields(value: Any) -> dict[str, Any]:  # noqa: ANN401 (any dataclass)
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table for a pull request."""
    lines = [_line(columns), _line(["---"] * len(columns))]
    return "\n".join([*lines, *(_line(map(_text.escape_markdown, row)) for row in rows)])


def _line(cells: Any) -> str:  # noqa: ANN401 (an iterable of texts)
    return f"| {' | '.join(cells)} |"
