"""Expressions that are accepted with a warning."""

from __future__ import annotations

from tests.unit.cel.corpus.case import (
    APPROVER,
    CONFIG,
    MANAGERS,
    PROVISIONER,
    RULE,
    WAIT,
    Remarked,
)

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
        APPROVER, "appOwners.‸rankBy(o, o.email)", "unknown-function", "`rankBy` is not documented"
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
    Remarked(CONFIG, "subject.emails‸[-1]", "first-of-maybe-empty", "`[size(list) - 1]`"),
    # What CEL has beyond its standard, and a tenant may have.
    Remarked(RULE, "account.risk_score['a'] ‸> 3.5", "undocumented", "write both alike"),
    Remarked(RULE, "subject.emails.‸exists(i, e, e == 'a')", "undocumented", "with 3 arguments"),
    Remarked(RULE, "subject.emails.‸sort() == []", "undocumented", "`sort` is a part of CEL"),
    Remarked(RULE, "subject.emails.‸reverse() == []", "undocumented", "a part of CEL"),
    Remarked(RULE, "‸sets.contains([1], subject.profile.a)", "undocumented", "`sets.contains`"),
    Remarked(RULE, "‸string(subject.status) == 'a'", "undocumented", "a part of CEL"),
    Remarked(RULE, "‸string(ip) == '10.0.0.1'", "undocumented", "a part of CEL"),
    # Which name is near, and which is not.
    Remarked(APPROVER, "‸c1.future.v1.Approvers(subject)", "unknown-function", "may not exist"),
    Remarked(
        APPROVER,
        "task.isGrantPermanent ? subject : ‸null",
        "approver-can-be-empty",
        "may find nobody",
    ),
    Remarked(RULE, "task.grantDuration > duration(‸'')", "bad-literal", "an empty text is no"),
    Remarked(
        RULE,
        "ip.within(cidr(‸'10.0.0.0/8, 10.1.0.0/16'))",
        "bad-literal",
        "write several like `cidr(",
    ),
]
