"""The text of steps, routes and reasons.

The functions take the facts of a result and return text. No code of this package reads that text
again. `explanation` puts the parts together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from pulumi_c1policy._cel.cel_values import Value
from pulumi_c1policy._cel.undecided import Undecided

if TYPE_CHECKING:
    from pulumi_c1policy._simulate.causes import Unresolved
    from pulumi_c1policy._simulate.policy_rules import RuleTarget
    from pulumi_c1policy._simulate.simulation_result import Route, TriedRule
    from pulumi_c1policy._simulate.step_results import (
        ActionStep,
        ApprovalStep,
        EndStep,
        Escalation,
        FormStep,
        Person,
        Provisioning,
        ProvisionStep,
        UnreachedStep,
        WaitStep,
    )

_APPROVERS = {
    "app_owners": "app owner",
    "entitlement_owners": "entitlement owner",
    "group": "group member",
    "manager": "manager",
    "resource_owners": "resource owner",
}
_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


def render_reason(found: Unresolved) -> str:
    """Return the reason of an undecided result."""
    match found.code:
        case "rule-condition":
            return f"rules[{found.rule}] cannot be evaluated: {_explain_value(found.because)}"
        case "wait-condition":
            return f"`{found.condition}` cannot be evaluated: {_explain_value(found.because)}"
        case "missing-steps" | "empty-steps":
            return _explain_steps_error(found.code, found.key)
        case "policy-cycle":
            return "the policies form a cycle"
        case "too-many-policies":
            return f"more than {found.limit} policies hand the request on"
        case "unknown-step":
            return "this version of pulumi-c1policy does not know this kind of step"
        case "unknown-source":
            return "this version of pulumi-c1policy does not know this way to find people"
        case "no-approvers":
            who = _APPROVERS.get(found.by, "approver")
            return f"no {who} is found and there is no fallback; the tenant asks the Super Admins"
        case "barred-approvers":
            people = list_people(found.people, "and")
            case = "the documentation does not describe this case"
            return f"the only people found may not approve ({people}); {case}"


def _explain_steps_error(code: Literal["missing-steps", "empty-steps"], key: str) -> str:
    if code == "missing-steps":
        return f"the policy has no steps {key!r}"
    return f"tenants reject the empty list of steps {key!r}"


def _explain_value(value: Undecided | None) -> str:
    return "" if value is None else value.reason


def name_person(person: Person) -> str:
    """Return the email, the id or the display name of a person."""
    return person.email or person.id or person.name or "an unnamed person"


def show_person(person: Person) -> str:
    """Return the email of a person, or the display name with the id."""
    return name_person(person) if person.email else add_name(name_person(person), person.name)


def add_name(shown_id: str, name: str) -> str:
    """Return a display name with the id: `Billing (2bKy…)`; the id alone without a name."""
    return f"{name} ({shown_id})" if name and name != shown_id else shown_id


def name_unknown_policy(policy_id: str) -> str:
    """Return the name of a policy that is not among the given ones."""
    return f"{policy_id} (not among the given policies)"


def list_people(people: Iterable[Person], conjunction: str = "or") -> str:
    """Return the names of people, joined by a conjunction."""
    return f" {conjunction} ".join(map(show_person, people)) or "no one"


def format_span(length: timedelta) -> str:
    """Return a span of time in days, hours, minutes and seconds: `1d 2h`."""
    seconds = int(length.total_seconds())
    parts = []
    for unit, size in _SECONDS.items():
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"


def describe_rule(rule: TriedRule) -> str:
    """Return a rule with its result: it matches, does not match, or cannot be decided."""
    if isinstance(rule.value, Undecided):
        value = str(rule.value)
    else:
        value = "matches" if rule.value else "does not match"
    return f"rules[{rule.index}] {value}: {rule.condition}"


def describe_outcome(route: Route) -> str:
    """Return the target of a route."""
    if route.is_same_either_way:
        return "the result is the same, whether it matches or not"
    if route.target is None:
        return str(route.matched)
    target = _describe_target(route.target, route.next_policy)
    is_plain_baseline = route.matched is None and route.target.kind != "no-baseline"
    return f"baseline: {target}" if is_plain_baseline else target


def _describe_target(target: RuleTarget, next_policy: str) -> str:
    match target.kind:
        case "steps":
            return f"steps {target.key!r}"
        case "policy":
            return f"policy {next_policy}"
        case "missing-steps" | "empty-steps":
            return _explain_steps_error(target.kind, target.key)
        case "no-baseline":
            return "no rule matches and there is no baseline: the tenant rejects the request"


def describe_escalation(escalation: Escalation) -> str:
    """Return an escalation."""
    after = "" if escalation.after is None else f" after {format_span(escalation.after)}"
    match escalation.action:
        case "replace_policy":
            action = f"continue with policy {escalation.policy}"
        case "reassign_to_approvers":
            action = f"ask {list_people(escalation.approvers)}"
        case "cancel_ticket":
            action = "cancel the request"
        case "skip_step":
            action = "skip the step"
    return f"no answer{after}: {action}"


def summarize_end(step: EndStep) -> str:
    """Return the effect of a step that ends the request."""
    return f"the request is {step.ending}" + (f": {step.message}" if step.message else "")


def summarize_unreached(step: UnreachedStep) -> str:
    """Return the reason why a step is not reached."""
    return f"not reached: the request is already {step.ending}"


def summarize_form(step: FormStep) -> str:
    """Return the effect of a form."""
    return f"asks for {', '.join(step.fields) or 'unnamed fields'}"


def summarize_action(step: ActionStep) -> str:
    """Return the effect of an action."""
    return " ".join(["runs", step.target.replace("_", " ") or "an unknown action", *step.ids])


def summarize_approval(step: ApprovalStep) -> str:
    """Return the effect of an approval step."""
    if step.by in ("webhook", "agent"):
        machine = add_name(step.machine_id, step.machine_name)
        return " ".join(filter(None, [step.by, machine, "decides"]))
    source = step.by if step.expression is None else f"expressions[{step.expression}]"
    if step.is_fallback:
        source = f"fallback of {step.by}"
    if step.status == "skipped":
        return f"{source}: no one is found; the step is skipped"
    if isinstance(step.approvers, Undecided):
        return f"{source}: {step.approvers}"
    barred = f" (may not approve: {list_people(step.barred, 'and')})" if step.barred else ""
    return f"{source}: {list_people(step.approvers)}{barred}"


def summarize_wait(step: WaitStep) -> str:
    """Return the effect of a wait."""
    if step.condition is None:
        if step.clock:
            return f"until {step.clock} {step.timezone}{_limit(step)}"
        return format_span(step.duration) if step.duration else "for an unspecified time"
    if isinstance(step.holds, Undecided):
        return f"{step.holds.reason}{_limit(step)}"
    if step.holds:
        return f"`{step.condition}` is already true"
    return f"until `{step.condition}` is true{_limit(step)}"


def _limit(step: WaitStep) -> str:
    return f", for at most {format_span(step.timeout)}" if step.timeout else ""


def describe_provisioning(found: ProvisionStep | Provisioning) -> str:
    """Return the way in which access is given or taken away."""
    if found.by == "manual":
        people = found.provisioners
        return f"manual: {people if isinstance(people, Undecided) else list_people(people)}"
    if found.by == "multi_step":
        return ", then ".join(map(describe_provisioning, found.parts))
    by = found.by.replace("_", " ") or "not configured"
    if found.account == "create":
        config = f" ({describe_config(found.config)})" if found.config else ""
        return f"{by} creates an account{config}"
    return f"{by} deletes the account" if found.account == "delete" else by


def describe_config(config: Mapping[str, Value]) -> str:
    """Return the configuration of an account."""
    return ", ".join(f"{name}: {_describe_value(value)}" for name, value in config.items())


def _describe_value(value: Value) -> str:
    if isinstance(value, dict):
        return f"{{{describe_config(value)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_describe_value, value))}]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f"({value})" if isinstance(value, Undecided) else str(value)
