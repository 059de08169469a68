"""What is refused, and the sentence that says so. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_c1policy._lifecycle.diff import Change
from pulumi_c1policy._lifecycle.record import Recorded
from pulumi_c1policy._model.paths import Path, text

_SHOWN = 5


def builtin_change(recorded: Recorded, changes: Sequence[Change]) -> tuple[str, str]:
    """Why a builtin policy is not changed, and what to do instead: summary and advice."""
    paths = ", ".join(f"`{text(change.path)}`" for change in changes[:_SHOWN])
    more = f" and {len(changes) - _SHOWN} more" if len(changes) > _SHOWN else ""
    return (
        f"{_builtin(recorded)} and ConductorOne lets nobody change it; "
        f"the program would change {paths}{more}.",
        "Declare a policy of your own under another resource name, or read this one with "
        "`Policy.get(name, id=...)`, which never writes.",
    )


def builtin_delete(recorded: Recorded) -> str:
    """What is said when a builtin policy leaves the stack."""
    return (
        f"{_builtin(recorded)} and cannot be deleted; it was dropped from the stack and is left "
        "in the tenant as it is."
    )


def self_reference(paths: Sequence[Path]) -> tuple[str, str]:
    """Why a policy may not point to itself: summary and advice."""
    where = ", ".join(f"`{text(path)}`" for path in paths)
    return (
        f"{where} is the policy's own id, so a request would never get out of it.",
        "Point to another policy of the same type, or to steps with `step_key`.",
    )


def _builtin(recorded: Recorded) -> str:
    name = recorded.outputs.get("display_name") or recorded.outputs.get("id")
    return f"the policy {name!r} came with the tenant (system_builtin)"
