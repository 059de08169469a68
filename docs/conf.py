"""Sphinx configuration of the documentation site; `make docs` builds it into `build/docs`.

The pages are plain Markdown that GitHub renders too. Three hooks close the gap between both
readers: the lists of links on index pages become the site's navigation, a link to an example that
is alone on its line becomes the content of the file, and other links to files outside `docs/` point
to the repository.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

DOCS = Path(__file__).parent
PROJECT = tomllib.loads((DOCS.parent / "pyproject.toml").read_text("utf-8"))["project"]

project = "pulumi-c1policy"
author = "The authors of pulumi-c1policy"
copyright = author
version = release = PROJECT["version"]

extensions = ["myst_parser", "sphinx_copybutton"]
exclude_patterns = ["_static"]
myst_heading_anchors = 4
nitpicky = True
smartquotes = False  # `--option` in a table is not a dash.
suppress_warnings = [
    "myst.header",  # Generated pages skip a heading level.
    "misc.highlighting_failure",  # Pygments does not know Mermaid.
]

html_theme = "furo"
html_title = f"pulumi-c1policy {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
html_last_updated_fmt = None
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True

HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
EXAMPLE = re.compile(r"^\[([^\]]+)\]\((\.\./[^)\s]+\.(?:yml|sh|py))\)$", re.MULTILINE)
LANGUAGES = {"yml": "yaml", "sh": "bash", "py": "python"}
LINK = re.compile(r"\[([^\]]+)\]\(([^)#\s]+)(#[^)\s]*)?\)")


def setup(app: Sphinx) -> None:
    """Register the hooks."""
    app.connect("source-read", prepare_page)


def prepare_page(_app: Sphinx, page: str, source: list[str]) -> None:
    """Rewrite the Markdown of a page before it is parsed.

    Args:
        page: The page's path in `docs/`, without suffix.
        source: A list of one string, the Markdown; replaced in place.
    """
    text = replace_outside_links(page, include_examples(source[0]))
    if Path(page).name in ("index", "README"):
        text += navigation(text)
    source[0] = text


def navigation(text: str) -> str:
    """Return hidden tables of contents, one per section of an index page with links to pages."""
    tables = []
    parts = HEADING.split(text)
    for title, body in zip(["", *parts[1::2]], parts[0::2], strict=True):
        pages = [target.removesuffix(".md") for _, target, _ in LINK.findall(body)]
        pages = [page for page in dict.fromkeys(pages) if is_page_below(page)]
        if pages:
            options = ":hidden:\n" + (f":caption: {title}\n" if title else "")
            tables.append("\n\n```{toctree}\n" + options + "\n" + "\n".join(pages) + "\n```\n")
    return "".join(tables)


def include_examples(text: str) -> str:
    """Replace each link to an example that is alone on its line by the content of the file."""

    def replace(match: re.Match[str]) -> str:
        label, target = match[1], match[2]
        language = LANGUAGES[target.rpartition(".")[2]]
        options = f":language: {language}\n:caption: {label}\n"
        return f"```{{literalinclude}} {target}\n{options}```"

    return EXAMPLE.sub(replace, text)


def is_page_below(target: str) -> bool:
    """Return whether a link leads to a page in the folder of the index page or below it."""
    return not target.startswith(("..", "http"))


def replace_outside_links(page: str, text: str) -> str:
    """Point links to files outside `docs/` to the repository.

    Without a repository in `project.urls` of pyproject.toml, only the text of such a link stays.
    """
    folder = (DOCS / page).parent
    urls = PROJECT.get("urls", {})
    repository = urls.get("Repository") or urls.get("Source")

    def replace(match: re.Match[str]) -> str:
        label, target, anchor = match[1], match[2], match[3] or ""
        path = (folder / target).resolve()
        if "://" in target or path.is_relative_to(DOCS) or not path.exists():
            return match[0]
        if repository is None:
            return label
        kind = "tree" if path.is_dir() else "blob"
        inside = path.relative_to(DOCS.parent).as_posix()
        return f"[{label}]({repository.rstrip('/')}/{kind}/main/{inside}{anchor})"

    return LINK.sub(replace, text)
