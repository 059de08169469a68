"""The hooks of the documentation site in docs/conf.py."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from scripts.check_links import ROOT


@pytest.fixture
def conf() -> ModuleType:
    """Return the configuration of the site."""
    spec = importlib.util.spec_from_file_location("docs_conf", ROOT / "docs" / "conf.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_sections_of_an_index_page_become_the_navigation(conf: ModuleType) -> None:
    page = "# Title\n\n## One\n\n- [A](a.md): a\n- [B](b/README.md#here): b\n\n## Two\n\nNone.\n"
    assert conf.navigation(page) == (
        "\n\n```{toctree}\n:hidden:\n:caption: One\n\na\nb/README\n```\n"
    )


def test_a_link_out_of_the_documentation_leads_to_the_repository(
    conf: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = {"Repository": "https://git.example/acme/policies/"}
    monkeypatch.setattr(conf, "PROJECT", {"urls": urls})
    base = "https://git.example/acme/policies"
    text = "[a](../README.md#install), [b](../examples), [c](concepts.md)"
    assert conf.replace_outside_links("index", text) == (
        f"[a]({base}/blob/main/README.md#install), [b]({base}/tree/main/examples), [c](concepts.md)"
    )


def test_a_link_out_of_the_documentation_is_text_if_the_repository_is_not_known(
    conf: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conf, "PROJECT", {})
    assert conf.replace_outside_links("index", "[a](../README.md)") == "a"


@pytest.mark.parametrize("link", ["[a](https://example.com)", "[a](../none.md)", "[a](#here)"])
def test_another_link_stays(conf: ModuleType, link: str) -> None:
    assert conf.replace_outside_links("index", link) == link


def test_a_link_to_an_example_alone_on_its_line_becomes_its_content(conf: ModuleType) -> None:
    link = "[`drift.sh`](../examples/ci/shell/drift.sh)"
    assert conf.include_examples(f"Text.\n\n{link}\n") == (
        "Text.\n\n```{literalinclude} ../examples/ci/shell/drift.sh\n"
        ":language: bash\n:caption: `drift.sh`\n```\n"
    )
    assert conf.include_examples(f"- {link}: a script") == f"- {link}: a script"
