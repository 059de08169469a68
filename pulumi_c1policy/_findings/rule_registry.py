"""The rules: one entry for each fact about tenants that a check relies on. Data.

The documentation's table of rules is generated from it. A rule needs an entry here to be reported.
A rule's id is never renamed: programs and stacks name it to turn the rule down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Default: TypeAlias = Literal["error", "warning", "error or warning"]
Certainty: TypeAlias = Literal["live", "source", "docs", "inferred", "ours"]

CERTAINTIES: dict[Certainty, str] = {
    "live": "tried on a tenant, or in an acceptance test that runs against one",
    "source": "the vendor's CLI states it, from the server's source",
    "docs": "the vendor's documentation, release notes or API description",
    "inferred": "follows from the others; nobody has seen it",
    "ours": "advice of this project; a tenant accepts it",
}
"""The meaning of each certainty, from the strongest to the weakest."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A fact about tenants that a check relies on.

    Attributes:
        id: The name by which users turn the rule down, in kebab-case.
        default: The severity of its findings unless a user sets another.
        reason: What a tenant does, or what goes wrong, in one sentence.
        certainty: The strength of the evidence, a key of `CERTAINTIES`.
        source: The source of the fact.
        is_stricter: The rule refuses, as an error, what a tenant probably accepts.
        quotes_value: Its messages may quote what was written, so they must not be shown for a
            secret.
    """

    id: str
    default: Default
    reason: str
    certainty: Certainty
    source: str
    is_stricter: bool = False
    quotes_value: bool = True


_CLI = "the vendor's CLI"
_API = "the API's description"
_GUIDE = "the vendor's documentation of policies"
_CEL = "the vendor's documentation of expressions"
_TESTS = "the acceptance tests of the vendor's Terraform provider"
_NONE = "no public source"


def _fact(
    rule: str,
    default: Default,
    certainty: Certainty,
    source: str,
    reason: str,
    *,
    is_stricter: bool = False,
    quotes_value: bool = False,
) -> Rule:
    return Rule(rule, default, reason, certainty, source, is_stricter, quotes_value)


def _expression(
    rule: str, default: Default, certainty: Certainty, reason: str, source: str = _CEL
) -> Rule:
    return Rule(rule, default, reason, certainty, source)


_RULES = (
    # Steps.
    _fact(
        "provision-step",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500, `provision steps are not allowed in policies`. "
        "Provisioning is set on the entitlement.",
    ),
    _fact(
        "action-step",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500, `unsupported workflow step type`: actions are not yet "
        "supported.",
    ),
    _fact(
        "empty-step",
        "error",
        "source",
        _CLI,
        "A step without a kind: a tenant answers HTTP 500, `policy step is nil`.",
    ),
    _fact(
        "one-of",
        "error",
        "inferred",
        _API,
        "A message that needs exactly one of several members has none.",
    ),
    _fact(
        "no-steps",
        "error",
        "live",
        _TESTS,
        "A list of steps without a step: a tenant answers HTTP 400.",
    ),
    _fact(
        "after-end",
        "warning",
        "docs",
        _GUIDE,
        "A step after `accept` or `reject` never runs.",
    ),
    # Baseline and rules.
    _fact(
        "no-baseline",
        "error",
        "source",
        _CLI,
        "A tenant stores `reject` as the baseline without a word, so that every request which no "
        "rule matches is denied.",
        is_stricter=True,
    ),
    _fact(
        "two-baselines",
        "error",
        "docs",
        _API,
        "A policy has either baseline steps or `baseline_policy_id`.",
    ),
    _fact(
        "empty-condition",
        "error",
        "docs",
        _API,
        "A rule without a condition: a tenant answers HTTP 400. A rule that always matches has the "
        "condition `true`.",
    ),
    _fact(
        "no-such-steps",
        "error",
        "source",
        _CLI,
        "A rule whose `step_key` has no steps: a tenant answers HTTP 500, `no steps for rule`.",
        quotes_value=True,
    ),
    _fact(
        "two-spellings",
        "error",
        "source",
        _CLI,
        "`policy_key` beside another outcome: a tenant answers HTTP 400.",
        quotes_value=True,
    ),
    _fact(
        "unreachable",
        "warning",
        "ours",
        _NONE,
        "No rule points to these steps and they are not the baseline.",
    ),
    _fact("dead-rule", "warning", "ours", _NONE, "A rule above always matches first."),
    # Chains of policies.
    _fact(
        "other-type",
        "error or warning",
        "docs",
        _API,
        "A policy hands requests only to policies of its own type.",
        quotes_value=True,
    ),
    _fact(
        "long-chain",
        "error or warning",
        "docs",
        _API,
        "A chain of policies is at most 5 deep.",
    ),
    _fact("policy-cycle", "error", "docs", _API, "Policies do not hand requests in a circle."),
    _fact("self-reference", "error", "docs", _API, "A policy does not hand requests to itself."),
    # Approvals.
    _fact(
        "fallback-nobody",
        "error",
        "source",
        _CLI,
        "`fallback` without anybody to fall back to: a tenant answers HTTP 500.",
    ),
    _fact(
        "agent-mode",
        "error",
        "source",
        _CLI,
        "Agent approval without `agent_mode`: a tenant answers HTTP 500. A certify policy takes "
        "only the mode COMMENT_ONLY.",
    ),
    _fact(
        "agent-failure-action",
        "error",
        "source",
        _CLI,
        "Agent approval without `agent_failure_action`: a tenant answers HTTP 500.",
    ),
    _fact(
        "agent-type",
        "error",
        "source",
        _CLI,
        "Agent approval in another policy than grant and certify: a tenant answers HTTP 500.",
    ),
    _fact(
        "agent-policies",
        "error",
        "source",
        _CLI,
        "The mode CHANGE_POLICY_ONLY without `policy_ids`, or with the policy's own id: a tenant "
        "answers HTTP 500.",
    ),
    _fact(
        "agent-reassign",
        "error",
        "source",
        _CLI,
        "The failure action REASSIGN_TO_USERS without `reassign_to_user_ids`: a tenant answers "
        "HTTP 500.",
    ),
    _fact(
        "agent-user",
        "error",
        "source",
        _CLI,
        "`agent_user_id` on write: a tenant answers HTTP 500. It may be read of older policies.",
    ),
    _fact(
        "not-for-type",
        "warning",
        "docs",
        _API,
        "`require_distinct_approvers` is for request and review policies.",
        quotes_value=True,
    ),
    # Fields.
    _fact(
        "output-only",
        "error",
        "source",
        _CLI,
        "The field is the server's. A tenant answers `assigned` and a manager's "
        "`assigned_user_ids` with HTTP 500. The field is never sent, whatever the severity.",
    ),
    _fact("missing", "error", "docs", _API, "The field is required."),
    _fact(
        "policy-type",
        "error",
        "inferred",
        _API,
        "PROVISION is internal to the server and ACCESS_REQUEST is deprecated; a tenant is "
        "believed to refuse to create either.",
        quotes_value=True,
    ),
    _fact(
        "not-a-value",
        "error",
        "inferred",
        _API,
        "The API's description has no such value; a tenant is believed to answer HTTP 400.",
        quotes_value=True,
    ),
    _fact("too-few", "error", "live", _TESTS, "The list has too few items: HTTP 400."),
    _fact("too-many", "error", "docs", _API, "The list has too many items."),
    _fact(
        "out-of-bounds",
        "error",
        "docs",
        _API,
        "The number is out of its bounds.",
        quotes_value=True,
    ),
    _fact(
        "wait-length",
        "warning",
        "docs",
        "the product's pages",
        "A wait lasts from one hour to one month; what the API enforces is not known.",
        quotes_value=True,
    ),
    _fact(
        "not-kept",
        "error",
        "live",
        _TESTS,
        "A tenant drops `escalation` while `escalation_enabled` is false.",
        is_stricter=True,
    ),
    _fact("no-effect", "warning", "docs", _API, "Another field must be true for this to act."),
    _fact("deprecated", "warning", "docs", _API, "The field is deprecated."),
    _fact(
        "certify-only",
        "error",
        "docs",
        _API,
        "The post action is for certify policies only.",
        is_stricter=True,
    ),
    _fact("annotation-key", "error", "docs", _API, "A tenant refuses such an annotation key."),
    _fact("annotation-value", "error", "docs", _API, "A tenant refuses such an annotation value."),
    _fact("too-large", "error", "docs", _API, "The annotations hold at most 4096 bytes in all."),
    # Expressions.
    _expression("syntax", "error", "docs", "A tenant compiles expressions on save: HTTP 400."),
    _expression("has-argument", "error", "docs", "`has()` takes a field selection only."),
    _expression("open-text", "error", "docs", "A text that does not end does not compile."),
    _expression(
        "unknown-variable", "error", "docs", "A name that is not declared does not compile."
    ),
    _expression("unknown-field", "error", "docs", "A field that is not declared does not compile."),
    _expression("unknown-type", "error", "docs", "A type that is not declared does not compile."),
    _expression(
        "unknown-value", "error", "docs", "An enum value that is not declared does not compile."
    ),
    _expression(
        "unknown-function",
        "error or warning",
        "docs",
        "A function that is not declared does not compile. A slip in a documented name is an "
        "error, any other name a warning, because a tenant may be newer than its documentation.",
    ),
    _expression("not-called", "error", "docs", "A function that is not called is no value."),
    _expression(
        "wrong-arguments", "error", "docs", "A function with other arguments does not compile."
    ),
    _expression(
        "wrong-types", "error", "docs", "Values of types that do not go together do not compile."
    ),
    _expression("wrong-result", "error", "docs", "A result of another type than the place takes."),
    _expression(
        "type-check", "error", "docs", "An expression that fails the type check does not compile."
    ),
    _expression(
        "not-in-place",
        "error",
        "source",
        "The variable or function is not declared at this place (`account` in an approver).",
        f"{_CLI}; {_CEL}",
    ),
    _expression(
        "unknown-result",
        "warning",
        "docs",
        "Whether the result has the right type shows at run time.",
    ),
    _expression(
        "undocumented",
        "warning",
        "inferred",
        "The documentation does not list the name, or the part of CEL, at this place.",
    ),
    _expression("old-spelling", "warning", "docs", "The documentation has a newer spelling."),
    _expression(
        "bad-literal", "warning", "inferred", "The literal compiles and fails when it is read."
    ),
    _expression(
        "approver-can-be-empty",
        "warning",
        "docs",
        "An approver expression that returns nobody skips its step in silence.",
    ),
    _expression(
        "first-of-maybe-empty",
        "warning",
        "docs",
        "An index into a list that may be too short fails.",
    ),
    _expression(
        "always-true", "warning", "ours", "The condition does not depend on the request.", _NONE
    ),
    _expression(
        "always-false", "warning", "ours", "The condition does not depend on the request.", _NONE
    ),
    _expression(
        "unchecked", "warning", "ours", "The expression is too large for the offline check.", _NONE
    ),
    _expression(
        "tenant",
        "error or warning",
        "live",
        "The tenant itself marks the expression.",
        "the tenant",
    ),
)

RULES: dict[str, Rule] = {rule.id: rule for rule in _RULES}
"""Every rule by its id."""
