"""The policy, its rules, scope and post actions."""

from __future__ import annotations

from pulumi_c1policy._model import enums
from pulumi_c1policy._model.schema import Field, Message, Scalar
from pulumi_c1policy._model.steps import POLICY_STEPS

RULE = Message(
    "c1.api.policy.v1.Rule",
    "Chooses an outcome for the requests that its condition matches; the first match wins.",
    Field(
        name="condition",
        type=Scalar.STRING,
        required=True,
        cel="rule-condition",
        doc="A CEL expression that returns a bool, such as `subject.department == 'Sales'`.",
    ),
    Field(
        name="step_key",
        type=Scalar.STRING,
        oneof="outcome",
        doc="The key in `policy_steps` of the steps that a matching request goes through.",
    ),
    Field(
        name="policy_id",
        type=Scalar.STRING,
        oneof="outcome",
        names_policy=True,
        doc="Another policy of the same type that a matching request is handed to; "
        "chains are at most 5 deep and have no cycle.",
    ),
    Field(
        name="policy_key",
        type=Scalar.STRING,
        alias_of="step_key",
        deprecated="write `step_key` instead, it means the same",
        doc="The old spelling of `step_key`.",
    ),
    required_oneofs=["outcome"],
)

POLICY_SCOPE = Message(
    "c1.api.policy.v1.PolicyScope",
    "The app or entitlement that alone may use the policy; without a scope it is global.",
    Field(name="app_id", type=Scalar.STRING, doc="The app that the policy belongs to."),
    Field(
        name="app_entitlement_id",
        type=Scalar.STRING,
        doc="The entitlement of that app; leave it out for the whole app.",
    ),
    Field(
        name="slot",
        type=enums.POLICY_SCOPE_SLOT,
        doc="What the policy is used for there, such as emergency access.",
    ),
)

POLICY_POST_ACTIONS = Message(
    "c1.api.policy.v1.PolicyPostActions",
    "Something that happens after the policy has run.",
    Field(
        name="certify_remediate_immediately",
        type=Scalar.BOOL,
        oneof="action",
        doc="Revoke at once what a certification denied. Certify policies only.",
    ),
    required_oneofs=["action"],
)

POLICY = Message(
    "c1.api.policy.v1.Policy",
    "Who must approve which access, and how it is then given or taken away.",
    Field(
        name="display_name",
        type=Scalar.STRING,
        required=True,
        doc="The name that people see.",
    ),
    Field(
        name="policy_type",
        type=enums.POLICY_TYPE,
        required=True,
        immutable=True,
        doc="What kind of request the policy decides. A change replaces the policy.",
    ),
    Field(name="description", type=Scalar.STRING, doc="What the policy is for. Default empty."),
    Field(
        name="policy_steps",
        type=POLICY_STEPS,
        shape="map",
        doc="Lists of steps by key. The baseline stands under the lower-cased type (`grant` for "
        "`POLICY_TYPE_GRANT`); every other key is free text that rules point to.",
    ),
    Field(
        name="rules",
        type=RULE,
        shape="list",
        most=16,
        doc="At most 16 rules, tried top to bottom; the first that matches wins. "
        "A request that matches none goes through the baseline.",
    ),
    Field(
        name="baseline_policy_id",
        type=Scalar.STRING,
        names_policy=True,
        doc="Another policy that stands in for the baseline steps; never together with them.",
    ),
    Field(
        name="post_actions",
        type=POLICY_POST_ACTIONS,
        shape="list",
        doc="What happens after the policy has run, in this order.",
    ),
    Field(
        name="scope",
        type=POLICY_SCOPE,
        immutable=True,
        doc="The app or entitlement that alone may use the policy. Default: global. "
        "A change replaces the policy.",
    ),
    Field(
        name="annotations",
        type=Scalar.STRING,
        shape="map",
        merge=True,
        most=16,
        doc="Notes for tools: at most 16 keys (the three that mark the policy as kept by Pulumi "
        "count), values of at most 256 URL-safe ASCII characters, 4096 bytes in all. "
        "Keys that others set are left alone.",
    ),
    Field(
        name="reassign_tasks_to_delegates",
        type=Scalar.BOOL,
        ignored=True,
        deprecated="the tenant ignores it; leave it out (approvals have `allow_delegation`)",
        doc="Has no effect.",
    ),
    Field(name="id", type=Scalar.STRING, output_only=True, doc="The policy's id in the tenant."),
    Field(
        name="system_builtin",
        type=Scalar.BOOL,
        output_only=True,
        doc="Whether the policy came with the tenant and can be neither changed nor deleted.",
    ),
    Field(
        name="created_at",
        type=Scalar.TIMESTAMP,
        output_only=True,
        doc="When the policy was created (RFC 3339, UTC).",
    ),
    Field(
        name="updated_at",
        type=Scalar.TIMESTAMP,
        output_only=True,
        doc="When the policy was last changed (RFC 3339, UTC).",
    ),
    Field(
        name="deleted_at",
        type=Scalar.TIMESTAMP,
        output_only=True,
        doc="When the policy was deleted (RFC 3339, UTC); unset while it exists.",
    ),
)
