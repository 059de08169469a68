"""The setting `c1policy:checkIds`, from the environment or the stack's config."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Final, Literal, TypeAlias, get_args

Level: TypeAlias = Literal["off", "warn", "error"]
LEVELS: Final[tuple[Level, ...]] = get_args(Level)
KEY: Final = "checkIds"
"""The config key, without its namespace."""
VARIABLE: Final = "PULUMI_C1POLICY_CHECK_IDS"
"""The environment variable, which takes precedence."""

Setting = Callable[[str], str | None]


def read(setting: Setting, environment: Mapping[str, str]) -> Level | None:
    """Return the level that the user set; None if there is none, or an unknown one.

    Args:
        setting: Return the stack's value for a config key.
        environment: The environment variables.
    """
    _, value = _find_source(setting, environment)
    return next((level for level in LEVELS if level == value), None)


def find_problems(setting: Setting, environment: Mapping[str, str]) -> list[str]:
    """Return a sentence for an unknown level."""
    place, value = _find_source(setting, environment)
    if value is None or value in LEVELS:
        return []
    near = get_close_matches(value.lower(), LEVELS, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return [f"{place} is {value!a}; write one of {', '.join(LEVELS)}.{hint}"]


def _find_source(setting: Setting, environment: Mapping[str, str]) -> tuple[str, str | None]:
    if given := environment.get(VARIABLE):
        return VARIABLE, given
    return f"c1policy:{KEY}", setting(KEY)
