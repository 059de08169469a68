"""The text of whole simulations: one line for a table, or several lines for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_c1policy import _text
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate import wording
from pulumi_c1policy._simulate.step_results import ApprovalStep

if TYPE_CHECKING:
    from pulumi_c1policy._simulate.simulation_result import Simulation
    from pulumi_c1policy._simulate.step_results import Step

_REJECTED_IN_POLICIES = (
    "tenants reject this step in a policy; configure provisioning on the entitlement"
)


def describe_assumptions(found: Simulation) -> str:
    """Return the assumptions of a possible result about undecided rules."""
    assumptions = []
    for route in found.routes:
        owner = f" of {route.policy}" if len(found.routes) > 1 else ""
        for rule in route.undecided:
            verb = "matches" if rule.index == route.matched else "does not match"
            assumptions.append(f"rules[{rule.index}]{owner} {verb}")
    return " and ".join(assumptions)


def describe_course(found: Simulation | None) -> str:
    """Return the course of a request in one line, then one line for each possible result.

    Args:
        found: The simulation; None if there is no such policy.
    """
    if found is None:
        return "no such policy"
    parts = [_shorten(step) for step in found.steps if step.status != "unreached"]
    if isinstance(found.ending, Undecided):
        parts.append(str(found.ending))
    elif found.ending == "elsewhere":
        parts.append(found.routes[-1].outcome)
    course = " → ".join(map(_text.to_one_line, parts)) or "no approval"
    possible = [
        f"if {_text.to_one_line(one.assumes)}: {describe_course(one)}" for one in found.possible
    ]
    return "\n".join([course, *possible])


def _shorten(step: Step) -> str:
    if step.kind == "wait":
        return f"wait {step.summary}"
    if isinstance(step, ApprovalStep) and step.escalation:
        return f"{step.summary} ({step.escalation})"
    return step.summary


def explain(found: Simulation) -> str:
    """Return the whole way of a request: each policy, rule and step, and the end."""
    lines = [f"{found.shown_subject}:"]
    for route in found.routes:
        lines.append(f"  policy {route.policy}")
        lines += [f"    {wording.describe_rule(rule)}" for rule in route.rules]
        lines.append(f"    -> {wording.describe_outcome(route)}")
    lines += _explain_steps(found)
    for one in found.possible:
        lines.append(f"  if {one.assumes}:")
        lines += [f"  {line}" for line in _explain_steps(one)]
    return "\n".join(lines)


def _explain_steps(found: Simulation) -> list[str]:
    lines = []
    for step in found.steps:
        lines.append(f"  {step.index + 1}. {step}")
        if isinstance(step, ApprovalStep) and step.escalation:
            lines.append(f"     {step.escalation}")
        if step.kind in ("provision", "action") and step.status == "runs":
            lines.append(f"     {_REJECTED_IN_POLICIES}")
    return [*lines, f"  ends: {found.ending}"]
