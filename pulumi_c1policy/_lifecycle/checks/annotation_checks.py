"""Checks of annotations. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._model.paths import Key
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9._/-]{0,127}", re.ASCII)
_VALUE = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{0,256}", re.ASCII)
_MAX_BYTES = 4096
_RESERVED_PREFIX = "c1/"


def check_annotations(inputs: Tree) -> Iterator[Finding]:
    """Check the number, the characters and the size of the annotations."""
    notes = inputs.get("annotations") or {}
    if not isinstance(notes, dict):
        return
    count = sum(1 for value in notes.values() if value)
    if count > (most := POLICY.fields["annotations"].most or 0):
        text = f"takes at most {most} keys with the three that Pulumi sets, has {count}"
        yield Finding(("annotations",), "too-many", text)
    size = 0
    for key, value in notes.items():
        path = ("annotations", Key(key))
        if key.startswith(_RESERVED_PREFIX):
            yield Finding(path, "annotation-key", "the prefix `c1/` is reserved for ConductorOne")
        elif not _KEY.fullmatch(key):
            text = "a key starts with a letter, then at most 127 of letters, digits and . _ / -"
            yield Finding(path, "annotation-key", text)
        if isinstance(value, str):
            size += len(key.encode()) + len(value.encode())
            if not _VALUE.fullmatch(value):
                text = "a value is at most 256 URL-safe ASCII characters, without spaces"
                yield Finding(path, "annotation-value", text)
    if size > _MAX_BYTES:
        text = f"takes at most {_MAX_BYTES} bytes in all, has {size}"
        yield Finding(("annotations",), "too-large", text)
