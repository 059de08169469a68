"""The file for `pulumi import --file`: the state of adopted policies. Pure.

The engine does not ask a dynamic provider to import a policy, but uses inputs and outputs if the
file contains both.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from pulumi_c1policy._import.adoptable import Adopted, list_manager_annotations
from pulumi_c1policy._import.program_names import Name
from pulumi_c1policy._lifecycle.planning.prior import record_answer
from pulumi_c1policy._lifecycle.planning.state_codec import to_state
from pulumi_c1policy._model.tree import Tree

TYPE = "pulumi-python:dynamic/c1policy:Policy"
"""The resource's type, as the engine knows it."""

PROVIDER = "gASVMgAAAAAAAACMGHB1bHVtaV9jMXBvbGljeS5wcm92aWRlcpSMDlBvbGljeVByb3ZpZGVylJOUKYGULg=="
"""`PolicyProvider()`, pickled by Pulumi's SDK: a reference to `pulumi_c1policy.provider`."""


def make_import_file(adopted: Sequence[Adopted], names: Sequence[Name]) -> str:
    """Return the file's JSON.

    Args:
        adopted: The policies.
        names: The names of each, in the same order.
    """
    entries = [_make_entry(policy, name) for policy, name in zip(adopted, names, strict=True)]
    return json.dumps({"resources": entries}, indent=2, allow_nan=False) + "\n"


def _make_entry(adopted: Adopted, name: Name) -> Tree:
    """Make one resource: the program's inputs without ownership annotations, and a read's outputs.

    The outputs have the ownership annotations that the tenant has. The first update therefore sets
    ours, and the lifecycle can tell a policy without a manager from one that was taken over since.
    """
    inputs = dict(adopted.inputs)
    if kept := list_manager_annotations(adopted):
        inputs["annotations"] = inputs.get("annotations", {}) | kept
    provider = {"__provider": PROVIDER}
    return {
        "type": TYPE,
        "name": name.resource,
        "id": adopted.id,
        "inputs": inputs | provider,
        "outputs": to_state(record_answer(inputs, adopted.live)) | provider,
    }
