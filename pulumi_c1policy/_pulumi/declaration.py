"""The properties and options with which a program declares a policy.

`resource.py` is generated and only calls these functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from pulumi_c1policy._lifecycle.planning.decisions import DECISIONS
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._pulumi import config_keys, engine_values, links, stack_ownership

_OUTPUTS = tuple(name for name in POLICY.fields if name != "id")


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
    config_keys.warn_of_plain_secrets()
    props = {name: engine_values.resolve(value, name) for name, value in fields.items()}
    props[stack_ownership.OWNERSHIP_INPUT] = stack_ownership.make_ownership(
        stack_ownership.TYPE, resource_name, opts.parent if opts else None
    )
    options: dict[str, Any] = {
        # The config of the stack decides if the program has the default.
        name: None if value == DECISIONS[name][0] else value
        for name, value in decisions.items()
    }
    options |= {
        "secrets": engine_values.find_secret_names(props),
        links.KEY: links.PROGRAM.pack(props),
        "ignore_changes": opts.ignore_changes if opts else None,
    }
    set_options = {name: value for name, value in options.items() if value}
    props[stack_ownership.OPTIONS] = set_options or None
    return dict.fromkeys(_OUTPUTS) | props


def pack_read() -> dict[str, Any]:
    """Return the properties of a policy that the program only reads."""
    config_keys.warn_of_plain_secrets()
    return dict.fromkeys(_OUTPUTS)


def add_secret_outputs(opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """Return resource options that encrypt the outputs which may contain a secret input."""
    # A secret input may appear in this output under another name.
    hidden = pulumi.ResourceOptions(additional_secret_outputs=["__rewritten"])
    return pulumi.ResourceOptions.merge(opts, hidden)


def set_known_id(resource: pulumi.CustomResource, policy_id: pulumi.Input[str]) -> None:
    """Set the id of a policy that is read to the id that the program passed.

    An engine that is older than the SDK does not return the id. It would be unknown at preview, and
    every policy that points to it would seem to change.
    """
    found = pulumi.Output.all(resource.urn, policy_id).apply(lambda parts: str(parts[1]))
    resource.__dict__["id"] = found
