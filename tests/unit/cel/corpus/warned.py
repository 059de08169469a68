"""Expressions that are accepted with a warning."""

from __future__ import annotations

from tests.unit.cel.corpus.case import (
    APPROVER,
    CONFIG,
    MANAGERS,
    PROVISIONER,
    RULE,
    WAIT,
    Case,
)

WARNED = [
    # Documented doubtfully.
    Case(RULE, '‸user.email == "a"', "undocumented", "one page of the documentation"),
    Case(APPROVER, "‸user", "undocumented", "`user` may not be available here"),
    Case(CONFIG, "‸entitlement.id", "undocumented", "contradicts itself"),
    Case(CONFIG, "‸task.id", "undocumented", "contradicts itself"),
    Case(RULE, 'entitlement.‸displayName == "x"', "undocumented", "not for policies"),
    Case(RULE, 'entitlement.‸display_name == "x"', "undocumented", "not for policies"),
    Case(RULE, 'entitlement.‸description == "x"', "undocumented", "not for policies"),
    Case(RULE, 'entitlement.‸app_resource_type_id == "x"', "undocumented", "not for policies"),
    Case(RULE, 'entitlement.‸app_resource_id == "x"', "undocumented", "not for policies"),
    Case(RULE, 'entitlement.‸role.id == "x"', "undocumented", "not for policies"),
    Case(RULE, 'entitlement.‸scope.display_name == "x"', "undocumented", "not for policies"),
    Case(RULE, "task.‸createdAt < now()", "undocumented", "documented as `created_at` only"),
    Case(RULE, "account.‸riskScore['x'] > 5", "undocumented", "`risk_score` only"),
    Case(RULE, "subject.type == ‸USER_TYPE_HUMAN", "undocumented", "write `UserType.HUMAN`"),
    Case(
        RULE,
        "subject.status == ‸UserStatus.USER_STATUS_ENABLED",
        "undocumented",
        "write `UserStatus.ENABLED`",
    ),
    Case(
        RULE,
        "account.status.status == ‸AppUserStatus.ENABLED",
        "undocumented",
        "write `APP_USER_STATUS_ENABLED`",
    ),
    Case(RULE, "subject.status != ‸UserStatus.UNSPECIFIED", "undocumented", "not a documented"),
    Case(
        RULE,
        '‸time.end_of(now(), "day", "Europe/Berlin") > now()',
        "undocumented",
        "only `time.start_of` is documented with one",
    ),
    Case(
        CONFIG,
        '‸c1.user.v1.GetAppUsersForUser(subject, "app").size()',
        "undocumented",
        "write `c1.user.v1.ListAppUsersForUser`",
    ),
    Case(RULE, "size([‸?subject.?manager]) > 0", "undocumented", "a part of CEL"),
    Case(RULE, "‸cel.bind(a, subject.email, a == a + a)", "undocumented", "a part of CEL"),
    # Functions that a newer tenant may have.
    Case(RULE, "‸c1.future.v1.Score(subject) > 5", "unknown-function", "is not documented"),
    Case(RULE, '‸c1.user.v2.HasApp(subject, "a")', "unknown-function", "`c1.user.v1.HasApp`?"),
    Case(RULE, "‸isOnCall(subject)", "unknown-function", "may not exist"),
    Case(RULE, 'subject.email.‸toLowerCase() == "a"', "unknown-function", "`lowerAscii`?"),
    Case(RULE, 'subject.email.‸beginsWith("a")', "unknown-function", "`startsWith`?"),
    Case(
        RULE,
        f'{MANAGERS}.‸existsOne(m, m.email == "a")',
        "unknown-function",
        "did you mean `exists_one`?",
    ),
    Case(
        APPROVER, "appOwners.‸rankBy(o, o.email)", "unknown-function", "`rankBy` is not documented"
    ),
    Case(CONFIG, "‸custom.encode(subject.email)", "unknown-function", "may not exist"),
    # Results whose type is known only at run time.
    Case(RULE, "‸subject.attributes.isContractor", "unknown-result", "known only at run time"),
    Case(APPROVER, "‸subject.attributes.boss", "unknown-result", "`User` or `list(User)`"),
    Case(APPROVER, "‸[subject.attributes.boss]", "unknown-result", "known only at run time"),
    Case(WAIT, '‸subject.profile["done"]', "unknown-result", "a wait's condition"),
    # Spellings.
    Case(RULE, 'subject.‸employment_type == "x"', "old-spelling", "write `employmentType`"),
    Case(RULE, 'subject.‸job_title.contains("x")', "old-spelling", "write `jobTitle`"),
    Case(RULE, "task.‸is_grant_permanent", "old-spelling", "write `isGrantPermanent`"),
    Case(RULE, 'task.‸grant_duration > duration("720h")', "old-spelling", "write `grantDuration`"),
    Case(RULE, 'entitlement.‸app_id == "x"', "old-spelling", "write `appId`"),
    Case(RULE, 'account.‸display_name == "x"', "old-spelling", "write `displayName`"),
    Case(
        APPROVER, 'appOwners + [subject].filter(u, u.‸display_name == "x")', "old-spelling", "write"
    ),
    Case(RULE, "task.origin == ‸TASK_ORIGIN_REQUEST", "old-spelling", "`TaskOrigin.WEBAPP`"),
    Case(RULE, "task.origin == ‸TASK_ORIGIN_CERTIFY", "old-spelling", "an old name"),
    # Literals that fail at run time.
    Case(RULE, "task.grantDuration > duration(‸'30d')", "bad-literal", "write `720h`"),
    Case(RULE, "task.grantDuration > duration(‸'soon')", "bad-literal", "hours, minutes"),
    Case(RULE, "now() > timestamp(‸'2025-01-01')", "bad-literal", "2025-01-31T00:00:00Z"),
    Case(RULE, "ip.within(cidr(‸'10.0.0.0'))", "bad-literal", "`10.0.0.0/8`"),
    Case(RULE, "ip.within(cidr(['10.0.0.0/8', ‸'10.0.0.0/33']))", "bad-literal", "not a network"),
    Case(RULE, "ip(‸'10.0.0.256').isPrivate", "bad-literal", "not an IP address"),
    Case(
        RULE, "subject.email.matches(‸'[a-z')", "bad-literal", "not a valid RE2 regular expression"
    ),
    Case(RULE, "time.start_of(now(), ‸'decade') < now()", "bad-literal", "not a unit of time"),
    Case(
        RULE,
        "time.format(now(), '15', ‸'America/NewYork') > '09'",
        "bad-literal",
        "not a time zone",
    ),
    Case(RULE, "task.created_at.getHours(‸'Berlin') < 9", "bad-literal", "not a time zone"),
    # Lists that may be too short.
    Case(
        RULE,
        f"{MANAGERS}‸[0].department == 'IT'",
        "first-of-maybe-empty",
        "`[0]` fails if the list is too short",
    ),
    Case(APPROVER, f"[{MANAGERS}‸[0]]", "first-of-maybe-empty", "check `size(...)` first"),
    Case(APPROVER, "[appOwners‸[1]]", "first-of-maybe-empty", "`[1]` fails if"),
    Case(CONFIG, "subject.emails‸[0]", "first-of-maybe-empty", "too short"),
    Case(
        APPROVER,
        f"size({MANAGERS}) > 0 ? [{MANAGERS}‸[1]] : appOwners",
        "first-of-maybe-empty",
        "`[1]` fails if",
    ),
    # Approver expressions that may return no users.
    Case(APPROVER, f"‸{MANAGERS}", "approver-can-be-empty", "then skips the step"),
    Case(APPROVER, "‸[]", "approver-can-be-empty", "set a fallback"),
    Case(
        APPROVER,
        "‸appOwners.filter(o, o.department == 'IT')",
        "approver-can-be-empty",
        "may return no users",
    ),
    Case(
        APPROVER,
        f"size({MANAGERS}) > 0 ? {MANAGERS} : ‸[]",
        "approver-can-be-empty",
        "then skips the step",
    ),
    Case(
        APPROVER,
        "‸c1.directory.users.v1.FindByName('Jane')",
        "approver-can-be-empty",
        "may return no users",
    ),
    Case(
        APPROVER,
        "‸c1.directory.apps.v1.GetEntitlementMembers('app', 'role')",
        "approver-can-be-empty",
        "may return no users",
    ),
    Case(PROVISIONER, f"‸{MANAGERS}", "approver-can-be-empty", "no provisioner"),
    # Conditions that do not depend on the request.
    Case(RULE, "‸true", "always-true", "the rules below and the baseline are never used"),
    Case(RULE, "‸1 == 1", "always-true", "always true"),
    Case(RULE, "‸subject.email == 'a' || true", "always-true", "always true"),
    Case(RULE, "‸subject.email == subject.email", "always-true", "always true"),
    Case(RULE, "‸subject.email != 'a' || subject.email != 'b'", "always-true", "always true"),
    Case(RULE, "‸ip.isPrivate || !ip.isPrivate", "always-true", "always true"),
    Case(RULE, "‸false", "always-false", "the rule never matches"),
    Case(RULE, "‸'a' == 'b'", "always-false", "never true"),
    Case(RULE, "‸subject.email == 'a' && subject.email == 'b'", "always-false", "never true"),
    Case(RULE, "‸ip.isPrivate && !ip.isPrivate", "always-false", "never true"),
    Case(RULE, "‸ip.is4 && subject.email != subject.email", "always-false", "never true"),
    Case(WAIT, "‸true", "always-true", "does not wait"),
    Case(WAIT, "‸false", "always-false", "times out"),
    # Expressions that cannot be checked.
    Case(RULE, "‸" + "(" * 60 + "true" + ")" * 60, "unchecked", "it is nested too deeply"),
    Case(CONFIG, "subject.emails‸[-1]", "first-of-maybe-empty", "`[size(list) - 1]`"),
    # CEL extensions that a tenant may have.
    Case(RULE, "account.risk_score['a'] ‸> 3.5", "undocumented", "write both as the same type"),
    Case(RULE, "subject.emails.‸exists(i, e, e == 'a')", "undocumented", "with 3 arguments"),
    Case(RULE, "subject.emails.‸sort() == []", "undocumented", "`sort` is a part of CEL"),
    Case(RULE, "subject.emails.‸reverse() == []", "undocumented", "a part of CEL"),
    Case(RULE, "‸sets.contains([1], subject.profile.a)", "undocumented", "`sets.contains`"),
    Case(RULE, "‸string(subject.status) == 'a'", "undocumented", "a part of CEL"),
    Case(RULE, "‸string(ip) == '10.0.0.1'", "undocumented", "a part of CEL"),
    # Similar names.
    Case(APPROVER, "‸c1.future.v1.Approvers(subject)", "unknown-function", "may not exist"),
    Case(
        APPROVER,
        "task.isGrantPermanent ? subject : ‸null",
        "approver-can-be-empty",
        "may return no users",
    ),
    Case(RULE, "task.grantDuration > duration(‸'')", "bad-literal", "an empty string is not"),
    Case(
        RULE,
        "ip.within(cidr(‸'10.0.0.0/8, 10.1.0.0/16'))",
        "bad-literal",
        "write several networks as `cidr(",
    ),
]
