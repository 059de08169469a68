"""The facts about a Python environment, which `c1policy doctor` reads from a process of its own."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from typing import Any

import grpc
import pytest

from pulumi_c1policy._pulumi import hook_check

FACTS = {
    "config_problems",
    "executable",
    "extras",
    "hooks",
    "hooks_error",
    "python",
    "required_sdk",
    "versions",
}


def test_every_hook_works_with_the_installed_sdk_and_unknown_keys_are_told() -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pulumi_c1policy._pulumi.self_check"],
        input=json.dumps(["serverURL", "clientId"]),
        capture_output=True,
        text=True,
        check=True,
    )
    facts = json.loads(done.stdout)
    assert facts.keys() == FACTS
    assert facts["hooks"] == dict.fromkeys(hook_check._CHECKS, True)
    assert facts["hooks_error"] is None
    assert facts["required_sdk"].count(">=") == 1
    assert facts["extras"] == {
        "cel": True,
        "cli": True,
        "graph": True,
        "review": True,
        "testing": True,
    }
    [sentence] = facts["config_problems"]
    assert "c1policy:serverUrl does." in sentence


def test_a_provider_that_cannot_be_loaded_fails_its_hooks_and_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    odd = base64.b64encode(b"cbuiltins\nobject\n)\x81.").decode()
    monkeypatch.setattr(hook_check, "_PROVIDER", odd)
    monkeypatch.setattr(hook_check, "_MAX_CALL_SECONDS", 2.0)
    assert set(hook_check.check_hooks().values()) == {False}


def test_a_server_that_does_not_answer_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Recorded)
    # Where a proxy is set without exceptions, gRPC sends the calls of this machine to it.
    monkeypatch.setenv("grpc_proxy", "http://127.0.0.1:1")
    for variable in ("no_proxy", "no_grpc_proxy"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(grpc.RpcError):
        hook_check.check_hooks()
    [process] = started
    assert process.poll() is not None
