"""Real oddities of tenants as switches, each with its source.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_type_hints

UnsetFields = Literal["emitted", "omitted", "null", "null_everywhere"]
RuleKey = Literal["step_key", "policy_key", "both"]
DeletedGet = Literal["deleted_at", "not_found"]
TimestampPrecision = Literal["seconds", "micro", "nano"]
DurationStyle = Literal["plain", "padded"]
Pages = Literal["exact", "over_full", "empty"]
HandlerErrors = Literal["unknown", "wrapped", "invalid"]
StepsOnUpdate = Literal["refused", "accepted"]
BuiltinEdits = Literal["forbidden", "invalid", "error", "partly"]
DeletionGuard = Literal["chains", "all"]
OddMasks = Literal["refused", "tolerated"]


@dataclass(frozen=True)
class Quirks:
    """How this tenant answers where tenants are known, or free, to differ.

    "Reference" is the reference's chapter on what comes back; "proto3 JSON" the protobuf JSON
    mapping.
    """

    unset_fields: UnsetFields = "emitted"
    """Unset fields are emitted as zero values, omitted, or null where the structure allows null.

    `null_everywhere` goes beyond the published structure, as the reference says some paths do.
    Source: reference, "unset scalars come back as false/""/[], or are absent, or are null".
    """

    rule_key: RuleKey = "step_key"
    """The spelling in which a rule's step key is answered.

    Source: reference, "the server may answer with either or both".
    """

    deleted_get: DeletedGet = "deleted_at"
    """A GET of a deleted policy answers the policy with `deletedAt`, or 404.

    Source: reference, tried on a tenant. The 404 is what clients expect, and costs nothing to
        allow for.
    """

    shuffle_sets: bool = False
    """Lists whose order means nothing (user ids, group ids) come back in another order.

    Source: protobuf repeated fields backed by a set; no order of ids is documented.
    """

    timestamp_precision: TimestampPrecision = "nano"
    """Digits behind the second in timestamps. Source: proto3 JSON, "0, 3, 6 or 9 digits"."""

    duration_style: DurationStyle = "plain"
    """Durations as `3600s`, or with a padded fraction, `3600.000s`.

    Source: proto3 JSON, "0, 3, 6, or 9 fractional digits, depending on required precision".
    """

    newer_api: bool = False
    """The tenant is ahead of the published structure: it knows fields and enum values that are not
    in it.

    It emits such fields, has a builtin of an unknown type, and takes unknown fields as its own: it
    keeps them, an update mask may name them, and an update without a mask resets those that are
    left out. Source: protobuf evolution; the vendor's published files have gained fields every few
    months.
    """

    server_fills: bool = False
    """The tenant sets defaults of its own on creation where a field was not sent.

    Source: the vendor's Terraform provider marks these attributes "computed".
    """

    pages: Pages = "exact"
    """Pages hold what was asked for; two policies more; or every other one nothing, with a token.

    Source: reference, "10 asked, 12 came" (live) and "none while nextPageToken is set" (source).
    """

    handler_errors: HandlerErrors = "unknown"
    """Refusals of handlers: 500 with gRPC code 2, the same in a longer sentence, or 400 with code
    3.

    Source: reference, the texts by the vendor's CLI; the status is inferred, and one such text
        turned
    out to be a 400.
    """

    steps_on_update: StepsOnUpdate = "refused"
    """Provision and action steps in an update: refused as on creation (inferred), or accepted."""

    wait_limits: bool = False
    """Refuse a wait outside one hour to one month, as the product's pages do.

    Source: reference, "what the API enforces is not known".
    """

    builtin_edits: BuiltinEdits = "forbidden"
    """A write to a builtin policy: 403, 400, 500, or edited but neither renamed nor deleted.

    Source: reference, "what the API answers is not known"; release notes tell of partial edits.
    """

    check_ids: bool = False
    """Refuse an id in the path that is not 27 letters and digits: 400 with the pattern.

    Source: reference, live on some endpoints; which ones is not known.
    """

    cel_ip: bool = True
    """`validate/cel` knows the variable `ip`. Source: reference, "is not said".

    A condition with `ip` is saved in any case, as the documentation has it.
    """

    cel_doubtful: bool = True
    """Expressions know names that the documentation lists elsewhere only, and all of CEL's
    extensions.

    Source: reference, environment of expressions: "warn, do not refuse".
    """

    deletion_guard: DeletionGuard = "chains"
    """A policy is kept from deletion by rules and baselines, or by escalations and agents as well.

    Source: reference, "nothing says that escalations, agents ... stand in the way".
    """

    odd_masks: OddMasks = "refused"
    """A mask with unknown or snake_case paths is a 400, or taken as far as it is understood.

    Source: reference, "nothing public tells".
    """

    unique_names: bool = False
    """Refuse a second policy of the same name with 409.

    Source: reference, "they need not, it seems".
    """

    delay: float = 0.0
    """Seconds that every answer waits, as a network would make it."""

    search_lag: float = 0.0
    """Seconds that search is behind the writes: it answers what there was so long ago.

    Source: inferred; a search index is filled after the write. The same goes for the next two.
    """

    list_lag: float = 0.0
    """Seconds that the list is behind the writes."""

    get_lag: float = 0.0
    """Seconds that a GET by id is behind the writes, as a replica may be."""

    replicas: bool = False
    """Only every other read comes from a replica that lags; the others show the latest writes."""

    offset_pages: bool = False
    """Pages count from the start of the answer, the policy that was changed last first.

    Items move from page to page while others write, so that a client sees some twice and some
    never. Source: inferred; the usual result of an offset behind a page token.
    """

    get_or_create: bool = False
    """A create of a policy whose name and type exist is answered with that policy, unchanged.

    Source: inferred; proxies and other automation before an API are known to do it.
    """

    def __post_init__(self) -> None:
        for name, kind in get_type_hints(type(self)).items():
            value: Any = getattr(self, name)
            allowed = get_args(kind)
            if allowed and value not in allowed:
                raise ValueError(f"quirk {name} must be one of {', '.join(allowed)}")
            if kind is bool and not isinstance(value, bool):
                raise ValueError(f"quirk {name} must be true or false")
            if kind is float and not (type(value) in (int, float) and 0 <= value < math.inf):
                raise ValueError(f"quirk {name} must be a number, and not negative")

    def replace(self, **changes: str | float | bool) -> Quirks:
        """The same quirks with some changed."""
        unknown = sorted(set(changes) - {item.name for item in dataclasses.fields(self)})
        if unknown:
            raise ValueError(f"no such quirk: {', '.join(unknown)}")
        return Quirks(**{**dataclasses.asdict(self), **changes})
