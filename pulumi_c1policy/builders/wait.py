"""Steps that wait: `wait.hours(4)`, `wait.until(9, timezone="Europe/Berlin")`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypedDict, Unpack, cast

from pulumi_c1policy.builders._optional_fields import drop_unset

if TYPE_CHECKING:
    import pulumi

    from pulumi_c1policy.inputs import PolicyStepArgsDict
    from pulumi_c1policy.inputs.values import Duration


class WaitOptions(TypedDict, total=False):
    """The options of every wait."""

    name: pulumi.Input[str]
    """The name of the wait on the request's page."""
    timeout: pulumi.Input[Duration]
    """The time after which the wait ends, from one hour to one month."""
    comment_on_first_wait: pulumi.Input[str]
    """The comment on the request when the first check fails."""
    comment_on_timeout: pulumi.Input[str]
    """The comment on the request when the wait times out."""


def hours(count: float, **options: Unpack[WaitOptions]) -> PolicyStepArgsDict:
    """Wait for some hours, at least one."""
    return duration(timedelta(hours=count), **options)


def days(count: float, **options: Unpack[WaitOptions]) -> PolicyStepArgsDict:
    """Wait for some days, at most a month of them."""
    return duration(timedelta(days=count), **options)


def duration(span: pulumi.Input[Duration], **options: Unpack[WaitOptions]) -> PolicyStepArgsDict:
    """Wait for a duration from one hour to one month, such as `"1h30m"`."""
    return _make_step("duration", {"duration": span}, options)


def until(
    hour: pulumi.Input[int],
    minute: pulumi.Input[int] | None = None,
    *,
    timezone: pulumi.Input[str] | None = None,
    **options: Unpack[WaitOptions],
) -> PolicyStepArgsDict:
    """Wait until a time of the day.

    Args:
        hour: 0 to 23.
        minute: 0 to 59.
        timezone: Such as `Europe/Berlin`. Default UTC.
        **options: The options of every wait.
    """
    return _make_step(
        "until_time", drop_unset(hours=hour, minutes=minute, timezone=timezone), options
    )


def condition(expression: pulumi.Input[str], **options: Unpack[WaitOptions]) -> PolicyStepArgsDict:
    """Wait until a CEL expression is true."""
    return _make_step("condition", {"condition": expression}, options)


def _make_step(kind: str, how: dict[str, Any], options: Mapping[str, Any]) -> PolicyStepArgsDict:
    rest = drop_unset(**options)
    if "timeout" in rest:
        rest["timeout_duration"] = rest.pop("timeout")
    return cast("PolicyStepArgsDict", {"wait": {kind: how, **rest}})
