"""The use of policies, as `c1policy usage --format json` writes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, get_args

from pulumi_c1policy._lifecycle.planning import uses
from pulumi_c1policy._lifecycle.planning.uses import PolicyUse
from pulumi_c1policy._review.pairing import PolicyPair
from pulumi_c1policy.errors import C1PolicyError

_ADVICE = "Give the output of `c1policy usage --format json`."
_KINDS = get_args(uses.Kind)


class UsageFileError(C1PolicyError):
    """A file that is not a report of `c1policy usage`."""


@dataclass(frozen=True, slots=True)
class PolicyUsage:
    """The use of one policy.

    Attributes:
        uses: The uses, the largest first.
        is_complete: False if there may be more uses.
    """

    uses: tuple[PolicyUse, ...]
    is_complete: bool

    @property
    def grants(self) -> int:
        """Return the number of grants of the entitlements."""
        return sum(use.grants for use in self.uses)


@dataclass(frozen=True, slots=True)
class UsageFile:
    """The use of the policies of a tenant, by the id of the policy."""

    by_id: dict[str, PolicyUsage]

    def find(self, pair: PolicyPair) -> PolicyUsage | None:
        """Return the use of a policy; None if the file does not tell it."""
        ids = [each.id for each in (pair.old, pair.new) if each is not None]
        return next((self.by_id[each] for each in ids if each in self.by_id), None)


def parse_usage(text: str) -> UsageFile:
    """Parse the JSON of `c1policy usage`.

    Raises:
        UsageFileError: The text is something else.
    """
    try:
        found = json.loads(text)
        is_complete = found["complete"] is True
        return UsageFile(
            {
                _read_text(row, "id"): PolicyUsage(_read_uses(row), is_complete)
                for row in found["policies"]
            }
        )
    except ValueError as error:
        raise UsageFileError(f"The file of uses is not valid: {error}.", _ADVICE) from error
    except (KeyError, TypeError) as error:
        message = "The file of uses is not a report of `c1policy usage`."
        raise UsageFileError(message, _ADVICE) from error


def _read_uses(row: dict[str, Any]) -> tuple[PolicyUse, ...]:
    own_id = _read_text(row, "id")
    return tuple(uses.sort([_read_use(own_id, use) for use in row["uses"]]))


def _read_use(policy_id: str, row: dict[str, Any]) -> PolicyUse:
    kind, grants = row["kind"], row["grants"]
    if kind not in _KINDS:
        message = f"{kind!r} is not a kind of use"
        raise ValueError(message)
    if type(grants) is not int:
        message = f"{grants!r} is not a number of grants"
        raise ValueError(message)
    return PolicyUse(
        policy_id=policy_id,
        kind=kind,
        id=_read_text(row, "id"),
        name=_read_text(row, "name"),
        app_id=_read_text(row, "app_id"),
        app_name=_read_text(row, "app_name"),
        places=tuple(map(str, row["places"])),
        grants=grants,
    )


def _read_text(row: dict[str, Any], key: str) -> str:
    value = row[key]
    if not isinstance(value, str):
        message = f"{key} is not a text"
        raise ValueError(message)  # noqa: TRY004 (a mistake in the file)
    return value
