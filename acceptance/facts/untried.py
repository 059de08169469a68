"""Facts that no suite can try: they need a person, time, or the product itself."""

from __future__ import annotations

from acceptance.fact import Fact

_DOCS = "the vendor's documentation"
_CLI = "the vendor's CLI"

FACTS = (
    Fact(
        "takeover-clears-annotations",
        "An edit in the product clears the ownership annotations.",
        "docs",
        _DOCS,
    ),
    Fact(
        "api-edit-keeps-annotations",
        "An edit by the API leaves the ownership annotations.",
        "docs",
        _DOCS,
    ),
    Fact(
        "managed-by-chip",
        "The product shows who manages a policy by its annotations.",
        "docs",
        _DOCS,
    ),
    Fact(
        "rate-limits",
        "A tenant that is asked too often answers 429 with `Retry-After`; no numbers are published.",
        "docs",
        _DOCS,
    ),
    Fact("roles", "Super Admins write policies, Read-Only Super Admins read them.", "docs", _DOCS),
    Fact("credentials-expire", "Credentials expire after 30 to 180 days, or never.", "docs", _DOCS),
    Fact(
        "snapshot",
        "A running task keeps the policy as it was when the task was made.",
        "docs",
        _DOCS,
    ),
    Fact("steps-after-end", "Nothing runs after `accept` or `reject`.", "docs", _DOCS),
    Fact(
        "large-groups",
        "A group of more than 128 members is not asked; the fallback is, or the Super Admins.",
        "docs",
        _DOCS,
    ),
    Fact(
        "empty-expression-skips",
        "An approver expression that finds nobody skips its step in silence.",
        "docs",
        _DOCS,
    ),
    Fact(
        "builtin-edits",
        "Builtin policies are edited in part at most; what the API answers is not known.",
        "docs",
        "the vendor's release notes",
    ),
    Fact(
        "wait-limits",
        "A wait lasts from one hour to one month in the product; what the API enforces is not known.",
        "docs",
        _DOCS,
    ),
    Fact("agent-user-read", "Older policies may read back with `agentUserId`.", "docs", _DOCS),
    Fact("eu-hosts", "Tenants in the EU are hosts of `c1eu.ai`.", "source", _CLI),
)
