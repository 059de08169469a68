"""The user's decisions: for one run, for one resource, or for a stack.

A decision for one run comes from the environment, because `--config` of the CLI writes into the
stack's file, where it would stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pulumi_c1policy._lifecycle.planning.decisions import DECISIONS, explain_value

Setting = Callable[[str], str | None]


def variable(name: str) -> str:
    """Return the environment variable of a decision."""
    return f"PULUMI_C1POLICY_{name.upper()}"


def key(name: str) -> str:
    """Return the config key of a decision, without its namespace."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def made(packed: object, setting: Setting, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the decisions that hold for a resource, by name; those without a value are left out.

    Args:
        packed: The options of the resource, as the program's side packed them.
        setting: Gives the stack's config.
        environment: The environment variables, which go before all else.
    """
    found = {}
    for name in DECISIONS:
        values = [value for _, value in _places(name, packed, setting, environment)]
        if values:
            found[name] = str(values[0])
    return found


def problems(
    packed: object, setting: Setting, environment: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Return each place that gives a decision a value which it does not have, and the sentence."""
    return [
        (place, sentence)
        for name in DECISIONS
        for place, value in _places(name, packed, setting, environment)
        if (sentence := explain_value(name, value))
    ]


def _places(
    name: str, packed: object, setting: Setting, environment: Mapping[str, str]
) -> list[tuple[str, Any]]:
    """The places that decide, the strongest first: variable, property of the resource, config."""
    options: Mapping[str, Any] = packed if isinstance(packed, Mapping) else {}
    found = [
        (variable(name), environment.get(variable(name)) or None),
        (name, options.get(name)),
        (f"c1policy:{key(name)}", setting(key(name))),
    ]
    return [(place, value) for place, value in found if value is not None]
