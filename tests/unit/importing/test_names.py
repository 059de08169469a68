"""Names of adopted policies: words of their names, unique, and valid in Python."""

from __future__ import annotations

import builtins
import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._import.program_names import make_names, make_resource_name

NAMES = {
    "words": ("Engineering access", "engineering-access"),
    "punctuation": ("Contractors (EMEA), 24/7!", "contractors-emea-24-7"),
    "underscores": ("snake_case__name_", "snake-case-name"),
    "accents": ("Zugänge für Büro Zürich, école", "zugange-fur-buro-zurich-ecole"),
    "sharp-s": ("STRASSE und Straße", "strasse-und-strasse"),
    "ligature": ("ﬁnance №5", "finance-no5"),
    "other-script": ("世界 policy", "世界-policy"),
    "combining-characters": ("नीति", "नीति"),
    "emoji": ("🚀 Launch 🚀", "launch"),
    "digit-first": ("24h access", "policy-24h-access"),
    "keyword": ("Class", "class-policy"),
    "soft-keyword": ("match", "match-policy"),
    "builtin": ("All", "all-policy"),
    "nothing-left": ("!?", "policy"),
    "empty": ("", "policy"),
    "long": (
        "Everybody in the whole company who asks for anything that is risky",
        "everybody-in-the-whole-company-who-asks-for-anything-that-is",
    ),
    "one-long-word": ("x" * 90, "x" * 60),
}


@pytest.mark.parametrize(("display_name", "expected"), NAMES.values(), ids=NAMES)
def test_a_resource_name_is_the_display_name_in_kebab_case(
    display_name: str, expected: str
) -> None:
    assert make_resource_name(display_name) == expected


def test_equal_names_get_unique_numbers() -> None:
    found = make_names(["A", "a", "A 2", "a!", "a-2-2"])
    assert [name.resource for name in found] == ["a", "a-2", "a-2-2", "a-3", "a-2-2-2"]


def test_the_name_of_another_resource_is_not_used_again() -> None:
    found = make_names(["A", "B", "a"], {"a", "a-2", ""})
    assert [name.resource for name in found] == ["a-3", "b", "a-4"]


TEXT = st.text(max_size=70) | st.sampled_from(
    [*keyword.kwlist, *dir(builtins), "a", "A ", "a-2", "a_2", "\uff41", "policy", "pulumi"]
)


@given(st.lists(TEXT, max_size=12))
def test_resources_and_variables_are_unique_and_valid(display_names: list[str]) -> None:
    found = make_names(display_names)
    assert len({name.resource for name in found}) == len(display_names)
    assert len({name.variable for name in found}) == len(display_names)
    for name in found:
        assert name.variable.replace("_", "-") == name.resource
        assert name.variable.isidentifier()
        assert not keyword.iskeyword(name.variable)
        assert not hasattr(builtins, name.variable)
        # Python normalizes an identifier; the name must be normalized already.
        scope: dict[str, int] = {}
        exec(f"{name.variable} = 1", {}, scope)  # noqa: S102 (a name)
        assert list(scope) == [name.variable]


def test_a_thousand_policies_of_one_name_get_unique_names() -> None:
    found = make_names(["Same"] * 1000)
    assert (found[0].resource, found[-1].resource) == ("same", "same-1000")
