"""The form step: `form("Purpose", ask.text("reason"))`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from pulumi_c1policy.builders._optional_fields import drop_unset

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from pulumi_c1policy.inputs import (
        FieldGroupArgsDict,
        FieldRelationshipArgsDict,
        FormFieldArgsDict,
        PolicyStepArgsDict,
    )


def form(
    display_name: pulumi.Input[str],
    *fields: pulumi.Input[FormFieldArgsDict],
    description: pulumi.Input[str] | None = None,
    field_groups: pulumi.Input[Sequence[pulumi.Input[FieldGroupArgsDict]]] | None = None,
    field_relationships: pulumi.Input[Sequence[pulumi.Input[FieldRelationshipArgsDict]]]
    | None = None,
) -> PolicyStepArgsDict:
    """Require a form before the request goes on.

    Args:
        display_name: The title that people see.
        *fields: The fields in their order, such as `ask.text("reason")`.
        description: The purpose of the form.
        field_groups: Fields that are shown together.
        field_relationships: Relations between the fields.
    """
    content = drop_unset(
        display_name=display_name,
        description=description,
        fields=list(fields) or None,
        field_groups=field_groups,
        field_relationships=field_relationships,
    )
    return cast("PolicyStepArgsDict", {"form": {"form": content}})
