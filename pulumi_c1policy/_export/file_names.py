"""The names of an export's files: readable, stable, and safe on every file system. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import Final

_MAX_NAME_LENGTH: Final = 60
_MAX_ID_LENGTH: Final = 64
_HASH_DIGITS: Final = 8
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]+")
_FILE_NAME = re.compile(r"[A-Za-z0-9_-]+\.json")


def make_file_names(names: Mapping[tuple[str, ...], str]) -> dict[tuple[str, ...], str]:
    """Make a file name for each object.

    Args:
        names: The display names by the ids of the objects.

    Returns:
        The file names by the ids. They differ also if upper and lower case are the same.
    """
    found = {ids: _make_stem(name, ids) for ids, name in names.items()}
    counts = Counter(stem.casefold() for stem in found.values())
    return {
        ids: f"{stem}-{_hash(ids)}.json" if counts[stem.casefold()] > 1 else f"{stem}.json"
        for ids, stem in found.items()
    }


def is_file_name(name: str) -> bool:
    """Return whether an export may have written a file of this name (without a folder)."""
    return bool(_FILE_NAME.fullmatch(name))


def _make_stem(name: str, ids: tuple[str, ...]) -> str:
    """Return a display name and ids as a file name: `Admin (EMEA)` -> `admin-emea-2Wb5`."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    words = [word for word in re.split("[^a-z0-9]+", plain) if word]
    shown = "-".join(words)[:_MAX_NAME_LENGTH].strip("-")
    return "-".join(filter(None, (shown, *map(_make_safe, ids))))


def _make_safe(object_id: str) -> str:
    if _PLAIN_ID.fullmatch(object_id) and len(object_id) <= _MAX_ID_LENGTH:
        return object_id
    plain = "".join(char if _PLAIN_ID.fullmatch(char) else "-" for char in object_id)
    return f"{plain[:_MAX_ID_LENGTH].strip('-')}-{_hash((object_id,))}".strip("-")


def _hash(ids: tuple[str, ...]) -> str:
    text = "\n".join(ids).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:_HASH_DIGITS]
