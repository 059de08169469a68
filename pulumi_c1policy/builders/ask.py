"""Questions of a form: `form("Purpose", ask.text("reason", required=True))`.

These are the usual questions; every other kind of field is a dict, `FormFieldArgsDict`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, Unpack, cast

from pulumi_c1policy.builders._optional_fields import drop_unset

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from pulumi_c1policy.inputs import FormFieldArgsDict


class QuestionOptions(TypedDict, total=False):
    """The options of every question."""

    display_name: pulumi.Input[str]
    """The question, as people see it."""
    description: pulumi.Input[str]
    """The purpose of the question."""
    required: pulumi.Input[bool]
    """True requires an answer."""


def text(
    name: pulumi.Input[str],
    *,
    multiline: pulumi.Input[bool] | None = None,
    placeholder: pulumi.Input[str] | None = None,
    **options: Unpack[QuestionOptions],
) -> FormFieldArgsDict:
    """Ask for a text.

    Args:
        name: The name of the answer in expressions.
        multiline: Allow several lines.
        placeholder: The text in the empty field.
        **options: The options of every question.
    """
    field = drop_unset(text_field=drop_unset(multiline=multiline), placeholder=placeholder)
    return _make_question(name, "string_field", field, options)


def choice(
    name: pulumi.Input[str],
    choices: Mapping[str, pulumi.Input[str]],
    **options: Unpack[QuestionOptions],
) -> FormFieldArgsDict:
    """Ask for a choice.

    Args:
        name: The name of the answer in expressions.
        choices: The texts that people see, by the value of the choice.
        **options: The options of every question.
    """
    offered = [{"value": value, "display_name": shown} for value, shown in choices.items()]
    return _make_question(name, "string_field", {"select_field": {"options": offered}}, options)


def number(
    name: pulumi.Input[str],
    *,
    least: pulumi.Input[int] | None = None,
    most: pulumi.Input[int] | None = None,
    **options: Unpack[QuestionOptions],
) -> FormFieldArgsDict:
    """Ask for a whole number.

    Args:
        name: The name of the answer in expressions.
        least: The minimum.
        most: The maximum.
        **options: The options of every question.
    """
    field = {"number_field": drop_unset(min_value=least, max_value=most)}
    return _make_question(name, "int64_field", field, options)


def yes_no(name: pulumi.Input[str], **options: Unpack[QuestionOptions]) -> FormFieldArgsDict:
    """Ask for a yes or no."""
    return _make_question(name, "bool_field", {"checkbox_field": {}}, options)


def _make_question(
    name: pulumi.Input[str], kind: str, field: dict[str, Any], options: Mapping[str, Any]
) -> FormFieldArgsDict:
    return cast("FormFieldArgsDict", {"name": name, **drop_unset(**options), kind: field})
