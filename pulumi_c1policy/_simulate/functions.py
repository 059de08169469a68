"""ConductorOne's own functions, answered from the directory of a test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from pulumi_c1policy._cel.cel_values import Record, Value, are_equal
from pulumi_c1policy._cel.evaluate import Functions
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate import networks, times
from pulumi_c1policy._simulate.directory import Directory

_SPELLING = "how the tenant spells an account's status as a text is not documented"


def functions(directory: Directory, now: datetime) -> Functions:
    """Every documented function, by name."""
    return {
        **_of_users(directory),
        **_of_directory(directory),
        **_of_accounts(),
        "now": lambda: now,
        "time.parse": times.parse,
        "time.try_parse": times.try_parse,
        "time.format": times.write,
        "time.start_of": times.start_of,
        "time.truncate": times.start_of,
        "time.end_of": times.end_of,
        "time.unix": times.unix,
        "time.unix_ms": times.unix_ms,
        "ip": networks.address,
        "cidr": networks.networks,
        "within": networks.within,
        "contains": networks.contains,
        "ifEmpty": lambda text, otherwise: text or otherwise,
    }


def _of_users(directory: Directory) -> dict[str, Callable[..., Value]]:
    def has_app(user: Record, app_id: str) -> bool | Undecided:
        found = directory.accounts(user, app_id)
        return found if isinstance(found, Undecided) else bool(found)

    def among(relation: str, user: Record, app_id: str, entitlement_id: str) -> bool | Undecided:
        found = directory.of_entitlement(app_id, entitlement_id, relation)
        if isinstance(found, Undecided):
            return found
        return any(are_equal(user, other) is True for other in found)

    def only_account(user: Record, app_id: str) -> Record | Undecided:
        found = directory.accounts(user, app_id)
        if isinstance(found, Undecided):
            return found
        if len(found) == 1:
            return found[0]
        return Undecided(f"{user.label} has {len(found)} accounts in app `{app_id}`")

    def managers(user: Record, app_id: str) -> Value:
        found = only_account(user, app_id)
        if isinstance(found, Undecided):
            return found
        if "managers" not in found.hidden:
            return Undecided(f"the managers of {user.label} in app `{app_id}` are not given")
        return directory.people(found.hidden["managers"])

    def status(user: Record, app_id: str) -> Value:
        found = only_account(user, app_id)
        return found if isinstance(found, Undecided) else Undecided(_SPELLING)

    return {
        "c1.user.v1.HasApp": has_app,
        "c1.user.v1.HasEntitlement": partial(among, "members"),
        "c1.user.v1.GrantedFromEnrollment": partial(among, "enrolled"),
        "c1.user.v1.AutomaticallyGrantedFromEnrollment": partial(among, "automatically_enrolled"),
        "c1.user.v1.GetAppUserStatus": status,
        "c1.user.v1.GetAppUserManagers": managers,
        "c1.user.v1.ListAppUsersForUser": directory.accounts,
    }


def _of_directory(directory: Directory) -> dict[str, Callable[..., Value]]:
    def find(field: str, wanted: str) -> Value:
        if directory.users is None:
            return Undecided("the directory has no `users`")
        found = [user for user in directory.users if user.text(field) == wanted]
        if not found:
            return Undecided(f"nobody in the directory has the {field} {wanted!r}")
        return found[0]

    def find_by_name(wanted: str) -> Value:
        if directory.users is None:
            return Undecided("the directory has no `users`")
        return next((u for u in directory.users if u.text("displayName") == wanted), None)

    def reports(managers: Record | list[Record]) -> Value:
        return directory.reports(managers if isinstance(managers, list) else [managers])

    def group(name: str) -> Value:
        return directory.group(name) or Undecided(f"the directory has no group {name!r}")

    def owners(entitlement: Record | str, entitlement_id: str = "") -> Value:
        if isinstance(entitlement, str):
            return directory.of_entitlement(entitlement, entitlement_id, "owners")
        return of_entitlement(directory, entitlement, "owners")

    return {
        "c1.directory.users.v1.FindByEmail": partial(find, "email"),
        "c1.directory.users.v1.GetByID": partial(find, "id"),
        "c1.directory.users.v1.FindByName": find_by_name,
        "c1.directory.users.v1.GetManagers": directory.managers,
        "c1.directory.users.v1.DirectReports": reports,
        "c1.directory.groups.v1.FindByName": group,
        "c1.directory.apps.v1.GetEntitlementMembers": directory.members,
        "c1.directory.apps.v1.GetEntitlementOwners": owners,
    }


def of_entitlement(
    directory: Directory, entitlement: Record, relation: str
) -> list[Record] | Undecided:
    """The owners, or another list of users, of the entitlement that a request is for."""
    if relation in entitlement.hidden:
        return directory.people(entitlement.hidden[relation])
    ids = [entitlement.get("appId"), entitlement.get("id")]
    unknown = [part for part in ids if isinstance(part, Undecided)]
    if unknown:
        return unknown[0]
    return directory.of_entitlement(ids[0], ids[1], relation)


def _of_accounts() -> dict[str, Callable[..., Value]]:
    def rows(field: str, owner: Record) -> Value:
        return owner.get(field)

    def has(field: str, owner: Record) -> Value:
        found = rows(field, owner)
        return found if isinstance(found, Undecided) else bool(found)

    def chosen(owner: Record, *choice: str) -> Value:
        found = rows("security_insights", owner)
        # Which of an insight's three texts the arguments choose by is not documented.
        if isinstance(found, Undecided) or found == []:
            return found
        return Undecided(f"which insights {', '.join(choice)} chooses is not documented")

    def severe(owner: Record, *choice: str) -> Value:
        found = chosen(owner, *choice)
        return found if isinstance(found, Undecided) else False

    def score(owner: Record, source: str) -> Value:
        found = rows("risk_scores", owner)
        if isinstance(found, Undecided):
            return found
        wanted = [item for item in found if item.text("source") == source]
        return wanted[0] if wanted else Undecided(f"the account has no risk score of {source!r}")

    return {
        "c1.app_user.v1.HasSecurityInsight": partial(has, "security_insights"),
        "c1.app_user.v1.GetSecurityInsights": chosen,
        "c1.app_user.v1.HasSecurityInsightWithSeverity": severe,
        "c1.app_user.v1.HasRiskScore": partial(has, "risk_scores"),
        "c1.app_user.v1.GetRiskScore": score,
    }
