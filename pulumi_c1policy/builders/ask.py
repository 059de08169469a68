"""What a form asks for: `form("Purpose", ask.text("reason", required=True))`.

The usual questions; every other kind of field is a dict, `FormFieldArgsDict`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, Unpack, cast

from pulumi_c1policy.builders._given import given

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from pulumi_c1policy.inputs import FormFieldArgsDict


class Options(TypedDict, total=False):
    """What every question takes."""

    display_name: pulumi.Input[str]
    """The question, as people see it."""
    description: pulumi.Input[str]
    """What it is for."""
    required: pulumi.Input[bool]
    """Whether it must be answered."""


def text(
    name: pulumi.Input[str],
    *,
    multiline: pulumi.Input[bool] | None = None,
    placeholder: pulumi.Input[str] | None = None,
    **options: Unpack[Options],
) -> FormFieldArgsDict:
    """Ask for a text.

    Args:
        name: The name by which expressions know the answer.
        multiline: Whether it has several lines.
        placeholder: What the empty field shows.
        **options: What every question takes.
    """
    field = given(text_field=given(multiline=multiline), placeholder=placeholder)
    return _question(name, "string_field", field, options)


def choice(
    name: pulumi.Input[str],
    choices: Mapping[str, pulumi.Input[str]],
    **options: Unpack[Options],
) -> FormFieldArgsDict:
    """Ask to choose.

    Args:
        name: The name by which expressions know the answer.
        choices: What people see, by the value that choosing it gives.
        **options: What every question takes.
    """
    offered = [{"value": value, "display_name": shown} for value, shown in choices.items()]
    return _question(name, "string_field", {"select_field": {"options": offered}}, options)


def number(
    name: pulumi.Input[str],
    *,
    least: pulumi.Input[int] | None = None,
    most: pulumi.Input[int] | None = None,
    **options: Unpack[Options],
) -> FormFieldArgsDict:
    """Ask for a whole number.

    Args:
        name: The name by which expressions know the answer.
        least: The smallest number.
        most: The largest number.
        **options: What every question takes.
    """
    field = {"number_field": given(min_value=least, max_value=most)}
    return _question(name, "int64_field", field, options)


def yes_no(name: pulumi.Input[str], **options: Unpack[Options]) -> FormFieldArgsDict:
    """Ask for a yes or no."""
    return _question(name, "bool_field", {"checkbox_field": {}}, options)


def _question(
    name: pulumi.Input[str], kind: str, field: dict[str, Any], options: Mapping[str, Any]
) -> FormFieldArgsDict:
    return cast("FormFieldArgsDict", {"name": name, **given(**options), kind: field})
