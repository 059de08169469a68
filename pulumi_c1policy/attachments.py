"""The resources that attach policies to apps and entitlements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pulumi
from pulumi import dynamic

from pulumi_c1policy._model.attachment_fields import APP_POLICIES, ENTITLEMENT_POLICIES
from pulumi_c1policy._pulumi import declaration, dynamic_server
from pulumi_c1policy.provider import AppPoliciesProvider, EntitlementPoliciesProvider

if TYPE_CHECKING:
    from pulumi_c1policy.lookup_results import AppId, EntitlementId, PolicyId


class AppPolicies(dynamic.Resource, module="c1policy", name="AppPolicies"):
    """The policies of an app, which decide for each of its entitlements without policies.

    The program manages the fields that it sets, and nothing else of the app.
    """

    if TYPE_CHECKING:
        app_id: pulumi.Output[str]
        """The id of the app. A change replaces the attachment."""
        grant_policy_id: pulumi.Output[str | None]
        """The policy for requests for access. Empty for the inherited one; unset leaves it
        unchanged.
        """
        revoke_policy_id: pulumi.Output[str | None]
        """The policy for the removal of access. Empty for the inherited one; unset leaves it
        unchanged.
        """
        certify_policy_id: pulumi.Output[str | None]
        """The policy for reviews of access. Empty for the inherited one; unset leaves it
        unchanged.
        """

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        app_id: pulumi.Input[AppId],
        grant_policy_id: pulumi.Input[PolicyId] | None = None,
        revoke_policy_id: pulumi.Input[PolicyId] | None = None,
        certify_policy_id: pulumi.Input[PolicyId] | None = None,
        on_conflict: Literal["refuse", "overwrite"] = "refuse",
        on_delete: Literal["restore", "keep"] = "restore",
    ) -> None:
        """Declare the policies of an app that exists.

        Args:
            resource_name: The resource's name in the stack.
            opts: Pulumi's resource options.
            app_id: The id of the app. A change replaces the attachment.
            grant_policy_id: The policy for requests for access. Empty for the inherited one; unset
                leaves it unchanged.
            revoke_policy_id: The policy for the removal of access. Empty for the inherited one;
                unset leaves it unchanged.
            certify_policy_id: The policy for reviews of access. Empty for the inherited one; unset
                leaves it unchanged.
            on_conflict: The reaction of an update to a field that it would change, and that
                somebody else has changed since the last refresh: `refuse` (default), or
                `overwrite`.
            on_delete: The effect of the deletion: `restore` (default) puts back the values from
                before the create, `keep` sends nothing.
        """
        provider = AppPoliciesProvider()
        props = declaration.pack_attachment(
            provider.type_name, APP_POLICIES, resource_name, opts, locals()
        )
        super().__init__(provider, resource_name, props, declaration.add_secret_outputs(opts))
        dynamic_server.wait_for_registration_only(self)


class EntitlementPolicies(dynamic.Resource, module="c1policy", name="EntitlementPolicies"):
    """The policies of an entitlement, which take precedence over those of its app.

    The program manages the fields that it sets, and nothing else of the entitlement.
    """

    if TYPE_CHECKING:
        app_id: pulumi.Output[str]
        """The id of the app. A change replaces the attachment."""
        entitlement_id: pulumi.Output[str]
        """The id of the entitlement in its app. A change replaces the attachment."""
        grant_policy_id: pulumi.Output[str | None]
        """The policy for requests for access. Empty for the inherited one; unset leaves it
        unchanged.
        """
        revoke_policy_id: pulumi.Output[str | None]
        """The policy for the removal of access. Empty for the inherited one; unset leaves it
        unchanged.
        """
        certify_policy_id: pulumi.Output[str | None]
        """The policy for reviews of access. Empty for the inherited one; unset leaves it
        unchanged.
        """
        emergency_grant_policy_id: pulumi.Output[str | None]
        """The policy for requests for emergency access. Empty for the inherited one; unset leaves
        it unchanged.
        """
        emergency_grant_enabled: pulumi.Output[bool | None]
        """True allows requests for emergency access. Unset leaves it unchanged."""
        override_access_requests_defaults: pulumi.Output[bool | None]
        """True lets the entitlement's own settings override the request defaults of its app. Sent
        only if the program sets it.
        """

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        app_id: pulumi.Input[AppId],
        entitlement_id: pulumi.Input[EntitlementId],
        grant_policy_id: pulumi.Input[PolicyId] | None = None,
        revoke_policy_id: pulumi.Input[PolicyId] | None = None,
        certify_policy_id: pulumi.Input[PolicyId] | None = None,
        emergency_grant_policy_id: pulumi.Input[PolicyId] | None = None,
        emergency_grant_enabled: pulumi.Input[bool] | None = None,
        override_access_requests_defaults: pulumi.Input[bool] | None = None,
        on_conflict: Literal["refuse", "overwrite"] = "refuse",
        on_delete: Literal["restore", "keep"] = "restore",
    ) -> None:
        """Declare the policies of an entitlement that exists.

        Args:
            resource_name: The resource's name in the stack.
            opts: Pulumi's resource options.
            app_id: The id of the app. A change replaces the attachment.
            entitlement_id: The id of the entitlement in its app. A change replaces the attachment.
            grant_policy_id: The policy for requests for access. Empty for the inherited one; unset
                leaves it unchanged.
            revoke_policy_id: The policy for the removal of access. Empty for the inherited one;
                unset leaves it unchanged.
            certify_policy_id: The policy for reviews of access. Empty for the inherited one; unset
                leaves it unchanged.
            emergency_grant_policy_id: The policy for requests for emergency access. Empty for the
                inherited one; unset leaves it unchanged.
            emergency_grant_enabled: True allows requests for emergency access. Unset leaves it
                unchanged.
            override_access_requests_defaults: True lets the entitlement's own settings override the
                request defaults of its app. Sent only if the program sets it.
            on_conflict: The reaction of an update to a field that it would change, and that
                somebody else has changed since the last refresh: `refuse` (default), or
                `overwrite`.
            on_delete: The effect of the deletion: `restore` (default) puts back the values from
                before the create, `keep` sends nothing.
        """
        provider = EntitlementPoliciesProvider()
        props = declaration.pack_attachment(
            provider.type_name, ENTITLEMENT_POLICIES, resource_name, opts, locals()
        )
        super().__init__(provider, resource_name, props, declaration.add_secret_outputs(opts))
        dynamic_server.wait_for_registration_only(self)
