"""The policy, its rules, scope and post actions."""

from __future__ import annotations

from pulumi_c1policy._model import enums
from pulumi_c1policy._model.schema import Field, Message, Scalar
from pulumi_c1policy._model.steps import POLICY_STEPS

RULE = Message(
    "c1.api.policy.v1.Rule",
    "Selects an outcome for the requests that its condition matches; the first match wins.",
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
        doc="The key in `policy_steps` of a matching request's steps.",
    ),
    Field(
        name="policy_id",
        type=Scalar.STRING,
        oneof="outcome",
        names_policy=True,
        doc=(
            "Another policy of the same type that gets a matching request; chains are at most 5 "
            "deep and have no cycle."
        ),
    ),
    Field(
        name="policy_key",
        type=Scalar.STRING,
        alias_of="step_key",
        deprecated="write `step_key` instead, which has the same meaning",
        doc="The old spelling of `step_key`.",
    ),
    required_oneofs=["outcome"],
)

POLICY_SCOPE = Message(
    "c1.api.policy.v1.PolicyScope",
    "The only app or entitlement that may use the policy; a policy without a scope is global.",
    Field(name="app_id", type=Scalar.STRING, doc="The app that the policy belongs to."),
    Field(
        name="app_entitlement_id",
        type=Scalar.STRING,
        doc="The entitlement of that app; leave it out for the whole app.",
    ),
    Field(
        name="slot",
        type=enums.POLICY_SCOPE_SLOT,
        doc="The use of the policy there, such as emergency access.",
    ),
)

POLICY_POST_ACTIONS = Message(
    "c1.api.policy.v1.PolicyPostActions",
    "An action after the policy has run.",
    Field(
        name="certify_remediate_immediately",
        type=Scalar.BOOL,
        oneof="action",
        doc="True revokes at once what a certification denied. Certify policies only.",
    ),
    required_oneofs=["action"],
)

POLICY = Message(
    "c1.api.policy.v1.Policy",
    "A policy: who must approve which access, and how access is given or removed.",
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
        doc="The kind of request that the policy decides. A change replaces the policy.",
    ),
    Field(name="description", type=Scalar.STRING, doc="The purpose of the policy. Default empty."),
    Field(
        name="policy_steps",
        type=POLICY_STEPS,
        shape="map",
        doc=(
            "Lists of steps by key. The baseline's key is the type in lower case (`grant` for "
            "`POLICY_TYPE_GRANT`); other keys are free text for rules to name."
        ),
    ),
    Field(
        name="rules",
        type=RULE,
        shape="list",
        most=16,
        doc=(
            "The rules, at most 16, tried top to bottom; the first match wins. The baseline "
            "decides a request that matches none."
        ),
    ),
    Field(
        name="baseline_policy_id",
        type=Scalar.STRING,
        names_policy=True,
        doc="Another policy that replaces the baseline steps; never together with them.",
    ),
    Field(
        name="post_actions",
        type=POLICY_POST_ACTIONS,
        shape="list",
        doc="The actions after the policy has run, in this order.",
    ),
    Field(
        name="scope",
        type=POLICY_SCOPE,
        immutable=True,
        doc=(
            "The only app or entitlement that may use the policy. Default: global. A change "
            "replaces the policy."
        ),
    ),
    Field(
        name="annotations",
        type=Scalar.STRING,
        shape="map",
        merge=True,
        most=16,
        doc=(
            "Notes for tools: at most 16 keys (the three ownership annotations count), values of "
            "at most 256 URL-safe ASCII characters, 4096 bytes in all. Keys that others set stay "
            "unchanged."
        ),
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
        doc="True if the tenant itself made the policy; it can be neither changed nor deleted.",
    ),
    Field(
        name="created_at",
        type=Scalar.TIMESTAMP,
        output_only=True,
        doc="The time of creation (RFC 3339, UTC).",
    ),
    Field(
        name="updated_at",
        type=Scalar.TIMESTAMP,
        output_only=True,
        doc="The time of the last change (RFC 3339, UTC).",
    ),
    Field(
        name="deleted_at",
        type=Scalar.TIMESTAMP,
        output_only=True,
        doc="The time of deletion (RFC 3339, UTC); unset while the policy exists.",
    ),
)
