"""The error texts in docs/troubleshooting.md."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from scripts.check_links import ROOT

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
TEXTS = re.findall(r"^### `(.+)`$", PAGE, re.MULTILINE)


@cache
def list_package_texts() -> str:
    """Return every string constant of the package, f-strings included."""
    files = sorted((ROOT / "pulumi_c1policy").rglob("*.py"))
    nodes = (node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8"))))
    constants = (node.value for node in nodes if isinstance(node, ast.Constant))
    return "\n".join(value for value in constants if isinstance(value, str))


def test_the_page_has_error_texts() -> None:
    assert len(TEXTS) > 20
    assert len(set(TEXTS)) == len(TEXTS)


@pytest.mark.parametrize("text", TEXTS)
def test_an_error_text_of_the_page_is_in_the_package(text: str) -> None:
    parts = [part.strip() for part in text.split("…") if part.strip()]
    assert [part for part in parts if part not in list_package_texts()] == []
