"""The rules about steps, rules, chains, approvals and fields of a policy. Data."""

from __future__ import annotations

from pulumi_c1policy._findings.rule import Certainty, Default, Rule

_CLI = "the vendor's CLI"
_API = "the API's description"
_GUIDE = "the vendor's documentation of policies"
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


POLICY_RULES: tuple[Rule, ...] = (
    # Steps.
    _fact(
        "provision-step",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500, `provision steps are not allowed in policies`. Set "
        "provisioning on the entitlement.",
    ),
    _fact(
        "action-step",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500, `unsupported workflow step type`: it does not support actions "
        "yet.",
    ),
    _fact(
        "empty-step",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500, `policy step is nil`, to a step without a kind.",
    ),
    _fact(
        "one-of",
        "error",
        "inferred",
        _API,
        "The API requires exactly one of several fields, and none is set.",
    ),
    _fact(
        "no-steps",
        "error",
        "live",
        _TESTS,
        "A tenant answers HTTP 400 to an empty list of steps.",
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
        "A tenant stores `reject` as the baseline and reports no error. It then denies every "
        "request that no rule matches.",
        is_stricter=True,
    ),
    _fact(
        "two-baselines",
        "error",
        "docs",
        _API,
        "A policy has either baseline steps or `baseline_policy_id`, not both.",
    ),
    _fact(
        "empty-condition",
        "error",
        "docs",
        _API,
        "A tenant answers HTTP 400 to a rule without a condition. Write `true` for a rule that "
        "always matches.",
    ),
    _fact(
        "no-such-steps",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500, `no steps for rule`, if `step_key` names no steps of the "
        "policy.",
        quotes_value=True,
    ),
    _fact(
        "two-spellings",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 400 to a rule with `policy_key` and another outcome.",
        quotes_value=True,
    ),
    _fact(
        "unreachable",
        "warning",
        "ours",
        _NONE,
        "No rule refers to these steps, and they are not the baseline, so they never run.",
    ),
    _fact("dead-rule", "warning", "ours", _NONE, "An earlier rule always matches first."),
    # Chains of policies.
    _fact(
        "other-type",
        "error or warning",
        "docs",
        _API,
        "A policy can hand requests only to policies of its own type.",
        quotes_value=True,
    ),
    _fact(
        "long-chain",
        "error or warning",
        "docs",
        _API,
        "A chain of policies has at most 5 levels.",
    ),
    _fact(
        "policy-cycle",
        "error",
        "docs",
        _API,
        "Policies must not hand requests to each other in a cycle.",
    ),
    _fact("self-reference", "error", "docs", _API, "A policy must not hand requests to itself."),
    # Approvals.
    _fact(
        "fallback-nobody",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500 to `fallback` without fallback users or groups.",
    ),
    _fact(
        "agent-mode",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500 to an agent approval without `agent_mode`. A certify policy "
        "accepts the mode COMMENT_ONLY only.",
    ),
    _fact(
        "agent-failure-action",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500 to an agent approval without `agent_failure_action`.",
    ),
    _fact(
        "agent-type",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500 to an agent approval in a policy that is neither grant nor "
        "certify.",
    ),
    _fact(
        "agent-policies",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500 to the mode CHANGE_POLICY_ONLY without `policy_ids`, or with "
        "the policy's own id.",
    ),
    _fact(
        "agent-reassign",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500 to the failure action REASSIGN_TO_USERS without "
        "`reassign_to_user_ids`.",
    ),
    _fact(
        "agent-user",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500 to a write with `agent_user_id`. Older policies may return one.",
    ),
    _fact(
        "not-for-type",
        "warning",
        "docs",
        _API,
        "`require_distinct_approvers` applies to request and review policies only.",
        quotes_value=True,
    ),
    # Fields.
    _fact(
        "output-only",
        "error",
        "source",
        _CLI,
        "Only the tenant sets the field. A tenant answers HTTP 500 to `assigned` and to "
        "`assigned_user_ids` of a manager. The field is never sent, at any severity.",
    ),
    _fact("missing", "error", "docs", _API, "The field is required."),
    _fact(
        "policy-type",
        "error",
        "inferred",
        _API,
        "PROVISION is internal to the server, and ACCESS_REQUEST is deprecated. A tenant probably "
        "rejects the creation of either.",
        quotes_value=True,
    ),
    _fact(
        "not-a-value",
        "error",
        "inferred",
        _API,
        "The API's description has no such value. A tenant probably answers HTTP 400.",
        quotes_value=True,
    ),
    _fact(
        "too-few",
        "error",
        "live",
        _TESTS,
        "A tenant answers HTTP 400 to a list with too few items.",
    ),
    _fact("too-many", "error", "docs", _API, "The list has too many items."),
    _fact(
        "out-of-bounds",
        "error",
        "docs",
        _API,
        "The number is outside its bounds.",
        quotes_value=True,
    ),
    _fact(
        "wait-length",
        "warning",
        "docs",
        "the product's pages",
        "The product accepts waits from one hour to one month. The limits of the API are unknown.",
        quotes_value=True,
    ),
    _fact(
        "not-kept",
        "error",
        "live",
        _TESTS,
        "A tenant drops `escalation` if `escalation_enabled` is false.",
        is_stricter=True,
    ),
    _fact(
        "no-effect",
        "warning",
        "docs",
        _API,
        "The field has no effect unless another field is true.",
    ),
    _fact("deprecated", "warning", "docs", _API, "The field is deprecated."),
    _fact(
        "certify-only",
        "error",
        "docs",
        _API,
        "The post action applies to certify policies only.",
        is_stricter=True,
    ),
    _fact("annotation-key", "error", "docs", _API, "A tenant rejects such an annotation key."),
    _fact("annotation-value", "error", "docs", _API, "A tenant rejects such an annotation value."),
    _fact(
        "too-large", "error", "docs", _API, "The annotations may contain at most 4096 bytes in all."
    ),
)
