"""Simulations and impacts as rows of a table, as JSON and as Markdown."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from pulumi_c1policy import _text
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate.explanation import describe_course
from pulumi_c1policy._simulate.impact import Impact
from pulumi_c1policy._simulate.simulation_result import Route, Simulation
from pulumi_c1policy._simulate.step_results import Person, Step

OUTCOMES = ("Policy", "Subject", "Rule", "What happens")
"""The columns of `build_outcome_row`."""

IMPACTS = ("Policy", "Subject", "Before", "After")
"""The columns of `build_impact_row`."""

_ROUTE_KEYS = ("policy", "policy_id", "rules", "matched", "outcome")


def build_outcome_row(found: Simulation) -> tuple[str, ...]:
    """Return a simulation as a row."""
    policy, subject = _text.to_one_line(found.policy), _text.to_one_line(found.shown_subject)
    return policy, subject, _name_rule(found), describe_course(found)


def build_impact_row(found: Impact) -> tuple[str, ...]:
    """Return an impact as a row."""
    before, after = describe_course(found.before), describe_course(found.after)
    policy, subject = _text.to_one_line(found.policy), _text.to_one_line(found.shown_subject)
    return policy, subject, before, after if found.is_changed else "unchanged"


def summarize_impacts(changed: int, count: int) -> str:
    """Return the number of requests that a change affects, of those simulated, as a sentence."""
    return f"{changed} of {count} requests change."


def _name_rule(found: Simulation) -> str:
    if isinstance(found.matched_rule, Undecided):
        return f"rules[{found.rules[-1].index}]?"
    return "baseline" if found.matched_rule is None else f"rules[{found.matched_rule}]"


def to_json(found: Sequence[Simulation] | Sequence[Impact]) -> str:
    """Return simulations or impacts as JSON text."""
    return json.dumps([_to_plain(item) for item in found], indent=2, ensure_ascii=True)


def _to_plain(value: Any) -> Any:  # noqa: ANN401 (any value of a result)
    if isinstance(value, Undecided):
        return {"undecided": value.reason}
    if isinstance(value, Person):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: _to_plain(item) for name, item in _list_items(value).items()}
    if isinstance(value, dict):
        return {name: _to_plain(item) for name, item in value.items()}
    return [_to_plain(item) for item in value] if isinstance(value, tuple | list) else value


def _list_items(value: Any) -> dict[str, Any]:  # noqa: ANN401 (any dataclass)
    """Return the JSON keys of a result with their values: computed values, then the fields."""
    fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    match value:
        case Impact():
            return {"changed": value.is_changed, **fields}
        case Simulation():
            names: tuple[str, ...] = ("policy", "matched_rule", "approvers")
        case Step():
            names = ("index", "kind", "status", "summary")
        case Route():
            return {name: getattr(value, name) for name in _ROUTE_KEYS}
        case _:
            return fields
    return {**{name: getattr(value, name) for name in names}, **fields}


def render_markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table for a pull request."""
    lines = [_join_cells(columns), _join_cells(["---"] * len(columns))]
    return "\n".join([*lines, *(_join_cells(map(_text.escape_markdown, row)) for row in rows)])


def _join_cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
