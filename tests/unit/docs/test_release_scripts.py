"""The scripts that write the changelog and the oldest versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import changelog, oldest

RELEASED = f"# Changelog\n\n{changelog.START}\n## 0.1.0\n"


def test_writing_the_unreleased_changes_twice_writes_them_once() -> None:
    once = changelog.insert_unreleased(RELEASED, "## Unreleased\n- one")
    again = changelog.insert_unreleased(changelog.remove_unreleased(once), "## Unreleased\n- two")
    assert again.count("## Unreleased") == 1
    assert "- one" not in again
    assert again.index("- two") < again.index(changelog.START) < again.index("## 0.1.0")


def test_a_release_starts_from_the_released_changes_alone() -> None:
    once = changelog.insert_unreleased(RELEASED, "## Unreleased\n- one")
    assert changelog.remove_unreleased(once) == RELEASED


def test_the_changelog_has_the_changes_of_the_fragments() -> None:
    text = changelog.CHANGELOG.read_text("utf-8")
    assert text == changelog.replace_unreleased(text), "run `make changelog`"


def test_the_changelog_has_no_unreleased_changes_without_fragments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "README.md").touch()
    monkeypatch.setattr(changelog, "FRAGMENTS", tmp_path)
    once = changelog.insert_unreleased(RELEASED, "## Unreleased\n- one")
    assert changelog.replace_unreleased(once) == RELEASED


def test_the_oldest_versions_are_the_lower_bounds() -> None:
    requirements = ["httpx>=0.28,<1", "cel-expr-python[x] >= 0.1.3", "pulumi-c1policy[cel]"]
    assert [*oldest.list_lower_bounds(requirements)] == [
        ("httpx", "0.28"),
        ("cel-expr-python", "0.1.3"),
    ]
