"""The names of an export's files are readable, stable, distinct and safe."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._export.file_names import is_file_name, make_file_names

ID = "2Wb5QnR"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Admin access (EMEA), 24/7", f"admin-access-emea-24-7-{ID}.json"),
        ("Café Zürich", f"cafe-zurich-{ID}.json"),
        ("../../etc/passwd", f"etc-passwd-{ID}.json"),
        ("CON", f"con-{ID}.json"),
        ("世界", f"{ID}.json"),
        ("", f"{ID}.json"),
        ("x" * 300, f"{'x' * 60}-{ID}.json"),
    ],
)
def test_a_file_name_shows_the_display_name_and_the_id(name: str, expected: str) -> None:
    assert make_file_names({(ID,): name}) == {(ID,): expected}


def test_the_name_of_an_attachment_has_both_ids() -> None:
    assert make_file_names({("app", "ent"): "Admin"}) == {("app", "ent"): "admin-app-ent.json"}


def test_ids_that_differ_in_their_case_only_get_distinct_files() -> None:
    found = make_file_names({("2ab",): "one", ("2AB",): "one"})
    assert len({name.casefold() for name in found.values()}) == 2


@given(st.dictionaries(st.tuples(st.text(min_size=1)), st.text(), max_size=5))
def test_every_file_name_is_safe_and_distinct(names: dict[tuple[str, ...], str]) -> None:
    found = make_file_names(names)
    assert found.keys() == names.keys()
    assert all(is_file_name(name) and len(name) < 200 for name in found.values())
    assert len({name.casefold() for name in found.values()}) == len(names)


@given(st.text(), st.text())
def test_another_object_does_not_change_a_file_name(name: str, other: str) -> None:
    alone = make_file_names({(ID,): name})
    assert make_file_names({(ID,): name, ("2other",): other})[ID,] == alone[ID,]


@pytest.mark.parametrize(
    "name", ["../x.json", "a/b.json", "x", ".json", "x.json\n", "..", "ä.json"]
)
def test_a_name_that_no_export_writes_is_told(name: str) -> None:
    assert not is_file_name(name)
