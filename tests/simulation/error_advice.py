"""The options and messages of the product that the simulation depends on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LEFTOVER_OPTION = "on_leftover"
"""The key among a resource's internal input `__options`."""

LEFTOVER_VARIABLE = "PULUMI_C1POLICY_ON_LEFTOVER"
"""The environment variable of a decision for one run."""

TENANT_OUTPUT = "__tenant"
"""The output that holds the tenant's host and port."""

_URN = re.compile(r"pulumi state delete '?(urn:\S*::)?(?P<name>[\w.-]+)")
_DECISION = re.compile(rf"{LEFTOVER_VARIABLE}=(adopt|leave)")
_TAKE_BACK = re.compile(r'on_takeover="take_back"')


@dataclass(frozen=True)
class Advice:
    """The advice in error messages.

    Attributes:
        environment: Variables for the next run.
        forget: Resources to remove from the state.
        drop: True if resources that others took over must leave the program.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    forget: frozenset[str] = frozenset()
    drop: bool = False


def read_advice(messages: list[str]) -> Advice:
    """Read the advice in the messages of a failed run."""
    text = "\n".join(messages)
    decisions = _DECISION.findall(text)
    chosen = "adopt" if "adopt" in decisions else "leave" if decisions else ""
    return Advice(
        environment={LEFTOVER_VARIABLE: chosen} if chosen else {},
        forget=frozenset(found["name"] for found in _URN.finditer(text)),
        drop=bool(_TAKE_BACK.search(text)) or "was taken over by" in text,
    )


def find_decision(process_environment: Mapping[str, str], options: Mapping[str, Any]) -> str:
    """Return the decision about leftovers for a resource in a run."""
    of_run = process_environment.get(LEFTOVER_VARIABLE, "")
    return of_run or str(options.get(LEFTOVER_OPTION) or "refuse")
