"""From the lifecycle's values to Pulumi's results."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from pulumi.dynamic import CheckFailure, DiffResult, ReadResult

from pulumi_c1policy import _text
from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._findings.registry import RULES
from pulumi_c1policy._lifecycle.planning.ownership import read_ownership
from pulumi_c1policy._lifecycle.planning.plan import NoOp, Plan, Replace
from pulumi_c1policy._lifecycle.planning.prior import Prior
from pulumi_c1policy._lifecycle.planning.state_codec import to_state
from pulumi_c1policy._lifecycle.planning.state_versions import STATE
from pulumi_c1policy._model.paths import Key, hidden_keys, text
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._pulumi.owner import OWNER

_RECORDED = (*POLICY.fields, STATE)
_MERELY_READ = "__merely_read"
"""The output that marks what `Policy.get` read: it has no inputs that could drift."""


_NOT_SHOWN = "does not pass; the value is a secret and is not shown"


def discreet(finding: Finding, secrets: Collection[str]) -> Finding:
    """The finding, without words that may quote a secret: those about the inputs in `secrets`.

    Keys of maps may be secret, too. One secret makes the whole input one.
    """
    if not finding.path or finding.path[0] not in secrets:
        return finding
    path = hidden_keys(finding.path)
    if not _may_quote(finding):
        return replace(finding, path=path)
    return replace(finding, path=path, message=_NOT_SHOWN)


def _may_quote(finding: Finding) -> bool:
    """Whether the message may hold what was written."""
    quotes = RULES[finding.rule].quotes_value if finding.rule else False
    # Of what stands on further lines, such as an expression with a caret, nothing is known.
    return quotes or finding.quotes_value or "\n" in finding.message


def check_failure(finding: Finding, secrets: Collection[str]) -> CheckFailure:
    """One line of the preview: where, what is wrong, what to write instead, and the rule's id."""
    path = text(finding.path)
    if str(finding.path[0] if finding.path else "") in secrets:
        # The engine prints the value of a property that it knows by that name, a secret's too.
        return CheckFailure("", _text.terminal(f"{path} {finding.sentence}"))
    return CheckFailure(_text.one_line(path), _text.terminal(finding.sentence))


def warning(finding: Finding) -> str:
    """A warning: where, and what is doubtful."""
    return f"{text(finding.path)}: {finding.sentence}"


def decision(place: str, sentence: str) -> CheckFailure:
    """The line about a decision with an unknown value: a property, a variable or a config key."""
    if place.islower():
        return CheckFailure(place, sentence)
    return CheckFailure("", f"{place} {sentence}")


def owner_clash(key: str) -> CheckFailure:
    """What is said of an ownership annotation that a program sets itself."""
    path = text(("annotations", Key(key)))
    return CheckFailure(path, "is set by Pulumi to mark who keeps the policy; leave it out")


def diff_result(planned: Plan) -> DiffResult:
    """The engine's answer for a plan that may be carried out."""
    if isinstance(planned, Replace):
        return DiffResult(changes=True, replaces=list(planned.fields), delete_before_replace=False)
    return DiffResult(changes=not isinstance(planned, NoOp))


def in_state(properties: Mapping[str, Any]) -> bool:
    """Whether these are outputs that we recorded, not the inputs of a first read, which are empty.

    Of a damaged state any output may be missing.
    """
    return any(properties.get(name) is not None for name in _RECORDED)


def kept(properties: Mapping[str, Any]) -> bool:
    """Whether these are outputs of a policy that the program keeps, not one that it merely reads."""
    return in_state(properties) and not properties.get(_MERELY_READ)


def read_result(policy_id: str, recorded: Prior | None, *, kept: bool) -> ReadResult:
    """The engine's answer for a policy that was read; an empty id says that it is gone."""
    if recorded is None:
        return ReadResult("", {})
    if not kept:
        return ReadResult(policy_id, to_state(recorded) | {_MERELY_READ: True})
    # The program sends the marks apart as well. Without them here every policy's inputs would differ after a
    # refresh, and the engine writes its whole state for each that differs, though nothing is to do.
    owned = read_ownership(recorded.inputs)
    inputs = recorded.inputs | ({OWNER: owned} if owned else {})
    return ReadResult(policy_id, to_state(recorded), inputs)
