"""Checks of attachments: the ids of the object, and at least one field. Pure."""

from __future__ import annotations

from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._lifecycle.checks.message_checks import check_message
from pulumi_c1policy._model.attachment_fields import AttachmentTarget, make_target
from pulumi_c1policy._model.paths import get_sort_key
from pulumi_c1policy._model.schema import Message
from pulumi_c1policy._model.tree import Tree


def check(message: Message, inputs: Tree) -> list[Finding]:
    """Check the inputs of an attachment.

    Args:
        message: The fields.
        inputs: The inputs as written; values may be `UNKNOWN`.

    Returns:
        All findings, in the order of the paths.
    """
    found = list(check_message(message, inputs, ()))
    names = [field.name for field in message.fields.values() if not field.immutable]
    if all(inputs.get(name) is None for name in names):
        listed = ", ".join(f"`{name}`" for name in names)
        found.append(
            Finding((names[0],), "", f"is unset, and so are all others; set one of {listed}")
        )
    return sorted(found, key=lambda finding: get_sort_key(finding.path))


def find_target(message: Message, inputs: Tree) -> AttachmentTarget | None:
    """Return the object that the inputs name; None if an id is unknown or wrong."""
    ids = [inputs.get(field.name) for field in message.required]
    return make_target(inputs) if all(isinstance(each, str) and each for each in ids) else None
