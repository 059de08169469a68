"""Canaries: a test fails if Pulumi changes a detail that one of our hooks depends on.

Pulumi's own dynamic server runs in a process, as the engine starts it, with a provider that uses
the hooks. The test plays the engine.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import subprocess
import sys
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pulumi
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.dynamic import Config
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, provider_pb2_grpc
from pulumi.runtime.settings import SETTINGS

from pulumi_c1policy._pulumi import dynamic_server
from tests.unit.pulumi import canary_provider

HERE = Path(__file__).parent
URN = "urn:pulumi:dev::shop::pulumi-python:dynamic/c1policy:Policy::access"
# A pickle that calls the class without arguments.
PROVIDER = base64.b64encode(b"ccanary_provider\nCanary\n)\x81.").decode()
TIMEOUT_SECONDS = 30.0
WORKERS = 4
"""The number of calls that the dynamic server answers at a time."""


class Engine(engine_pb2_grpc.EngineServicer):
    """The part of the engine to which a plugin can log."""

    def __init__(self) -> None:
        self.logged: list[tuple[int, str, str]] = []

    def Log(self, request: Any, context: Any) -> empty_pb2.Empty:
        self.logged.append((request.severity, request.message, request.urn))
        return empty_pb2.Empty()


class Plugin:
    """Pulumi's dynamic server in a process of its own."""

    def __init__(self, engine_address: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "pulumi.dynamic", engine_address],
            cwd=HERE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout is not None
        self.stdout = self.process.stdout
        port = int(self.stdout.readline())
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.stub: Any = provider_pb2_grpc.ResourceProviderStub(self.channel)
        config = struct_pb2.Struct()
        config.update({"c1policy:serverUrl": "https://acme.conductor.one", "shop:color": "red"})
        self.stub.Configure(provider_pb2.ConfigureRequest(args=config), timeout=TIMEOUT_SECONDS)

    def start(self, action: str) -> Any:
        """Start a create that performs an action of the provider."""
        properties = struct_pb2.Struct()
        properties.update({"__provider": PROVIDER, "action": action})
        request = provider_pb2.CreateRequest(urn=URN, properties=properties)
        return self.stub.Create.future(request, timeout=TIMEOUT_SECONDS)

    def act(self, action: str) -> str:
        """Return the result of an action."""
        return str(self.start(action).result().id)

    def end(self) -> None:
        """End the process."""
        self.channel.close()
        self.process.kill()
        self.process.wait()
        self.stdout.close()


@pytest.fixture(scope="module")
def engine_and_address() -> Iterator[tuple[Engine, str]]:
    server, engine = grpc.server(futures.ThreadPoolExecutor(1)), Engine()
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield engine, f"127.0.0.1:{port}"
    server.stop(None).wait()


@pytest.fixture(scope="module")
def plugin(engine_and_address: tuple[Engine, str]) -> Iterator[Plugin]:
    started = Plugin(engine_and_address[1])
    yield started
    started.end()


def test_an_error_of_ours_is_answered_without_its_traceback(plugin: Plugin) -> None:
    assert plugin.start("raise ours").exception().details() == "only a sentence"


def test_an_error_of_another_provider_is_answered_with_its_traceback(plugin: Plugin) -> None:
    details = plugin.start("raise another").exception().details()
    assert details.startswith("Traceback (most recent call last)")
    assert "ValueError: of another provider" in details


def test_the_urn_of_the_request_is_found_on_the_call_stack(plugin: Plugin) -> None:
    assert plugin.act("find urn") == URN


def test_a_read_and_a_deletion_find_the_recorded_inputs(plugin: Plugin) -> None:
    outputs, inputs = struct_pb2.Struct(), struct_pb2.Struct()
    outputs.update({"__provider": PROVIDER, "description": "an output"})
    inputs.update({"__options": {"on_in_use": "delete"}})
    request: dict[str, Any] = {"id": "p1", "urn": URN, "properties": outputs}
    read = plugin.stub.Read(provider_pb2.ReadRequest(**request, inputs=inputs))
    assert dict(read.inputs["__options"]) == {"on_in_use": "delete"}
    deletion = provider_pb2.DeleteRequest(**request, old_inputs=inputs)
    with pytest.raises(grpc.RpcError) as caught:
        plugin.stub.Delete(deletion, timeout=TIMEOUT_SECONDS)
    assert caught.value.details() == "only {'__options': {'on_in_use': 'delete'}}"


def test_configs_are_compared_by_their_values(plugin: Plugin) -> None:
    assert plugin.act("compare configs") == "(True, False)"


def test_messages_reach_the_engine(plugin: Plugin, engine_and_address: tuple[Engine, str]) -> None:
    engine, _ = engine_and_address
    assert plugin.act("log") == "True"
    assert engine.logged == [
        (engine_pb2.INFO, "some news", ""),
        (engine_pb2.WARNING, "a warning", URN),
    ]


def test_the_keys_and_the_project_of_a_config_are_found(plugin: Plugin) -> None:
    assert plugin.act("list config") == "['c1policy:serverUrl', 'shop:color']"
    config = Config({"c1policy:serverUrl": "x"}, "shop")
    assert dynamic_server.list_config_keys(config) == ["c1policy:serverUrl"]
    assert dynamic_server.get_project_name(config) == "shop"


def test_cancel_is_noticed_while_every_thread_of_the_server_waits(
    engine_and_address: tuple[Engine, str],
) -> None:
    plugin = Plugin(engine_and_address[1])
    try:
        # Only the first call configures the provider, and so installs the hook.
        assert plugin.act("find urn") == URN
        waiting = [plugin.start("wait") for _ in range(WORKERS)]
        plugin.stub.Cancel(empty_pb2.Empty(), timeout=TIMEOUT_SECONDS)
        assert [each.result().id for each in waiting] == ["True"] * WORKERS
    finally:
        plugin.end()


def test_the_death_of_the_engine_is_noticed(engine_and_address: tuple[Engine, str]) -> None:
    plugin = Plugin(engine_and_address[1])
    try:
        plugin.act("exit after engine")
        plugin.stdout.close()
        assert plugin.process.wait(TIMEOUT_SECONDS) == canary_provider.EXIT_CODE
    finally:
        plugin.end()


class Declared:
    """A declared resource, as far as its outputs go."""

    def __init__(self) -> None:
        self.urn = pulumi.Output.from_input(URN)
        self.access = pulumi.Output.from_input("Access")
        self.steps = 1


def test_the_sdk_waits_for_no_output_but_those_that_are_computed() -> None:
    async def declare() -> None:
        resource: Any = Declared()
        dynamic_server.wait_for_registration_only(resource)
        assert resource.urn._data not in SETTINGS.outputs
        assert resource.access._data not in SETTINGS.outputs
        named = resource.access.apply(str.upper)
        assert named._data in SETTINGS.outputs
        assert await named.future() == "ACCESS"

    asyncio.run(declare())


def test_without_the_hook_the_sdk_waits_for_all_outputs(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def declare() -> None:
        resource: Any = Declared()
        monkeypatch.delattr(pulumi.Output, "_untrack")
        dynamic_server.wait_for_registration_only(resource)
        assert resource.access._data in SETTINGS.outputs
        assert await resource.access.future() == "Access"

    dynamic_server._note_missing.cache_clear()
    with caplog.at_level(logging.DEBUG, "pulumi_c1policy"):
        asyncio.run(declare())
    [record] = caplog.records
    assert "_untrack" in record.getMessage()


@pytest.mark.parametrize(
    ("hook", "detail"),
    [
        (lambda: dynamic_server.replace_traceback(str), "traceback"),
        (dynamic_server.get_request_urn, "request"),
        (dynamic_server.get_request_inputs, "request"),
        (lambda: dynamic_server.log("text", ""), "address of the engine"),
        (lambda: dynamic_server.call_on_cancel(print), "Cancel"),
        (lambda: dynamic_server.call_on_engine_death(print), "standard output"),
        (lambda: dynamic_server.list_config_keys(object()), "_props"),  # type: ignore[arg-type]
        (lambda: dynamic_server.get_project_name(object()), "_project_name"),  # type: ignore[arg-type]
    ],
)
def test_a_hook_that_finds_nothing_writes_one_debug_line(
    hook: Any, detail: str, caplog: pytest.LogCaptureFixture
) -> None:
    dynamic_server._note_missing.cache_clear()
    dynamic_server._connect_engine.cache_clear()
    with caplog.at_level(logging.DEBUG, "pulumi_c1policy"):
        assert not hook()
        assert not hook()
    [record] = caplog.records
    assert record.levelno == logging.DEBUG
    assert detail in record.getMessage()
