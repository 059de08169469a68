"""Expressions of every kind and place, each with what is to be said of it.

Most of the right ones stand in the vendor's documentation. In the others `‸` stands before the
place that the caret points to.
"""

from __future__ import annotations

from typing import NamedTuple

RULE = "rule-condition"
WAIT = "wait-condition"
APPROVER = "approver"
PROVISIONER = "provisioner"
CONFIG = "account-config"
FORM = "form"

MANAGERS = "c1.directory.users.v1.GetManagers(subject)"


class Remarked(NamedTuple):
    """An expression with the remark that it deserves."""

    place: str
    marked: str
    rule: str
    says: str

    @property
    def expression(self) -> str:
        return self.marked.replace("‸", "")

    @property
    def position(self) -> tuple[int, int]:
        """The line and the column of the mark, from 1."""
        before = self.marked.split("‸")[0]
        return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


RIGHT: dict[str, list[str]] = {
    RULE: [
        'subject.department == "Engineering"',
        "subject.department == 'Engineering'",
        'subject.department == "Engineering" || subject.department == "IT"',
        'subject.department in ["Engineering", "Product", "Design"]',
        '!(subject.department in ["Contractors", "Vendors"])',
        'subject.email.endsWith("@company.com")',
        '!subject.email.endsWith("@company.com")',
        'subject.email.lowerAscii().endsWith("@company.com")',
        'subject.email in ["a@company.com"]',
        '"a@company.com" in subject.emails',
        'subject.usernames.exists(name, name.startsWith("svc-"))',
        'subject.jobTitle.contains("Manager")',
        'subject.jobTitle.matches("^Senior .*$")',
        'subject.department.ifEmpty("Unknown") == "Unknown"',
        'has(subject.department) && subject.department != ""',
        'subject.manager_id != ""',
        'subject.manager == "boss@company.com"',
        'subject.employmentType == "Full Time" && subject.employmentStatus == "Active"',
        "subject.status == UserStatus.ENABLED",
        "subject.status == USER_STATUS_ENABLED",
        "subject.directoryStatus != UserStatus.DELETED",
        "subject.status in [UserStatus.DISABLED, UserStatus.DELETED]",
        "subject.type == UserType.HUMAN",
        "subject.type == UserType.SERVICE || subject.type == UserType.SYSTEM",
        'subject.profile["Job Code"] == "R&D"',
        'subject.profile.costCenter == "CC-123"',
        '"Cost Center" in subject.profile && subject.profile["Cost Center"] == "R&D"',
        'has(subject.attributes.level) && subject.attributes.level == "5"',
        "subject.profile.level > 5",
        'int(subject.profile["level"]) > 5',
        'has(subject.attributes.director) ? subject.attributes.director == "boss@company.com"'
        ' : subject.manager == "manager@company.com"',
        "account.app_user_type == AppUserType.SERVICE_ACCOUNT",
        "account.status.status == APP_USER_STATUS_ENABLED",
        'account.status.details == ""',
        'account.employeeIds.size() > 0 && account.employeeIds[0] == "1"',
        'account.risk_score["CrowdStrike"] > 70',
        "account.risk_scores.exists(s, s.normalized_score > 70)",
        'account.security_insights.exists(i, i.severity == "CRITICAL")',
        'c1.app_user.v1.HasSecurityInsightWithSeverity(account, "Wiz Insights", "CRITICAL")',
        'c1.app_user.v1.GetSecurityInsights(account, "Wiz Insights").size() == 0',
        "c1.app_user.v1.HasSecurityInsight(account)",
        "c1.app_user.v1.HasRiskScore(account)"
        ' && c1.app_user.v1.GetRiskScore(account, "CrowdStrike").normalized_score > 50',
        "task.isGrantPermanent",
        'task.isGrantPermanent == false && task.grantDuration > duration("2h")',
        'task.grantDuration < duration("24h")',
        "task.origin == TaskOrigin.SLACK",
        "task.origin != TaskOrigin.WEBAPP",
        "task.subjectUserId == task.requestorUserId",
        "task.analysis.hasConflictViolations",
        '"conflict123" in task.analysis.conflictViolations',
        'now() - task.created_at > duration("24h")',
        'task.created_at.getHours("America/New_York") < 9'
        ' || task.created_at.getHours("America/New_York") >= 17',
        'task.created_at.getDayOfWeek("+02:00") == 0',
        'entitlement.id == "entitlement123"',
        'entitlement.appId == "app123"',
        'entitlement.risk_level_value_id == "high"',
        'entitlement.app_resource_type == "Production"',
        'entitlement.annotations["team"] == "core"',
        "ip.isPrivate",
        'ip.within(cidr("10.1.2.0/24"))',
        'ip.within(cidr("10.1.2.0/24", "5.4.3.2/32"))',
        'cidr(["10.1.2.0/24", "2001:db8::/32"]).contains(ip)',
        'cidr("10.1.2.0/24").contains(ip("10.1.2.5")) && ip.is4',
        'c1.user.v1.HasApp(subject, "app123")',
        'c1.user.v1.HasEntitlement(subject, "app123", "entitlement456")',
        'c1.user.v1.GetAppUserStatus(subject, "app") == "USER_STATUS_ENABLED"',
        "c1.user.v1.GrantedFromEnrollment(subject, entitlement.appId, entitlement.id)",
        "c1.user.v1.AutomaticallyGrantedFromEnrollment(subject, entitlement.appId, entitlement.id)",
        f'{MANAGERS}.exists(m, m.email == "boss@company.com")',
        'c1.directory.users.v1.FindByEmail("a@company.com").department == "IT"',
        'c1.directory.users.v1.FindByName("Jane Smith") != null',
        'c1.directory.groups.v1.FindByName("admins").display_name == "admins"',
        'c1.directory.groups.v1.FindByName("admins").app_id == entitlement.appId',
        "size(c1.directory.users.v1.DirectReports(subject)) > 3",
        f"size(c1.directory.users.v1.DirectReports({MANAGERS})) > 3",
        f'size({MANAGERS}) > 0 && {MANAGERS}[0].department == "IT"',
        f'size({MANAGERS}) == 0 || {MANAGERS}[0].department == "IT"',
        'time.format(now(), "Monday", "America/New_York") == "Saturday"',
        'int(time.format(now(), "01")) >= 10',
        "time.parse(subject.profile.hire_date, TimeFormat.DATE) < now()",
        'time.parse("2025-10-22 14:30:00", TimeFormat.DATETIME, "America/New_York") < now()',
        "time.try_parse(subject.profile.hire_date, TimeFormat.DATE, now()) <= now()",
        'time.start_of(now(), "week", "America/New_York") < task.created_at',
        'time.end_of(now(), "quarter") - now() < duration("72h30m")',
        'time.truncate(now(), "hour") == now()',
        "time.unix(1734787200) < now() && time.unix_ms(1734787200123) < now()",
        'timestamp("2025-01-01T00:00:00Z") < now()',
        "subject.department == 'a' // who is meant",
        "// why\nsubject.department == 'a'",
        "subject.id == task.subjectUserId",
        'subject.email.split("@")[1] == "company.com"',
        'subject.email.replace(".", "-").upperAscii().substring(0, 3) == "A-B"',
        r"subject.email.matches(r'^\w+@company\.com$')",
        'subject.displayName == "Zoë 😀"',
    ],
    WAIT: [
        "has(subject.manager_id)",
        "task.analysis.hasConflictViolations",
        "now() > task.created_at",
    ],
    APPROVER: [
        "appOwners",
        "subject",
        "[subject]",
        "[subject] + appOwners",
        "[appOwners[0]]",
        "c1.directory.users.v1.FindByEmail(subject.manager)",
        '[c1.directory.users.v1.GetByID("user-abc123")]',
        'c1.directory.users.v1.GetByID("user-abc123")',
        "[c1.directory.users.v1.GetByID(c1.directory.users.v1.GetByID(subject.manager_id).manager_id),"
        " c1.directory.users.v1.GetByID(subject.manager_id)]",
        f"size({MANAGERS}) > 0\n  ? {MANAGERS}\n  : appOwners",
        f"size({MANAGERS}) > 0 ? [{MANAGERS}[0]] : appOwners",
        f"{MANAGERS}.size() == 0 ? appOwners : {MANAGERS}",
        f"size({MANAGERS}) >= 2 ? [{MANAGERS}[1]] : [subject]",
        f"{MANAGERS} != [] ? {MANAGERS} : appOwners",
        f"!(size({MANAGERS}) > 0) ? appOwners : {MANAGERS}",
        f'{MANAGERS}.exists(m, m.department == "IT") ? {MANAGERS} : appOwners',
        f"{MANAGERS} + appOwners",
        'appOwners + c1.directory.apps.v1.GetEntitlementMembers("groups-app", "security-team")',
        "size(c1.directory.apps.v1.GetEntitlementOwners(entitlement)) > 0"
        " ? c1.directory.apps.v1.GetEntitlementOwners(entitlement) : appOwners",
        "size(c1.directory.apps.v1.GetEntitlementOwners(entitlement.appId, entitlement.id)) > 0"
        " ? c1.directory.apps.v1.GetEntitlementOwners(entitlement.appId, entitlement.id) : appOwners",
        'subject.department == "IT" ? subject : c1.directory.users.v1.FindByEmail(subject.manager)',
        f'subject.department == "IT" ? appOwners : (size({MANAGERS}) > 0 ? {MANAGERS} : appOwners)',
        'c1.directory.users.v1.FindByName("Jo") != null'
        ' ? c1.directory.users.v1.FindByName("Jo") : subject',
        "ip.isPrivate ? [subject] : appOwners",
        "appOwners.map(o, c1.directory.users.v1.GetByID(o.id))",
    ],
    PROVISIONER: ["appOwners", "subject", f"size({MANAGERS}) > 0 ? {MANAGERS} : appOwners"],
    CONFIG: [
        "subject.email",
        "subject.attributes.firstName",
        'subject.attributes["Job Code"]',
        "subject.profile['employee_id']",
        'subject.displayName.lowerAscii().replace(" ", ".")',
        'subject.email.split("@")[0]',
        'subject.employmentType == "contractor" ? "ext_" + subject.username : subject.username',
        '"Engineering"',
        "true",
        "[subject.email, 'company.com']",
        '{"team": subject.department, "tags": ["a", "b"]}',
        'size(c1.user.v1.ListAppUsersForUser(subject, "app")) > 0',
        'c1.user.v1.HasEntitlement(subject, "app-id", "entitlement-id")',
        f'size({MANAGERS}) > 0 ? {MANAGERS}[0].department : "No Manager"',
        'time.format(now(), TimeFormat.DATE) + " " + string(5)',
    ],
    FORM: ["subject.email", "anything(1).at[0] + all", "input.value", "''"],
}

DOUBTFUL = [
    # Known, but not there for sure.
    Remarked(RULE, '‸user.email == "a"', "undocumented", "one page of the documentation"),
    Remarked(APPROVER, "‸user", "undocumented", "`user` may be missing here"),
    Remarked(CONFIG, "‸entitlement.id", "undocumented", "contradicts itself"),
    Remarked(CONFIG, "‸task.id", "undocumented", "contradicts itself"),
    Remarked(RULE, 'entitlement.‸displayName == "x"', "undocumented", "not for policies"),
    Remarked(RULE, 'entitlement.‸display_name == "x"', "undocumented", "not for policies"),
    Remarked(RULE, 'entitlement.‸description == "x"', "undocumented", "not for policies"),
    Remarked(RULE, 'entitlement.‸app_resource_type_id == "x"', "undocumented", "not for policies"),
    Remarked(RULE, 'entitlement.‸app_resource_id == "x"', "undocumented", "not for policies"),
    Remarked(RULE, 'entitlement.‸role.id == "x"', "undocumented", "not for policies"),
    Remarked(RULE, 'entitlement.‸scope.display_name == "x"', "undocumented", "not for policies"),
    Remarked(RULE, "task.‸createdAt < now()", "undocumented", "documented as `created_at` only"),
    Remarked(RULE, "account.‸riskScore['x'] > 5", "undocumented", "`risk_score` only"),
    Remarked(RULE, "subject.type == ‸USER_TYPE_HUMAN", "undocumented", "write `UserType.HUMAN`"),
    Remarked(
        RULE,
        "subject.status == ‸UserStatus.USER_STATUS_ENABLED",
        "undocumented",
        "write `UserStatus.ENABLED`",
    ),
    Remarked(
        RULE,
        "account.status.status == ‸AppUserStatus.ENABLED",
        "undocumented",
        "write `APP_USER_STATUS_ENABLED`",
    ),
    Remarked(RULE, "subject.status != ‸UserStatus.UNSPECIFIED", "undocumented", "not a documented"),
    Remarked(
        RULE,
        '‸time.end_of(now(), "day", "Europe/Berlin") > now()',
        "undocumented",
        "only `time.start_of` has",
    ),
    Remarked(
        CONFIG,
        '‸c1.user.v1.GetAppUsersForUser(subject, "app").size()',
        "undocumented",
        "`c1.user.v1.ListAppUsersForUser` is meant",
    ),
    Remarked(RULE, "size([‸?subject.?manager]) > 0", "undocumented", "a part of CEL"),
    Remarked(RULE, "‸cel.bind(a, subject.email, a == a + a)", "undocumented", "a part of CEL"),
    # Functions that a newer tenant may have.
    Remarked(RULE, "‸c1.future.v1.Score(subject) > 5", "unknown-function", "is not documented"),
    Remarked(RULE, '‸c1.user.v2.HasApp(subject, "a")', "unknown-function", "`c1.user.v1.HasApp`?"),
    Remarked(RULE, "‸isOnCall(subject)", "unknown-function", "may not exist"),
    Remarked(RULE, 'subject.email.‸toLowerCase() == "a"', "unknown-function", "`lowerAscii`?"),
    Remarked(RULE, 'subject.email.‸beginsWith("a")', "unknown-function", "`startsWith`?"),
    Remarked(
        RULE,
        f'{MANAGERS}.‸existsOne(m, m.email == "a")',
        "unknown-function",
        "did you mean `exists_one`?",
    ),
    Remarked(
        APPROVER, "appOwners.‸sortBy(o, o.email)", "unknown-function", "`sortBy` is not documented"
    ),
    Remarked(CONFIG, "‸custom.encode(subject.email)", "unknown-function", "may not exist"),
    # Results that show only at run time.
    Remarked(RULE, "‸subject.attributes.isContractor", "unknown-result", "shows at run time"),
    Remarked(APPROVER, "‸subject.attributes.boss", "unknown-result", "`User` or `list(User)`"),
    Remarked(APPROVER, "‸[subject.attributes.boss]", "unknown-result", "shows at run time"),
    Remarked(WAIT, '‸subject.profile["done"]', "unknown-result", "a wait's condition"),
    # Spellings.
    Remarked(RULE, 'subject.‸employment_type == "x"', "old-spelling", "write `employmentType`"),
    Remarked(RULE, 'subject.‸job_title.contains("x")', "old-spelling", "write `jobTitle`"),
    Remarked(RULE, "task.‸is_grant_permanent", "old-spelling", "write `isGrantPermanent`"),
    Remarked(
        RULE, 'task.‸grant_duration > duration("720h")', "old-spelling", "write `grantDuration`"
    ),
    Remarked(RULE, 'entitlement.‸app_id == "x"', "old-spelling", "write `appId`"),
    Remarked(RULE, 'account.‸display_name == "x"', "old-spelling", "write `displayName`"),
    Remarked(
        APPROVER, 'appOwners + [subject].filter(u, u.‸display_name == "x")', "old-spelling", "write"
    ),
    Remarked(RULE, "task.origin == ‸TASK_ORIGIN_REQUEST", "old-spelling", "`TaskOrigin.WEBAPP`"),
    Remarked(RULE, "task.origin == ‸TASK_ORIGIN_CERTIFY", "old-spelling", "an older name"),
    # Literals that fail later.
    Remarked(RULE, "task.grantDuration > duration(‸'30d')", "bad-literal", "write `720h`"),
    Remarked(RULE, "task.grantDuration > duration(‸'soon')", "bad-literal", "hours, minutes"),
    Remarked(RULE, "now() > timestamp(‸'2025-01-01')", "bad-literal", "2025-01-31T00:00:00Z"),
    Remarked(RULE, "ip.within(cidr(‸'10.0.0.0'))", "bad-literal", "`10.0.0.0/8`"),
    Remarked(RULE, "ip.within(cidr(['10.0.0.0/8', ‸'10.0.0.0/33']))", "bad-literal", "no network"),
    Remarked(RULE, "ip(‸'10.0.0.256').isPrivate", "bad-literal", "no IP address"),
    Remarked(RULE, "subject.email.matches(‸'[a-z')", "bad-literal", "no regular expression"),
    Remarked(RULE, "time.start_of(now(), ‸'decade') < now()", "bad-literal", "no unit of time"),
    Remarked(
        RULE,
        "time.format(now(), '15', ‸'America/NewYork') > '09'",
        "bad-literal",
        "no time zone",
    ),
    Remarked(RULE, "task.created_at.getHours(‸'Berlin') < 9", "bad-literal", "no time zone"),
    # Lists that may be too short.
    Remarked(RULE, f"{MANAGERS}‸[0].department == 'IT'", "first-of-maybe-empty", "for `[0]`"),
    Remarked(APPROVER, f"[{MANAGERS}‸[0]]", "first-of-maybe-empty", "ask `size(...)` first"),
    Remarked(APPROVER, "[appOwners‸[1]]", "first-of-maybe-empty", "for `[1]`"),
    Remarked(CONFIG, "subject.emails‸[0]", "first-of-maybe-empty", "too short"),
    Remarked(
        APPROVER,
        f"size({MANAGERS}) > 0 ? [{MANAGERS}‸[1]] : appOwners",
        "first-of-maybe-empty",
        "for `[1]`",
    ),
    # Approvers that may be nobody.
    Remarked(APPROVER, f"‸{MANAGERS}", "approver-can-be-empty", "the step is skipped in silence"),
    Remarked(APPROVER, "‸[]", "approver-can-be-empty", "set a fallback"),
    Remarked(
        APPROVER,
        "‸appOwners.filter(o, o.department == 'IT')",
        "approver-can-be-empty",
        "may find nobody",
    ),
    Remarked(
        APPROVER, f"size({MANAGERS}) > 0 ? {MANAGERS} : ‸[]", "approver-can-be-empty", "skipped"
    ),
    Remarked(
        APPROVER,
        "‸c1.directory.users.v1.FindByName('Jane')",
        "approver-can-be-empty",
        "may find nobody",
    ),
    Remarked(
        APPROVER,
        "‸c1.directory.apps.v1.GetEntitlementMembers('app', 'role')",
        "approver-can-be-empty",
        "may find nobody",
    ),
    Remarked(PROVISIONER, f"‸{MANAGERS}", "approver-can-be-empty", "nobody provisions"),
    # Conditions that do not depend on anything.
    Remarked(RULE, "‸true", "always-true", "no rule below is reached"),
    Remarked(RULE, "‸1 == 1", "always-true", "always true"),
    Remarked(RULE, "‸subject.email == 'a' || true", "always-true", "always true"),
    Remarked(RULE, "‸subject.email == subject.email", "always-true", "always true"),
    Remarked(RULE, "‸subject.email != 'a' || subject.email != 'b'", "always-true", "always true"),
    Remarked(RULE, "‸ip.isPrivate || !ip.isPrivate", "always-true", "always true"),
    Remarked(RULE, "‸false", "always-false", "the rule never matches"),
    Remarked(RULE, "‸'a' == 'b'", "always-false", "never true"),
    Remarked(RULE, "‸subject.email == 'a' && subject.email == 'b'", "always-false", "never true"),
    Remarked(RULE, "‸ip.isPrivate && !ip.isPrivate", "always-false", "never true"),
    Remarked(RULE, "‸ip.is4 && subject.email != subject.email", "always-false", "never true"),
    Remarked(WAIT, "‸true", "always-true", "does not wait"),
    Remarked(WAIT, "‸false", "always-false", "times out"),
    # Too much to be checked here.
    Remarked(RULE, "‸" + "(" * 60 + "true" + ")" * 60, "unchecked", "it is nested too deep"),
]

WRONG = [
    # Variables.
    Remarked(RULE, "‸subjct.email == 'a'", "unknown-variable", "did you mean `subject`?"),
    Remarked(RULE, "‸Subject.email == 'a'", "unknown-variable", "did you mean `subject`?"),
    Remarked(RULE, "size(‸managers) > 0", "unknown-variable", "there are `account`"),
    Remarked(RULE, "‸ctx.trigger.user_id == 'a'", "unknown-variable", "in automations only"),
    Remarked(RULE, "subject.email == ‸foo", "unknown-variable", "no variable `foo`"),
    Remarked(RULE, "task.isGrantPermanent == ‸True", "unknown-variable", "write `true`"),
    Remarked(RULE, "subject.manager == ‸None", "unknown-variable", "write `null`"),
    Remarked(RULE, "‸appOwners.size() > 0", "not-in-place", "not there in a rule's condition"),
    Remarked(WAIT, "size(‸appOwners) > 0", "not-in-place", "a wait's condition"),
    Remarked(CONFIG, "‸account.id", "not-in-place", "there is `subject`"),
    Remarked(CONFIG, "‸user.email", "not-in-place", "an account's configuration"),
    Remarked(CONFIG, "‸appOwners", "not-in-place", "there is `subject`"),
    Remarked(CONFIG, "‸ip.isPrivate", "not-in-place", "there is `subject`"),
    Remarked(
        CONFIG, "‸Engineering", "unknown-variable", 'put quotes around a text: `"Engineering"`'
    ),
    Remarked(APPROVER, "‸appOwner", "unknown-variable", "did you mean `appOwners`?"),
    # Fields.
    Remarked(RULE, "subject.‸departmnt == 'a'", "unknown-field", "did you mean `department`?"),
    Remarked(RULE, "subject.‸costCenter == 'a'", "unknown-field", "`.attributes.costCenter`"),
    Remarked(RULE, "has(subject.‸emial)", "unknown-field", "did you mean `email`?"),
    Remarked(RULE, "task.‸duration > duration('1h')", "unknown-field", "`grantDuration`?"),
    Remarked(RULE, "entitlement.‸risk == 'high'", "unknown-field", "`Entitlement` has no field"),
    Remarked(RULE, "ip.‸isPrivat", "unknown-field", "did you mean `isPrivate`?"),
    Remarked(RULE, "account.status.‸state == 'x'", "unknown-field", "did you mean `status`?"),
    Remarked(RULE, f"{MANAGERS}.‸email == 'a'", "unknown-field", ".exists(item, item.email"),
    Remarked(RULE, f"{MANAGERS}.exists(m, m.‸emial == 'a')", "unknown-field", "`email`?"),
    Remarked(RULE, "subject.email.‸domain == 'a'", "unknown-field", "a `string` has no fields"),
    Remarked(RULE, "subject.status.‸name == 'a'", "unknown-field", "a single value"),
    Remarked(RULE, "subject.email.‸lowerAscii == 'a'", "not-called", "`lowerAscii` is a function"),
    Remarked(
        RULE, "‸c1.user.v1.HasApp", "not-called", "call it: `c1.user.v1.HasApp(User, string)`"
    ),
    # Values of enums.
    Remarked(
        RULE,
        "subject.status == ‸UserStatus.ENABELD",
        "unknown-value",
        "did you mean `UserStatus.ENABLED`?",
    ),
    Remarked(
        RULE, "subject.type == ‸UserType.ROBOT", "unknown-value", "its values are `UserType.HUMAN`"
    ),
    Remarked(RULE, "subject.status == ‸UserStatus", "unknown-value", "needs a value"),
    Remarked(RULE, "subject.status == ‸ENABLED", "unknown-value", "write `UserStatus.ENABLED`"),
    Remarked(
        RULE,
        "subject.status == ‸USER_STATUS_ENABLD",
        "unknown-variable",
        "did you mean `USER_STATUS_ENABLED`?",
    ),
    # Functions.
    Remarked(RULE, "‸c1.user.v1.HasAp(subject, 'a')", "unknown-function", "`c1.user.v1.HasApp`?"),
    Remarked(RULE, "‸c1.user.v1.hasApp(subject, 'a')", "unknown-function", "`c1.user.v1.HasApp`?"),
    Remarked(RULE, "‸c1.users.v1.HasApp(subject, 'a')", "unknown-function", "`c1.user.v1.HasApp`?"),
    Remarked(RULE, "‸HasApp(subject, 'a')", "unknown-function", "`c1.user.v1.HasApp`?"),
    Remarked(
        APPROVER,
        "‸c1.user.v1.GetManagers(subject)",
        "unknown-function",
        "`c1.directory.users.v1.GetManagers`?",
    ),
    Remarked(
        APPROVER,
        "‸c1.directory.users.v1.GetManager(subject)",
        "unknown-function",
        "`c1.directory.users.v1.GetManagers`?",
    ),
    Remarked(RULE, "subject.email.‸startswith('a')", "unknown-function", "`startsWith`?"),
    Remarked(RULE, "subject.email.‸endWith('a')", "unknown-function", "`endsWith`?"),
    Remarked(RULE, "subject.emails.‸exist(e, e == 'a')", "unknown-function", "`exists`?"),
    Remarked(RULE, "‸contains(subject.email, 'a')", "unknown-function", "called after a dot"),
    Remarked(RULE, "‸time.now() > task.created_at", "unknown-function", "did you mean `now`?"),
    Remarked(RULE, "‸c1.user.v1.HasApp(subject)", "wrong-arguments", "takes 2 arguments"),
    Remarked(RULE, "‸c1.user.v1.HasEntitlement(subject, 'a')", "wrong-arguments", "and this is 2"),
    Remarked(RULE, "‸time.parse('2025') > now()", "wrong-arguments", "takes 2 or 3 arguments"),
    Remarked(RULE, "subject.email.‸startsWith('a', 'b')", "wrong-arguments", "takes 1 argument"),
    Remarked(RULE, "‸now(1) > task.created_at", "wrong-arguments", "takes 0 arguments"),
    Remarked(
        RULE,
        "c1.user.v1.HasApp(‸subject.email, 'a')",
        "wrong-types",
        "the first argument must be `User`, and this is `string`",
    ),
    Remarked(
        RULE,
        "c1.user.v1.HasEntitlement(subject, ‸5, 'b')",
        "wrong-types",
        "the second argument must be `string`, and this is `int`",
    ),
    Remarked(RULE, "c1.app_user.v1.HasRiskScore(‸subject)", "wrong-types", "must be `AppUser`"),
    Remarked(
        APPROVER,
        "c1.directory.users.v1.GetManagers(‸appOwners)",
        "wrong-types",
        "must be `User`, and this is `list(User)`",
    ),
    Remarked(
        APPROVER,
        "c1.directory.users.v1.DirectReports(‸subject.id)",
        "wrong-types",
        "must be `User` or `list(User)`",
    ),
    Remarked(RULE, "ip.within(‸'10.0.0.0/8')", "wrong-types", "must be `CIDR`"),
    Remarked(RULE, "cidr('10.0.0.0/8').contains(‸'10.1.1.1')", "wrong-types", "must be `IP`"),
    Remarked(RULE, "subject.email.‸contains(5)", "wrong-types", "cannot be called on a `string`"),
    Remarked(RULE, "‸size(subject) > 0", "wrong-types", "`size` does not take `User`"),
    Remarked(
        RULE,
        "‸c1.user.v1.ListAppUsersForUser(subject, 'a').size() > 0",
        "not-in-place",
        "only in an account's configuration",
    ),
    Remarked(
        APPROVER,
        "‸c1.app_user.v1.HasRiskScore(account) ? [subject] : appOwners",
        "not-in-place",
        "only in a rule's condition or a wait's condition",
    ),
    Remarked(
        APPROVER,
        "‸c1.user.v1.GrantedFromEnrollment(subject, 'a', 'b') ? subject : subject",
        "not-in-place",
        "cannot be called in an approver expression",
    ),
    Remarked(CONFIG, "‸ip('10.0.0.1').isPrivate", "not-in-place", "`ip` cannot be called in"),
    Remarked(
        CONFIG,
        "‸c1.directory.apps.v1.GetEntitlementOwners('a', 'b')",
        "not-in-place",
        "cannot be called in an account's configuration",
    ),
    # Types.
    Remarked(RULE, "subject.email ‸== 5", "wrong-types", "put the number in quotes"),
    Remarked(RULE, "subject.email ‸== null", "wrong-types", "it is never null"),
    Remarked(RULE, "subject.status ‸== 'ENABLED'", "wrong-types", "write `UserStatus.ENABLED`"),
    Remarked(
        RULE, "subject.status ‸== UserType.HUMAN", "wrong-types", "`UserStatus` and `UserType`"
    ),
    Remarked(RULE, "subject.status ‸== 1", "wrong-types", "`UserStatus` and `int`"),
    Remarked(RULE, "subject.status ‸> UserStatus.ENABLED", "wrong-types", "have no order"),
    Remarked(
        RULE,
        "account.status ‸== APP_USER_STATUS_ENABLED",
        "wrong-types",
        "in `account.status.status`",
    ),
    Remarked(RULE, "subject ‸== 'a@company.com'", "wrong-types", "its `.id` or its `.email`"),
    Remarked(RULE, "subject.emails ‸== 'a'", "wrong-types", "write `value in list`"),
    Remarked(RULE, "task.isGrantPermanent ‸== 'true'", "wrong-types", "without quotes"),
    Remarked(RULE, "task.grantDuration ‸> '2h'", "wrong-types", '`duration("2h")`'),
    Remarked(RULE, "task.created_at ‸> '2025-01-01'", "wrong-types", "`timestamp(...)`"),
    Remarked(RULE, "now() - task.created_at ‸> 24", "wrong-types", '`duration("2h")`'),
    Remarked(RULE, "subject.email ‸+ 5 == 'a'", "wrong-types", "`string(...)`"),
    Remarked(RULE, "‸-subject.email == 1", "wrong-types", "needs a number"),
    Remarked(RULE, "!‸subject.email", "wrong-types", "`!` turns round `bool`"),
    Remarked(RULE, "ip.is4 && ‸subject.email", "wrong-types", "`&&` joins `bool`"),
    Remarked(
        RULE,
        "ip.is4 && ‸c1.directory.users.v1.FindByEmail(subject.email)",
        "wrong-types",
        "and this is `User`",
    ),
    Remarked(RULE, "‸subject.email ? true : false", "wrong-types", "before `?` stands a `bool`"),
    Remarked(RULE, "'admin' ‸in subject.email", "wrong-types", "write `.contains(...)`"),
    Remarked(RULE, "5 ‸in subject.emails", "wrong-types", "`int` is never in `list(string)`"),
    Remarked(RULE, "subject.emails‸['a'] == 'b'", "wrong-types", "has an `int` as its number"),
    Remarked(
        RULE, "subject.emails.‸exists(e, e)", "wrong-types", "what `exists` asks of each item"
    ),
    Remarked(
        APPROVER, "ip.is4 ‸? subject : appOwners", "wrong-types", "`[...]` around the single one"
    ),
    # Results.
    Remarked(RULE, "‸subject.email", "wrong-result", "must be `bool`, and this is `string`"),
    Remarked(RULE, "‸subject", "wrong-result", "compare a field of it"),
    Remarked(RULE, f"‸{MANAGERS}", "wrong-result", "`list(User)`"),
    Remarked(RULE, "‸size(subject.emails)", "wrong-result", "and this is `int`"),
    Remarked(WAIT, "‸task.created_at", "wrong-result", "a wait's condition must be `bool`"),
    Remarked(
        APPROVER,
        "‸c1.user.v1.HasEntitlement(subject, 'a', 'b')",
        "wrong-result",
        "`c1.directory.apps.v1.GetEntitlementMembers`",
    ),
    Remarked(APPROVER, "‸true", "wrong-result", "must be `User` or `list(User)`"),
    Remarked(APPROVER, "‸subject.manager", "wrong-result", "FindByEmail"),
    Remarked(APPROVER, "‸account", "wrong-result", "and this is `AppUser`"),
    Remarked(APPROVER, "‸[subject, appOwners]", "wrong-result", "`[subject] + appOwners`"),
    Remarked(APPROVER, "‸[subject.email]", "wrong-result", "and this is `list(string)`"),
    Remarked(APPROVER, "‸null", "wrong-result", "and this is `null`"),
    Remarked(
        APPROVER, "‸c1.directory.groups.v1.FindByName('a')", "wrong-result", "and this is `Group`"
    ),
    Remarked(PROVISIONER, "‸subject.email", "wrong-result", "a provisioner expression"),
    # Syntax.
    Remarked(RULE, "‸", "syntax", "is empty"),
    Remarked(RULE, "‸// nothing", "syntax", "is empty"),
    Remarked(RULE, "subject.email ‸= 'a'", "syntax", "write `==`"),
    Remarked(RULE, "subject.email ‸=== 'a'", "syntax", "write `==`"),
    Remarked(RULE, "subject.email ‸<> 'a'", "syntax", "write `!=`"),
    Remarked(RULE, "ip.is4 ‸& ip.is6", "syntax", "write `&&`"),
    Remarked(RULE, "ip.is4 ‸and ip.is6", "syntax", "write `&&`"),
    Remarked(RULE, "ip.is4 ‸OR ip.is6", "syntax", "write `||`"),
    Remarked(RULE, "‸not ip.is4", "syntax", "write `!`"),
    Remarked(RULE, "subject.email == ‸'a", "syntax", "never closed; end it with `'`"),
    Remarked(RULE, "subject.email == ‸“a”", "syntax", "typographic quote"),
    Remarked(RULE, "ip.is4 && ‸(ip.is6", "syntax", "this `(` is never closed"),
    Remarked(RULE, "ip.is4‸) && ip.is6", "syntax", "nothing is open"),
    Remarked(RULE, "size([1, 2‸) > 1", "syntax", "does not close the `[`"),
    Remarked(RULE, "ip.is4 &&‸", "syntax", "ends after `&&`"),
    Remarked(RULE, "ip.is4 &&\n‸|| ip.is6", "syntax", "cannot follow `&&`"),
    Remarked(RULE, "ip.is4 ? true‸", "syntax", "needs a `:`"),
    Remarked(RULE, "subject.profile.Cost ‸Center == 'a'", "syntax", '`["Cost Center"]`'),
    Remarked(RULE, "‸if ip.is4", "syntax", "there is no `if`"),
    Remarked(RULE, "‸{{ subject.email }} == 'a'", "syntax", "is for workflows"),
    Remarked(RULE, "subject.email.matches('‸\\d+')", "syntax", "write `\\\\d`"),
    Remarked(RULE, "subject.email == 'a'‸;", "syntax", "has no `;`"),
    Remarked(RULE, "subject‸->email == 'a'", "syntax", "write `.`"),
    Remarked(RULE, "has(‸subject)", "has-argument", "`has` takes a field"),
    Remarked(RULE, "has(subject.profile‸['a'])", "has-argument", 'write `"Job Code" in'),
    Remarked(RULE, "subject.emails.exists(‸1, true)", "syntax", "takes a new name first"),
    Remarked(FORM, "input.value +‸", "syntax", "a value is missing"),
    Remarked(FORM, "‸", "syntax", "is empty"),
    Remarked(CONFIG, "subject.email ‸subject.id", "syntax", "no operator between them"),
]
