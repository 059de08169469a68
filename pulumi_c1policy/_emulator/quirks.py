"""Quirks: ways in which tenants differ, as switches, each with its source.

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
SystemLogForm = Literal["entities", "calls", "forbidden", "missing"]


@dataclass(frozen=True)
class Quirks:
    """The answers of this tenant where tenants are known, or free, to differ.

    "Reference" is the reference's chapter on answers; "proto3 JSON" the protobuf JSON mapping.
    """

    unset_fields: UnsetFields = "emitted"
    """Unset fields are sent as zero values, left out, or null where the structure allows null.

    `null_everywhere` goes beyond the published structure, as the reference says some paths do.
    Source: reference, "unset scalars come back as false/""/[], or are absent, or are null".
    """

    rule_key: RuleKey = "step_key"
    """The spelling of a rule's step key in answers.

    Source: reference, "the server may answer with either or both".
    """

    deleted_get: DeletedGet = "deleted_at"
    """A GET of a deleted object answers the object with `deletedAt`, or 404.

    Source: reference, tried on a tenant with policies. The 404 is what clients expect.
    """

    shuffle_sets: bool = False
    """Lists without an order (user ids, group ids) come back in another order.

    Source: protobuf repeated fields backed by a set; no order of ids is documented.
    """

    timestamp_precision: TimestampPrecision = "nano"
    """The number of fractional digits in timestamps. Source: proto3 JSON, "0, 3, 6 or 9 digits"."""

    duration_style: DurationStyle = "plain"
    """Durations as `3600s`, or with a padded fraction, `3600.000s`.

    Source: proto3 JSON, "0, 3, 6, or 9 fractional digits, depending on required precision".
    """

    newer_api: bool = False
    """The tenant knows fields and enum values beyond the published structure.

    It sends such fields, has a builtin policy of an unknown type, and keeps unknown fields: an
    update mask may name them, and an update without a mask resets those that are left out. Source:
    protobuf evolution; the vendor's published files have gained fields every few months.
    """

    server_fills: bool = False
    """The tenant sets defaults of its own on creation for fields that were not sent.

    Source: the vendor's Terraform provider marks these attributes "computed".
    """

    pages: Pages = "exact"
    """Pages have the requested size; two policies more; or every other one none, with a token.

    Source: reference, "10 asked, 12 came" (live) and "none while nextPageToken is set" (source).
    """

    handler_errors: HandlerErrors = "unknown"
    """Errors of handlers: 500 with gRPC code 2, the same in a longer sentence, or 400 with code 3.

    Source: reference, the texts by the vendor's CLI; the status is inferred, and one such text
        was a 400.
    """

    steps_on_update: StepsOnUpdate = "refused"
    """Provision and action steps in an update: rejected as on creation (inferred), or accepted."""

    wait_limits: bool = False
    """Reject a wait outside one hour to one month, as the product's pages do.

    Source: reference, "what the API enforces is not known".
    """

    builtin_edits: BuiltinEdits = "forbidden"
    """A write to a builtin policy: 403, 400, 500, or edited but neither renamed nor deleted.

    Source: reference, "what the API answers is not known"; release notes mention partial edits.
    """

    check_ids: bool = False
    """Reject an id in the path that is not 27 letters and digits: 400 with the pattern.

    Source: reference, live on some endpoints; it is not known on which.
    """

    cel_ip: bool = True
    """`validate/cel` knows the variable `ip`. Source: reference, "is not said".

    A condition with `ip` is always saved, as the documentation says.
    """

    cel_doubtful: bool = True
    """Expressions know names that the documentation lists for other places, and CEL's extensions.

    Source: reference, environment of expressions: "warn, do not refuse".
    """

    deletion_guard: DeletionGuard = "chains"
    """Rules and baselines prevent a policy's deletion, or escalations and agents as well.

    Source: reference, "nothing says that escalations, agents ... stand in the way".
    """

    odd_masks: OddMasks = "refused"
    """A mask with unknown or snake_case paths is a 400, or accepted as far as it is understood.

    Source: reference, "nothing public tells".
    """

    unique_names: bool = False
    """Reject a second policy of the same name with 409.

    Source: reference, "they need not, it seems".
    """

    system_log: SystemLogForm = "entities"
    """Events that name policies as entities or as resources of API calls; or 403, or 404.

    Source: reference, "which of them tell of a policy, and who may read them, is not known".
    """

    delay: float = 0.0
    """Seconds by which every answer is delayed, as by a network."""

    search_lag: float = 0.0
    """Seconds by which search lags behind the writes.

    Source: inferred; a search index is filled after the write. The same applies to the next two.
    """

    list_lag: float = 0.0
    """Seconds by which the list lags behind the writes."""

    get_lag: float = 0.0
    """Seconds by which a GET by id lags behind the writes, as a replica may."""

    replicas: bool = False
    """Only every other read comes from a lagging replica; the others show the latest writes."""

    offset_pages: bool = False
    """Pages count from the start of the answer, the last changed policy first.

    Items move between pages while others write, so that a client sees some twice and some never.
    Source: inferred; the usual result of an offset behind a page token.
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
        """Return the same quirks with some changed."""
        unknown = sorted(set(changes) - {item.name for item in dataclasses.fields(self)})
        if unknown:
            raise ValueError(f"no such quirk: {', '.join(unknown)}")
        return Quirks(**{**dataclasses.asdict(self), **changes})
