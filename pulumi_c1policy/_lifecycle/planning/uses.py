"""The uses of policies: the objects of a tenant that name a policy. Pure.

The guard of deletions and the command `c1policy usage` share this module. It looks at each row
itself, because a tenant may ignore the filter of a search.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from pulumi_c1policy._lifecycle.checks.approval_checks import list_approvals
from pulumi_c1policy._lifecycle.checks.chains import find_references
from pulumi_c1policy._model.paths import Path, format_path
from pulumi_c1policy._model.tree import Tree

Kind: TypeAlias = Literal[
    "app", "entitlement", "policy", "escalation", "request defaults", "configuration rule"
]
"""The kind of an object that uses a policy."""

KINDS: Final[tuple[Kind, ...]] = (
    "app",
    "entitlement",
    "policy",
    "escalation",
    "request defaults",
    "configuration rule",
)
"""The kinds in the order of reports."""

_FIELDS: Final[Mapping[str, str]] = {
    "grantPolicyId": "grant",
    "revokePolicyId": "revoke",
    "certifyPolicyId": "certify",
    "emergencyGrantPolicyId": "emergency grant",
    "requestPolicyId": "request",
}
"""The fields of apps, entitlements, defaults and rules with a policy's id, by their use."""


@dataclass(frozen=True, slots=True)
class PolicyUse:
    """One use of a policy.

    Attributes:
        policy_id: The policy that is used.
        kind: The kind of the object that uses it.
        id: The object's id; for request defaults, that of their app.
        name: Its display name, as the tenant wrote it; "" if it has none.
        app_id: The app of an entitlement, of request defaults or of a rule.
        places: The uses ("grant", "revoke"), or the paths in a policy, in which it names the
            policy.
        grants: The number of grants of an entitlement.
        app_name: The display name of the app with `app_id`; "" if it is unknown.
    """

    policy_id: str
    kind: Kind
    id: str
    name: str = ""
    app_id: str = ""
    places: tuple[str, ...] = ()
    grants: int = 0
    app_name: str = ""


def find_in_app(row: Tree, policy_ids: Collection[str]) -> list[PolicyUse]:
    """Find the uses of these policies by an app (on the wire)."""
    return _find_in_fields("app", row, row, policy_ids)


def find_in_entitlement(row: Tree, policy_ids: Collection[str]) -> list[PolicyUse]:
    """Find the uses of these policies by an entitlement, in a row of a search (on the wire)."""
    found = row.get("appEntitlement")
    return _find_in_fields("entitlement", found, found, policy_ids)


def find_in_defaults(app_id: str, defaults: Tree, policy_ids: Collection[str]) -> list[PolicyUse]:
    """Find the uses of these policies by the request defaults of an app (on the wire)."""
    head = {"id": app_id, "appId": app_id}
    return _find_in_fields("request defaults", head, defaults, policy_ids)


def find_in_rule(app_id: str, rule: Tree, policy_ids: Collection[str]) -> list[PolicyUse]:
    """Find the uses of these policies by a configuration rule of an app (on the wire)."""
    head = {**rule, "appId": app_id}
    return _find_in_fields("configuration rule", head, rule.get("settings"), policy_ids)


def find_in_policy(own_id: str, policy: Tree, policy_ids: Collection[str]) -> list[PolicyUse]:
    """Find the uses of these policies by another policy (decoded), and by its escalations."""
    found: dict[tuple[str, Kind], list[str]] = {}
    for kind, path, target in _list_references(policy):
        if target in policy_ids and target != own_id:
            found.setdefault((target, kind), []).append(format_path(path))
    name = _read_text(policy, "display_name")
    return [
        PolicyUse(target, kind, own_id, name, places=tuple(paths))
        for (target, kind), paths in found.items()
    ]


def drop_repeated(found: Iterable[PolicyUse]) -> list[PolicyUse]:
    """Drop uses that come again, because pages may overlap."""
    return [*{(use.policy_id, use.kind, use.app_id, use.id): use for use in found}.values()]


def sort(uses: Iterable[PolicyUse]) -> list[PolicyUse]:
    """Sort uses: apps first, then entitlements with the most grants first, then the others."""
    return sorted(
        uses,
        key=lambda use: (KINDS.index(use.kind), -use.grants, use.name, use.app_id, use.id),
    )


def _find_in_fields(
    kind: Kind, head: object, fields: object, policy_ids: Collection[str]
) -> list[PolicyUse]:
    if not isinstance(head, dict) or not isinstance(fields, dict) or head.get("deletedAt"):
        return []
    found: dict[str, list[str]] = {}
    for field, place in _FIELDS.items():
        target = fields.get(field)
        if isinstance(target, str) and target in policy_ids:
            found.setdefault(target, []).append(place)
    return [
        PolicyUse(
            target,
            kind,
            id=_read_text(head, "id"),
            name=_read_text(head, "displayName"),
            app_id=_read_text(head, "appId"),
            places=tuple(places),
            grants=_read_count(head.get("grantCount")),
        )
        for target, places in found.items()
    ]


def _list_references(policy: Tree) -> Iterator[tuple[Kind, Path, str]]:
    for path, target in find_references(policy):
        yield "policy", path, target
    for path, approval in list_approvals(policy):
        for target in _read_list(_read_object(approval, "agent").get("policy_ids")):
            yield "policy", (*path, "agent", "policy_ids"), target
        replacement = _read_object(_read_object(approval, "escalation"), "replace_policy")
        if target := _read_text(replacement, "policy_id"):
            yield "escalation", (*path, "escalation", "replace_policy", "policy_id"), target


def _read_object(tree: Tree, name: str) -> Tree:
    found = tree.get(name)
    return found if isinstance(found, dict) else {}


def _read_list(value: Any) -> list[str]:  # noqa: ANN401 (JSON)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _read_text(tree: Tree, name: str) -> str:
    found = tree.get(name)
    return found if isinstance(found, str) else ""


def _read_count(value: object) -> int:
    """Read an int64, which JSON has as text."""
    text = str(value) if isinstance(value, str | int) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
