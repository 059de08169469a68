"""Programs and import files of test policies, and the declarations in a program."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pulumi_c1policy._import.adoptable import Adopted, prepare_adoption
from pulumi_c1policy._import.import_file import make_import_file
from pulumi_c1policy._import.program_names import make_names
from pulumi_c1policy._import.program_writer import Source, list_fields, write_program
from pulumi_c1policy._import.tenant_objects import describe_policies

ACCEPT: dict[str, Any] = {"grant": {"steps": [{"accept": {}}]}}
RUFF = Path(sys.executable).with_name("ruff")


def make_wire_policy(policy_id: str, **fields: Any) -> dict[str, Any]:
    """Make a policy on the wire; by default it accepts every request."""
    return {
        "id": policy_id,
        "displayName": policy_id,
        "policyType": "POLICY_TYPE_GRANT",
        "policySteps": ACCEPT,
        **fields,
    }


def adopt(*policies: dict[str, Any], take_over: bool = False) -> list[Adopted]:
    """Prepare the adoption of policies that can be adopted."""
    found = [prepare_adoption(policy, take_over=take_over) for policy in policies]
    assert all(isinstance(one, Adopted) for one in found), found
    return [one for one in found if isinstance(one, Adopted)]


def make_program(*policies: dict[str, Any], others: dict[str, str] | None = None) -> str:
    """Write the program that declares the policies."""
    found = adopt(*policies)
    called = make_names(policy.name for policy in found)
    names = {policy.id: (policy.name, "") for policy in found}
    names |= {own_id: (name, "") for own_id, name in (others or {}).items()}
    fields = list_fields(found, ())
    objects = describe_policies(fields, names, has_lookups=False)
    return write_program(Source(found, called, objects))


def make_entries(*policies: dict[str, Any], take_over: bool = False) -> dict[str, dict[str, Any]]:
    """Return the entries of the import file, by resource name."""
    found = adopt(*policies, take_over=take_over)
    text = make_import_file(found, make_names(policy.name for policy in found))
    return {entry["name"]: entry for entry in json.loads(text)["resources"]}


def run_program(
    source: str, ids: dict[str, str], **lookups: Callable[..., Any]
) -> dict[str, dict[str, Any]]:
    """Run a program; return the arguments of each policy by resource name, in its order.

    Args:
        source: The program.
        ids: The value of `id` of each resource.
        **lookups: The lookups of the program.
    """
    found: dict[str, dict[str, Any]] = {}

    class Policy:
        def __init__(self, name: str, **inputs: Any) -> None:
            assert name not in found
            self.id = ids[name]
            found[name] = inputs

    line = "import pulumi_c1policy as c1\n"
    assert source.count(line) == 1
    names = {"c1": SimpleNamespace(Policy=Policy, **lookups)}
    exec(compile(source.replace(line, ""), "policies.py", "exec"), names)  # noqa: S102
    return found


def format_source(source: str) -> str:
    """Format source text with ruff and its default settings."""
    command = [str(RUFF), "format", "--isolated", "-"]
    done = subprocess.run(command, input=source, capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout
