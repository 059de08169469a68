"""The API's enumerations.

On the wire an enum is the name of its value. The schema has no names for the enums themselves;
these are the names in the API's packages.
"""

from __future__ import annotations

from pulumi_c1policy._model.schema import Enum

POLICY_TYPE = Enum(
    "c1.api.policy.v1.PolicyType",
    (
        "POLICY_TYPE_UNSPECIFIED",
        "POLICY_TYPE_GRANT",
        "POLICY_TYPE_REVOKE",
        "POLICY_TYPE_CERTIFY",
        "POLICY_TYPE_ACCESS_REQUEST",
        "POLICY_TYPE_PROVISION",
    ),
    "The kind of request that a policy decides.",
)

POLICY_SCOPE_SLOT = Enum(
    "c1.api.policy.v1.PolicyScopeSlot",
    ("POLICY_SCOPE_SLOT_UNSPECIFIED", "POLICY_SCOPE_SLOT_EMERGENCY"),
    "The use of a scoped policy.",
)

APPROVAL_AGENT_MODE = Enum(
    "c1.api.policy.v1.ApprovalAgentMode",
    (
        "APPROVAL_AGENT_MODE_UNSPECIFIED",
        "APPROVAL_AGENT_MODE_FULL_CONTROL",
        "APPROVAL_AGENT_MODE_CHANGE_POLICY_ONLY",
        "APPROVAL_AGENT_MODE_COMMENT_ONLY",
    ),
    "The extent of an approving agent's actions: everything, handing over to another policy, or "
    "commenting.",
)

APPROVAL_AGENT_FAILURE_ACTION = Enum(
    "c1.api.policy.v1.ApprovalAgentFailureAction",
    (
        "APPROVAL_AGENT_FAILURE_ACTION_UNSPECIFIED",
        "APPROVAL_AGENT_FAILURE_ACTION_REASSIGN_TO_USERS",
        "APPROVAL_AGENT_FAILURE_ACTION_REASSIGN_TO_SUPER_ADMINS",
        "APPROVAL_AGENT_FAILURE_ACTION_SKIP_POLICY_STEP",
    ),
    "The action if an approving agent fails to decide.",
)

SELECT_TYPE = Enum(
    "c1.api.form.v1.SelectType",
    (
        "SELECT_TYPE_UNSPECIFIED",
        "SELECT_TYPE_DROPDOWN",
        "SELECT_TYPE_RADIO",
        "SELECT_TYPE_BUTTONS",
    ),
    "The display of a choice's options in a form.",
)

KNOWN_REGEX = Enum(
    "validate.KnownRegex",
    ("UNKNOWN", "HTTP_HEADER_NAME", "HTTP_HEADER_VALUE"),
    "A well-known pattern that a text may have to match.",
)
