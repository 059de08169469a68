"""The config keys of our namespace, and messages about other keys.

A key that nothing reads is a setting without effect: with a mistyped `c1policy:serverUrl`, a run
would use the tenant of the environment. Messages never show the value of a key.
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
from pulumi_c1policy._pulumi import decision_sources, tenants

NAMESPACE: Final = "c1policy"
SEVERITY: Final = "severity"
FORMER: Final = "ignoreWarnings"

ONLINE: Final = "validateOnline"

KEYS: Final = (
    *ENVIRONMENT,
    SEVERITY,
    ONLINE,
    *map(decision_sources.name_key, DECISIONS),
    tenants.ALLOW,
)
"""Every config key that is read, without the namespace."""

_ALIKE = 0.8
_told: WeakSet[pulumi.Resource] = WeakSet()


def select_ours(config: object) -> list[str]:
    """Select the keys of our namespace that are set, without it.

    Args:
        config: The object with which the engine configures a provider; its keys are private.
    """
    properties = getattr(config, "_props", config)
    if not isinstance(properties, Mapping):
        return []
    prefix = f"{NAMESPACE}:"
    found = [key for key in properties if isinstance(key, str) and key.startswith(prefix)]
    return sorted(key.removeprefix(prefix) for key in found)


def guess_key(key: str) -> str | None:
    """Guess the key that an unknown one was meant to be; None if none is similar.

    Near misses are other letter case, other separators, the name of an environment variable, and
    single mistyped letters.
    """
    names = {_plain(variable): known for known, variable in ENVIRONMENT.items()}
    names |= {_plain(known): known for known in KEYS}
    near = get_close_matches(_plain(key), names, n=1, cutoff=_ALIKE)
    return names[near[0]] if near else None


def _plain(key: str) -> str:
    return "".join(filter(str.isalnum, key)).casefold()


def find_near_misses(keys: Iterable[str]) -> list[str]:
    """Make a sentence for each unknown key that is a near miss of a known one."""
    found = ((key, guess_key(key)) for key in _unknown(keys))
    return [
        f"The config key {NAMESPACE}:{key} does not exist; {NAMESPACE}:{known} does. Set that one "
        f"instead (`pulumi config set {_option(known)}{NAMESPACE}:{known}`), and remove this one "
        f"(`pulumi config rm {NAMESPACE}:{key}`)."
        for key, known in found
        if known
    ]


def find_unknown(keys: Iterable[str]) -> list[str]:
    """Make a warning for each unknown key that is similar to no known one."""
    return [
        f"The config key {NAMESPACE}:{key} has no effect: there is no such key. The keys are "
        f"{', '.join(KEYS)}."
        for key in _unknown(keys)
        if not guess_key(key)
    ]


def _unknown(keys: Iterable[str]) -> list[str]:
    return [key for key in keys if key not in KEYS and key != FORMER]


def _option(key: str) -> str:
    return "--secret " if key in SECRET_KEYS else ""


def warn_of_plain_secrets() -> None:
    """Warn, once a run, of secrets in the stack's config as plain text.

    Only the program can tell: a plugin gets secrets decrypted and unmarked.
    """
    root = get_root_resource()
    if root is None or root in _told:
        return
    _told.add(root)
    names = [f"{NAMESPACE}:{key}" for key in ENVIRONMENT if key in SECRET_KEYS]
    if plain := [name for name in names if _is_plain(name)]:
        commands = ", ".join(f"`pulumi config set --secret {name}`" for name in plain)
        pulumi.log.warn(
            f"{' and '.join(plain)} {'stands' if len(plain) == 1 else 'stand'} in the stack's "
            f"config as plain text. Encrypt with {commands}; replace the secret if others may have "
            "read it."
        )


def _is_plain(name: str) -> bool:
    return bool(program_config.get_config(name)) and not program_config.is_config_secret(name)
