"""Modules load only the libraries that they need, so that the plugin starts quickly."""

from __future__ import annotations

import subprocess
import sys

import pytest

WATCHED = (
    "httpx", "pydantic", "jwt", "cryptography", "pulumi", "grpc", "rich", "click", "pygments",
)  # fmt: skip


def list_loaded(statement: str) -> set[str]:
    program = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split()) & set(WATCHED)


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("import pulumi_c1policy.errors", set()),
        ("import pulumi_c1policy._client.settings", set()),
        ("import pulumi_c1policy._client.access_tokens", set()),
        ("import pulumi_c1policy._client.policy_client", {"httpx"}),
    ],
)
def test_a_module_loads_no_other_library(statement: str, allowed: set[str]) -> None:
    assert list_loaded(statement) == allowed


def test_a_client_secret_is_read_without_cryptography(client_id: str, client_secret: str) -> None:
    statement = (
        "from pulumi_c1policy._client import settings\n"
        f"settings.load({{'clientId': {client_id!r}, 'clientSecret': {client_secret!r}}}, {{}})"
    )
    assert list_loaded(statement) == set()
