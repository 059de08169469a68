"""Lookups of objects that exist in the tenant already.

A lookup asks the tenant while the program runs, in each preview and each update, and returns a
plain value at once. It uses the credentials of the stack. Equal questions of a run are asked once.
In a test with `pulumi.runtime.set_mocks`, `Mocks.call` answers it, with the token in the docstring.

`Policy.get` is the alternative: it records the policy in the stack as a resource, and a refresh
reads it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, overload

import pulumi

from pulumi_c1policy._lifecycle.planning.ownership import describe_manager, read_ownership
from pulumi_c1policy._lifecycle.planning.reduce import prune
from pulumi_c1policy._model.enums import POLICY_SCOPE_SLOT, POLICY_TYPE
from pulumi_c1policy._model.policy import POLICY, POLICY_SCOPE
from pulumi_c1policy._model.tree import ShapeError, decode
from pulumi_c1policy._pulumi import program_lookups
from pulumi_c1policy._pulumi.program_lookups import Lookup
from pulumi_c1policy.errors import NotFoundError
from pulumi_c1policy.policy_type import PolicyType as Types

if TYPE_CHECKING:
    from pulumi_c1policy import outputs
    from pulumi_c1policy.inputs import PolicyType

__all__ = ["GetPolicyResult", "get_policy", "get_policy_output"]

_POLICY_TOKEN = "c1policy:index:getPolicy"  # noqa: S105 (the name of a function)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetPolicyResult:
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


@overload
def get_policy(*, id: str) -> GetPolicyResult: ...
@overload
def get_policy(*, display_name: str, type: PolicyType | None = None) -> GetPolicyResult: ...
def get_policy(
    *, id: str | None = None, display_name: str | None = None, type: PolicyType | None = None
) -> GetPolicyResult:
    """Look up a policy of the tenant, by its id or by its display name.

    ```python
    fallback = c1.get_policy(display_name="Fallback", type=c1.PolicyType.GRANT)
    c1.Policy("access", baseline_policy_id=fallback.id, ...)
    ```

    The token for mocks is `c1policy:index:getPolicy`.

    Args:
        id: The policy's id.
        display_name: The whole display name; upper and lower case differ.
        type: The type, to choose among policies of the same name.

    Returns:
        The policy as it is now.

    Raises:
        RunError: No policy was found, or several: the message lists the candidates. Or there are no
            credentials, or the tenant cannot be reached.
    """
    arguments = {"id": id, "display_name": display_name, "type": type}
    criteria = {name: str(value) for name, value in arguments.items() if value is not None}
    lookup = Lookup("get_policy", ("policy", "policies"), criteria)
    if ("id" in criteria and len(criteria) > 1) or not criteria.keys() & {"id", "display_name"}:
        raise lookup.refuse(
            "has a wrong combination of arguments.",
            "Call get_policy with either `id`, or `display_name` and optionally `type`.",
        )
    mocked = program_lookups.find_mocked(_POLICY_TOKEN, lookup)
    if mocked is not None:
        return _make_mocked_policy(criteria, mocked)
    wire = _get_by_id(lookup) if "id" in criteria else _find_by_name(lookup)
    return _make_policy(lookup, wire)


def get_policy_output(
    *,
    id: pulumi.Input[str] | None = None,
    display_name: pulumi.Input[str] | None = None,
    type: pulumi.Input[PolicyType] | None = None,
) -> pulumi.Output[GetPolicyResult]:
    """Look up a policy whose id or name is the output of another resource: see `get_policy`.

    The result is unknown in a preview if an argument is.
    """
    arguments: dict[str, Any] = {"id": id, "display_name": display_name, "type": type}
    given = {name: value for name, value in arguments.items() if value is not None}
    return pulumi.Output.all(**given).apply(lambda known: get_policy(**known))


def _get_by_id(lookup: Lookup) -> Mapping[str, Any]:
    policy_id = lookup.criteria["id"]
    with program_lookups.connect(lookup) as tenant:
        try:
            found = tenant.read_once(("policy", policy_id), lambda: tenant.client.get(policy_id))
        except NotFoundError as error:
            raise _refuse_missing(lookup, tenant.name) from error
    if found.get("deletedAt"):
        raise _refuse_missing(lookup, tenant.name)
    return found


def _refuse_missing(lookup: Lookup, tenant: str) -> pulumi.RunError:
    return lookup.refuse(
        f"finds no policy in the tenant {tenant}.",
        "Correct the policy's id, or look it up with get_policy(display_name=...).",
    )


def _find_by_name(lookup: Lookup) -> Mapping[str, Any]:
    criteria = lookup.criteria
    with program_lookups.connect(lookup) as tenant:
        policies = tenant.read_once("policies", lambda: [*tenant.client.list_all()])
    existing = [policy for policy in policies if policy.get("id") and not policy.get("deletedAt")]
    found = [
        policy
        for policy in existing
        if policy.get("displayName") == criteria["display_name"]
        and policy.get("policyType") == criteria.get("type", policy.get("policyType"))
    ]
    return program_lookups.choose_one(
        lookup, tenant.name, found, existing, _identify_policy, _describe_policy
    )


def _identify_policy(wire: Mapping[str, Any]) -> tuple[str, str]:
    return str(wire["id"]), str(wire.get("displayName") or "")


def _describe_policy(wire: Mapping[str, Any]) -> str:
    """Return the facts that tell policies of the same name apart."""
    scope = wire.get("scope") or {}
    place = ", ".join(
        f"{field.name}={scope[field.wire]}"
        for field in POLICY_SCOPE.fields.values()
        if scope.get(field.wire) not in (None, "", POLICY_SCOPE_SLOT.zero)
    )
    ownership = read_ownership(dict(wire))
    facts = [
        str(wire.get("policyType")),
        f"scope {place}" if place else "global",
        "builtin" if wire.get("systemBuiltin") else "",
        f"managed by {describe_manager({}, ownership)}" if ownership else "",
        f"created {wire['createdAt']}" if wire.get("createdAt") else "",
    ]
    return ", ".join(filter(None, facts))


def _make_policy(lookup: Lookup, wire: Mapping[str, Any]) -> GetPolicyResult:
    try:
        policy = prune(POLICY, decode(POLICY, wire))
    except ShapeError as error:
        raise lookup.refuse(
            f"finds a policy that this release cannot read: {error}.",
            "Update pulumi-c1policy, or report the policy's shape.",
        ) from error
    values: dict[str, Any] = {"display_name": "", "policy_type": POLICY_TYPE.zero}
    known = {field.name for field in fields(GetPolicyResult)}
    values |= {name: value for name, value in policy.items() if name in known}
    return GetPolicyResult(**values)


def _make_mocked_policy(criteria: Mapping[str, str], answer: Mapping[str, Any]) -> GetPolicyResult:
    """Return what a program's mocks answered, with invented values for what they left out."""
    name = criteria.get("display_name", "")
    values: dict[str, Any] = {
        "id": criteria.get("id", f"{name}_id"),
        "display_name": name,
        "policy_type": criteria.get("type", Types.GRANT),
    }
    return GetPolicyResult(**values | dict(answer))
