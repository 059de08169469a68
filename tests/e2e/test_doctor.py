"""`c1policy doctor` in the folder of a project, with the real Pulumi CLI and its config."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from pulumi_c1policy._emulator import Emulator
from tests.support.cli import Stack

PROGRAM = """
    import pulumi_c1policy as c1

    Policy("one", display_name="One", **c1.on.grant(c1.reject()))
"""


def diagnose(
    stack: Stack, *arguments: str, without: tuple[str, ...] = (), **environment: str
) -> tuple[int, list[dict[str, Any]], str]:
    """Run the command; return its exit code, its findings and all of its output."""
    known = {name: value for name, value in stack.environment.items() if name not in without}
    done = subprocess.run(
        [sys.executable, "-m", "pulumi_c1policy", "doctor", *arguments, "--format", "json"],
        cwd=stack.folder,
        env=known | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)["findings"], done.stdout + done.stderr


def select(findings: list[dict[str, Any]], check: str) -> list[dict[str, Any]]:
    """Return the findings of a check."""
    return [each for each in findings if each["check"] == check]


def test_a_sound_stack_is_all_right_until_an_interrupted_run_leaves_a_policy(
    stack: Callable[..., Stack], c1_tenant: Emulator
) -> None:
    shop = stack(PROGRAM)
    shop.up().ok()
    code, findings, _ = diagnose(shop)
    assert code == 0, findings
    assert {each["status"] for each in findings} == {"right"}
    assert select(findings, "pulumi-cli")[0]["details"]["version"]
    assert "shop/dev" in select(findings, "leftovers")[0]["text"]
    [policy] = [each for each in c1_tenant.policies if each.stored["displayName"] == "One"]
    annotations = c1_tenant.policy(policy.id)["annotations"]
    c1_tenant.add_policy({**c1_tenant.policy(policy.id), "annotations": annotations})
    code, findings, _ = diagnose(shop)
    assert code == 2
    assert select(findings, "leftovers")[0]["details"]["kind"] == "duplicate"


def test_unknown_keys_and_plain_secrets_of_the_config_are_not_right(
    stack: Callable[..., Stack],
) -> None:
    shop = stack(PROGRAM)
    shop.set_config("c1policy:oidcToken", "canary-in-plain-text")
    shop.set_config("c1policy:serverURL", "https://canary.example.com")
    shop.set_config("c1policy:approver", "canary-approver", secret=True)
    code, findings, shown = diagnose(shop)
    assert code == 2
    found = select(findings, "config")
    assert {each["status"] for each in found} == {"not-right"}
    texts = " ".join(each["text"] + each["advice"] for each in found)
    assert "c1policy:oidcToken is in the stack's config as plain text." in texts
    assert "c1policy:serverUrl does." in texts
    assert "c1policy:approver has no effect" in texts
    assert "canary" not in shown


def test_the_credential_of_the_stack_is_the_one_that_is_tried(
    stack: Callable[..., Stack], c1_tenant: Emulator
) -> None:
    shop = stack(PROGRAM)
    shop.set_config("c1policy:serverUrl", c1_tenant.url)
    shop.set_config("c1policy:accessToken", c1_tenant.access_token, secret=True)
    code, findings, shown = diagnose(shop)
    assert code == 0, findings
    [credential] = select(findings, "credential")
    assert credential["details"]["source"] == "c1policy:accessToken"
    assert select(findings, "policies")[0]["status"] == "right"
    assert c1_tenant.access_token not in shown
    assert c1_tenant.client_secret not in shown

    code, findings, shown = diagnose(shop, without=("PULUMI_CONFIG_PASSPHRASE",))
    [credential] = select(findings, "credential")
    assert (code, credential["status"]) == (0, "cannot-tell")
    assert "PULUMI_CONFIG_PASSPHRASE" in credential["advice"]
    assert select(findings, "tenant") == []


def test_a_project_without_its_virtual_environment_is_not_right(
    stack: Callable[..., Stack],
) -> None:
    runtime = {"name": "python", "options": {"virtualenv": "nowhere"}}
    shop = stack(PROGRAM, {"runtime": runtime})
    shop.set_config("c1policy:clientID", "x")
    code, findings, _ = diagnose(shop)
    assert code == 2
    assert "nowhere" in select(findings, "python")[0]["text"]
    assert "c1policy:clientId does." in select(findings, "config")[0]["text"]
