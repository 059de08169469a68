"""The keys of a stack's config in our namespace: which there are, and what is said of others.

A key that nobody reads is a setting that is not followed: a mistyped `c1policy:serverUrl` would let a
run go to the tenant of the environment. No value of a key is ever shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final
from weakref import WeakSet

import pulumi
from pulumi.runtime import config as program_config
from pulumi.runtime import get_root_resource

from pulumi_c1policy._client.settings import ENVIRONMENT, SECRET_KEYS
from pulumi_c1policy._lifecycle.planning.decisions import DECISIONS
from pulumi_c1policy._pulumi import decisions, tenants

NAMESPACE: Final = "c1policy"
SEVERITY: Final = "severity"
FORMER: Final = "ignoreWarnings"

ONLINE: Final = "validateOnline"

KEYS: Final = (*ENVIRONMENT, SEVERITY, ONLINE, *map(decisions.key, DECISIONS), tenants.ALLOW)
"""Every key that is followed, without the namespace."""

_ALIKE = 0.8
_told: WeakSet[pulumi.Resource] = WeakSet()


def ours(config: object) -> list[str]:
    """The keys of our namespace that are set, without it.

    Args:
        config: What the engine configures a provider with; it keeps its keys to itself.
    """
    properties = getattr(config, "_props", config)
    if not isinstance(properties, Mapping):
        return []
    prefix = f"{NAMESPACE}:"
    found = [key for key in properties if isinstance(key, str) and key.startswith(prefix)]
    return sorted(key.removeprefix(prefix) for key in found)


def meant(key: str) -> str | None:
    """The key that a near miss stands for; None where it resembles none.

    Letters in another case, other separators, the name of an environment variable and single mistyped
    letters are near misses.
    """
    names = {_plain(variable): known for known, variable in ENVIRONMENT.items()}
    names |= {_plain(known): known for known in KEYS}
    near = get_close_matches(_plain(key), names, n=1, cutoff=_ALIKE)
    return names[near[0]] if near else None


def _plain(key: str) -> str:
    return "".join(filter(str.isalnum, key)).casefold()


def near_misses(keys: Iterable[str]) -> list[str]:
    """A sentence for each key that nobody reads and that was meant to be another."""
    found = ((key, meant(key)) for key in _unknown(keys))
    return [
        f"The config key {NAMESPACE}:{key} does not exist; {NAMESPACE}:{known} does. Set that one "
        f"instead (`pulumi config set {_option(known)}{NAMESPACE}:{known}`), and remove this one "
        f"(`pulumi config rm {NAMESPACE}:{key}`)."
        for key, known in found
        if known
    ]


def strangers(keys: Iterable[str]) -> list[str]:
    """A warning for each key that nobody reads and that resembles none."""
    return [
        f"The config key {NAMESPACE}:{key} has no effect: there is no such key. The keys are "
        f"{', '.join(KEYS)}."
        for key in _unknown(keys)
        if not meant(key)
    ]


def _unknown(keys: Iterable[str]) -> list[str]:
    return [key for key in keys if key not in KEYS and key != FORMER]


def _option(key: str) -> str:
    return "--secret " if key in SECRET_KEYS else ""


def warn_of_plain_secrets() -> None:
    """Warn, once a run, of secrets that the running program's stack keeps as plain text.

    Only the program's side can tell: a plugin gets secrets in the clear and unmarked.
    """
    root = get_root_resource()
    if root is None or root in _told:
        return
    _told.add(root)
    names = [f"{NAMESPACE}:{key}" for key in ENVIRONMENT if key in SECRET_KEYS]
    if plain := [name for name in names if _is_plain(name)]:
        commands = ", ".join(f"`pulumi config set --secret {name}`" for name in plain)
        pulumi.log.warn(
            f"{' and '.join(plain)} {'stands' if len(plain) == 1 else 'stand'} in the stack's config "
            f"as plain text. Encrypt with {commands}; replace the secret if others may have read it."
        )


def _is_plain(name: str) -> bool:
    return bool(program_config.get_config(name)) and not program_config.is_config_secret(name)
