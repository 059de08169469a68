"""The names and types in a tenant's expressions. Data, written from the vendor's pages.

It is independent of the package's own checker, so that neither of the two judges itself. Must not
import anything of the package outside `_emulator`.
"""

from __future__ import annotations

from typing import Literal

Place = Literal["condition", "approver"]

_USER = """
    id email username displayName department jobTitle employmentType employmentStatus manager
    manager_id: string
    emails usernames: list(string)
    status directoryStatus: UserStatus
    type: UserType
    profile attributes: map(string, dyn)
"""
_APP_USER = """
    id displayName username email: string
    usernames emails employeeIds: list(string)
    app_user_type: AppUserType
    status: AppUserState
    profile attributes: map(string, dyn)
    security_insights: list(SecurityInsight)
    risk_score: map(string, int)
    risk_scores: list(RiskScore)
"""
_TASK = """
    id numericId displayName subjectUserId requestorUserId: string
    origin: TaskOrigin
    created_at: timestamp
    isGrantPermanent: bool
    grantDuration: duration
    analysis: TaskAnalysis
"""
_IP = """
    is4 is6 isPrivate isLoopback isGlobalUnicast isMulticast isInterfaceLocalMulticast
    isLinkLocalMulticast isUnspecified: bool
"""
_ENTITLEMENT = """
    id appId risk_level_value_id app_resource_type: string
    annotations: map(string, string)
"""
# Documented for the rules of entitlement configuration only.
_DOUBTFUL_ENTITLEMENT = """
    displayName description app_resource_type_id app_resource_id: string
    role scope: dyn
"""


def _parse_fields(text: str) -> dict[str, str]:
    """Parse fields: groups of names before a colon and the type after it."""
    found: dict[str, str] = {}
    names: list[str] = []
    for line in text.strip().splitlines():
        before, colon, kind = line.partition(":")
        names += before.split()
        if colon:
            found |= dict.fromkeys(names, kind.strip())
            names = []
    return found


MESSAGES: dict[str, dict[str, str]] = {
    "User": _parse_fields(_USER),
    "AppUser": _parse_fields(_APP_USER),
    "AppUserState": _parse_fields("status: AppUserStatus\ndetails: string"),
    "SecurityInsight": _parse_fields("source value severity: string"),
    "RiskScore": _parse_fields("source: string\nnormalized_score: int"),
    "Task": _parse_fields(_TASK),
    "TaskAnalysis": _parse_fields(
        "id: string\nhasConflictViolations: bool\nconflictViolations: list(string)"
    ),
    "Entitlement": _parse_fields(_ENTITLEMENT),
    "Group": _parse_fields("id app_id display_name: string"),
    "IP": _parse_fields(_IP),
    "CIDR": {},
}
"""The fields of each type. The tenant knows each field in camelCase and in snake_case."""

DOUBTFUL_FIELDS = {"Entitlement": _parse_fields(_DOUBTFUL_ENTITLEMENT)}

# Each enum: the prefix of its bare names, and its values.
ENUMS: dict[str, tuple[str, str]] = {
    "UserStatus": ("USER_STATUS_", "ENABLED DISABLED DELETED UNSPECIFIED"),
    "UserType": ("USER_TYPE_", "HUMAN AGENT SERVICE SYSTEM UNSPECIFIED"),
    "AppUserStatus": ("APP_USER_STATUS_", "ENABLED DISABLED DELETED UNSPECIFIED"),
    "AppUserType": ("APP_USER_TYPE_", "SERVICE_ACCOUNT SYSTEM_ACCOUNT USER UNSPECIFIED"),
    "TaskOrigin": (
        "TASK_ORIGIN_",
        "WEBAPP SLACK API JIRA COPILOT PROFILE_MEMBERSHIP_AUTOMATION TIME_REVOKE UNSPECIFIED "
        "REQUEST CERTIFY",
    ),
}
TIME_FORMATS = ("RFC3339", "DATE", "DATETIME", "TIME")

VARIABLES: dict[Place, dict[str, str]] = {
    "condition": {
        "subject": "User",
        "account": "AppUser",
        "task": "Task",
        "entitlement": "Entitlement",
    },
    "approver": {
        "subject": "User",
        "appOwners": "list(User)",
        "app_owners": "list(User)",
        "task": "Task",
        "entitlement": "Entitlement",
    },
}
"""The variables of each place, by the vendor's CLI. `ip` is a separate switch."""

DOUBTFUL_VARIABLES: dict[Place, dict[str, str]] = {
    "condition": {"user": "User"},
    "approver": {"user": "User", "ip": "IP", "campaignOwners": "list(User)"},
}
"""One page of the documentation lists `user`; none lists `ip` or `campaignOwners` for approvers."""

FUNCTIONS = (
    "c1.user.v1.HasApp(User, string) -> bool",
    "c1.user.v1.HasEntitlement(User, string, string) -> bool",
    "c1.user.v1.GetAppUserStatus(User, string) -> string",
    "c1.user.v1.GetAppUserManagers(User, string) -> list(User)",
    "c1.directory.users.v1.FindByEmail(string) -> User",
    "c1.directory.users.v1.FindByName(string) -> User",
    "c1.directory.users.v1.GetByID(string) -> User",
    "c1.directory.users.v1.GetManagers(User) -> list(User)",
    "c1.directory.users.v1.DirectReports(User) -> list(User)",
    "c1.directory.users.v1.DirectReports(list(User)) -> list(User)",
    "c1.directory.groups.v1.FindByName(string) -> Group",
    "c1.directory.apps.v1.GetEntitlementMembers(string, string) -> list(User)",
    "c1.directory.apps.v1.GetEntitlementOwners(string, string) -> list(User)",
    "c1.directory.apps.v1.GetEntitlementOwners(Entitlement) -> list(User)",
    "now() -> timestamp",
    "time.parse(string, string) -> timestamp",
    "time.parse(string, string, string) -> timestamp",
    "time.format(timestamp, string) -> string",
    "time.format(timestamp, string, string) -> string",
    "time.try_parse(string, string, timestamp) -> timestamp",
    "time.truncate(timestamp, string) -> timestamp",
    "time.unix(int) -> timestamp",
    "time.unix_ms(int) -> timestamp",
    "time.start_of(timestamp, string) -> timestamp",
    "time.start_of(timestamp, string, string) -> timestamp",
    "time.end_of(timestamp, string) -> timestamp",
    "time.end_of(timestamp, string, string) -> timestamp",
    "ip(string) -> IP",
    "cidr(list(string)) -> CIDR",
    *(f"cidr({', '.join(['string'] * count)}) -> CIDR" for count in range(1, 33)),
    "IP.within(CIDR) -> bool",
    "CIDR.contains(IP) -> bool",
    "string.ifEmpty(string) -> string",
)
"""The functions of both places. A type before the dot is the receiver of a member function."""

CONDITION_FUNCTIONS = (
    "c1.user.v1.GrantedFromEnrollment(User, string, string) -> bool",
    "c1.user.v1.AutomaticallyGrantedFromEnrollment(User, string, string) -> bool",
    "c1.app_user.v1.HasSecurityInsight(AppUser) -> bool",
    "c1.app_user.v1.GetSecurityInsights(AppUser, string) -> list(SecurityInsight)",
    "c1.app_user.v1.HasSecurityInsightWithSeverity(AppUser, string, string) -> bool",
    "c1.app_user.v1.HasRiskScore(AppUser) -> bool",
    "c1.app_user.v1.GetRiskScore(AppUser, string) -> RiskScore",
)
"""The functions of conditions only."""
