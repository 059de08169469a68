"""Check that every relative link and anchor in the Markdown of the tree has a target.

Run `python -m scripts.check_links`. Nothing is requested from the network: links to other hosts are
not checked.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parent.parent
FRAGMENTS = ROOT / "changelog.d"
"""Fragments are copied into CHANGELOG.md, so their links start at the root."""

_TAG_ID = re.compile(r"""<[^>]+\b(?:id|name)=["']([^"']+)["']""")
_NOT_IN_SLUG = re.compile(r"[^\w\- ]")


def main() -> int:
    """Print each dead link; return 1 if there is one."""
    pages = list_pages()
    dead = [each for page in pages for each in find_dead_links(page)]
    for each in dead:
        print(each)
    print(f"{len(dead)} dead links in {len(pages)} pages")
    return min(len(dead), 1)


def find_dead_links(page: Path) -> Iterator[str]:
    """Yield `page:line: target: reason` for each relative link of a page without a target."""
    is_fragment = page.parent == FRAGMENTS and page.name != "README.md"
    folder = ROOT if is_fragment else page.parent
    for line, target in _list_links(page):
        url = urlsplit(target)
        if url.scheme or url.netloc:
            continue
        path = (folder / unquote(url.path)).resolve() if url.path else page
        place = f"{page.relative_to(ROOT)}:{line}: {target}"
        if not path.is_relative_to(ROOT):
            yield f"{place}: outside of the repository"
        elif not path.exists():
            yield f"{place}: no such file"
        elif url.fragment and path.suffix == ".md" and url.fragment not in list_anchors(path):
            yield f"{place}: no such heading"


@cache
def list_anchors(page: Path) -> frozenset[str]:
    """Return the anchors of a page: its headings in GitHub's spelling, and the ids of HTML tags."""
    text = page.read_text("utf-8")
    found: set[str] = set(_TAG_ID.findall(text))
    tokens = MarkdownIt().parse(text)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            slug = _format_slug(inline)
            number = 0
            while (numbered := f"{slug}-{number}" if number else slug) in found:
                number += 1
            found.add(numbered)
    return frozenset(found)


def _format_slug(heading: Token) -> str:
    words = "".join(each.content for each in heading.children or ())
    return _NOT_IN_SLUG.sub("", words.lower()).replace(" ", "-")


def _list_links(page: Path) -> Iterator[tuple[int, str]]:
    for token in MarkdownIt().enable("table").parse(page.read_text("utf-8")):
        line = token.map[0] + 1 if token.map else 1
        for each in token.children or ():
            target = each.attrGet("href") or each.attrGet("src")
            if target is not None:
                yield line, str(target)


def list_pages() -> list[Path]:
    """List the Markdown files of the tree, except those that git ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"]
    names = subprocess.run(command, capture_output=True, check=True, cwd=ROOT, encoding="utf-8")
    # Git lists a file in conflict several times.
    paths = sorted({ROOT / name for name in filter(None, names.stdout.split("\0"))})
    return [path for path in paths if path.is_file()]


if __name__ == "__main__":
    sys.exit(main())
