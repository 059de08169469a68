"""From changes to the update mask. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_c1policy._lifecycle.planning.diff import Change
from pulumi_c1policy._model.policy import POLICY


def update_mask(changes: Iterable[Change]) -> tuple[str, ...]:
    """The paths to send with an update: lowerCamelCase, sorted, top-level fields alone.

    A mask cannot go through a map or a list, and every message of a policy lies in one, so each
    path ends at a field of the policy itself. Fields that the tenant sets, or that cannot change,
    never get in.
    """
    names = {change.field for change in changes}
    fields = (POLICY.fields[name] for name in names)
    return tuple(sorted(f.wire for f in fields if not (f.output_only or f.immutable or f.ignored)))
