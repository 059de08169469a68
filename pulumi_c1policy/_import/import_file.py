"""The file for `pulumi import --file`: the state of adopted policies. Pure.

The engine cannot ask a dynamic provider to read a policy for an import. It records the inputs and
outputs of an entry as they are if the file contains both.
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
"""The type token of a dynamic resource of this package."""

PROVIDER = "gASVMgAAAAAAAACMGHB1bHVtaV9jMXBvbGljeS5wcm92aWRlcpSMDlBvbGljeVByb3ZpZGVylJOUKYGULg=="
"""`PolicyProvider()`, pickled by Pulumi's SDK: a reference to `pulumi_c1policy.provider`."""


def make_import_file(adopted: Sequence[Adopted], names: Sequence[Name]) -> str:
    """Return the file's JSON.

    Args:
        adopted: The policies.
        names: Their names, in the same order.
    """
    entries = [_make_entry(policy, name) for policy, name in zip(adopted, names, strict=True)]
    return json.dumps({"resources": entries}, indent=2, allow_nan=False) + "\n"


def _make_entry(adopted: Adopted, name: Name) -> Tree:
    """Make the entry of one resource: the inputs of the program, and the outputs of a read.

    Both contain the ownership annotations of the live policy. So the first update replaces them by
    those of the stack. If they change before that update, a person or a tool took the policy over
    in the meantime.
    """
    inputs = dict(adopted.inputs)
    if annotations := list_manager_annotations(adopted):
        inputs["annotations"] = inputs.get("annotations", {}) | annotations
    provider = {"__provider": PROVIDER}
    return {
        "type": TYPE,
        "name": name.resource,
        "id": adopted.id,
        "inputs": inputs | provider,
        "outputs": to_state(record_answer(inputs, adopted.live)) | provider,
    }
