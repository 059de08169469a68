"""The policy that decides about requests for an app or an entitlement, on one side of a change.

An entitlement without a policy inherits that of its app. An app without one asks its owners [the
vendor's documentation]; what removes and reviews access then is not documented in detail.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from pulumi_c1policy._model.attachment_fields import APP_POLICIES, AttachmentTarget
from pulumi_c1policy._review.sides import Side
from pulumi_c1policy._simulate.known_policies import KnownPolicy, PolicyIndex, read_policy

USES: Final = {
    "grant_policy_id": "requests for access",
    "revoke_policy_id": "the removal of access",
    "certify_policy_id": "reviews of access",
    "emergency_grant_policy_id": "requests for emergency access",
    "emergency_grant_enabled": "requests for emergency access",
    "override_access_requests_defaults": "requests for access",
}
"""The requests about which a field of an attachment decides."""

BUILTIN: Final = "the owners of the app approve, as documented for an app without a policy"
"""The grant policy of an app without one, in words."""

BUILTIN_GRANT: Final = read_policy(
    {
        "display_name": BUILTIN,
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": {"grant": {"steps": [{"approval": {"app_owners": {}}}]}},
    }
)
"""The grant policy of an app without one."""

_NO_POLICY = "none"
_INHERITED = "inherited"


@dataclass(frozen=True, slots=True)
class Deciding:
    """The policy, or its absence, that decides about requests.

    Attributes:
        name: Its name for a person.
        policy: The policy; None if it is not known.
        problem: The reason why it is not known.
        key: Equal keys mean the same policy; "" means that nothing is known.
        is_inherited: An entitlement inherits it.
    """

    name: str
    policy: KnownPolicy | None = None
    problem: str = ""
    key: str = ""
    is_inherited: bool = False


def find_deciding(
    side: Side, other: Side, target: AttachmentTarget, field: str, policies: PolicyIndex
) -> Deciding:
    """Find the policy that decides.

    Args:
        side: The side of the change.
        other: The other side. If it has all of a tenant, and `side` has not, apps that `side` does
            not tell are unchanged.
        target: The app or the entitlement.
        field: A field that names a policy.
        policies: The policies of the side.
    """
    value = side.find_value(target, field)
    if value is None:
        if side.attachments is None:
            problem = "the source does not tell the policies of apps and entitlements"
            return Deciding("not known", problem=problem)
        problem = "it is not known which policy decides where no resource sets it"
        return Deciding("not known", problem=problem)
    if value:
        found = policies.find(str(value))
        problem = "" if found else f"the policy {value} is not among the given ones"
        return Deciding(found.name if found else str(value), found, problem, f"policy {value}")
    if field not in APP_POLICIES.fields:
        problem = "the policy for emergency access that an entitlement inherits is not known"
        return Deciding(_INHERITED, problem=problem)
    if target.entitlement_id:
        return _inherit(side, other, AttachmentTarget(target.app_id), field, policies)
    if field == "grant_policy_id":
        return Deciding(_NO_POLICY, BUILTIN_GRANT, key=_NO_POLICY)
    problem = f"it is not documented in detail how {USES[field]} goes on without a policy"
    return Deciding(_NO_POLICY, problem=problem, key=_NO_POLICY)


def _inherit(
    side: Side, other: Side, app: AttachmentTarget, field: str, policies: PolicyIndex
) -> Deciding:
    is_told_by_other = side.find_value(app, field) is None and side.is_part_of(other)
    found = find_deciding(other if is_told_by_other else side, side, app, field, policies)
    if not found.key:
        problem = "the policy that the entitlement inherits from its app is not known"
        return Deciding(_INHERITED, problem=problem)
    return replace(found, name=f"{_INHERITED}: {found.name}", is_inherited=True)
