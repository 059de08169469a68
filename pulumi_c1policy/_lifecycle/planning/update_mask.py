"""The update mask of a set of changes. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_c1policy._lifecycle.planning.diff import Change
from pulumi_c1policy._model.schema import Message


def make_mask(message: Message, changes: Iterable[Change]) -> tuple[str, ...]:
    """Return the paths to send with an update: top-level fields in lowerCamelCase, sorted.

    A mask cannot go through a map or a list, and every nested message of a policy is in one.
    Fields that the tenant sets, or that cannot change, are left out.
    """
    fields = (message.fields[name] for name in {change.field for change in changes})
    return tuple(sorted(f.wire for f in fields if not (f.output_only or f.immutable or f.ignored)))
