"""The sources of the user's decisions: for one run, for one resource, or for a stack.

A decision for one run comes from the environment, because `--config` of the CLI writes into the
stack's file, where it would stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pulumi_c1policy._lifecycle.planning.decisions import DECISIONS, explain_value

Setting = Callable[[str], str | None]


def name_variable(name: str) -> str:
    """Return the environment variable of a decision."""
    return f"PULUMI_C1POLICY_{name.upper()}"


def name_key(name: str) -> str:
    """Return the config key of a decision, without its namespace."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def combine(packed: object, setting: Setting, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the decisions that apply to a resource, by name; those without a value are left out.

    Args:
        packed: The options of the resource, as the program packed them.
        setting: Return the stack's value for a config key.
        environment: The environment variables, which take precedence.
    """
    found = {}
    for name in DECISIONS:
        values = [value for _, value in _list_sources(name, packed, setting, environment)]
        if values:
            found[name] = str(values[0])
    return found


def find_problems(
    packed: object, setting: Setting, environment: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Find each source that gives a decision an unknown value; return its name and a sentence."""
    return [
        (place, sentence)
        for name in DECISIONS
        for place, value in _list_sources(name, packed, setting, environment)
        if (sentence := explain_value(name, value))
    ]


def _list_sources(
    name: str, packed: object, setting: Setting, environment: Mapping[str, str]
) -> list[tuple[str, Any]]:
    """List the sources of a decision by precedence: variable, property of the resource, config."""
    options: Mapping[str, Any] = packed if isinstance(packed, Mapping) else {}
    found = [
        (name_variable(name), environment.get(name_variable(name)) or None),
        (name, options.get(name)),
        (f"c1policy:{name_key(name)}", setting(name_key(name))),
    ]
    return [(place, value) for place, value in found if value is not None]
