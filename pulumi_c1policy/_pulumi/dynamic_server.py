"""Every hook into Pulumi's dynamic server, and into private parts of its Python SDK.

The engine runs a dynamic provider in the server `python -m pulumi.dynamic`, which is the
`__main__` module of the plugin's process. The server has no interface for some things that this
package needs, so each function here depends on a detail that Pulumi may change. Outside the
server, and if the detail is missing, a function has no effect and writes a debug line.
`tests/unit/pulumi/test_dynamic_server.py` runs the real server, and fails if a detail is missing.

This module imports nothing of ours.
"""

from __future__ import annotations

import logging
import os
import select
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Thread
from types import FrameType, ModuleType
from typing import Any, cast

from pulumi import Output, Resource
from pulumi.dynamic import Config
from pulumi.runtime import rpc

_SERVICER = "DynamicResourceProviderServicer"
_LOG_TIMEOUT_SECONDS = 5
_IDLE_CHECKS, _SECONDS_BETWEEN_CHECKS = 5, 0.1
"""The checks in a row that find no call: the next call of a queue begins at once."""
_log = logging.getLogger("pulumi_c1policy")


def is_running() -> bool:
    """Return whether this process is a plugin, that is Pulumi's dynamic server."""
    return _find_server() is not None


def replace_traceback(format_error: Callable[[BaseException], str | None]) -> None:
    """Replace the traceback with which the server answers an exception of a provider.

    The server answers with `traceback.format_exc()` (pulumi/pulumi#10416), and looks `traceback` up
    in its own module at each call.

    Args:
        format_error: Return the text of an exception, or None for the usual traceback.
    """
    server = _find_server()
    current = getattr(server, "traceback", None)
    if isinstance(current, _Traceback):
        return
    if server is None or current is not traceback:
        _note_missing("module `traceback` to replace")
        return
    server.traceback = _Traceback(format_error)  # type: ignore[attr-defined]


class _Traceback(ModuleType):
    """A replacement of the `traceback` module that changes the text of some exceptions."""

    def __init__(self, format_error: Callable[[BaseException], str | None]) -> None:
        super().__init__("traceback")
        self._format_error = format_error

    def __getattr__(self, name: str) -> object:
        return getattr(traceback, name)

    def format_exc(self, limit: int | None = None, chain: bool = True) -> str:
        """Return the text of the current exception."""
        error = sys.exc_info()[1]
        text = None if error is None else self._format_error(error)
        return traceback.format_exc(limit, chain) if text is None else text


def get_request_urn() -> str:
    """Return the URN of the resource of this thread's call; "" if there is none.

    A dynamic provider does not get the URN (pulumi/pulumi#9434).
    """
    return str(getattr(_find_request(), "urn", ""))


def get_request_inputs() -> dict[str, Any]:
    """Return the recorded inputs of the resource that is read or deleted; empty if there are none.

    A dynamic provider gets only the outputs. The inputs are in the request: `inputs` of a read,
    `old_inputs` of a deletion.
    """
    request = _find_request()
    for name in ("old_inputs", "inputs"):
        if (found := getattr(request, name, None)) is not None:
            return dict(rpc.deserialize_properties(found))
    return {}


def _find_request() -> object | None:
    """Return the request of this thread's call.

    The server's own function has it in its local variable `request`, and is on the call stack.
    """
    server, frame = _find_server(), sys._getframe()
    while server is not None and (caller := frame.f_back) is not None:
        frame = caller
        if frame.f_globals is vars(server) and "request" in frame.f_locals:
            return cast("object", frame.f_locals["request"])
    _note_missing("`request` on the call stack")
    return None


def log(message: str, urn: str, *, is_warning: bool = True) -> bool:
    """Show a message in the engine's output; return False if no engine can be reached.

    A dynamic provider has no connection to the engine (pulumi/pulumi#6065). The address of the
    engine is the server's first argument.

    Args:
        message: The text.
        urn: The resource beside which the engine shows it; "" for the whole run.
        is_warning: False shows it as information.
    """
    engine = _connect_engine()
    if engine is None:
        return False
    import grpc
    from pulumi.runtime.proto import engine_pb2

    severity = engine_pb2.WARNING if is_warning else engine_pb2.INFO
    request = engine_pb2.LogRequest(severity=severity, message=message, urn=urn)
    try:
        engine.Log(request, timeout=_LOG_TIMEOUT_SECONDS)
    except grpc.RpcError as error:
        _log.debug("The engine did not accept a message: %s", error)
    return True


@cache
def _connect_engine() -> Any | None:  # noqa: ANN401 (gRPC's stubs have no types)
    if _find_server() is None or len(sys.argv) < 2:
        _note_missing("address of the engine")
        return None
    import grpc
    from pulumi.runtime.proto import engine_pb2_grpc

    return engine_pb2_grpc.EngineStub(grpc.insecure_channel(sys.argv[1]))


def call_on_cancel(function: Callable[[], None]) -> None:
    """Call a function when the engine sends `Cancel`, which it does after Ctrl-C.

    Pulumi starts plugins in process groups of their own, so they do not get the signal. A dynamic
    provider has no cancel function; other Python providers have one since pulumi/pulumi#22516. The
    server answers four calls at a time, and `Cancel` waits in the queue behind the calls that it
    should end. gRPC's attribute `experimental_thread_pool` gives a method a thread of its own, and
    starting that thread tells us that `Cancel` was called.
    """
    method = getattr(getattr(_find_server(), _SERVICER, None), "Cancel", None)
    if method is None:
        _note_missing("method `Cancel`")
    elif not hasattr(method, "experimental_thread_pool"):
        method.experimental_thread_pool = ThreadPoolExecutor(1, initializer=function)


def call_on_engine_death(function: Callable[[], None]) -> None:
    """Call a function when the engine has died.

    A plugin outlives a CLI that is killed, and would continue its calls. A create that waits for
    its next attempt would then be sent after the next run has looked for leftovers.

    The engine reads the server's standard output as long as it lives.
    """
    # Windows has no poll, and no orphans: a job ends with all its processes.
    if _find_server() is None or not hasattr(select, "poll"):
        _note_missing("standard output that can be polled for the engine's end")
        return
    Thread(
        target=_wait_for_engine_death, args=[function], name="c1policy-orphan", daemon=True
    ).start()


def _wait_for_engine_death(function: Callable[[], None]) -> None:
    # poll() reports POLLERR and POLLHUP even when they are not requested.
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    if any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll()):
        function()


def exit_when_idle() -> None:
    """End this process, a plugin, as soon as it answers no call.

    Without an engine nobody would end it.
    """
    server, idle = _find_server(), 0
    while server is not None and idle < _IDLE_CHECKS:
        idle = 0 if _is_answering(server) else idle + 1
        time.sleep(_SECONDS_BETWEEN_CHECKS)
    if server is not None:
        os._exit(0)


def _is_answering(server: ModuleType) -> bool:
    """Return whether a thread answers a call: a function of the server has a `request`."""
    for top in sys._current_frames().values():
        frame: FrameType | None = top
        while frame is not None:
            if frame.f_globals is vars(server) and "request" in frame.f_locals:
                return True
            frame = frame.f_back
    return False


def wait_for_registration_only(resource: Resource) -> None:
    """Make the SDK wait for the registration of a resource, and not for each of its outputs.

    At the end of a program the SDK waits for the registrations, each of which resolves the outputs
    of its resource. Then it waits for all outputs, and again for those that are left whenever one
    is ready: the time grows with the square of their number. An output that the program computes
    from them is waited for as usual.
    """
    # An output itself has any attribute: those of its value.
    untrack = getattr(Output, "_untrack", None)
    if untrack is None:
        _note_missing("method `_untrack` of `pulumi.Output`")
        return
    for output in vars(resource).values():
        if isinstance(output, Output):
            untrack(output)


def list_config_keys(config: Config | None) -> list[str]:
    """List the keys of a stack's config, each with its namespace.

    Pulumi's `Config` returns the value of a known key, and has no list of its keys.

    Args:
        config: The object with which the engine configured the provider; None if it did not.
    """
    properties = getattr(config, "_props", None)
    if isinstance(properties, Mapping):
        return [key for key in properties if isinstance(key, str)]
    if config is not None:
        _note_missing("`_props` of `pulumi.dynamic.Config`")
    return []


def have_same_values(one: Config, other: Config) -> bool:
    """Return whether two configs have the same keys and values; False if that is not known."""
    values = getattr(one, "_props", None)
    return isinstance(values, Mapping) and values == getattr(other, "_props", None)


def get_project_name(config: Config | None) -> str:
    """Return the name of the project that a stack's config belongs to; "" if it is not known."""
    name = getattr(config, "_project_name", None)
    if isinstance(name, str):
        return name
    if config is not None:
        _note_missing("`_project_name` of `pulumi.dynamic.Config`")
    return ""


def _find_server() -> ModuleType | None:
    """Return the server's module; None if this process is not a plugin."""
    main = sys.modules.get("__main__")
    return main if hasattr(main, _SERVICER) else None


@cache
def _note_missing(detail: str) -> None:
    """Write a debug line, once per process, about a detail of Pulumi that a hook needs."""
    process = "Pulumi's dynamic server" if _find_server() else "a process that is no plugin"
    _log.debug("A hook has no effect: %s has no %s.", process, detail)
