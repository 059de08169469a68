"""The file for `pulumi import --file`: the state of policies and attachments. Pure.

The engine cannot ask a dynamic provider to read an object for an import. It records the inputs and
outputs of an entry as they are if the file contains both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from pulumi_c1policy._import.adoptable import Adopted, list_manager_annotations
from pulumi_c1policy._import.attachable import APP, ENTITLEMENT, Attached
from pulumi_c1policy._import.program_names import Name
from pulumi_c1policy._lifecycle.planning.prior import record_answer
from pulumi_c1policy._lifecycle.planning.state_codec import to_state
from pulumi_c1policy._model.tree import Tree

TYPE = "pulumi-python:dynamic/c1policy:Policy"
"""The type token of a dynamic resource of this package."""

PROVIDER = "gASVMgAAAAAAAACMGHB1bHVtaV9jMXBvbGljeS5wcm92aWRlcpSMDlBvbGljeVByb3ZpZGVylJOUKYGULg=="
"""`PolicyProvider()`, pickled by Pulumi's SDK: a reference to `pulumi_c1policy.provider`."""

ATTACHMENT_PROVIDERS = {
    APP.resource: (
        "gASVNwAAAAAAAACMGHB1bHVtaV9jMXBvbGljeS5wcm92aWRlcpSME0FwcFBvbGljaWVzUHJvdmlkZXKUk5QpgZQu"
    ),
    ENTITLEMENT.resource: (
        "gASVPwAAAAAAAACMGHB1bHVtaV9jMXBvbGljeS5wcm92aWRlcpSMG0VudGl0bGVtZW50UG9saWNpZXNQcm92aWRl"
        "cpSTlCmBlC4="
    ),
}
"""The providers of attachments, pickled as `PROVIDER`, by the class of the resource."""


def make_import_file(
    adopted: Sequence[Adopted],
    names: Sequence[Name],
    attached: Iterable[tuple[Attached, Name]] = (),
) -> str:
    """Return the file's JSON.

    Args:
        adopted: The policies.
        names: Their names, in the same order.
        attached: The attachments, each with its name.
    """
    entries = [_make_entry(policy, name) for policy, name in zip(adopted, names, strict=True)]
    entries += [_make_attachment_entry(*each) for each in attached]
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


def _make_attachment_entry(attached: Attached, name: Name) -> Tree:
    """Make the entry of an attachment, as a read would record it.

    It has no predecessors, so a deletion of the attachment leaves the values in the tenant.
    """
    resource, kind = attached.type.resource, attached.type.kind
    provider = {"__provider": ATTACHMENT_PROVIDERS[resource]}
    recorded = record_answer(attached.inputs, attached.live, kind=kind)
    return {
        "type": TYPE.replace("Policy", resource),
        "name": name.resource,
        "id": attached.target.id,
        "inputs": attached.inputs | provider,
        "outputs": to_state(recorded) | provider,
    }
