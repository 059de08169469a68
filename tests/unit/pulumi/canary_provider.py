"""A dynamic provider that uses each hook into Pulumi's dynamic server, by the input `action`.

The server of `test_dynamic_server.py` imports this module by its bare name.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

from pulumi.dynamic import Config, ConfigureRequest, CreateResult, ReadResult, ResourceProvider

from pulumi_c1policy._pulumi import dynamic_server

EXIT_CODE = 7
"""The exit code after the engine's death."""

_WAIT_SECONDS = 60.0
_cancelled = threading.Event()
_configs: list[Config] = []


class Canary(ResourceProvider):
    """A provider that returns the finding of the hook as a new id or in another answer."""

    def configure(self, req: ConfigureRequest) -> None:
        _configs.append(req.config)
        dynamic_server.replace_traceback(_format_error)
        dynamic_server.call_on_cancel(_cancelled.set)

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(str(_ACTIONS[props["action"]]()))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        return ReadResult(id_, props, dynamic_server.get_request_inputs())

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        raise LookupError(dynamic_server.get_request_inputs())


def _format_error(error: BaseException) -> str | None:
    return f"only {error}" if isinstance(error, LookupError) else None


def _raise(error: Exception) -> None:
    raise error


def _log() -> bool:
    dynamic_server.log("some news", "", is_warning=False)
    return dynamic_server.log("a warning", dynamic_server.get_request_urn())


_ACTIONS: dict[str, Callable[[], object]] = {
    "raise ours": lambda: _raise(LookupError("a sentence")),
    "raise another": lambda: _raise(ValueError("of another provider")),
    "find urn": dynamic_server.get_request_urn,
    "log": _log,
    "wait": lambda: _cancelled.wait(_WAIT_SECONDS),
    "exit after engine": lambda: dynamic_server.call_on_engine_death(lambda: os._exit(EXIT_CODE)),
    "compare configs": lambda: (
        dynamic_server.have_same_values(_configs[0], _configs[0]),
        dynamic_server.have_same_values(_configs[0], Config({}, "shop")),
    ),
    "list config": lambda: sorted(dynamic_server.list_config_keys(_configs[0])),
}
