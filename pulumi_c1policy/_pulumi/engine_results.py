"""Pulumi's results, made from the lifecycle's values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from pulumi.dynamic import CheckFailure, DiffResult, ReadResult

from pulumi_c1policy import _text
from pulumi_c1policy._findings import rule_texts
from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._findings.rule_registry import RULES
from pulumi_c1policy._lifecycle.planning.ownership import read_ownership
from pulumi_c1policy._lifecycle.planning.plan import NoOp, Plan, Replace
from pulumi_c1policy._lifecycle.planning.prior import Prior
from pulumi_c1policy._lifecycle.planning.state_codec import OPTIONS, OWNERSHIP_INPUT, to_state
from pulumi_c1policy._lifecycle.planning.state_versions import STATE
from pulumi_c1policy._model.paths import Key, format_path, hide_keys
from pulumi_c1policy._model.policy import POLICY

_RECORDED = (*POLICY.fields, STATE)
_MERELY_READ = "__merely_read"
"""The output that marks a policy which `Policy.get` read: it has no inputs that could drift."""

_NOT_SHOWN = "is invalid; the value is a secret, so it is not shown"


def hide_secret(finding: Finding, secrets: Collection[str]) -> Finding:
    """Remove keys and texts that may quote a secret from a finding about an input in `secrets`.

    One secret makes the whole input secret, with the keys of its maps.
    """
    if not finding.path or finding.path[0] not in secrets:
        return finding
    path = hide_keys(finding.path)
    if not _may_quote(finding):
        return replace(finding, path=path)
    return replace(finding, path=path, message=_NOT_SHOWN)


def _may_quote(finding: Finding) -> bool:
    """Return whether the message may contain the value."""
    quotes = RULES[finding.rule].quotes_value if finding.rule else False
    # Further lines quote the value, such as an expression with a caret.
    return quotes or finding.quotes_value or "\n" in finding.message


def make_check_failure(finding: Finding, secrets: Collection[str]) -> CheckFailure:
    """Make one line of the preview: the path, the problem, the advice, and the rule's id."""
    if str(finding.path[0] if finding.path else "") in secrets:
        # The engine prints the value of the property in a check failure, secrets included.
        return CheckFailure("", _text.escape_for_terminal(rule_texts.format_finding(finding)))
    path = _text.to_one_line(format_path(finding.path))
    return CheckFailure(path, _text.escape_for_terminal(finding.sentence))


def make_decision_failure(place: str, sentence: str) -> CheckFailure:
    """Make the check failure for a decision with an unknown value.

    Args:
        place: The source of the value: an argument of the resource, a variable or a config key.
        sentence: The sentence about the value.
    """
    shown = _text.escape_for_terminal(sentence)
    return CheckFailure(place, shown) if place.islower() else CheckFailure("", f"{place} {shown}")


def make_config_failures(problems: Iterable[str]) -> list[CheckFailure]:
    """Make the check failures for config values that cannot be used."""
    return [CheckFailure("", _text.escape_for_terminal(problem)) for problem in problems]


def make_clash_failure(key: str) -> CheckFailure:
    """Make the check failure for an ownership annotation that a program sets itself."""
    path = format_path(("annotations", Key(key)))
    return CheckFailure(path, "is an ownership annotation, which Pulumi sets; leave it out")


def make_diff_result(planned: Plan, *, delete_first: bool = False) -> DiffResult:
    """Make the engine's answer for a plan that may be carried out.

    Args:
        planned: The plan.
        delete_first: A replacement deletes the old object before it creates the new one.
    """
    if isinstance(planned, Replace):
        return DiffResult(
            changes=True, replaces=list(planned.fields), delete_before_replace=delete_first
        )
    return DiffResult(changes=not isinstance(planned, NoOp))


def is_in_state(properties: Mapping[str, Any]) -> bool:
    """Return whether these are recorded outputs, and not the empty inputs of a first read.

    In a damaged state, any output may be missing.
    """
    return any(properties.get(name) is not None for name in _RECORDED)


def is_managed(properties: Mapping[str, Any]) -> bool:
    """Return whether the program manages the policy of these outputs instead of only reading it."""
    return is_in_state(properties) and not properties.get(_MERELY_READ)


def make_read_result(
    policy_id: str, new_prior: Prior | None, *, is_managed: bool, options: object = None
) -> ReadResult:
    """Make the engine's answer to a read.

    Args:
        policy_id: The policy's id.
        new_prior: The new record of the policy; None if the policy is gone, which the engine
            expects as an empty id.
        is_managed: False for a policy that the program only reads.
        options: The recorded options of the resource, which the result gives back.
    """
    if new_prior is None:
        return ReadResult("", {})
    if not is_managed:
        return ReadResult(policy_id, to_state(new_prior) | {_MERELY_READ: True})
    # The program also sends the ownership annotations and the options in inputs of their own.
    # Without them, every policy would differ after a refresh, and the engine writes its whole state
    # for each difference. A deletion finds the decisions of the program in the options.
    owned = read_ownership(new_prior.inputs)
    internal = {OWNERSHIP_INPUT: owned, OPTIONS: options}
    inputs = new_prior.inputs | {name: value for name, value in internal.items() if value}
    return ReadResult(policy_id, to_state(new_prior), inputs)
