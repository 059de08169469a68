"""The folder of an export as it is: its manifest and its documents."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pulumi_c1policy._export.manifest import ExportError, Manifest, Place, parse_manifest
from pulumi_c1policy._model.tree import Tree

MANIFEST: Final = "c1policy-export.json"
"""The name of the manifest's file."""


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a folder; None if the folder is no export.

    Raises:
        ExportError: The manifest is damaged, or a later release wrote it.
        OSError: The manifest cannot be read.
    """
    path = folder / MANIFEST
    try:
        text = path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError:
        text = ""
    return parse_manifest(text, str(path))


@dataclass(frozen=True, slots=True)
class Export:
    """An export that can be compared.

    Attributes:
        source: The folder as the user named it.
        folder: The folder.
        manifest: Its manifest.
    """

    source: str
    folder: Path
    manifest: Manifest

    def read_document(self, place: Place, name: str) -> Tree:
        """Return the document in a file.

        Raises:
            ExportError: The file is missing or damaged.
        """
        path = self.folder / place / name
        try:
            found = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not JSON"
            raise describe_damage(path, str(reason)) from error
        if not isinstance(found, dict):
            raise describe_damage(path, "it is not an object")
        return found


def open_export(source: str) -> Export:
    """Open the export in a folder.

    Raises:
        ExportError: The folder contains no export, or one that was interrupted.
        OSError: The manifest cannot be read.
    """
    folder = Path(source)
    manifest = read_manifest(folder)
    if manifest is None:
        raise ExportError(
            f"{source} contains no export: there is no {MANIFEST}.",
            "Give a folder that `c1policy export --out FOLDER` wrote.",
        )
    if not manifest.is_complete:
        raise ExportError(
            f"The export in {source} was interrupted while it wrote.", "Export again."
        )
    return Export(source, folder, manifest)


def describe_damage(path: Path, reason: str) -> ExportError:
    """Describe a document that cannot be read.

    Args:
        path: Its file.
        reason: A clause without a full stop.
    """
    return ExportError(f"{path} cannot be read: {reason}.", "Restore the file, or export again.")
