"""The check for dead links."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import check_links


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty tree with one page, `other.md`."""
    monkeypatch.setattr(check_links, "ROOT", tmp_path)
    monkeypatch.setattr(check_links, "FRAGMENTS", tmp_path / "changelog.d")
    (tmp_path / "other.md").write_text('# Other page\n\n## What `x` is\n\n<a id="mark"></a>\n')
    return tmp_path


@pytest.mark.parametrize(
    "link",
    [
        "[a](other.md)",
        "[a](other.md#other-page)",
        "[a](other.md#what-x-is)",
        "[a](other.md#mark)",
        "[a](#here)",
        "[a](https://example.com/nowhere)",
        "| a |\n| - |\n| [a](other.md) |",
        "```\n[a](none.md)\n```",
    ],
)
def test_a_link_that_leads_somewhere_is_not_reported(root: Path, link: str) -> None:
    page = root / "page.md"
    page.write_text(f"# Here\n\n{link}\n")
    assert [*check_links.find_dead_links(page)] == []


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("[a](none.md)", "no such file"),
        ("![a](none.svg)", "no such file"),
        ("[a](other.md#none)", "no such heading"),
        ("[a](#none)", "no such heading"),
        ("[a](../other.md)", "outside of the repository"),
    ],
)
def test_a_dead_link_is_reported_with_its_line(root: Path, link: str, reason: str) -> None:
    page = root / "page.md"
    page.write_text(f"# Here\n\n{link}\n")
    (found,) = check_links.find_dead_links(page)
    assert found.startswith("page.md:3: ")
    assert found.endswith(reason)


def test_the_links_of_a_changelog_fragment_start_at_the_root(root: Path) -> None:
    fragment = root / "changelog.d" / "one.added.md"
    fragment.parent.mkdir()
    fragment.write_text("[a](other.md)\n")
    assert [*check_links.find_dead_links(fragment)] == []
    fragment.write_text("[a](../other.md)\n")
    assert len([*check_links.find_dead_links(fragment)]) == 1


def test_equal_headings_have_different_anchors(root: Path) -> None:
    page = root / "page.md"
    page.write_text("# Same\n\n# Same\n")
    assert check_links.list_anchors(page) == {"same", "same-1"}
