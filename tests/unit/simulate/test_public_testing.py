"""The public module `pulumi_c1policy.testing`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pulumi_c1policy import testing


def test_every_public_name_is_loaded_and_listed_in_order() -> None:
    assert list(testing.__all__) == sorted(testing.__all__)
    for name in testing.__all__:
        assert getattr(testing, name) is not None
        assert name in dir(testing)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        testing.nonsense  # noqa: B018 - the access is the test


def test_a_simulation_loads_no_pulumi_no_server_no_command_and_no_checker() -> None:
    program = (
        "import sys; from pulumi_c1policy.testing import simulate; "
        "simulate({'policy_type': 'POLICY_TYPE_GRANT'}, subject={'id': 'u'}); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert {"pulumi", "starlette", "httpx", "typer", "cel_expr_python"} & set(
        done.stdout.split()
    ) == set()


def test_policies_are_keyed_by_their_resources() -> None:
    found = testing.policies(Path(__file__).parents[3] / "examples" / "policy-tests")
    assert list(found) == [policy.resource for policy in found.values()]
