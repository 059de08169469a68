"""Lookups of objects that exist in the tenant already.

A lookup asks the tenant while the program runs, in each preview and each update, and returns a
plain value at once. It uses the credentials of the stack. Equal questions of a run are asked once.
The function with the suffix `_output` accepts outputs and returns an output; several of them run
side by side. In a test with `pulumi.runtime.set_mocks`, `Mocks.call` answers a lookup, with the
token in its docstring.

`Policy.get` is the alternative for policies: it records the policy in the stack as a resource, and
a refresh reads it again.
"""

from __future__ import annotations

from pulumi_c1policy.lookup_results import (
    FindAppResult,
    FindEntitlementResult,
    FindGroupResult,
    FindStepUpProviderResult,
    FindUserResult,
    FindWebhookResult,
    GetPolicyResult,
)
from pulumi_c1policy.lookups.apps import find_app, find_app_output
from pulumi_c1policy.lookups.entitlements import (
    find_entitlement,
    find_entitlement_output,
    find_group,
    find_group_output,
)
from pulumi_c1policy.lookups.policies import (
    get_policies,
    get_policies_output,
    get_policy,
    get_policy_output,
)
from pulumi_c1policy.lookups.services import (
    find_step_up_provider,
    find_step_up_provider_output,
    find_webhook,
    find_webhook_output,
)
from pulumi_c1policy.lookups.users import find_user, find_user_output

__all__ = [
    "FindAppResult",
    "FindEntitlementResult",
    "FindGroupResult",
    "FindStepUpProviderResult",
    "FindUserResult",
    "FindWebhookResult",
    "GetPolicyResult",
    "find_app",
    "find_app_output",
    "find_entitlement",
    "find_entitlement_output",
    "find_group",
    "find_group_output",
    "find_step_up_provider",
    "find_step_up_provider_output",
    "find_user",
    "find_user_output",
    "find_webhook",
    "find_webhook_output",
    "get_policies",
    "get_policies_output",
    "get_policy",
    "get_policy_output",
]
