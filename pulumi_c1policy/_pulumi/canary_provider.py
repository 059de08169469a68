"""A dynamic provider that uses each hook into Pulumi's dynamic server, for `hook_check`.

The server unpickles it by its name. It manages nothing and sends nothing to a tenant.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, Final

from pulumi.dynamic import Config, ConfigureRequest, CreateResult, ReadResult, ResourceProvider

from pulumi_c1policy._pulumi import dynamic_server

EXIT_CODE: Final = 7
"""The exit code after the engine's death."""
ERROR: Final = "a sentence"
"""The text of the error of the action `raise`."""
MESSAGE: Final = "a message"
"""The text that the action `log` sends to the engine."""

_MAX_WAIT_SECONDS = 5.0
_cancelled = threading.Event()
_configs: list[Config] = []


class Canary(ResourceProvider):
    """A provider that returns the finding of a hook as the new id, or as the inputs of a read."""

    def configure(self, req: ConfigureRequest) -> None:
        """Install the hooks that belong to the process."""
        _configs.append(req.config)
        dynamic_server.replace_traceback(_format_error)
        dynamic_server.call_on_cancel(_cancelled.set)
        dynamic_server.call_on_engine_death(lambda: os._exit(EXIT_CODE))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Perform the action that the inputs name."""
        return CreateResult(str(_ACTIONS[props["action"]]()))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the recorded inputs that the hook finds."""
        return ReadResult(id_, props, dynamic_server.get_request_inputs())


def _format_error(error: BaseException) -> str | None:
    return str(error.args[0]) if isinstance(error, LookupError) else None


def _raise() -> None:
    raise LookupError(ERROR)


def _log() -> bool:
    return dynamic_server.log(MESSAGE, dynamic_server.get_request_urn())


def _list_keys() -> str:
    keys = dynamic_server.list_config_keys(_configs[0])
    return f"{dynamic_server.get_project_name(_configs[0])} {' '.join(sorted(keys))}"


_ACTIONS: dict[str, Callable[[], object]] = {
    "raise": _raise,
    "find urn": dynamic_server.get_request_urn,
    "log": _log,
    "list config": _list_keys,
    "wait": lambda: _cancelled.wait(_MAX_WAIT_SECONDS),
}
