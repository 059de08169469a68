"""The objects that a program names, and the lookup that finds exactly each of them. Pure.

A lookup is written only if it finds this object in the tenant, and no other one. Whoever reads the
tenant passes what the lookup's own search has found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pulumi_c1policy import _text
from pulumi_c1policy._import.references import GROUP_FIELDS, Reference
from pulumi_c1policy._model import object_matching
from pulumi_c1policy._model.id_fields import Kind
from pulumi_c1policy._model.object_matching import EntitlementObject, NamedObject, UserObject

_MAX_NAME_LENGTH = 80
_NOT_FOUND = "Not found in the tenant."
PLURALS: Final[Mapping[Kind, str]] = {
    "app": "apps",
    "entitlement": "entitlements",
    "user": "users",
    "webhook": "webhooks",
    "step-up provider": "step-up providers",
    "policy": "policies",
}
"""The kinds of objects, in the order in which a program looks them up."""


@dataclass(frozen=True, slots=True)
class LookupCall:
    """A call of a lookup.

    Attributes:
        function: The name of the public function.
        arguments: Its arguments without `app`.
        app: The app to pass as `app`; None for other kinds than entitlements.
    """

    function: str
    arguments: Mapping[str, str]
    app: Reference | None = None


@dataclass(frozen=True, slots=True)
class TenantObject:
    """A fact sheet about an object that a program names.

    Attributes:
        name: The display name; "" if it is not known.
        email: The primary email of a user.
        is_found: The tenant has the object.
        lookup: The lookup that finds exactly this object; None if there is none.
        reason: The reason for no lookup, as a clause; "" if none was wanted.
    """

    name: str = ""
    email: str = ""
    is_found: bool = True
    lookup: LookupCall | None = None
    reason: str = ""


Objects = Mapping[Reference, TenantObject]
"""The objects by their references; one whose name could not be read is absent or has no name."""

MISSING: Final = TenantObject(is_found=False)
"""The sheet of an object that the tenant does not have."""


def describe(reference: Reference, known: TenantObject, note: str = "") -> str:
    """Return the comment on an id.

    Args:
        reference: The object.
        known: The facts about it.
        note: A clause to add to its name.
    """
    if not known.is_found:
        return _NOT_FOUND
    # The noun comes first, because a name may look like a comment for a tool: `type: ignore`.
    noun = reference.kind.capitalize()
    names = [_shorten(each) for each in (known.name, known.email) if each]
    text = f"{noun} {', '.join([*dict.fromkeys(names), *filter(None, [note])])}" if names else ""
    reason = f"No lookup: {known.reason}." if known.reason else ""
    text += "." if text and (note or reason) else ""
    return " ".join(filter(None, [text, reason]))


def _shorten(name: str) -> str:
    """Return a name as a part of one line, with at most 80 characters."""
    line = _text.to_one_line(name)
    return line if len(line) <= _MAX_NAME_LENGTH else f"{line[: _MAX_NAME_LENGTH - 1]}…"


def judge_user(user: UserObject, found: Sequence[UserObject]) -> TenantObject:
    """Describe a user, with the lookup if the search for the email found nobody else.

    Args:
        user: The user.
        found: The users that match the email.
    """
    name, email = user.display_name, user.email
    if not email:
        return TenantObject(name, reason="the user has no email")
    if not object_matching.is_enabled(user):
        return TenantObject(name, email, reason="the user is not enabled")
    enabled = [each for each in found if object_matching.is_enabled(each)]
    if [each.id for each in enabled] != [user.id]:
        reason = _explain_rivals("enabled users", "email", len(enabled))
        return TenantObject(name, email, reason=reason)
    return TenantObject(name, email, lookup=LookupCall("find_user", {"email": email}))


def judge_named(
    function: str,
    kind: Kind,
    each: NamedObject,
    rows: Iterable[NamedObject],
) -> TenantObject:
    """Describe an object that is looked up by its display name in any letter case.

    Args:
        function: The lookup.
        kind: The kind of the object.
        each: The object.
        rows: The objects of the tenant that may have this name.
    """
    name = each.display_name
    if not name:
        return TenantObject(reason=f"the {kind} has no name")
    found = object_matching.match_name(rows, name, lambda row: row.display_name)
    if [row.id for row in found] != [each.id]:
        return TenantObject(name, reason=_explain_rivals(PLURALS[kind], "name", len(found)))
    return TenantObject(name, lookup=LookupCall(function, {"name": name}))


def judge_entitlement(
    entitlement: EntitlementObject,
    fields: Collection[str],
    app: TenantObject | None,
    by_name: Iterable[EntitlementObject],
    by_alias: Iterable[EntitlementObject],
) -> TenantObject:
    """Describe an entitlement, with the lookup by its name, or else by its alias.

    Args:
        entitlement: The entitlement.
        fields: The fields that name it.
        app: The facts about its app.
        by_name: What the search for its name finds in the app.
        by_alias: What the search for its alias finds in the app; read only if necessary.
    """
    name, alias = entitlement.display_name, entitlement.alias
    reference = Reference("app", entitlement.app_id)
    if app is None or app.lookup is None:
        return TenantObject(name, reason="its app has none")
    named = [each for each in by_name if each.display_name == name] if name else []
    if [each.id for each in named] == [entitlement.id]:
        function = "find_group" if GROUP_FIELDS & {*fields} else "find_entitlement"
        return TenantObject(name, lookup=LookupCall(function, {"name": name}, reference))
    others = [each for each in by_alias if each.alias == alias] if alias else []
    if [each.id for each in others] == [entitlement.id]:
        call = LookupCall("find_entitlement", {"alias": alias}, reference)
        return TenantObject(name, lookup=call)
    reason = _explain_rivals("entitlements of the app", "name", len(named))
    return TenantObject(name, reason=f"{reason}, and no alias is unique")


def describe_policies(
    references: Iterable[Reference], names: Mapping[str, tuple[str, str]], *, has_lookups: bool
) -> dict[Reference, TenantObject]:
    """Describe the policies among the references.

    Args:
        references: The objects that the program names.
        names: The display name and the type of each policy of the tenant, by id.
        has_lookups: Also find the lookup of each policy.
    """
    counts = Counter(names.values())
    found: dict[Reference, TenantObject] = {}
    for reference in references:
        if reference.kind != "policy":
            continue
        if reference.id not in names:
            found[reference] = MISSING
            continue
        name, policy_type = key = names[reference.id]
        lookup, reason = None, ""
        if has_lookups and counts[key] == 1 and name != reference.id:
            lookup = LookupCall("get_policy", {"display_name": name, "type": policy_type})
        elif has_lookups:
            reason = _explain_rivals("policies", "name and type", counts[key])
        found[reference] = TenantObject(name, lookup=lookup, reason=reason)
    return found


def warn_of_unread(problems: Mapping[Kind, str]) -> str:
    """Return the warning about kinds of objects whose names could not be read.

    Args:
        problems: The reason of each kind.
    """
    kinds = [PLURALS[kind] for kind in problems]
    listed = " and ".join([", ".join(kinds[:-1]), kinds[-1]] if kinds[1:] else kinds)
    reasons = dict.fromkeys(_text.to_one_line(reason) for reason in problems.values())
    return (
        f"warning: {listed} could not be read, so the program has only their ids: "
        f"{' '.join(reasons)}"
    )


def _explain_rivals(plural: str, property_: str, count: int) -> str:
    if count > 1:
        return f"{count} {plural} have this {property_}"
    return f"a search for its {property_} does not find it"
