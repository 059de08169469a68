"""Facts that no suite can try: they need a person, another role, time, or policies of others."""

from __future__ import annotations

from acceptance.fact import API, CEL, CLI, GUIDE, NOTES, SDK, TERRAFORM, Certainty, Fact

# fmt: off
_FACTS: tuple[tuple[str, Certainty, str, str], ...] = (
    ("roles", "docs", GUIDE,
     "Super Admins write policies, Read-Only Super Admins read them; no lesser role "
     "manages them."),
    ("permission", "live", CLI,
     "Missing permission is 403; a credential's scope is cut down to its owner's role."),
    ("credential-lifetime", "docs", GUIDE,
     "Credentials of service principals expire after 30 to 180 days, personal ones after "
     "30 or 90 days or never."),
    ("dpop", "docs", GUIDE, "A credential may demand DPoP, for the token request as well."),
    ("ip-allow-list", "docs", GUIDE, "A tenant may have an IP allow-list."),
    ("federation", "docs", SDK,
     "An OIDC token of at most 10 minutes is exchanged for an access token (RFC 8693)."),
    ("credentials-in-body", "docs", SDK,
     "The token endpoint takes credentials in the body, never in a header."),
    ("eu-hosts", "source", CLI,
     "Tenants in the EU are at `*.c1eu.ai`, so that a bare tenant name is ambiguous."),
    ("rate-limit", "docs", API,
     "A rate limit is 429 with `Retry-After` in seconds or as a date; no numbers are "
     "published."),
    ("page-default", "docs", API, "A page without a size holds 25."),
    ("page-largest", "docs", API, "The largest page is 100."),
    ("page-over-full", "live", CLI,
     "A page may hold more than was asked for: 12 came where 10 were asked."),
    ("page-empty", "source", CLI,
     "A page may hold nothing while `nextPageToken` is set, because the scope filter runs "
     "after the fetch."),
    ("search-scopes", "docs", API,
     "A search without `refs` finds policies without a scope only, unless `scopeView` says"
     " otherwise."),
    ("scope-stays", "docs", API, "`scope` cannot change after creation."),
    ("id-check", "live", CLI,
     "An id of another form than 27 letters and digits is a 400 on some endpoints; which "
     "ones is not known."),
    ("first-match", "docs", GUIDE, "The first rule that matches wins, top to bottom."),
    ("nothing-after-end", "docs", GUIDE, "Nothing runs after `accept` or `reject`."),
    ("provisioning", "docs", GUIDE,
     "Provisioning is set on the entitlement and runs after the policy has granted."),
    ("group-size", "docs", GUIDE,
     "If a group has more than 128 members, or no approver is found, the fallback gets the"
     " task, otherwise the Super Admins."),
    ("empty-expression", "docs", CEL,
     "An approver expression that returns nobody silently skips its step."),
    ("fallback-switch", "source", CLI, "The group switch chooses groups *instead of* users."),
    ("wait-length", "docs", GUIDE,
     "A wait lasts from one hour to one month in the product's pages; what the API "
     "enforces is not known."),
    ("escalation-seconds", "inferred", API, "`escalation.expiration` is in seconds."),
    ("task-snapshot", "docs", GUIDE,
     "A task takes a snapshot of its chain of policies when it is made."),
    ("chain-feature", "docs", NOTES,
     "`rules[].policyId` and `baselinePolicyId` are generally available since 2026-08-21."),
    ("builtin-edits", "docs", NOTES,
     "Some builtin policies can be edited in part; what the API answers is not known. This"
     " project does not change them."),
    ("builtin-steps", "live", CLI, "Definitions of builtin policies hold no `provision` step."),
    ("product-edit", "docs", API, "A person's edit in the product clears the ownership keys."),
    ("managed-chip", "docs", API, "With the ownership keys the product shows a \"Managed by\" chip."),
    ("no-usage-guard", "inferred", API,
     "Apps and entitlements that use a policy do not prevent its deletion."),
    ("attachment-mask", "docs", API,
     "An update of an app or an entitlement changes the fields in its mask alone."),
    ("attachment-no-mask", "inferred", TERRAFORM,
     "An update of an entitlement without a mask rewrites every field that can be written;"
     " the provider sends none."),
    ("attachment-empty", "inferred", API,
     "An empty policy id of an entitlement means the policy of its app, and one of an app "
     "that of the tenant."),
    ("attachment-type", "inferred", API,
     "An update that attaches a policy that does not exist, or of another type, is "
     "rejected."),
    ("cel-ip", "docs", CEL,
     "Conditions know `ip`; the documentation does not say whether `validate/cel` knows "
     "it."),
    ("approver-ip", "inferred", CEL, "Approver expressions do not know `ip`."),
    ("outages", "source", CLI,
     "Code 2 with an unknown text proves nothing; an outage is 502, 503, 504, has code 14 "
     "or 4, or is not JSON."),
)  # fmt: skip

FACTS = tuple(
    Fact(name, statement, certainty, source) for name, certainty, source, statement in _FACTS
)
# fmt: on
