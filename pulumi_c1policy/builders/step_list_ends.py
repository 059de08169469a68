"""Steps that end a request: `accept("Low risk.")` and `reject("Not for contractors.")`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from pulumi_c1policy.builders._optional_fields import drop_unset

if TYPE_CHECKING:
    import pulumi

    from pulumi_c1policy.inputs import PolicyStepArgsDict


def accept(message: pulumi.Input[str] | None = None) -> PolicyStepArgsDict:
    """End the request as approved, with a comment."""
    return cast("PolicyStepArgsDict", {"accept": drop_unset(accept_message=message)})


def reject(message: pulumi.Input[str] | None = None) -> PolicyStepArgsDict:
    """End the request as denied, with a comment."""
    return cast("PolicyStepArgsDict", {"reject": drop_unset(reject_message=message)})
