"""The time to the plugin's first answers, compared with that of an empty provider.

It runs the real process, `python -m pulumi.dynamic`, with the calls of the engine.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import grpc
from google.protobuf.struct_pb2 import Struct
from pulumi.dynamic import ResourceProvider
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from benchmarks import shapes, watch
from benchmarks.empty_provider import FloorProvider
from pulumi_c1policy.provider import PolicyProvider


@dataclass(frozen=True)
class Moment:
    """The usage of a process at the answer to a call."""

    seconds: float
    cpu: float
    rss: float
    """MB."""


@dataclass(frozen=True)
class Start:
    """The first check, which sends no request, and the first read after it, which sends some."""

    check: Moment
    read: Moment


def compare(
    environment: Mapping[str, str], policy_id: str, repetitions: int
) -> tuple[Start, Start]:
    """Measure our provider and the empty one in turns; return the medians.

    Args:
        environment: The environment of the processes, with the tenant's address.
        policy_id: A policy to read.
        repetitions: The number of measurements of each.
    """
    runs: list[tuple[Start, Start]] = [
        (
            _measure_start(PolicyProvider(), environment, policy_id),
            _measure_start(FloorProvider(), environment, policy_id),
        )
        for _ in range(repetitions)
    ]
    ours, floor = zip(*runs, strict=True)
    return _find_median_start(ours), _find_median_start(floor)


def _measure_start(
    provider: ResourceProvider, environment: Mapping[str, str], policy_id: str
) -> Start:
    begun = time.perf_counter()
    process = subprocess.Popen(
        # The engine's address is only used for log messages, of which there are none.
        [sys.executable, "-u", "-m", "pulumi.dynamic", "127.0.0.1:1"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None  # noqa: S101 - piped above
    try:
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            plugin = provider_pb2_grpc.ResourceProviderStub(channel)
            plugin.Configure(provider_pb2.ConfigureRequest())
            inputs = _make_struct(shapes.make_rich(0), provider)
            plugin.Check(provider_pb2.CheckRequest(olds=Struct(), news=inputs))
            check = _read_moment(process.pid, begun)
            outputs = _make_struct(shapes.make_rich(0) | {"system_builtin": False}, provider)
            plugin.Read(provider_pb2.ReadRequest(id=policy_id, properties=outputs))
            return Start(check, _read_moment(process.pid, begun))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _make_struct(properties: dict[str, Any], provider: ResourceProvider) -> Struct:
    named = {**properties, "__provider": serialize_provider(provider)}
    return asyncio.run(rpc.serialize_properties(named, {}))


def _read_moment(process: int, begun: float) -> Moment:
    seconds = time.perf_counter() - begun
    return Moment(seconds, watch.read_cpu(process), watch.read_rss(process) / 2**20)


def _find_median_start(starts: Sequence[Start]) -> Start:
    return Start(_find_median([s.check for s in starts]), _find_median([s.read for s in starts]))


def _find_median(moments: Sequence[Moment]) -> Moment:
    return Moment(
        median(m.seconds for m in moments),
        median(m.cpu for m in moments),
        median(m.rss for m in moments),
    )
