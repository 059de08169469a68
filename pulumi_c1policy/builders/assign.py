"""Who provisions by hand: `provision.manual("Hand out the badge.", assign.manager())`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict, Unpack, cast

from pulumi_c1policy.builders._given import given

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from pulumi_c1policy.inputs import ProvisionerAssignmentArgsDict


class Options(TypedDict, total=False):
    """What every assignment takes."""

    allow_reassignment: pulumi.Input[bool]
    """Whether the task may be handed to somebody else."""


class FallbackOptions(Options, total=False):
    """What an assignment takes that may find nobody."""

    fallback: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Ids of the users who provision if nobody is found."""


def users(
    user_ids: pulumi.Input[Sequence[pulumi.Input[str]]], **options: Unpack[Options]
) -> ProvisionerAssignmentArgsDict:
    """One of the named users provisions."""
    return _assignment("users", options, user_ids=user_ids)


def manager(**options: Unpack[FallbackOptions]) -> ProvisionerAssignmentArgsDict:
    """The manager of the person whom the request is for provisions."""
    return _assignment("manager", options)


def app_owners(**options: Unpack[FallbackOptions]) -> ProvisionerAssignmentArgsDict:
    """An owner of the app provisions."""
    return _assignment("app_owners", options)


def entitlement_owners(**options: Unpack[FallbackOptions]) -> ProvisionerAssignmentArgsDict:
    """An owner of the entitlement provisions."""
    return _assignment("entitlement_owners", options)


def group(
    app_group_id: pulumi.Input[str],
    *,
    app_id: pulumi.Input[str],
    **options: Unpack[FallbackOptions],
) -> ProvisionerAssignmentArgsDict:
    """A member of a group of an app provisions."""
    return _assignment("group", options, app_id=app_id, app_group_id=app_group_id)


def expression(
    *expressions: pulumi.Input[str], **options: Unpack[FallbackOptions]
) -> ProvisionerAssignmentArgsDict:
    """Whoever a CEL expression returns provisions; the first that returns anybody counts."""
    return _assignment("expression", options, expressions=list(expressions))


def _assignment(
    kind: str,
    options: Mapping[str, Any],
    **own: Any,  # noqa: ANN401 - each function above says its types
) -> ProvisionerAssignmentArgsDict:
    rest = given(**options)
    if "fallback" in rest:
        rest["fallback_user_ids"] = rest.pop("fallback")
    return cast("ProvisionerAssignmentArgsDict", {kind: own | rest})
