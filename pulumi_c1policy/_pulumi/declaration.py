"""The properties and options with which a program declares a resource.

`resource.py` is generated and only calls these functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from pulumi_c1policy._lifecycle.planning import state_codec
from pulumi_c1policy._lifecycle.planning.decisions import ATTACHMENT_DECISIONS, DECISIONS
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Message
from pulumi_c1policy._pulumi import (
    config_keys,
    dynamic_server,
    engine_values,
    policy_links,
    stack_ownership,
)

_COPIES = (state_codec.REWRITTEN, state_codec.PREDECESSORS, state_codec.OVERWRITTEN)
_OUTPUTS = tuple(name for name in POLICY.fields if name != "id")
# The tenant adds annotations, a baseline of its own, and everything that only it sets; but what a
# stack holds is not deleted.
_UNSET = frozenset(
    name for name, field in POLICY.fields.items() if not (field.output_only or field.required)
) - {"annotations", "policy_steps"} | {"deleted_at"}


def pack_policy(
    resource_name: str,
    opts: pulumi.ResourceOptions | None,
    fields: Mapping[str, object],
    decisions: Mapping[str, str],
) -> dict[str, Any]:
    """Return the properties of a policy that the program manages.

    Args:
        resource_name: The resource's name in the stack.
        opts: Pulumi's resource options.
        fields: The fields of the policy, as the program wrote them; None for one that is unset.
        decisions: The user's decisions by name.
    """
    props = _pack(stack_ownership.TYPE, resource_name, opts, fields)
    options = _pack_options(props, opts, decisions) | {
        policy_links.KEY: policy_links.PROGRAM.pack(props)
    }
    if packed := _select_set(options):
        props[state_codec.OPTIONS] = packed
    if opts is None or not opts.ignore_changes:
        # With it, the tenant may keep a value that the program leaves out.
        props = {k: v for k, v in props.items() if v is not None or k not in _UNSET}
        return dict.fromkeys(name for name in _OUTPUTS if name not in _UNSET) | props
    return dict.fromkeys(_OUTPUTS) | props


def register_policy(resource: pulumi.Resource, name: str, props: Mapping[str, Any]) -> None:
    """Register a policy that the program has just declared with these properties."""
    policy_links.PROGRAM.declare(resource, name, props)
    dynamic_server.wait_for_registration_only(resource)


def make_unset_output(resource: pulumi.Resource, name: str) -> pulumi.Output[None]:
    """Return the output of a field that the program leaves out, and that is therefore unset.

    The SDK waits for each output of each resource again whenever one of them is ready, so outputs
    that nobody reads make a large program slow.

    Raises:
        AttributeError: The resource has no such output.
    """
    if name not in _UNSET:
        message = f"{type(resource).__name__!r} object has no attribute {name!r}"
        raise AttributeError(message)
    found: pulumi.Output[None] = pulumi.Output.all(resource.urn).apply(lambda _: None)
    resource.__dict__[name] = found
    return found


def pack_attachment(
    type_name: str,
    message: Message,
    resource_name: str,
    opts: pulumi.ResourceOptions | None,
    arguments: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the properties of an attachment.

    Args:
        type_name: The type in the address of the resource.
        message: The fields.
        resource_name: The resource's name in the stack.
        opts: Pulumi's resource options.
        arguments: The fields and the decisions of the attachment, by name; other names have no
            effect.
    """
    fields = {name: arguments[name] for name in message.fields}
    props = _pack(type_name, resource_name, opts, fields)
    decisions = {name: arguments[name] for name in ATTACHMENT_DECISIONS}
    props[state_codec.OPTIONS] = _select_set(_pack_options(props, opts, decisions))
    return props


def _pack(
    type_name: str,
    resource_name: str,
    opts: pulumi.ResourceOptions | None,
    fields: Mapping[str, object],
) -> dict[str, Any]:
    """Return the fields of a resource and its ownership annotations."""
    config_keys.warn_of_plain_secrets()
    props = {name: engine_values.resolve(value, name) for name, value in fields.items()}
    props[state_codec.OWNERSHIP_INPUT] = stack_ownership.make_ownership(
        type_name, resource_name, opts.parent if opts else None
    )
    return props


def _pack_options(
    props: Mapping[str, Any],
    opts: pulumi.ResourceOptions | None,
    decisions: Mapping[str, str],
) -> dict[str, Any]:
    """Return the options of every kind of resource."""
    options: dict[str, Any] = {
        # The config of the stack decides if the program has the default.
        name: None if value == DECISIONS[name][0] else value
        for name, value in decisions.items()
    }
    return options | {
        "secrets": engine_values.find_secret_names(props),
        "ignore_changes": opts.ignore_changes if opts else None,
    }


def _select_set(options: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the options that are set; None if none is."""
    return {name: value for name, value in options.items() if value} or None


def pack_read() -> dict[str, Any]:
    """Return the properties of a policy that the program only reads."""
    config_keys.warn_of_plain_secrets()
    return dict.fromkeys(_OUTPUTS)


def add_secret_outputs(opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """Return resource options that encrypt the outputs which may contain a secret input."""
    # A secret input may appear in these outputs under another name.
    hidden = pulumi.ResourceOptions(additional_secret_outputs=[*_COPIES])
    return pulumi.ResourceOptions.merge(opts, hidden)


def set_known_id(resource: pulumi.CustomResource, policy_id: pulumi.Input[str]) -> None:
    """Set the id of a policy that is read to the id that the program passed.

    An engine that is older than the SDK does not return the id. It would be unknown at preview, and
    every policy that points to it would seem to change.
    """
    found = pulumi.Output.all(resource.urn, policy_id).apply(lambda parts: str(parts[1]))
    resource.__dict__["id"] = found
