"""The findings of the doctor, and the checks that make them. Data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias, get_args

Check: TypeAlias = Literal[
    "python",
    "package",
    "pulumi-sdk",
    "hooks",
    "extras",
    "pulumi-cli",
    "pulumi-plugin",
    "config",
    "tenant",
    "credential",
    "authorities",
    "proxy",
    "connection",
    "tls",
    "clock",
    "access-token",
    "client",
    "policies",
    "leftovers",
]
CHECKS: Final[tuple[Check, ...]] = get_args(Check)
"""The names of the checks, in the order of a report."""

Status: TypeAlias = Literal["right", "not-right", "cannot-tell"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
"""The results of a check."""

Detail: TypeAlias = str | float | bool | Sequence[str] | None


@dataclass(frozen=True, slots=True)
class DoctorFinding:
    """The result of one check.

    Attributes:
        check: The check.
        status: Right, not right, or cannot tell.
        text: One or more sentences about the fact.
        advice: The next step; "" if there is none.
        details: Facts for programs.
        is_error: The doctor itself failed, or an option names something that cannot be read.
    """

    check: Check
    status: Status
    text: str
    advice: str = ""
    details: Mapping[str, Detail] = field(default_factory=dict)
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """The findings of all checks, and the tenant; "" if the settings name none."""

    tenant: str
    findings: Sequence[DoctorFinding]

    @property
    def is_right(self) -> bool:
        """Return whether no check found anything that is not right, and none failed."""
        return not any(each.status == "not-right" or each.is_error for each in self.findings)

    @property
    def has_error(self) -> bool:
        """Return whether a check failed."""
        return any(each.is_error for each in self.findings)

    def map_texts(self, change: Callable[[str], str]) -> DoctorReport:
        """Return the report with each text changed, such as by a mask for secrets."""
        return DoctorReport(
            change(self.tenant),
            [
                replace(
                    each,
                    text=change(each.text),
                    advice=change(each.advice),
                    details={
                        name: _map_detail(value, change) for name, value in each.details.items()
                    },
                )
                for each in self.findings
            ],
        )


def _map_detail(value: Detail, change: Callable[[str], str]) -> Detail:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Sequence):
        return [change(each) for each in value]
    return value
