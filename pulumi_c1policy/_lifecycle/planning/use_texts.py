"""Sentences about the deletion of policies that are in use. Pure.

A sentence continues the name of the resource ("the policy 'x': it …"), so it begins in lower case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from pulumi_c1policy import _text
from pulumi_c1policy._lifecycle.planning import uses
from pulumi_c1policy._lifecycle.planning.refusals import Refuse
from pulumi_c1policy._lifecycle.planning.uses import PolicyUse

MAX_SHOWN: Final = 5
"""The number of uses that a sentence lists."""

_Topic = TypeVar("_Topic", bound=str)
_MAX_NAME_LENGTH = 60
_VARIABLE = "PULUMI_C1POLICY_ON_IN_USE=delete"


def refuse_delete(policy_id: str, found: Sequence[PolicyUse], *, is_complete: bool) -> Refuse:
    """Refuse to delete a policy that is in use.

    Args:
        policy_id: The policy's id.
        found: Its uses, at least one.
        is_complete: False if there may be more uses.
    """
    return Refuse(
        f"it is in use by {count_uses(found, is_complete=is_complete)}, which would keep the id of "
        f"a deleted policy: {_list(found)}.",
        "Attach another policy to them, then run the command again "
        f"(`c1policy usage {policy_id}` lists them); or delete the policy although it is in use: "
        f"`{_VARIABLE} pulumi up`, or `{_VARIABLE} pulumi destroy`.",
    )


def warn_of_replaced_delete(
    policy_id: str, new_id: str, found: Sequence[PolicyUse], *, is_complete: bool
) -> str:
    """Warn that the old policy of a replacement was left in the tenant, because it is in use.

    Args:
        policy_id: The old policy's id.
        new_id: The id of the policy that replaces it.
        found: The uses of the old policy, at least one.
        is_complete: False if there may be more uses.
    """
    return (
        f"it was replaced by {new_id}, but is still in use by "
        f"{count_uses(found, is_complete=is_complete)}: {_list(found)}. It was removed from the "
        f"stack, and the tenant keeps it. Attach another policy to them, then delete {policy_id} "
        "in ConductorOne."
    )


def warn_of_unchecked(reasons: Mapping[str, str]) -> str:
    """Warn, once per run, that the use of deleted policies could not be checked.

    Args:
        reasons: The kinds of objects that were not searched, each with the reason.
    """
    return (
        f"the tenant did not answer which {' and '.join(reasons)} use the policies that this run "
        f"deletes ({_list_reasons(reasons)}). The policies are deleted without this check."
    )


def tell_of_update(found: Sequence[PolicyUse], *, is_complete: bool) -> str:
    """Tell, at the preview of an update, how many objects use the policy.

    Args:
        found: The uses, at least one.
        is_complete: False if there may be more uses.
    """
    counted = count_uses(found, is_complete=is_complete)
    return f"it is used by {counted}; the change applies to all of them."


def warn_of_uncounted(reasons: Mapping[_Topic, str]) -> str:
    """Warn, once per run, that the use of changed policies could not be counted.

    Args:
        reasons: The kinds of objects that were not searched, each with the reason.
    """
    return (
        f"The tenant did not answer which {' and '.join(reasons)} use the policies that this run "
        f"changes ({_list_reasons(reasons)}). The run goes on without this information; "
        "`pulumi config set c1policy:checkIds off` turns the question off."
    )


def count_uses(found: Sequence[PolicyUse], *, is_complete: bool = True) -> str:
    """Return the number of uses by kind, such as "1 app and 12 entitlements"."""
    counts = {kind: sum(use.kind == kind for use in found) for kind in uses.KINDS}
    parts = [f"{n} {kind if n == 1 else _pluralize(kind)}" for kind, n in counts.items() if n]
    text = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)
    return text if is_complete else f"at least {text}"


def name_object(use: PolicyUse) -> str:
    """Name the object that uses a policy: its kind, name and id, and those of its app."""
    app = f" of the app {_name_by_id(use.app_name, use.app_id)}" if use.app_id else ""
    return f"the {use.kind} {_name_by_id(use.name, use.id)}{app}"


def describe_use(use: PolicyUse) -> str:
    """Describe a use: the object, its places and its grants."""
    grants = f", {use.grants} grant{'' if use.grants == 1 else 's'}" if use.grants else ""
    return f"{name_object(use)} for {' and '.join(use.places)}{grants}"


def _name_by_id(name: str, own_id: str) -> str:
    """Return a name with its id, or the id alone; both come from the tenant."""
    shown = _text.to_one_line(name)
    if len(shown) > _MAX_NAME_LENGTH:
        shown = f"{shown[: _MAX_NAME_LENGTH - 1]}…"
    plain_id = _text.to_one_line(own_id)
    return f"'{shown}' ({plain_id})" if shown else plain_id


def _list_reasons(reasons: Mapping[_Topic, str]) -> str:
    return "; ".join(f"{kind}: {reason.rstrip('.')}" for kind, reason in reasons.items())


def _list(found: Sequence[PolicyUse]) -> str:
    """List the largest uses."""
    listed = ", ".join(map(describe_use, uses.sort(found)[:MAX_SHOWN]))
    return listed + (f" and {len(found) - MAX_SHOWN} more" if len(found) > MAX_SHOWN else "")


def _pluralize(kind: str) -> str:
    return {"policy": "policies", "request defaults": kind}.get(kind, f"{kind}s")
