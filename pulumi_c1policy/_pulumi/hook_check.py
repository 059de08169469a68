"""The check that the hooks into Pulumi's dynamic server work with the installed Pulumi SDK.

Pulumi's own server runs in a process, as the engine starts it, with a provider that uses each hook.
This module plays the engine. `c1policy doctor` runs it in the environment of the program.
"""

from __future__ import annotations

import base64
import select
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import (
    engine_pb2_grpc,
    provider_pb2,
    provider_pb2_grpc,
)

from pulumi_c1policy._pulumi import canary_provider

_URN: Final = "urn:pulumi:dev::shop::pulumi-python:dynamic/c1policy:Policy::canary"
# A pickle that calls the class without arguments.
_PROVIDER: Final = base64.b64encode(
    f"c{canary_provider.__name__}\n{canary_provider.Canary.__name__}\n)\x81.".encode("latin-1")
).decode()
_CONFIG: Final = {"c1policy:severity": "", "shop:color": "red"}
_MAX_CALL_SECONDS = 8.0
_WORKERS = 4
"""The number of calls that the dynamic server answers at a time."""


class _Engine(engine_pb2_grpc.EngineServicer):
    """The part of the engine to which a plugin can log."""

    def __init__(self) -> None:
        self.logged: list[tuple[str, str]] = []

    def Log(self, request: Any, context: Any) -> empty_pb2.Empty:  # noqa: ANN401, ARG002 (gRPC's)
        """Note a message and its resource."""
        self.logged.append((request.message, request.urn))
        return empty_pb2.Empty()


class _Plugin:
    """Pulumi's dynamic server in a process of its own."""

    def __init__(self, process: subprocess.Popen[bytes], channel: grpc.Channel) -> None:
        self.process = process
        self.stub: Any = provider_pb2_grpc.ResourceProviderStub(channel)

    def configure(self) -> None:
        """Configure the provider, as the engine does first."""
        request = provider_pb2.ConfigureRequest(args=_make_struct(_CONFIG))
        self.stub.Configure(request, timeout=_MAX_CALL_SECONDS)

    def start(self, action: str) -> Any:  # noqa: ANN401 (gRPC's stubs have no types)
        """Start a create that performs an action of the provider."""
        properties = _make_struct({"__provider": _PROVIDER, "action": action})
        request = provider_pb2.CreateRequest(urn=_URN, properties=properties)
        return self.stub.Create.future(request, timeout=_MAX_CALL_SECONDS)

    def act(self, action: str) -> str:
        """Return the result of an action."""
        return str(self.start(action).result().id)


def check_hooks() -> dict[str, bool]:
    """Try each hook; return whether it works, by the name of its feature.

    Raises:
        OSError: The server does not start.
        ValueError: The server does not tell its port.
        grpc.RpcError: The server does not accept its config.
    """
    with _run_plugin() as (plugin, engine):
        found = {name: _try(check, plugin, engine) for name, check in _CHECKS.items()}
    if not hasattr(select, "poll"):
        # Windows needs no hook for the death of the engine.
        del found["end with the engine"]
    return found


@contextmanager
def _run_plugin() -> Iterator[tuple[_Plugin, _Engine]]:
    server, engine = grpc.server(futures.ThreadPoolExecutor(1)), _Engine()
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with (
            _start_server(f"127.0.0.1:{port}") as process,
            grpc.insecure_channel(f"127.0.0.1:{_read_port(process)}") as channel,
        ):
            plugin = _Plugin(process, channel)
            plugin.configure()
            yield plugin, engine
    finally:
        server.stop(None).wait()


@contextmanager
def _start_server(engine_address: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run Pulumi's dynamic server for the length of a block."""
    with subprocess.Popen(  # noqa: S603 (our own interpreter)
        [sys.executable, "-P", "-u", "-m", "pulumi.dynamic", engine_address],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _read_port(process: subprocess.Popen[bytes]) -> int:
    assert process.stdout is not None  # noqa: S101 (for the type)
    return int(process.stdout.readline())


def _try(check: Callable[[_Plugin, _Engine], bool], plugin: _Plugin, engine: _Engine) -> bool:
    try:
        return check(plugin, engine)
    except (grpc.RpcError, subprocess.TimeoutExpired):
        return False


def _answers_a_sentence(plugin: _Plugin, _engine: _Engine) -> bool:
    return bool(plugin.start("raise").exception().details() == canary_provider.ERROR)


def _logs(plugin: _Plugin, engine: _Engine) -> bool:
    told = plugin.act("log") == "True"
    return told and engine.logged == [(canary_provider.MESSAGE, _URN)]


def _finds_urn(plugin: _Plugin, _engine: _Engine) -> bool:
    return plugin.act("find urn") == _URN


def _finds_inputs(plugin: _Plugin, _engine: _Engine) -> bool:
    inputs = {"description": "an input"}
    request = provider_pb2.ReadRequest(
        id="p1",
        urn=_URN,
        properties=_make_struct({"__provider": _PROVIDER, "description": "an output"}),
        inputs=_make_struct(inputs),
    )
    answer = plugin.stub.Read(request, timeout=_MAX_CALL_SECONDS)
    return bool(answer.inputs["description"] == inputs["description"])


def _finds_config(plugin: _Plugin, _engine: _Engine) -> bool:
    # Without an engine the SDK invents the name of the project, so only its presence counts.
    project, *keys = plugin.act("list config").split(" ")
    return bool(project) and keys == sorted(_CONFIG)


def _notices_cancel(plugin: _Plugin, _engine: _Engine) -> bool:
    """Send `Cancel` while every thread of the server waits."""
    waiting = [plugin.start("wait") for _ in range(_WORKERS)]
    plugin.stub.Cancel(empty_pb2.Empty(), timeout=_MAX_CALL_SECONDS)
    return [each.result().id for each in waiting] == ["True"] * _WORKERS


def _notices_end(plugin: _Plugin, _engine: _Engine) -> bool:
    """Close the server's standard output, as the end of the engine does."""
    assert plugin.process.stdout is not None  # noqa: S101 (for the type)
    plugin.process.stdout.close()
    return plugin.process.wait(_MAX_CALL_SECONDS) == canary_provider.EXIT_CODE


_CHECKS: Final[Mapping[str, Callable[[_Plugin, _Engine], bool]]] = {
    "errors without tracebacks": _answers_a_sentence,
    "warnings": _logs,
    "the URN": _finds_urn,
    "the recorded inputs": _finds_inputs,
    "the config keys": _finds_config,
    "Ctrl-C": _notices_cancel,
    "end with the engine": _notices_end,
}
"""The checks by feature. The last one ends the server."""


def _make_struct(values: Mapping[str, str]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update({**values})
    return made
