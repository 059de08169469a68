"""The policies that the arguments of a command name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

import typer

if TYPE_CHECKING:
    from pulumi_c1policy._simulate.known_policies import KnownPolicy

_Choice = TypeVar("_Choice")
_MAX_NAMED = 20


def select(
    choices: Sequence[_Choice],
    list_policies: Callable[[_Choice], Iterable[KnownPolicy]],
    chosen: Sequence[str],
) -> list[_Choice]:
    """Select what the arguments name, or all.

    Args:
        choices: Policies, or pairs of policies.
        list_policies: Returns the policies of a choice: each of their names selects it.
        chosen: The arguments: ids, resources and display names; empty for all.

    Raises:
        typer.BadParameter: There are no policies, or a name matches none.
    """
    if not choices:
        message = "The source has no policies."
        raise typer.BadParameter(message)
    names = [_list_names(list_policies(each)) for each in choices]
    if missing := [name for name in chosen if not any(name in each for each in names)]:
        known = sorted({policy.name for each in choices for policy in list_policies(each)})
        listed = ", ".join(known[:_MAX_NAMED])
        more = f" and {len(known) - _MAX_NAMED} more" if len(known) > _MAX_NAMED else ""
        message = f"There is no policy {missing[0]!r}; the policies are {listed}{more}."
        raise typer.BadParameter(message, param_hint="POLICY")
    return [
        each
        for each, own in zip(choices, names, strict=True)
        if not chosen or not own.isdisjoint(chosen)
    ]


def _list_names(policies: Iterable[KnownPolicy]) -> set[str]:
    return {name for each in policies for name in (each.id, each.resource, each.name)}
