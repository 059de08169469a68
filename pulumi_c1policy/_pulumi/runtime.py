"""What the provider's process holds: the stack's configuration, and one run for all threads.

The provider object itself holds nothing, because it is pickled into the state.
"""

from __future__ import annotations

import os
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any

from pulumi_c1policy._findings import severity
from pulumi_c1policy._findings.severity import Severities
from pulumi_c1policy._lifecycle.chains import Chains
from pulumi_c1policy._lifecycle.known import Known
from pulumi_c1policy._pulumi import config_keys, interruption
from pulumi_c1policy._pulumi.config_keys import FORMER, NAMESPACE, SEVERITY

if TYPE_CHECKING:
    from pulumi.dynamic import Config

    from pulumi_c1policy._lifecycle.operations import Run


GRACE_SECONDS = 3.0
"""For how long a request that is under way may still be answered after Ctrl-C."""

known = Known()
"""What the engine has shown us of its state."""
chains = Chains()
"""What the engine has shown us of the program's policies."""

_lock = Lock()
_config: Config | None = None
_run: Run | None = None
_cancelled = False


def configure(config: Config) -> None:
    """Take the stack's configuration; the run begins when it is first needed."""
    global _config, _run
    with _lock:
        _config, _run = config, None
    interruption.on_cancel(_cancel)


def setting(key: str) -> str | None:
    """The stack's value for a key of our namespace."""
    value = _config.get(f"{NAMESPACE}:{key}") if _config else None
    return None if value is None else str(value)


def severities() -> Severities:
    """The severities of rules that the stack's config sets; none where that is malformed."""
    try:
        return severity.parse(setting(SEVERITY) or "")
    except severity.SeverityError:
        return Severities()


def config_problems() -> list[str]:
    """Sentences about config values of our namespace that cannot be followed."""
    problems = []
    if (former := setting(FORMER)) is not None:
        problems.append(f"{severity.successor(former, f'{NAMESPACE}:{FORMER}')}.")
    try:
        severity.parse(setting(SEVERITY) or "")
    except severity.SeverityError as error:
        problems.append(f"The config value {NAMESPACE}:{SEVERITY} cannot be read: {error}.")
    return problems + config_keys.near_misses(config_keys.ours(_config))


def config_warnings() -> list[str]:
    """Sentences about config keys of our namespace that have no effect."""
    # In a project of that name the program's own keys stand there too.
    if getattr(_config, "_project_name", "") == NAMESPACE:
        return []
    return config_keys.strangers(config_keys.ours(_config))


def run() -> Run:
    """The one run of this process.

    Raises:
        SettingsError: No usable credentials or server in the configuration or the environment.
    """
    # Heavy to import, and a preview without refresh needs none of it.
    from pulumi_c1policy._client.policies import PolicyClient
    from pulumi_c1policy._client.settings import ENVIRONMENT, load
    from pulumi_c1policy._lifecycle.operations import Run

    global _run  # noqa: PLW0603 - as above
    with _lock:
        if _run is None:
            found: dict[str, Any] = {key: setting(key) for key in ENVIRONMENT}
            _run = Run.over(PolicyClient(load(found, os.environ)), known)
            interruption.on_death(_run.client.close)
            if _cancelled:
                _run.client.close()
        return _run


def _cancel() -> None:
    """End every wait at once, and a moment later the requests that are still under way."""
    global _cancelled
    with _lock:
        _cancelled, found = True, _run
    if found is not None:
        found.client.close()
        cut = Timer(GRACE_SECONDS, found.client.cut)
        cut.daemon = True
        cut.start()
