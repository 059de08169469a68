"""What the provider's process holds: the stack's configuration, and one client for all threads.

The provider object itself holds nothing, because it is pickled into the state.
"""

from __future__ import annotations

import os
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi.dynamic import Config

    from pulumi_c1policy._client.policies import PolicyClient

NAMESPACE = "c1policy"

_lock = Lock()
_config: Config | None = None
_client: PolicyClient | None = None


def configure(config: Config) -> None:
    """Take the stack's configuration; the client is made when it is first needed."""
    global _client, _config
    with _lock:
        _config, _client = config, None


def client() -> PolicyClient:
    """The one client of this process.

    Raises:
        SettingsError: No usable credentials or server in the configuration or the environment.
    """
    # Heavy to import, and a preview without refresh needs neither.
    from pulumi_c1policy._client.policies import PolicyClient
    from pulumi_c1policy._client.settings import ENVIRONMENT, load

    global _client  # noqa: PLW0603 - as above
    with _lock:
        if _client is None:
            config = _config
            found = {
                key: config.get(f"{NAMESPACE}:{key}") if config else None for key in ENVIRONMENT
            }
            _client = PolicyClient(load(found, os.environ))
        return _client
