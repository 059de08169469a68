"""Policies of a tenant, made into a program and a file, and what these come to."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from pulumi_c1policy._import.adoptable import Adopted, prepare_adoption
from pulumi_c1policy._import.entries import make_import_file
from pulumi_c1policy._import.program_names import make_names
from pulumi_c1policy._import.program_writer import write_program

ACCEPT: dict[str, Any] = {"grant": {"steps": [{"accept": {}}]}}
RUFF = Path(sys.executable).with_name("ruff")


def wire(policy_id: str, **fields: Any) -> dict[str, Any]:
    """A policy as the tenant answers it; by default one that accepts everything."""
    return {
        "id": policy_id,
        "displayName": policy_id,
        "policyType": "POLICY_TYPE_GRANT",
        "policySteps": ACCEPT,
        **fields,
    }


def adopted(*policies: dict[str, Any], take_over: bool = False) -> list[Adopted]:
    """The policies, each of which can be adopted."""
    found = [prepare_adoption(policy, take_over=take_over) for policy in policies]
    assert all(isinstance(one, Adopted) for one in found), found
    return [one for one in found if isinstance(one, Adopted)]


def written(*policies: dict[str, Any], others: dict[str, str] | None = None) -> str:
    """The program that declares the policies."""
    found = adopted(*policies)
    called = make_names(policy.name for policy in found)
    return write_program(
        found, called, {policy.id: policy.name for policy in found} | (others or {})
    )


def entries(*policies: dict[str, Any], take_over: bool = False) -> dict[str, dict[str, Any]]:
    """The entries of the import file, by resource name."""
    found = adopted(*policies, take_over=take_over)
    text = make_import_file(found, make_names(policy.name for policy in found))
    return {entry["name"]: entry for entry in json.loads(text)["resources"]}


def declared(source: str, ids: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The arguments of each policy that a program declares, by resource name, in its order.

    Args:
        source: The program.
        ids: What a resource's `id` is.
    """
    found: dict[str, dict[str, Any]] = {}

    class Policy:
        def __init__(self, name: str, **inputs: Any) -> None:
            assert name not in found
            self.id = ids[name]
            found[name] = inputs

    line = "from pulumi_c1policy import Policy\n"
    assert source.count(line) == 1
    exec(compile(source.replace(line, ""), "policies.py", "exec"), {"Policy": Policy})  # noqa: S102
    return found


def formatted(source: str) -> str:
    """`source` as ruff formats it in a project without settings."""
    command = [str(RUFF), "format", "--isolated", "-"]
    done = subprocess.run(command, input=source, capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout
