"""The results of lookups, and the types of the arguments that accept them in place of an id.

This module imports neither Pulumi nor the provider, because the typed arguments use it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from pulumi_c1policy._lookup_result import LookupResult

if TYPE_CHECKING:
    from pulumi_c1policy import outputs
    from pulumi_c1policy.inputs import PolicyType

__all__ = [
    "AppId",
    "EntitlementId",
    "FindAppResult",
    "FindEntitlementResult",
    "FindGroupResult",
    "FindStepUpProviderResult",
    "FindUserResult",
    "FindWebhookResult",
    "GetPolicyResult",
    "PolicyId",
    "StepUpProviderId",
    "UserId",
    "WebhookId",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindUserResult(LookupResult):
    """A user of the tenant, as it was when the program looked it up.

    Attributes:
        id: The user's id.
        email: The primary email, as the tenant spells it.
        display_name: The name that people see.
    """

    KIND: ClassVar = "user"
    id: str
    email: str
    display_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindAppResult(LookupResult):
    """An app of the tenant, as it was when the program looked it up.

    Attributes:
        id: The app's id.
        display_name: The name that people see, as the tenant spells it.
    """

    KIND: ClassVar = "app"
    id: str
    display_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindEntitlementResult(LookupResult):
    """An entitlement of an app, as it was when the program looked it up.

    Attributes:
        id: The entitlement's id, which is unique within its app only.
        app_id: The id of its app.
        display_name: The name that people see.
        alias: Its alias, or empty.
        resource_type_id: The id of the type of its resource.
        resource_id: The id of its resource.
    """

    KIND: ClassVar = "entitlement"
    id: str
    app_id: str
    display_name: str = ""
    alias: str = ""
    resource_type_id: str = ""
    resource_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindGroupResult(FindEntitlementResult):
    """A group of an app: the entitlement whose members form the group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindWebhookResult(LookupResult):
    """A webhook of the tenant, as it was when the program looked it up.

    Attributes:
        id: The webhook's id.
        display_name: The name that people see, as the tenant spells it.
        url: The address that it calls.
    """

    KIND: ClassVar = "webhook"
    id: str
    display_name: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindStepUpProviderResult(LookupResult):
    """A provider of step-up authentication, as it was when the program looked it up.

    Attributes:
        id: The provider's id.
        display_name: The name that people see, as the tenant spells it.
        enabled: True if the tenant uses it.
    """

    KIND: ClassVar = "step-up provider"
    id: str
    display_name: str
    enabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GetPolicyResult(LookupResult):
    """A policy of the tenant, as it was when the program looked it up.

    Attributes:
        id: Its id in the tenant.
        display_name: The name that people see.
        policy_type: The kind of request that it decides.
        description: Its purpose.
        policy_steps: Lists of steps by key.
        rules: Its rules, from top to bottom.
        baseline_policy_id: The policy that replaces its baseline steps.
        post_actions: The actions after the policy has run.
        scope: The only app or entitlement that may use it; None if it is global.
        annotations: Its annotations, including the ownership annotations.
        system_builtin: True if the tenant itself made it.
        created_at: The time of its creation (RFC 3339, UTC).
        updated_at: The time of its last change (RFC 3339, UTC).
    """

    KIND: ClassVar = "policy"
    id: str
    display_name: str
    policy_type: PolicyType
    description: str | None = None
    policy_steps: dict[str, outputs.PolicySteps] | None = None
    rules: list[outputs.Rule] | None = None
    baseline_policy_id: str | None = None
    post_actions: list[outputs.PolicyPostActions] | None = None
    scope: outputs.PolicyScope | None = None
    annotations: dict[str, str] | None = None
    system_builtin: bool = False
    created_at: str | None = None
    updated_at: str | None = None


AppId: TypeAlias = str | FindAppResult
"""The id of an app, or the result of `find_app`."""
EntitlementId: TypeAlias = str | FindEntitlementResult
"""The id of an entitlement, or the result of `find_group` or `find_entitlement`."""
PolicyId: TypeAlias = str | GetPolicyResult
"""The id of a policy, or the result of `get_policy`."""
StepUpProviderId: TypeAlias = str | FindStepUpProviderResult
"""The id of a provider of step-up authentication, or the result of `find_step_up_provider`."""
UserId: TypeAlias = str | FindUserResult
"""The id of a user, or the result of `find_user`."""
WebhookId: TypeAlias = str | FindWebhookResult
"""The id of a webhook, or the result of `find_webhook`."""
