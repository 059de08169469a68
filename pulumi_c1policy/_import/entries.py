"""The file for `pulumi import --file`: the state of adopted policies, so that nothing is read again. Pure.

The engine asks no dynamic provider for a policy to import, but takes inputs and outputs where a file has both.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from pulumi_c1policy._import.adoption import Adopted, kept_annotations
from pulumi_c1policy._import.names import Name
from pulumi_c1policy._lifecycle.planning.prior import record_answer
from pulumi_c1policy._lifecycle.planning.state_codec import to_state
from pulumi_c1policy._model.tree import Tree

TYPE = "pulumi-python:dynamic/c1policy:Policy"
"""The resource's type, as the engine knows it."""

PROVIDER = "gASVMgAAAAAAAACMGHB1bHVtaV9jMXBvbGljeS5wcm92aWRlcpSMDlBvbGljeVByb3ZpZGVylJOUKYGULg=="
"""`PolicyProvider()`, pickled by Pulumi's SDK: a reference to `pulumi_c1policy.provider`, and nothing else."""


def import_file(adopted: Sequence[Adopted], names: Sequence[Name]) -> str:
    """The file's JSON.

    Args:
        adopted: The policies.
        names: What each is called, in the same order.
    """
    entries = [_entry(policy, name) for policy, name in zip(adopted, names, strict=True)]
    return json.dumps({"resources": entries}, indent=2, allow_nan=False) + "\n"


def _entry(adopted: Adopted, name: Name) -> Tree:
    """One resource: the inputs of the program, but for the marks, and the outputs of a read.

    The marks are those that the tenant has. So the first update is to set ours, and the lifecycle can tell
    a policy that nobody kept from one that somebody took over since.
    """
    inputs = dict(adopted.inputs)
    if kept := kept_annotations(adopted):
        inputs["annotations"] = inputs.get("annotations", {}) | kept
    provider = {"__provider": PROVIDER}
    return {
        "type": TYPE,
        "name": name.resource,
        "id": adopted.id,
        "inputs": inputs | provider,
        "outputs": to_state(record_answer(inputs, adopted.live)) | provider,
    }
