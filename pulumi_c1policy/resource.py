"""The resource that programs declare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import pulumi
from pulumi import dynamic

from pulumi_c1policy._pulumi import config_keys, engine_values, links, stack_ownership
from pulumi_c1policy.provider import PolicyProvider

if TYPE_CHECKING:
    from pulumi_c1policy.inputs import (
        PolicyPostActionsArgsDict,
        PolicyScopeArgsDict,
        PolicyStepsArgsDict,
        PolicyType,
        RuleArgsDict,
    )

_READ_ONLY = ("created_at", "updated_at", "deleted_at", "system_builtin")
_WRITABLE = (
    "display_name",
    "policy_type",
    "description",
    "policy_steps",
    "rules",
    "baseline_policy_id",
    "post_actions",
    "scope",
    "annotations",
    "reassign_tasks_to_delegates",
)


class Policy(dynamic.Resource, module="c1policy", name="Policy"):
    """A ConductorOne policy: who must approve which access, and how access is given or removed.

    The program declares the whole policy: a field that it leaves out, or stops mentioning, is unset
    in the tenant. Annotations are the exception: the program manages only the keys that it sets.
    """

    display_name: pulumi.Output[str]
    """The name that people see."""
    policy_type: pulumi.Output[str]
    """The kind of request that the policy decides, such as `POLICY_TYPE_GRANT`."""
    description: pulumi.Output[str | None]
    """The purpose of the policy."""
    policy_steps: pulumi.Output[dict[str, Any] | None]
    """Lists of steps by key; the baseline's key is the type in lower case."""
    rules: pulumi.Output[list[dict[str, Any]] | None]
    """The rules that choose steps or another policy for a request; the first match wins."""
    baseline_policy_id: pulumi.Output[str | None]
    """The policy that replaces the baseline steps."""
    post_actions: pulumi.Output[list[dict[str, Any]] | None]
    """The actions after the policy has run."""
    scope: pulumi.Output[dict[str, Any] | None]
    """The only app or entitlement that may use the policy; unset: global."""
    annotations: pulumi.Output[dict[str, str] | None]
    """Every annotation in the tenant, those of others and the ownership annotations included."""
    reassign_tasks_to_delegates: pulumi.Output[bool | None]
    """Deprecated: the tenant ignores it."""
    created_at: pulumi.Output[str | None]
    """The time of creation (RFC 3339, UTC)."""
    updated_at: pulumi.Output[str | None]
    """The time of the last change (RFC 3339, UTC)."""
    deleted_at: pulumi.Output[str | None]
    """The time of deletion; unset while the policy exists."""
    system_builtin: pulumi.Output[bool]
    """True if the tenant itself made the policy; it can be neither changed nor deleted."""

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        display_name: pulumi.Input[str],
        policy_type: pulumi.Input[PolicyType],
        description: pulumi.Input[str] | None = None,
        policy_steps: pulumi.Input[Mapping[str, pulumi.Input[PolicyStepsArgsDict]]] | None = None,
        rules: pulumi.Input[Sequence[pulumi.Input[RuleArgsDict]]] | None = None,
        baseline_policy_id: pulumi.Input[str] | None = None,
        post_actions: pulumi.Input[Sequence[pulumi.Input[PolicyPostActionsArgsDict]]] | None = None,
        scope: pulumi.Input[PolicyScopeArgsDict] | None = None,
        annotations: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        reassign_tasks_to_delegates: pulumi.Input[bool] | None = None,
        on_conflict: Literal["refuse", "overwrite"] = "refuse",
        on_takeover: Literal["refuse", "take_back"] = "refuse",
        on_leftover: Literal["refuse", "adopt", "leave"] = "refuse",
    ) -> None:
        """Declare a policy.

        Args:
            resource_name: The resource's name in the stack; the ownership annotations contain it.
            opts: Pulumi's resource options. `import_` does not work for dynamic resources; the
                command `c1policy import` adopts existing policies.
            display_name: The name that people see.
            policy_type: The kind of request that the policy decides. A change replaces the policy.
            description: The purpose of the policy. Default empty.
            policy_steps: Lists of steps by key. The baseline's key is the type in lower case
                (`grant` for `POLICY_TYPE_GRANT`); other keys are free text for rules to name.
            rules: At most 16, tried top to bottom; the baseline decides a request that matches
                none.
            baseline_policy_id: A policy that replaces the baseline steps; never together with them.
            post_actions: The actions after the policy has run.
            scope: The only app or entitlement that may use the policy. Default global. A change
                replaces the policy.
            annotations: Notes for tools: keys and values of URL-safe ASCII, at most 13 besides the
                three ownership annotations.
            reassign_tasks_to_delegates: Deprecated: the tenant ignores it.
            on_conflict: What an update does if somebody else has changed, since the last refresh, a
                field that it would change: `refuse` (default), or `overwrite`.
            on_takeover: What an update does if a person has edited the policy in the product, which
                removes the ownership annotations: `refuse` (default), or `take_back`.
            on_leftover: What a create does if the tenant has a policy with this resource's
                ownership annotations that no known state holds: `refuse` (default), `adopt` it if
                it equals what would be created, or `leave` it and create another one.
        """
        written = {
            "display_name": display_name,
            "policy_type": policy_type,
            "description": description,
            "policy_steps": policy_steps,
            "rules": rules,
            "baseline_policy_id": baseline_policy_id,
            "post_actions": post_actions,
            "scope": scope,
            "annotations": annotations,
            "reassign_tasks_to_delegates": reassign_tasks_to_delegates,
        }
        props = {name: engine_values.resolve(value) for name, value in written.items()}
        props[stack_ownership.OWNER] = stack_ownership.make_ownership(
            stack_ownership.TYPE, resource_name, opts.parent if opts else None
        )
        decided = {
            "on_conflict": None if on_conflict == "refuse" else on_conflict,
            "on_takeover": None if on_takeover == "refuse" else on_takeover,
            "on_leftover": None if on_leftover == "refuse" else on_leftover,
            "secrets": engine_values.find_secret_names(props),
            links.KEY: links.PROGRAM.pack(props),
            "ignore_changes": opts.ignore_changes if opts else None,
        }
        props[stack_ownership.OPTIONS] = {
            name: value for name, value in decided.items() if value
        } or None
        self._declare(resource_name, props, opts)
        links.PROGRAM.declare(self, resource_name, props)

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> Policy:
        """Read a policy that the program does not manage; it is never written.

        Args:
            resource_name: A name for it in the stack.
            id: The policy's id in the tenant.
            opts: Pulumi's resource options.

        Returns:
            The policy with its outputs. The deployment fails if the tenant has no such policy.
        """
        found = cls.__new__(cls)
        chosen = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        found._declare(resource_name, dict.fromkeys(_WRITABLE), chosen)
        # An engine that is older than the SDK does not return the id, which is then unknown at
        # preview: every policy that points to it would seem to change.
        found.__dict__["id"] = pulumi.Output.all(found.urn, id).apply(lambda parts: str(parts[1]))
        return found

    def _declare(
        self, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions | None
    ) -> None:
        config_keys.warn_of_plain_secrets()
        unset = dict.fromkeys((*_WRITABLE, *_READ_ONLY))
        # A secret input may appear in an output under another name.
        hidden = pulumi.ResourceOptions(additional_secret_outputs=["__rewritten"])
        chosen = pulumi.ResourceOptions.merge(opts, hidden)
        super().__init__(PolicyProvider(), name, {**unset, **props}, chosen)
