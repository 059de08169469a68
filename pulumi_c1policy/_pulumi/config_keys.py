"""The config keys of our namespace, and messages about other keys in it.

A mistyped key would have no effect. For example, a run with a mistyped `c1policy:serverUrl` would
use the tenant that the environment names. Messages never show the value of a key.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final
from weakref import WeakSet

import pulumi
from pulumi.dynamic import Config
from pulumi.runtime import config as program_config
from pulumi.runtime import get_root_resource

from pulumi_c1policy._client.settings import ENVIRONMENT, SECRET_KEYS
from pulumi_c1policy._lifecycle.planning.decisions import DECISIONS
from pulumi_c1policy._pulumi import decision_sources, dynamic_server, id_check_level, tenants

NAMESPACE: Final = "c1policy"
"""The namespace of the keys."""
SEVERITY: Final = "severity"
"""The key with the severities of rules."""
FORMER: Final = "ignoreWarnings"
"""The key that `SEVERITY` has replaced."""
ONLINE: Final = "validateOnline"
"""The key that lets the tenant check expressions."""

KEYS: Final = (
    *ENVIRONMENT,
    SEVERITY,
    ONLINE,
    id_check_level.KEY,
    *map(decision_sources.name_key, DECISIONS),
    tenants.ALLOW,
)
"""Every config key that is read, without the namespace."""

_MIN_SIMILARITY = 0.8
_warned_stacks: WeakSet[pulumi.Resource] = WeakSet()


def select_ours(config: Config | None) -> list[str]:
    """Select the keys of our namespace that are set, without it.

    Args:
        config: The object with which the engine configured the provider; None if it did not.
    """
    prefix = f"{NAMESPACE}:"
    keys = dynamic_server.list_config_keys(config)
    return sorted(key.removeprefix(prefix) for key in keys if key.startswith(prefix))


def guess_key(key: str) -> str | None:
    """Guess the key that an unknown one was meant to be; None if none is similar.

    A key is similar if it differs in letter case, in separators or in a few letters. The name of an
    environment variable is similar to its key.
    """
    names = {_reduce(variable): known for known, variable in ENVIRONMENT.items()}
    names |= {_reduce(known): known for known in KEYS}
    near = get_close_matches(_reduce(key), names, n=1, cutoff=_MIN_SIMILARITY)
    return names[near[0]] if near else None


def _reduce(key: str) -> str:
    """Return a key's letters and digits, in one case."""
    return "".join(filter(str.isalnum, key)).casefold()


def find_near_misses(keys: Iterable[str]) -> list[str]:
    """Make a sentence for each unknown key that is a near miss of a known one."""
    found = ((key, guess_key(key)) for key in _select_unknown(keys))
    return [
        f"The config key {NAMESPACE}:{key} does not exist; {NAMESPACE}:{known} does. Set that key "
        f"(`pulumi config set {_format_option(known)}{NAMESPACE}:{known}`), and remove the other "
        f"one (`pulumi config rm {NAMESPACE}:{key}`)."
        for key, known in found
        if known
    ]


def find_unknown(keys: Iterable[str]) -> list[str]:
    """Make a warning for each unknown key that is similar to no known one."""
    return [
        f"The config key {NAMESPACE}:{key} has no effect: there is no such key. The keys are "
        f"{', '.join(KEYS)}."
        for key in _select_unknown(keys)
        if not guess_key(key)
    ]


def _select_unknown(keys: Iterable[str]) -> list[str]:
    return [key for key in keys if key not in KEYS and key != FORMER]


def _format_option(key: str) -> str:
    return "--secret " if key in SECRET_KEYS else ""


def warn_of_plain_secrets() -> None:
    """Warn, once per run, of secrets that are in the stack's config as plain text.

    Only the program can tell: a plugin gets every value decrypted and unmarked.
    """
    root = get_root_resource()
    if root is None or root in _warned_stacks:
        return
    _warned_stacks.add(root)
    names = [f"{NAMESPACE}:{key}" for key in ENVIRONMENT if key in SECRET_KEYS]
    if plain := [name for name in names if _is_plain_text(name)]:
        commands = ", ".join(f"`pulumi config set --secret {name}`" for name in plain)
        pulumi.log.warn(
            f"{' and '.join(plain)} {'is' if len(plain) == 1 else 'are'} in the stack's config as "
            f"plain text. Encrypt with {commands}. Replace a secret that others may have read."
        )


def _is_plain_text(name: str) -> bool:
    return bool(program_config.get_config(name)) and not program_config.is_config_secret(name)
