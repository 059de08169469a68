"""The team rules of this company: each public function is a rule."""

from pulumi_c1policy.team_rules import CheckedPolicy, Problems, warning


def every_grant_has_a_fallback(policy: CheckedPolicy) -> Problems:
    """A request for access never waits for an approver who does not exist."""
    if policy.type == "POLICY_TYPE_GRANT":
        for approval in policy.approvals:
            if approval.can_have_fallback and not approval.has_fallback:
                yield approval.problem("has no fallback; set `fallback` and `fallback_user_ids`")


def no_self_approval_in_production(policy: CheckedPolicy) -> Problems:
    """Nobody approves their own access to production."""
    if policy.mentions("production"):
        for approval in policy.approvals:
            if approval.allows_self_approval:
                yield approval.problem("allows self-approval in production; ask somebody else")


@warning
def every_policy_names_its_team(policy: CheckedPolicy) -> Problems:
    """The annotation `team` names the people to ask about a policy."""
    if "team" not in policy.annotations:
        yield policy.problem("has no `team`; name the team that owns the policy", "annotations")
