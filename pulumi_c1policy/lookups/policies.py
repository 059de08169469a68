"""Lookups of policies: `get_policy` and `get_policies`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, overload

import pulumi

from pulumi_c1policy._lifecycle.planning.ownership import describe_manager, read_ownership
from pulumi_c1policy._lifecycle.planning.pruning import prune
from pulumi_c1policy._model.enums import POLICY_SCOPE_SLOT, POLICY_TYPE
from pulumi_c1policy._model.policy import POLICY, POLICY_SCOPE
from pulumi_c1policy._model.tree import ShapeError, decode
from pulumi_c1policy._pulumi import lookup_choice, program_lookups
from pulumi_c1policy._pulumi.lookup_choice import Candidate
from pulumi_c1policy._pulumi.program_lookups import Lookup, LookupTenant
from pulumi_c1policy.errors import NotFoundError
from pulumi_c1policy.lookup_results import GetPolicyResult
from pulumi_c1policy.policy_type import PolicyType as Types

if TYPE_CHECKING:
    from pulumi_c1policy.inputs import PolicyType
_NOUN = ("policy", "policies")


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
    lookup = Lookup("get_policy", _NOUN, criteria)
    if ("id" in criteria and len(criteria) > 1) or not criteria.keys() & {"id", "display_name"}:
        raise lookup.refuse(
            "has a wrong combination of arguments.",
            "Call get_policy with either `id`, or `display_name` and optionally `type`.",
        )
    mocked = program_lookups.find_mocked(lookup)
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
    return program_lookups.call_aside(get_policy, id=id, display_name=display_name, type=type)


def get_policies(
    *,
    display_name: str | None = None,
    type: PolicyType | None = None,
    annotations: Mapping[str, str] | None = None,
) -> list[GetPolicyResult]:
    """Look up all policies of the tenant that fit, which may be none.

    ```python
    for policy in c1.get_policies(annotations={"team": "security"}):
        pulumi.log.info(policy.display_name)
    ```

    The token for mocks is `c1policy:index:getPolicies`; they answer with `policies`, a list.

    Args:
        display_name: The whole display name; upper and lower case differ.
        type: The type.
        annotations: Annotations that the policies have, among others.

    Returns:
        The policies as they are now, by name and then by id.

    Raises:
        RunError: There are no credentials, or the tenant cannot be reached.
    """
    arguments = {"display_name": display_name, "type": type, "annotations": annotations}
    criteria = {name: value for name, value in arguments.items() if value is not None}
    lookup = Lookup("get_policies", _NOUN, criteria)
    mocked = program_lookups.find_mocked(lookup)
    if mocked is not None:
        return [_make_mocked_policy(criteria, each) for each in mocked.get("policies") or ()]
    with program_lookups.connect(lookup) as tenant:
        existing = _list_existing(tenant)
    found = [
        policy
        for policy in existing
        if _fits(policy, criteria)
        and (annotations or {}).items() <= (policy.get("annotations") or {}).items()
    ]
    found.sort(key=lambda policy: (str(policy.get("displayName")), str(policy["id"])))
    return [_make_policy(lookup, policy) for policy in found]


def get_policies_output(
    *,
    display_name: pulumi.Input[str] | None = None,
    type: pulumi.Input[PolicyType] | None = None,
    annotations: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
) -> pulumi.Output[list[GetPolicyResult]]:
    """Look up policies by the outputs of other resources: see `get_policies`.

    The result is unknown in a preview if an argument is.
    """
    return program_lookups.call_aside(
        get_policies, display_name=display_name, type=type, annotations=annotations
    )


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
        existing = _list_existing(tenant)
    return lookup_choice.choose_one(
        lookup,
        f"the tenant {tenant.name}",
        [_make_candidate(policy) for policy in existing if _fits(policy, criteria)],
        lambda: map(_make_candidate, existing),
        name=criteria["display_name"],
    )


def _list_existing(tenant: LookupTenant) -> list[Mapping[str, Any]]:
    policies = tenant.read_once("policies", lambda: [*tenant.client.list_all()])
    return [policy for policy in policies if policy.get("id") and not policy.get("deletedAt")]


def _fits(wire: Mapping[str, Any], criteria: Mapping[str, Any]) -> bool:
    """Return whether a policy has the name and the type that are wanted."""
    wanted = {"displayName": criteria.get("display_name"), "policyType": criteria.get("type")}
    return all(value is None or wire.get(name) == value for name, value in wanted.items())


def _make_candidate(wire: Mapping[str, Any]) -> Candidate[Mapping[str, Any]]:
    scope = wire.get("scope") or {}
    place = ", ".join(
        f"{field.name}={scope[field.wire]}"
        for field in POLICY_SCOPE.fields.values()
        if scope.get(field.wire) not in (None, "", POLICY_SCOPE_SLOT.zero)
    )
    ownership = read_ownership(dict(wire))
    facts = (
        str(wire.get("policyType")),
        f"scope {place}" if place else "global",
        "builtin" if wire.get("systemBuiltin") else "",
        f"managed by {describe_manager({}, ownership)}" if ownership else "",
        f"created {wire['createdAt']}" if wire.get("createdAt") else "",
    )
    return Candidate(wire, str(wire["id"]), str(wire.get("displayName") or ""), facts)


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


def _make_mocked_policy(criteria: Mapping[str, Any], answer: Mapping[str, Any]) -> GetPolicyResult:
    """Return what a program's mocks answered, with invented values for what they left out."""
    name = criteria.get("display_name", "")
    values: dict[str, Any] = {
        "id": criteria.get("id", program_lookups.make_mocked_id(name)),
        "display_name": name,
        "policy_type": criteria.get("type", Types.GRANT),
    }
    return GetPolicyResult(**values | dict(answer))
