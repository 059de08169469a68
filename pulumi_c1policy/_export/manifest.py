"""The manifest of an export: the mark of an export's folder, and the list of its files. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from pulumi_c1policy._export import documents
from pulumi_c1policy._export.file_names import is_file_name
from pulumi_c1policy.errors import C1PolicyError

VERSION: Final = 1
"""The version of the format; a change that breaks readers raises it."""

Place: TypeAlias = Literal["policies", "attachments"]
"""The folder of a document in an export."""

POLICIES: Final = "policies"
"""The folder of the policies' files."""

ATTACHMENTS: Final = "attachments"
"""The folder of the attachments' files."""

_FORMER: Final = "former "
"""The mark of an id whose file an interrupted replacement has left."""


class ExportError(C1PolicyError):
    """A folder that is no export, or that an export must not replace."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The objects that an export contains.

    Attributes:
        policy_ids: The ids of the chosen policies; None for all policies of the tenant.
        has_attachments: The export contains the attachments of its policies.
    """

    policy_ids: frozenset[str] | None = None
    has_attachments: bool = True


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of an export.

    Attributes:
        tenant: The host and the port of the tenant.
        selection: The objects that it contains.
        policies: The names of the files in `POLICIES` by the ids of the policies.
        attachments: The names of the files in `ATTACHMENTS` by the ids of the attachments.
        is_complete: The export has ended; it has not if it was interrupted while it wrote.
    """

    tenant: str
    selection: Selection = Selection()
    policies: Mapping[str, str] = field(default_factory=dict)
    attachments: Mapping[str, str] = field(default_factory=dict)
    is_complete: bool = True

    def list_files(self) -> Iterator[str]:
        """Yield the paths of all files, in the folder of the export."""
        yield from (f"{POLICIES}/{name}" for name in self.policies.values())
        yield from (f"{ATTACHMENTS}/{name}" for name in self.attachments.values())

    def to_bytes(self) -> bytes:
        """Return the bytes of the manifest's file."""
        chosen = self.selection.policy_ids
        return documents.to_bytes(
            {
                "version": VERSION,
                "tenant": self.tenant,
                "complete": self.is_complete,
                "chosen": None if chosen is None else sorted(chosen),
                "policies": dict(self.policies),
                "attachments": dict(self.attachments) if self.selection.has_attachments else None,
            }
        )


def mark_former(files: Mapping[str, str]) -> dict[str, str]:
    """Mark the ids of files that a replacement is about to replace or delete."""
    return {f"{_FORMER}{object_id}": name for object_id, name in files.items()}


def list_ids(files: Mapping[str, str]) -> list[str]:
    """List the ids of the objects of files, also of marked ones; each once."""
    return [*dict.fromkeys(each.rpartition(_FORMER)[2] for each in files)]


def parse_manifest(text: str, source: str) -> Manifest:
    """Parse a manifest.

    Args:
        text: The text of the file.
        source: The path of the file, for errors.

    Raises:
        ExportError: It is damaged, or a later release wrote it.
    """
    try:
        found = json.loads(text)
        version = found["version"]
        if version == VERSION:
            return _read(found)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExportError(
            f"{source} is not the manifest of an export.",
            "Restore the file, or export to another folder.",
        ) from error
    raise ExportError(
        f"{source} has version {version!r}, but this release reads version {VERSION}.",
        "Update this package, or export to another folder.",
    )


def _read(found: Mapping[str, Any]) -> Manifest:
    chosen, attachments = found["chosen"], found["attachments"]
    ids = None if chosen is None else frozenset(map(str, chosen))
    return Manifest(
        str(found["tenant"]),
        Selection(ids, has_attachments=attachments is not None),
        _read_files(found["policies"]),
        _read_files(attachments or {}),
        is_complete=found["complete"] is True,
    )


def _read_files(found: Mapping[str, Any]) -> dict[str, str]:
    """Return names of files by id; a name that leads out of the folder is an error."""
    files = {str(object_id): str(name) for object_id, name in found.items()}
    if wrong := [name for name in files.values() if not is_file_name(name)]:
        raise ValueError(wrong[0])
    return files
