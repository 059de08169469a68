"""ConductorOne's own functions of expressions, answered from the directory of a simulation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from pulumi_c1policy._cel.cel_values import CelObject, Value, are_equal
from pulumi_c1policy._cel.evaluate import Functions
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate import networks, times
from pulumi_c1policy._simulate.directory import Directory

_NO_USERS = "the directory has no table `users`"


def build_functions(directory: Directory, now: datetime) -> Functions:
    """Return every documented function by name.

    Args:
        directory: The source of the answers.
        now: The time that `now()` returns.
    """
    return {
        **_build_user_functions(directory),
        **_build_directory_functions(directory),
        **_ACCOUNT_FUNCTIONS,
        "now": lambda: now,
        "time.parse": times.parse_time,
        "time.try_parse": times.try_parse_time,
        "time.format": times.format_time,
        "time.start_of": times.find_start,
        "time.truncate": times.find_start,
        "time.end_of": times.find_end,
        "time.unix": times.from_seconds,
        "time.unix_ms": times.from_milliseconds,
        "ip": networks.parse_address,
        "cidr": networks.parse_networks,
        "within": networks.is_within,
        "contains": networks.contains,
        "ifEmpty": lambda text, otherwise: text or otherwise,
    }


def find_related_users(
    directory: Directory, entitlement: CelObject, relation: str
) -> list[CelObject] | Undecided:
    """Return the owners, or the users of another relation, of the requested entitlement."""
    if relation in entitlement.hidden:
        return directory.get_people(entitlement.hidden[relation])
    app_id, entitlement_id = entitlement.get("appId"), entitlement.get("id")
    if isinstance(app_id, Undecided):
        return app_id
    if isinstance(entitlement_id, Undecided):
        return entitlement_id
    return directory.find_entitlement_users(app_id, entitlement_id, relation)


def _build_user_functions(directory: Directory) -> dict[str, Callable[..., Value]]:
    def has_app(user: CelObject, app_id: str) -> bool | Undecided:
        found = directory.find_accounts(user, app_id)
        return found if isinstance(found, Undecided) else bool(found)

    def is_related(
        relation: str, user: CelObject, app_id: str, entitlement_id: str
    ) -> bool | Undecided:
        found = directory.find_entitlement_users(app_id, entitlement_id, relation)
        if isinstance(found, Undecided):
            return found
        return any(are_equal(user, other) is True for other in found)

    def find_only_account(user: CelObject, app_id: str) -> CelObject | Undecided:
        found = directory.find_accounts(user, app_id)
        if isinstance(found, Undecided):
            return found
        if len(found) == 1:
            return found[0]
        return Undecided(
            f"{user.label} has {len(found)} accounts in app {directory.show_app(app_id)}"
        )

    def find_account_managers(user: CelObject, app_id: str) -> Value:
        found = find_only_account(user, app_id)
        if isinstance(found, Undecided):
            return found
        if "managers" not in found.hidden:
            return Undecided(
                f"the managers of {user.label} in app {directory.show_app(app_id)} are not given"
            )
        return directory.get_people(found.hidden["managers"])

    def find_account_status(user: CelObject, app_id: str) -> Value:
        found = find_only_account(user, app_id)
        if isinstance(found, Undecided):
            return found
        return Undecided("the text of an account's status is not documented")

    return {
        "c1.user.v1.HasApp": has_app,
        "c1.user.v1.HasEntitlement": partial(is_related, "members"),
        "c1.user.v1.GrantedFromEnrollment": partial(is_related, "enrolled"),
        "c1.user.v1.AutomaticallyGrantedFromEnrollment": partial(
            is_related, "automatically_enrolled"
        ),
        "c1.user.v1.GetAppUserStatus": find_account_status,
        "c1.user.v1.GetAppUserManagers": find_account_managers,
        "c1.user.v1.ListAppUsersForUser": directory.find_accounts,
    }


def _build_directory_functions(directory: Directory) -> dict[str, Callable[..., Value]]:
    def find_user(field: str, value: str) -> Value:
        if directory.users is None:
            return Undecided(_NO_USERS)
        found = [user for user in directory.users if user.text(field) == value]
        if not found:
            return Undecided(f"no user of the directory has the {field} {value!r}")
        return found[0]

    def find_by_name(name: str) -> Value:
        if directory.users is None:
            return Undecided(_NO_USERS)
        return next((u for u in directory.users if u.text("displayName") == name), None)

    def find_reports(managers: CelObject | list[CelObject]) -> Value:
        return directory.find_reports(managers if isinstance(managers, list) else [managers])

    def find_group(name: str) -> Value:
        return directory.find_group(name) or Undecided(f"the directory has no group {name!r}")

    def find_owners(entitlement: CelObject | str, entitlement_id: str = "") -> Value:
        if isinstance(entitlement, str):
            return directory.find_entitlement_users(entitlement, entitlement_id, "owners")
        return find_related_users(directory, entitlement, "owners")

    return {
        "c1.directory.users.v1.FindByEmail": partial(find_user, "email"),
        "c1.directory.users.v1.GetByID": partial(find_user, "id"),
        "c1.directory.users.v1.FindByName": find_by_name,
        "c1.directory.users.v1.GetManagers": directory.find_managers,
        "c1.directory.users.v1.DirectReports": find_reports,
        "c1.directory.groups.v1.FindByName": find_group,
        "c1.directory.apps.v1.GetEntitlementMembers": directory.find_members,
        "c1.directory.apps.v1.GetEntitlementOwners": find_owners,
    }


def _has_any(field: str, account: CelObject) -> Value:
    found = account.get(field)
    return found if isinstance(found, Undecided) else bool(found)


def _find_insights(account: CelObject, *filters: str) -> Value:
    found = account.get("security_insights")
    # The documentation does not name the field of an insight that the filters are compared with.
    if isinstance(found, Undecided) or found == []:
        return found
    return Undecided(f"the insights that {', '.join(filters)} selects are not documented")


def _has_severe_insight(account: CelObject, *filters: str) -> Value:
    found = _find_insights(account, *filters)
    return found if isinstance(found, Undecided) else False


def _find_risk_score(account: CelObject, source: str) -> Value:
    found = account.get("risk_scores")
    if isinstance(found, Undecided):
        return found
    scores = [item for item in found if item.text("source") == source]
    return scores[0] if scores else Undecided(f"the account has no risk score of {source!r}")


_ACCOUNT_FUNCTIONS: Functions = {
    "c1.app_user.v1.HasSecurityInsight": partial(_has_any, "security_insights"),
    "c1.app_user.v1.GetSecurityInsights": _find_insights,
    "c1.app_user.v1.HasSecurityInsightWithSeverity": _has_severe_insight,
    "c1.app_user.v1.HasRiskScore": partial(_has_any, "risk_scores"),
    "c1.app_user.v1.GetRiskScore": _find_risk_score,
}
