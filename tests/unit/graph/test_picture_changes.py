"""The marks of what a change adds to a picture, removes from it, and changes in it."""

from __future__ import annotations

from typing import Any

from pulumi_c1policy._graph import mermaid
from pulumi_c1policy._graph.picture import Edge, Picture
from pulumi_c1policy._graph.picture_changes import Marks, mark_changes
from pulumi_c1policy._graph.policy_pictures import draw_map, draw_policies
from pulumi_c1policy._simulate.directory import Directory
from pulumi_c1policy._simulate.known_policies import KnownPolicy, read_policy
from tests.unit.simulate.small_company import DIRECTORY, make_approval, make_grant

MANAGER = make_approval(manager={})
OWNERS = make_approval(app_owners={})
WAIT = {"wait": {"duration": "3600s"}}


def read(*steps: dict[str, Any], **fields: Any) -> KnownPolicy:
    return read_policy(make_grant(*steps, **fields), id=fields.pop("id", "p"))


def draw(*steps: dict[str, Any], **fields: Any) -> Picture:
    policy = read(*steps, **({"display_name": "Access"} | fields))
    return draw_policies([policy], [policy], Directory(DIRECTORY))


def make_rules(*conditions: str) -> list[dict[str, Any]]:
    return [{"condition": condition, "step_key": "x"} for condition in conditions]


def draw_rules(*conditions: str) -> Picture:
    return draw(MANAGER, rules=make_rules(*conditions), more_steps={"x": {"steps": [OWNERS]}})


def list_nodes(picture: Picture, marks: Marks) -> dict[str, str]:
    """Return the marks of nodes by what these show."""
    return {picture.find(node).title: mark for node, mark in marks.nodes.items()}


def list_lines(picture: Picture, marks: Marks) -> list[str]:
    """List the text of the marked lines."""
    return [picture.find(node).lines[index].text for node, index in marks.lines]


def test_a_picture_has_no_marks_beside_itself() -> None:
    picture = draw_rules("true", "false")
    before, after = mark_changes(picture, picture)
    assert not before
    assert not after


def test_another_name_of_a_policy_is_a_change_and_nothing_else_differs() -> None:
    old, new = draw(MANAGER, display_name="Old"), draw(MANAGER, display_name="New")
    before, after = mark_changes(old, new)
    assert (list_nodes(old, before), list_nodes(new, after)) == (
        {"Old": "changed"},
        {"New": "changed"},
    )
    assert not before.edges
    assert not after.edges


def test_a_policy_with_another_id_is_the_same_policy() -> None:
    before, after = mark_changes(draw(MANAGER), draw(MANAGER, id=""))
    assert not before
    assert not after


def test_a_step_that_is_added_in_front_marks_one_line() -> None:
    old, new = draw(MANAGER), draw(OWNERS, MANAGER)
    before, after = mark_changes(old, new)
    assert list_nodes(old, before) == list_nodes(new, after) == {"steps 'grant'": "changed"}
    assert list_lines(old, before) == []
    assert list_lines(new, after) == ["1. approval: app owners"]


def test_a_step_that_is_replaced_marks_a_line_of_each_side() -> None:
    old, new = draw(MANAGER, WAIT), draw(OWNERS, WAIT)
    before, after = mark_changes(old, new)
    assert list_lines(old, before) == ["1. approval: manager"]
    assert list_lines(new, after) == ["1. approval: app owners"]


def test_a_rule_that_is_added_in_front_does_not_mark_the_rules_behind_it() -> None:
    old, new = draw_rules("subject.a == 1"), draw_rules("true", "subject.a == 1")
    before, after = mark_changes(old, new)
    assert list_nodes(old, before) == {}
    assert list_nodes(new, after) == {"rules[0]": "added"}
    assert {(edge.kind, mark) for edge, mark in after.edges.items()} == {
        ("next", "added"),
        ("match", "added"),
    }
    assert {edge.kind for edge in before.edges} == {"next"}


def test_a_rule_with_another_condition_is_changed() -> None:
    old, new = draw_rules("true", "subject.a == 1"), draw_rules("true", "subject.a == 2")
    before, after = mark_changes(old, new)
    assert list_nodes(old, before) == list_nodes(new, after) == {"rules[1]": "changed"}


def test_two_rules_in_the_other_order_are_marked() -> None:
    old, new = draw_rules("true", "false"), draw_rules("false", "true")
    before, after = mark_changes(old, new)
    assert set(before.nodes.values()) == {"removed"}
    assert set(after.nodes.values()) == {"added"}


def test_a_rule_that_leads_elsewhere_has_a_marked_edge() -> None:
    lists = {"x": {"steps": [OWNERS]}, "y": {"steps": [MANAGER]}}
    rule = {"condition": "true"}
    old = draw(MANAGER, rules=[rule | {"step_key": "x"}], more_steps=lists)
    new = draw(MANAGER, rules=[rule | {"step_key": "y"}], more_steps=lists)
    before, after = mark_changes(old, new)
    assert list_nodes(old, before) == {"steps 'x'": "removed"}
    assert list_nodes(new, after) == {"steps 'y'": "added"}
    assert [edge.kind for edge in after.edges] == ["match"]


def test_a_map_shows_policies_that_come_go_and_point_elsewhere() -> None:
    first = read(MANAGER, display_name="First", rules=[{"condition": "true", "policy_id": "b"}])
    second = read(MANAGER, display_name="Second", id="b")
    third = read(MANAGER, display_name="Third", id="c")
    changed = read(MANAGER, display_name="First", rules=[{"condition": "true", "policy_id": "c"}])
    old, new = draw_map([first, second], [first, second]), draw_map([changed, third], [third])
    before, after = mark_changes(old, new)
    assert list_nodes(old, before) == {"Second": "removed"}
    assert list_nodes(new, after) == {"Third": "added"}
    assert before.edges == {Edge("n0", "n1", "handover", "rules[0]"): "removed"}
    assert after.edges == {Edge("n0", "n1", "handover", "rules[0]"): "added"}


def test_a_rule_with_another_number_does_not_change_the_map() -> None:
    other = read(MANAGER, display_name="Other", id="b")
    rule = {"condition": "a", "policy_id": "b"}
    old = read(MANAGER, display_name="First", rules=[rule])
    new = read(MANAGER, display_name="First", rules=[{"condition": "b", "step_key": "grant"}, rule])
    before, after = mark_changes(draw_map([old, other], []), draw_map([new, other], []))
    assert not before
    assert not after


def test_a_description_that_differs_in_a_number_is_a_change() -> None:
    old, new = draw(MANAGER, description="1. Sales"), draw(MANAGER, description="2. Sales")
    before, after = mark_changes(old, new)
    assert list_lines(old, before) == ["1. Sales"]
    assert list_lines(new, after) == ["2. Sales"]


def test_rules_of_two_policies_are_compared_policy_by_policy() -> None:
    first = read(OWNERS, display_name="First", id="a", rules=make_rules("true"))
    second = read(MANAGER, display_name="Second", id="b", rules=make_rules("false"))
    names = Directory(DIRECTORY)
    old = draw_policies([second], [second], names)
    new = draw_policies([first, second], [first, second], names)
    after = mark_changes(old, new)[1]
    assert list_nodes(new, after)["First"] == "added"
    assert set(after.nodes.values()) == {"added"}
    assert [node.title for node in new.nodes if node.id not in after.nodes] == [
        "Second",
        "rules[0]",
        "steps 'x'",
        "steps 'grant'",
    ]


def test_mermaid_shows_marks_as_words_and_colors() -> None:
    old, new = draw_rules("true"), draw_rules("false", "true")
    lines = mermaid.render(new, mark_changes(old, new)[1]).split("\n")
    assert '  n1{{"added: rules[0]<br/>false"}}:::added' in lines
    assert '  n1 -->|"added: matches"| n2' in lines
    assert [line.split(":")[0] for line in lines if "stroke" in line] == [
        "  classDef added stroke",
        "  linkStyle 0,1,2 stroke",
    ]
