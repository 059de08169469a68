"""The details behind the one table: the network, the settings of the engine, and the plugin."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Final

from benchmarks import calls, expression_checks, runs, shapes, startup, tables, watch
from benchmarks.contestants import Floor, Pulumi
from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import encode

_NETWORK_POLICIES = 100
_CREATED = 200
_REPETITIONS = 7
_SETTINGS: Final[Mapping[str, tuple[dict[str, str], tuple[str, ...]]]] = {
    "as they are": ({}, ()),
    "`--parallel 1`": ({}, ("--parallel=1",)),
    "`--parallel 32`": ({}, ("--parallel=32",)),
    "`PULUMI_DIY_BACKEND_GZIP=true`": ({"PULUMI_DIY_BACKEND_GZIP": "true"}, ()),
    "`PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS=true`": (
        {"PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true"},
        (),
    ),
    "`PULUMI_SKIP_CHECKPOINTS=true`": (runs.NO_CHECKPOINTS, ()),
}


def measure_network() -> str:
    """Measure the steps with delayed answers, and with answers of 429."""
    settings = {
        "0 ms": runs.Setting(_NETWORK_POLICIES),
        "20 ms": runs.Setting(_NETWORK_POLICIES, delay=0.02),
        "100 ms": runs.Setting(_NETWORK_POLICIES, delay=0.1),
        "5 % of 429": runs.Setting(_NETWORK_POLICIES, throttled=0.05),
    }
    lives = {"engine alone": runs.run_life(Floor, settings["0 ms"])}
    for name, setting in settings.items():
        print(f"... network, {name}", file=sys.stderr)
        steps = [step for step in setting.steps if step != "find drift"]
        lives[name] = runs.run_life(Pulumi, setting, steps)
    return tables.format_network(lives)


def measure_settings() -> str:
    """Measure a create under several settings of the engine."""
    found = {}
    for name, (variables, options) in _SETTINGS.items():
        print(f"... {name}", file=sys.stderr)
        found[name] = runs.create(_CREATED, variables, options)
    halves = [runs.create(_CREATED // 2, {}, ()) for _ in range(2)]
    found["two stacks of half as many, one after the other"] = watch.sum_usages(halves)
    return tables.format_settings(found)


def measure_start() -> str:
    """Measure the start of the plugin, compared with an empty provider."""
    with Emulator(tls=True) as tenant:
        record = tenant.policies.create(encode(POLICY, shapes.make_rich(0)))
        environment = {**os.environ, **tenant.environment, "SSL_CERT_FILE": str(tenant.ca_file)}
        return tables.format_start(*startup.compare(environment, record.id, _REPETITIONS))


def measure_calls() -> str:
    """Measure the calls of a preview for one policy."""
    policies = shapes.make_rich(0), shapes.make_large()
    return tables.format_calls(*(calls.time_calls(policy, 200) for policy in policies))


def measure_expressions() -> str:
    """Measure the check of expressions."""
    return tables.format_expressions(expression_checks.measure(_REPETITIONS))


def measure_memory() -> str:
    """Measure the reads of many policies in one process."""
    return tables.format_memory(map(calls.measure_refresh, (1000, 10_000)))


PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "network": measure_network,
    "settings": measure_settings,
    "start": measure_start,
    "calls": measure_calls,
    "expressions": measure_expressions,
    "memory": measure_memory,
}
"""The measurements, by the name of their place in docs/performance.md."""
