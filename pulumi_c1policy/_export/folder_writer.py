"""The replacement of one export by the next in a folder.

New documents wait in a folder beside their places until all are there, so that an export that
fails changes nothing. Only files that the manifest names are replaced or deleted.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from pulumi_c1policy._export import documents, file_names
from pulumi_c1policy._export.export_folder import MANIFEST
from pulumi_c1policy._export.manifest import (
    ATTACHMENTS,
    POLICIES,
    ExportError,
    Manifest,
    Place,
    Selection,
    mark_former,
)
from pulumi_c1policy._model.attachment_fields import parse_target
from pulumi_c1policy._model.tree import Tree

_WAITING: Final = ".c1policy-export"
"""The folder of documents that wait for the end of the export."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of an export.

    Attributes:
        policies: The number of policies in it.
        attachments: The number of attachments in it.
        written: The number of files that are new or have changed.
        removed: The number of files of objects that are gone.
    """

    policies: int
    attachments: int
    written: int
    removed: int


class FolderWriter:
    """The replacement of a folder's export: a context, which leaves no waiting documents."""

    def __init__(self, folder: Path, former: Manifest | None) -> None:
        """Prepare a folder.

        Args:
            folder: The folder; it need not exist.
            former: Its manifest; None if it is no export.
        """
        self._folder, self._former = folder, former
        self._waiting = folder / _WAITING
        self._names: dict[Place, dict[str, tuple[Path, str]]] = {POLICIES: {}, ATTACHMENTS: {}}
        """The waiting file and the display name by the id of the object."""

    def __enter__(self) -> Self:
        for place in (POLICIES, ATTACHMENTS):
            if (path := self._folder / place).is_symlink():
                raise ExportError(f"{path} is a symbolic link.", "Export to another folder.")
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._waiting.exists():
            shutil.rmtree(self._waiting)
        self._waiting.mkdir()
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        shutil.rmtree(self._waiting, ignore_errors=True)

    def has(self, place: Place, object_id: str) -> bool:
        """Return whether an object was added."""
        return object_id in self._names[place]

    def list_ids(self, place: Place) -> list[str]:
        """List the ids of the objects that were added."""
        return [*self._names[place]]

    def add(self, place: Place, object_id: str, name: str, document: Tree) -> None:
        """Add the document of an object.

        Args:
            place: The folder of its file.
            object_id: The id of the policy or of the attachment.
            name: The display name for the file's name.
            document: The document.
        """
        path = self._waiting / f"{place}-{len(self._names[place])}.json"
        path.write_bytes(documents.to_bytes(document))
        self._names[place][object_id] = path, name

    def finish(self, tenant: str, selection: Selection) -> Outcome:
        """Replace the former export by the added documents.

        Raises:
            ExportError: A file of another origin is in the way; nothing was changed.
            OSError: A file cannot be written; the next export repeats the replacement.
        """
        names = {place: self._choose_names(place) for place in self._names}
        manifest = Manifest(tenant, selection, names[POLICIES], names[ATTACHMENTS])
        own = set(self._former.list_files()) if self._former else set[str]()
        changed = self._find_changed(manifest)
        gone = [each for each in own.difference(manifest.list_files()) if self._exists(each)]
        self._require_own(changed, own)
        if changed or gone:
            self._replace(manifest, changed, gone)
        self._write_manifest(manifest)
        count = len(manifest.policies), len(manifest.attachments)
        return Outcome(*count, len(changed), len(gone))

    def _find_changed(self, manifest: Manifest) -> dict[str, Path]:
        """Return the waiting documents that differ from their files, by the paths of these."""
        places: dict[Place, Mapping[str, str]] = {
            POLICIES: manifest.policies,
            ATTACHMENTS: manifest.attachments,
        }
        waiting = {
            f"{place}/{name}": self._names[place][object_id][0]
            for place, files in places.items()
            for object_id, name in files.items()
        }
        return {
            name: path for name, path in waiting.items() if not _is_same(path, self._folder / name)
        }

    def _replace(
        self, manifest: Manifest, changed: Mapping[str, Path], gone: Iterable[str]
    ) -> None:
        """Replace and delete files; the manifest names all of them meanwhile."""
        self._write_manifest(self._unite(manifest))
        for place in self._names:
            (self._folder / place).mkdir(exist_ok=True)
        for name, path in changed.items():
            path.replace(self._folder / name)
        for name in gone:
            (self._folder / name).unlink()

    def _choose_names(self, place: Place) -> dict[str, str]:
        is_policy = place == POLICIES
        keys = {
            object_id: (object_id,) if is_policy else parse_target(object_id).parts
            for object_id in self._names[place]
        }
        shown = {keys[object_id]: name for object_id, (_, name) in self._names[place].items()}
        found = file_names.make_file_names(shown)
        return {object_id: found[keys[object_id]] for object_id in keys}

    def _require_own(self, changed: Mapping[str, Path], own: set[str]) -> None:
        """Refuse to overwrite a file that no export wrote."""
        if foreign := [each for each in changed if each not in own and self._exists(each)]:
            raise ExportError(
                f"{self._folder / foreign[0]} was not written by an export.",
                "Move the file, or export to another folder.",
            )

    def _unite(self, manifest: Manifest) -> Manifest:
        """Return the manifest of the time during the replacement: it names all files, old and new.

        If the replacement is interrupted, the next export knows all files as its own.
        """
        former = self._former or Manifest(manifest.tenant)
        return replace(
            manifest,
            selection=replace(manifest.selection, has_attachments=True),
            policies={**mark_former(former.policies), **manifest.policies},
            attachments={**mark_former(former.attachments), **manifest.attachments},
            is_complete=False,
        )

    def _write_manifest(self, manifest: Manifest) -> None:
        data, path = manifest.to_bytes(), self._folder / MANIFEST
        if path.exists() and path.read_bytes() == data:
            return
        waiting = self._waiting / MANIFEST
        waiting.write_bytes(data)
        waiting.replace(path)

    def _exists(self, name: str) -> bool:
        return os.path.lexists(self._folder / name)


def _is_same(waiting: Path, path: Path) -> bool:
    """Return whether a file has the content of a waiting document."""
    try:
        return not path.is_symlink() and path.read_bytes() == waiting.read_bytes()
    except FileNotFoundError:
        return False
