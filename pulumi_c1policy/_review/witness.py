"""An example: a request that gets through with less than before, confirmed by the simulator."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pulumi_c1policy._cel.cel_values import CelObject, Value

SUBJECT_ID = "example"
"""The id of the person of an example, if no condition depends on it."""


@dataclass(frozen=True, slots=True)
class CallResult:
    """The result of a function of the tenant.

    Attributes:
        name: The function.
        arguments: The arguments; a message is `{"label": "subject"}`.
        result: The result.
    """

    name: str
    arguments: tuple[Value, ...]
    result: Value

    def __str__(self) -> str:
        shown = ", ".join(
            each["label"] if isinstance(each, dict) else json.dumps(each, ensure_ascii=False)
            for each in self.arguments
        )
        return f"{self.name}({shown})"


@dataclass(frozen=True, slots=True)
class ExampleRequest:
    """A request as plain JSON, for a person and for the simulator.

    Attributes:
        fields: The fields of `subject`, `task`, `entitlement` and `account`, by variable. Fields
            that no condition reads are left out.
        ip: The address that the request comes from; None if no condition reads it.
        now: The time of the request; None if no condition reads it.
        calls: The results of functions of the tenant.
    """

    fields: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    ip: str | None = None
    now: str | None = None
    calls: Sequence[CallResult] = ()

    def to_plain(self) -> dict[str, Any]:
        """Return the request as JSON values; docs/review.md describes them."""
        found: dict[str, Any] = {name: dict(fields) for name, fields in self.fields.items()}
        if self.ip is not None:
            found["ip"] = self.ip
        if self.now is not None:
            found["now"] = self.now
        if self.calls:
            found["functions"] = [{"call": str(each), "result": each.result} for each in self.calls]
        return found

    def to_arguments(self) -> dict[str, Any]:
        """Return the arguments of `simulate`."""
        subject = {"id": SUBJECT_ID, **self.fields.get("subject", {})}
        others = {name: value for name, value in self.fields.items() if name != "subject"}
        now = None if self.now is None else datetime.fromisoformat(self.now)
        return {
            "subject": subject,
            **others,
            "ip": self.ip,
            "now": now,
            "functions": _build_functions(self.calls),
        }


def _build_functions(calls: Sequence[CallResult]) -> dict[str, Callable[..., Value]]:
    tables: dict[str, dict[str, Value]] = {}
    for call in calls:
        tables.setdefault(call.name, {})[_make_call_key(call.arguments)] = call.result
    return {name: _build_function(name, table) for name, table in tables.items()}


def _build_function(name: str, table: Mapping[str, Value]) -> Callable[..., Value]:
    from pulumi_c1policy._cel.undecided import Undecided

    def call(*arguments: Value) -> Value:
        plain = tuple(
            {"label": each.label} if isinstance(each, CelObject) else each for each in arguments
        )
        return table.get(_make_call_key(plain), Undecided(f"`{name}` is not given"))

    return call


def _make_call_key(arguments: Sequence[Value]) -> str:
    return json.dumps(list(arguments), sort_keys=True, default=str)
