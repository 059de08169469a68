"""Pairs of policies before and after a change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_c1policy._lifecycle.planning.ownership import read_workspace
from pulumi_c1policy._model.tree import Value
from pulumi_c1policy._review.policy_links import LINK_FIELDS, PolicyLinks
from pulumi_c1policy._simulate.impact import pair_policies
from pulumi_c1policy._simulate.known_policies import KnownPolicy, PolicyIndex

_NO_NAMES: Mapping[str, Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class PolicyPair:
    """A policy before and after a change.

    Attributes:
        old: The policy before the change; None if it is new.
        new: The policy after it; None if it is deleted.
    """

    old: KnownPolicy | None
    new: KnownPolicy | None

    @property
    def shown(self) -> KnownPolicy:
        """The policy after the change; before it if it is deleted."""
        return self.new or self.old or KnownPolicy({})


@dataclass(frozen=True, slots=True)
class PolicySet:
    """The policies of both sides.

    Attributes:
        pairs: The pairs, sorted by name.
        old: The policies before the change.
        new: The policies after it.
        ids: The ids before the change by those after it, of the pairs whose ids differ.
    """

    pairs: tuple[PolicyPair, ...]
    old: tuple[KnownPolicy, ...]
    new: tuple[KnownPolicy, ...]
    ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def links(self) -> PolicyLinks:
        """The policies of both sides, by id."""
        return PolicyLinks(PolicyIndex(self.old), PolicyIndex(self.new))


def pair_all(
    before: Sequence[KnownPolicy],
    after: Sequence[KnownPolicy],
    *,
    is_whole: bool,
    is_stack: bool = False,
    named: Mapping[str, Mapping[str, str]] = _NO_NAMES,
) -> PolicySet:
    """Pair the policies by id, then by resource, then by display name.

    A policy of a program has another id than in the tenant. After the change, the policies get the
    ids from before it, so that the same rule leads to the same policy.

    Args:
        before: The policies before the change.
        after: The policies after it.
        is_whole: Whether a policy that only `before` contains is deleted; else it is unchanged, and
            has no pair.
        is_stack: Whether `after` has all policies of a stack: others that the stack has in `before`
            are deleted. The ownership annotations tell which stack it is.
        named: The criteria of lookups of policies that `after` leads to, by invented ids.
    """
    found = pair_policies(before, after)
    ids = {new.id: old.id for old, new in found if old and new and old.id and new.id}
    ids |= _find_named(before, after, named)
    own = {read_workspace(old.tree) for old, new in found if is_stack and old and new} - {""}
    kept = [
        old
        for old, new in found
        if old and new is None and not is_whole and read_workspace(old.tree) not in own
    ]
    pairs = [
        PolicyPair(old, None if new is None else _rename(new, ids, "" if old is None else old.id))
        for old, new in found
        if new is not None or not any(old is each for each in kept)
    ]
    renamed = [pair.new for pair in pairs if pair.new is not None] + kept
    return PolicySet(tuple(pairs), tuple(before), tuple(renamed), ids)


def _find_named(
    before: Sequence[KnownPolicy],
    after: Sequence[KnownPolicy],
    named: Mapping[str, Mapping[str, str]],
) -> dict[str, str]:
    """Return the ids of the policies that lookups find, by invented ids; several are not one."""
    found = {}
    for invented, criteria in named.items():
        if not criteria:
            continue
        wanted = {"display_name": criteria["display_name"], "policy_type": criteria.get("type")}
        same = [
            each.id
            for each in before
            if all(value in (None, each.tree.get(name)) for name, value in wanted.items())
        ]
        if len(same) == 1 and same[0] and invented not in {each.id for each in after}:
            found[invented] = same[0]
    return found


def _rename(policy: KnownPolicy, ids: Mapping[str, str], own: str) -> KnownPolicy:
    return replace(policy, tree=_rename_links(policy.tree, ids), id=own or policy.id)


def _rename_links(value: Value, ids: Mapping[str, str]) -> Any:  # noqa: ANN401 (JSON)
    if isinstance(value, list):
        return [_rename_links(item, ids) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _rename_id(item, ids) if name in LINK_FIELDS else _rename_links(item, ids)
        for name, item in value.items()
    }


def _rename_id(value: Value, ids: Mapping[str, str]) -> Value:
    if isinstance(value, list):
        return [_rename_id(item, ids) for item in value]
    return ids.get(value, value) if isinstance(value, str) else value
