"""The ten kinds of approval, and their common fields."""

from __future__ import annotations

from pulumi_c1policy._model import enums
from pulumi_c1policy._model.escalation import ESCALATION
from pulumi_c1policy._model.refs import define_assigned_user_ids, define_fallback, define_ids
from pulumi_c1policy._model.schema import Field, Message, Scalar


def _define_allow_self_approval(case: str) -> Field:
    return Field(
        name="allow_self_approval",
        type=Scalar.BOOL,
        doc=f"True lets the person whom the request is for approve it {case}. Default false.",
    )


_REQUIRE_DISTINCT_APPROVERS = Field(
    name="require_distinct_approvers",
    type=Scalar.BOOL,
    doc=(
        "True prevents one person from approving several steps of the same rule. For request and "
        "review policies only. Default false."
    ),
)

USER_APPROVAL = Message(
    "c1.api.policy.v1.UserApproval",
    "One of the named users approves.",
    define_ids(
        "user_ids",
        "Ids of the 1 to 32 users who may approve; the order has no meaning.",
        required=True,
        least=1,
        most=32,
    ),
    _define_allow_self_approval("as one of these users"),
    _REQUIRE_DISTINCT_APPROVERS,
)

MANAGER_APPROVAL = Message(
    "c1.api.policy.v1.ManagerApproval",
    "The manager of the person whom the request is for approves.",
    _define_allow_self_approval("as their own manager"),
    _REQUIRE_DISTINCT_APPROVERS,
    *define_fallback("no manager is found"),
    define_assigned_user_ids(),
)

APP_OWNER_APPROVAL = Message(
    "c1.api.policy.v1.AppOwnerApproval",
    "An owner of the app approves.",
    _define_allow_self_approval("as an owner of the app"),
    _REQUIRE_DISTINCT_APPROVERS,
)

APP_GROUP_APPROVAL = Message(
    "c1.api.policy.v1.AppGroupApproval",
    "A member of a group approves.",
    Field(
        name="app_id",
        type=Scalar.STRING,
        required=True,
        doc="The app that the group belongs to.",
    ),
    Field(
        name="app_group_id",
        type=Scalar.STRING,
        required=True,
        doc="The id of the group's entitlement, whose members may approve; not its resource's id.",
    ),
    _define_allow_self_approval("as a member of the group"),
    _REQUIRE_DISTINCT_APPROVERS,
    *define_fallback("the group is empty"),
)

SELF_APPROVAL = Message(
    "c1.api.policy.v1.SelfApproval",
    "The person whom the request is for approves it.",
    *define_fallback("the owner of the account is unknown"),
    define_assigned_user_ids(),
)

ENTITLEMENT_OWNER_APPROVAL = Message(
    "c1.api.policy.v1.EntitlementOwnerApproval",
    "An owner of the entitlement approves.",
    _define_allow_self_approval("as an owner of the entitlement"),
    _REQUIRE_DISTINCT_APPROVERS,
    *define_fallback("no owner of the entitlement is found"),
)

RESOURCE_OWNER_APPROVAL = Message(
    "c1.api.policy.v1.ResourceOwnerApproval",
    "An owner of the resource approves.",
    _define_allow_self_approval("as an owner of the resource"),
    _REQUIRE_DISTINCT_APPROVERS,
    *define_fallback("no owner of the resource is found"),
)

EXPRESSION_APPROVAL = Message(
    "c1.api.policy.v1.ExpressionApproval",
    "A user whom a CEL expression returns approves.",
    Field(
        name="expressions",
        type=Scalar.STRING,
        shape="list",
        required=True,
        least=1,
        cel="approver",
        doc=(
            "CEL expressions that return a user or a list of users, tried in this order; the first "
            "result counts. At least one."
        ),
    ),
    _define_allow_self_approval("as one of the users returned"),
    _REQUIRE_DISTINCT_APPROVERS,
    *define_fallback("no expression returns anybody"),
    define_assigned_user_ids(),
)

WEBHOOK_APPROVAL = Message(
    "c1.api.policy.v1.WebhookApproval",
    "A webhook decides.",
    Field(
        name="webhook_id",
        type=Scalar.STRING,
        required=True,
        doc="The webhook that is called.",
    ),
)

AGENT_APPROVAL = Message(
    "c1.api.policy.v1.AgentApproval",
    "An agent decides, or assists.",
    Field(
        name="instructions",
        type=Scalar.STRING,
        doc=("The instructions of the agent. Default empty."),
    ),
    Field(
        name="agent_mode",
        type=enums.APPROVAL_AGENT_MODE,
        doc=(
            "The extent of the agent's actions: everything, handing over to another policy, or "
            "commenting. A tenant rejects an agent without a mode; in a certify policy it accepts "
            "only the mode to comment."
        ),
    ),
    define_ids(
        "policy_ids",
        "Ids of the only policies to which the agent may hand a request; the order has no meaning.",
        names_policy=True,
    ),
    Field(
        name="agent_failure_action",
        type=enums.APPROVAL_AGENT_FAILURE_ACTION,
        doc=(
            "The action if the agent fails to approve, deny or reassign. A tenant rejects an agent "
            "without it."
        ),
    ),
    define_ids(
        "reassign_to_user_ids",
        "Ids of the users who take over if the agent fails and `agent_failure_action` reassigns to "
        "users; the order has no meaning.",
    ),
    Field(
        name="agent_user_id",
        type=Scalar.STRING,
        deprecated="the API deprecated this field; remove it",
        doc=(
            "The agent's user id. Older policies may return one; a tenant rejects it in a write "
            "(rule `agent-user`)."
        ),
    ),
)

_KINDS = {
    "users": (USER_APPROVAL, "One of the named users approves."),
    "manager": (MANAGER_APPROVAL, "The manager of the person whom the request is for approves."),
    "app_owners": (APP_OWNER_APPROVAL, "An owner of the app approves."),
    "entitlement_owners": (ENTITLEMENT_OWNER_APPROVAL, "An owner of the entitlement approves."),
    "resource_owners": (RESOURCE_OWNER_APPROVAL, "An owner of the resource approves."),
    "group": (APP_GROUP_APPROVAL, "A member of a group approves."),
    "self": (SELF_APPROVAL, "The person whom the request is for approves it."),
    "expression": (EXPRESSION_APPROVAL, "A user whom a CEL expression returns approves."),
    "webhook": (WEBHOOK_APPROVAL, "A webhook decides."),
    "agent": (AGENT_APPROVAL, "An agent decides, or assists."),
}


def _switch(name: str, doc: str) -> Field:
    return Field(name=name, type=Scalar.BOOL, doc=f"{doc} Default false.")


APPROVAL = Message(
    "c1.api.policy.v1.Approval",
    "A step in which somebody approves or denies the request.",
    *(Field(name=name, type=kind, oneof="typ", doc=doc) for name, (kind, doc) in _KINDS.items()),
    _switch("allow_reassignment", "True lets an approver reassign the approval to somebody else."),
    define_ids(
        "allowed_reassignees",
        "Ids of the only users to whom the approval may be reassigned; the order has no meaning.",
        acts_if="allow_reassignment",
    ),
    _switch("allow_delegation", "True lets an approver's delegate decide in their place."),
    _switch("require_approval_reason", "True requires a reason for an approval."),
    _switch("require_denial_reason", "True requires a reason for a denial."),
    _switch("require_reassignment_reason", "True requires a reason for a reassignment."),
    Field(
        name="requires_step_up_provider_id",
        type=Scalar.STRING,
        doc="The step-up authentication that an approver must pass first, by id. Default: none.",
    ),
    _switch("escalation_enabled", "True enables `escalation` if nobody answers."),
    Field(
        name="escalation",
        type=ESCALATION,
        kept_if="escalation_enabled",
        doc=(
            "The escalation if nobody answers; the tenant keeps it only while `escalation_enabled` "
            "is true."
        ),
    ),
    Field(
        name="assigned",
        type=Scalar.BOOL,
        output_only=True,
        doc="True for an assigned step of a running request; false in a policy.",
    ),
    required_oneofs=["typ"],
)
