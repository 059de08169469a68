"""Assignments of manual provisioning: `provision.manual("Issue the badge.", assign.manager())`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict, Unpack, cast, overload

from pulumi_c1policy.builders._optional_fields import drop_unset, take_app_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from pulumi_c1policy.inputs import ProvisionerAssignmentArgsDict
    from pulumi_c1policy.lookup_results import (
        AppId,
        EntitlementId,
        FindEntitlementResult,
        UserId,
    )


class AssignmentOptions(TypedDict, total=False):
    """The options of every assignment."""

    allow_reassignment: pulumi.Input[bool]
    """True lets the assignee reassign the task."""


class AssignmentFallbackOptions(AssignmentOptions, total=False):
    """The further options of an assignment that may find nobody."""

    fallback: pulumi.Input[Sequence[pulumi.Input[UserId]]]
    """Ids of the users who provision if nobody is found."""


def users(
    user_ids: pulumi.Input[Sequence[pulumi.Input[UserId]]], **options: Unpack[AssignmentOptions]
) -> ProvisionerAssignmentArgsDict:
    """Let one of the named users provision."""
    return _make_assignment("users", options, user_ids=user_ids)


def manager(**options: Unpack[AssignmentFallbackOptions]) -> ProvisionerAssignmentArgsDict:
    """Let the manager of the person whom the request is for provision."""
    return _make_assignment("manager", options)


def app_owners(**options: Unpack[AssignmentFallbackOptions]) -> ProvisionerAssignmentArgsDict:
    """Let an owner of the app provision."""
    return _make_assignment("app_owners", options)


def entitlement_owners(
    **options: Unpack[AssignmentFallbackOptions],
) -> ProvisionerAssignmentArgsDict:
    """Let an owner of the entitlement provision."""
    return _make_assignment("entitlement_owners", options)


@overload
def group(
    app_group_id: pulumi.Input[EntitlementId],
    *,
    app_id: pulumi.Input[AppId],
    **options: Unpack[AssignmentFallbackOptions],
) -> ProvisionerAssignmentArgsDict: ...
@overload
def group(
    app_group_id: pulumi.Input[FindEntitlementResult], **options: Unpack[AssignmentFallbackOptions]
) -> ProvisionerAssignmentArgsDict: ...
def group(
    app_group_id: pulumi.Input[EntitlementId],
    *,
    app_id: pulumi.Input[AppId] | None = None,
    **options: Unpack[AssignmentFallbackOptions],
) -> ProvisionerAssignmentArgsDict:
    """Let a member of a group of an app provision.

    Args:
        app_group_id: The id of the group's entitlement, or the result of `find_group`.
        app_id: The app; not needed with the result of `find_group`.
        **options: The options of an assignment that may find nobody.

    Raises:
        TypeError: The app is missing.
    """
    app = take_app_id(app_group_id) if app_id is None else app_id
    return _make_assignment("group", options, app_id=app, app_group_id=app_group_id)


def expression(
    *expressions: pulumi.Input[str], **options: Unpack[AssignmentFallbackOptions]
) -> ProvisionerAssignmentArgsDict:
    """Let a user whom a CEL expression returns provision; the first result counts."""
    return _make_assignment("expression", options, expressions=list(expressions))


def _make_assignment(
    kind: str,
    options: Mapping[str, Any],
    **own: Any,  # noqa: ANN401 - each function above says its types
) -> ProvisionerAssignmentArgsDict:
    rest = drop_unset(**options)
    if "fallback" in rest:
        rest["fallback_user_ids"] = rest.pop("fallback")
    return cast("ProvisionerAssignmentArgsDict", {kind: own | rest})
