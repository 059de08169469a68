"""The rules about steps, rules, chains, approvals and fields of a policy. Data."""

from __future__ import annotations

from pulumi_c1policy._findings.rule import Certainty, Default, Rule

_CLI = "the vendor's CLI"
_API = "the API's description"
_GUIDE = "the vendor's documentation of policies"
_TESTS = "the acceptance tests of the vendor's Terraform provider"
_NONE = "no public source"


def _make_rule(
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
    _make_rule(
        "provision-step",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500, `provision steps are not allowed in policies`. Set "
        "provisioning on the entitlement.",
    ),
    _make_rule(
        "action-step",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500, `unsupported workflow step type`: it does not support actions "
        "yet.",
    ),
    _make_rule(
        "empty-step",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500, `policy step is nil`, to a step without a kind.",
    ),
    _make_rule(
        "one-of",
        "error",
        "inferred",
        _API,
        "The API requires exactly one of several fields, and none is set.",
    ),
    _make_rule(
        "no-steps",
        "error",
        "live",
        _TESTS,
        "A tenant answers HTTP 400 to an empty list of steps.",
    ),
    _make_rule(
        "after-end",
        "warning",
        "docs",
        _GUIDE,
        "A step after `accept` or `reject` never runs.",
    ),
    # Baseline and rules.
    _make_rule(
        "no-baseline",
        "error",
        "source",
        _CLI,
        "A tenant stores `reject` as the baseline and reports no error. It then denies every "
        "request that no rule matches.",
        is_stricter=True,
    ),
    _make_rule(
        "two-baselines",
        "error",
        "docs",
        _API,
        "A policy has either baseline steps or `baseline_policy_id`, not both.",
    ),
    _make_rule(
        "empty-condition",
        "error",
        "docs",
        _API,
        "A tenant answers HTTP 400 to a rule without a condition. Write `true` for a rule that "
        "always matches.",
    ),
    _make_rule(
        "no-such-steps",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500, `no steps for rule`, if `step_key` names no steps of the "
        "policy.",
        quotes_value=True,
    ),
    _make_rule(
        "two-spellings",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 400 to a rule with `policy_key` and another outcome.",
        quotes_value=True,
    ),
    _make_rule(
        "unreachable",
        "warning",
        "ours",
        _NONE,
        "No rule refers to these steps, and they are not the baseline, so they never run.",
    ),
    _make_rule("dead-rule", "warning", "ours", _NONE, "An earlier rule always matches first."),
    # Chains of policies.
    _make_rule(
        "other-type",
        "error or warning",
        "docs",
        _API,
        "A policy can hand requests only to policies of its own type.",
        quotes_value=True,
    ),
    _make_rule(
        "long-chain",
        "error or warning",
        "docs",
        _API,
        "A chain of policies has at most 5 levels.",
    ),
    _make_rule(
        "policy-cycle",
        "error",
        "docs",
        _API,
        "Policies must not hand requests to each other in a cycle.",
    ),
    _make_rule(
        "self-reference", "error", "docs", _API, "A policy must not hand requests to itself."
    ),
    # Approvals.
    _make_rule(
        "fallback-nobody",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500 to `fallback` without fallback users or groups.",
    ),
    _make_rule(
        "agent-mode",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500 to an agent approval without `agent_mode`. A certify policy "
        "accepts the mode COMMENT_ONLY only.",
    ),
    _make_rule(
        "agent-failure-action",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500 to an agent approval without `agent_failure_action`.",
    ),
    _make_rule(
        "agent-type",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500 to an agent approval in a policy that is neither grant nor "
        "certify.",
    ),
    _make_rule(
        "agent-policies",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500 to the mode CHANGE_POLICY_ONLY without `policy_ids`, or with "
        "the policy's own id.",
    ),
    _make_rule(
        "agent-reassign",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500 to the failure action REASSIGN_TO_USERS without "
        "`reassign_to_user_ids`.",
    ),
    _make_rule(
        "agent-user",
        "error",
        "source",
        _CLI,
        "A tenant answers HTTP 500 to a write with `agent_user_id`. Older policies may return one.",
    ),
    _make_rule(
        "not-for-type",
        "warning",
        "docs",
        _API,
        "`require_distinct_approvers` applies to request and review policies only.",
        quotes_value=True,
    ),
    # Fields.
    _make_rule(
        "output-only",
        "error",
        "source",
        _CLI,
        "Only the tenant sets the field. A tenant answers HTTP 500 to `assigned` and to "
        "`assigned_user_ids` of a manager. The field is never sent, at any severity.",
    ),
    _make_rule("missing", "error", "docs", _API, "The field is required."),
    _make_rule(
        "policy-type",
        "error",
        "inferred",
        _API,
        "PROVISION is internal to the server, and ACCESS_REQUEST is deprecated. A tenant probably "
        "rejects the creation of either.",
        quotes_value=True,
    ),
    _make_rule(
        "not-a-value",
        "error",
        "inferred",
        _API,
        "The API's description has no such value. A tenant probably answers HTTP 400.",
        quotes_value=True,
    ),
    _make_rule(
        "too-few",
        "error",
        "live",
        _TESTS,
        "A tenant answers HTTP 400 to a list with too few items.",
    ),
    _make_rule("too-many", "error", "docs", _API, "The list has too many items."),
    _make_rule(
        "out-of-bounds",
        "error",
        "docs",
        _API,
        "The number is outside its bounds.",
        quotes_value=True,
    ),
    _make_rule(
        "wait-length",
        "warning",
        "docs",
        "the product's pages",
        "The product accepts waits from one hour to one month. The limits of the API are unknown.",
        quotes_value=True,
    ),
    _make_rule(
        "not-kept",
        "error",
        "live",
        _TESTS,
        "A tenant drops `escalation` if `escalation_enabled` is false.",
        is_stricter=True,
    ),
    _make_rule(
        "no-effect",
        "warning",
        "docs",
        _API,
        "The field has no effect unless another field is true.",
    ),
    _make_rule("deprecated", "warning", "docs", _API, "The field is deprecated."),
    _make_rule(
        "certify-only",
        "error",
        "docs",
        _API,
        "The post action applies to certify policies only.",
        is_stricter=True,
    ),
    _make_rule("annotation-key", "error", "docs", _API, "A tenant rejects such an annotation key."),
    _make_rule(
        "annotation-value", "error", "docs", _API, "A tenant rejects such an annotation value."
    ),
    _make_rule(
        "too-large", "error", "docs", _API, "The annotations may contain at most 4096 bytes in all."
    ),
)
