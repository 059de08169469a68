"""The pictures of policies as data, and their outlines."""

from __future__ import annotations

from typing import Any

from pulumi_c1policy._graph import outline
from pulumi_c1policy._graph.picture import Edge, Picture
from pulumi_c1policy._graph.policy_pictures import draw_map, draw_policies
from pulumi_c1policy._simulate.directory import Directory
from pulumi_c1policy._simulate.known_policies import KnownPolicy, read_policy
from tests.unit.simulate.small_company import DIRECTORY, make_approval, make_grant


def make_policy(policy_id: str, name: str, *steps: dict[str, Any], **fields: Any) -> KnownPolicy:
    return read_policy(make_grant(*steps, display_name=name, **fields), id=policy_id)


def draw(*chosen: KnownPolicy, known: tuple[KnownPolicy, ...] = ()) -> Picture:
    return draw_policies(chosen, (*chosen, *known), Directory(DIRECTORY))


def list_targets(picture: Picture, kind: str) -> list[tuple[str, str, str]]:
    """List the edges of a kind: the titles of both ends, and the label."""
    return [
        (picture.find(edge.source).title, picture.find(edge.target).title, edge.label)
        for edge in picture.edges
        if edge.kind == kind
    ]


def describe_steps(*steps: dict[str, Any]) -> list[str]:
    """Return the lines of a list of steps, the details with an indent."""
    picture = draw(make_policy("a", "A", *steps))
    return [f"{'  ' * line.depth}{line.text}" for line in picture.nodes[1].lines]


def make_rule(**fields: Any) -> dict[str, Any]:
    return {"condition": "true", **fields}


def escalate(policy_id: str) -> dict[str, Any]:
    escalation = {"expiration": "3600s", "replace_policy": {"policy_id": policy_id}}
    return {
        "approval": {"manager": {}, "escalation_enabled": True, "escalation": escalation},
    }


def test_rules_follow_each_other_down_to_the_baseline() -> None:
    rules = [make_rule(step_key="x"), make_rule(step_key="x")]
    steps: dict[str, Any] = {"x": {"steps": [{"accept": {}}]}}
    picture = draw(make_policy("a", "A", {"reject": {}}, rules=rules, more_steps=steps))
    assert list_targets(picture, "next") == [
        ("A", "rules[0]", ""),
        ("rules[0]", "rules[1]", "does not match"),
    ]
    assert list_targets(picture, "match") == [
        ("rules[0]", "steps 'x'", "matches"),
        ("rules[1]", "steps 'x'", "matches"),
    ]
    assert list_targets(picture, "baseline") == [("rules[1]", "steps 'grant'", "baseline")]
    assert [node.kind for node in picture.nodes] == ["policy", "rule", "steps", "rule", "steps"]


def test_approvers_have_the_names_of_the_directory() -> None:
    group = {"app_id": "okta", "app_group_id": "g-sec"}
    assert describe_steps(
        make_approval(users={"user_ids": ["u-ada", "u-new"]}),
        make_approval(group=group),
        make_approval(group={"app_id": "crm", "app_group_id": "admin"}),
    ) == [
        "1. approval: ada@example.com or u-new",
        "2. approval: group Security (g-sec) of app okta",
        "3. approval: group admin of app crm",
        "the request is accepted",
    ]


def test_a_step_shows_its_fallback_and_its_settings() -> None:
    fallback = {"fallback": True, "fallback_user_ids": ["u-grace"]}
    settings = {"allow_self_approval": True, "require_distinct_approvers": True}
    assert describe_steps(make_approval(manager=fallback | settings)) == [
        "1. approval: manager",
        "  fallback: grace@example.com",
        "  the subject may approve",
        "  nobody who approved an earlier step",
        "the request is accepted",
    ]


def test_an_expression_without_a_fallback_may_skip_its_step() -> None:
    assert describe_steps(make_approval(expression={"expressions": ["appOwners", "[]"]})) == [
        "1. approval: the first that finds people",
        "  expressions[0]: appOwners",
        "  expressions[1]: []",
        "  if no one is found, the step is skipped",
        "the request is accepted",
    ]


def test_steps_after_the_end_are_not_reached() -> None:
    wait = {"wait": {"condition": {"condition": "true"}, "timeout_duration": "2h"}}
    assert describe_steps(wait, {"reject": {"reject_message": "No."}}, {"accept": {}}) == [
        "1. wait: until `true` is true, for at most 2h",
        "2. reject: the request is rejected: No.",
        "3. accept: the request is accepted (not reached)",
    ]


def test_machines_and_the_subject_are_approvers() -> None:
    assert describe_steps(
        make_approval(webhook={"webhook_id": "w1"}), make_approval(self={}), make_approval()
    )[:3] == [
        "1. approval: webhook w1 decides",
        "2. approval: the subject",
        "3. approval: an unknown way to find people",
    ]


def test_an_escalation_to_a_policy_is_an_edge() -> None:
    other = make_policy("b", "Night shift", {"accept": {}})
    picture = draw(make_policy("a", "A", escalate("b")), known=(other,))
    assert list_targets(picture, "escalation") == [
        ("steps 'grant'", "Night shift", "step 1: no answer after 1h")
    ]
    assert [node.kind for node in picture.nodes if node.title == "Night shift"] == ["other"]


def test_the_policies_of_an_agent_are_edges() -> None:
    agent = make_approval(agent={"agent_user_id": "bot", "policy_ids": ["b"]})
    policy = make_policy("a", "A", agent)
    assert list_targets(draw(policy), "escalation") == [("steps 'grant'", "b", "step 1: agent")]
    assert list_targets(draw_map([policy], []), "escalation") == [("A", "b", "agent: baseline")]
    assert describe_steps(agent)[:2] == [
        "1. approval: agent bot decides",
        "  may hand over to policy b (not among the given policies)",
    ]


def test_hand_overs_between_drawn_policies_join_their_pictures() -> None:
    first = make_policy("a", "A", {"accept": {}}, rules=[make_rule(policy_id="b")])
    second = make_policy("b", "B", {"accept": {}}, rules=[make_rule(policy_id="a")])
    picture = draw(first, second)
    assert [node.title for node in picture.nodes if node.kind == "policy"] == ["A", "B"]
    assert [(source, to) for source, to, _ in list_targets(picture, "match")] == [
        ("rules[0]", "B"),
        ("rules[0]", "A"),
    ]


def test_mistakes_of_a_policy_are_problems() -> None:
    policy = read_policy(
        {
            "display_name": "A",
            "policy_type": "POLICY_TYPE_GRANT",
            "policy_steps": {"empty": {"steps": []}},
            "rules": [make_rule(step_key="gone"), make_rule(step_key="empty")],
        }
    )
    picture = draw(policy)
    assert [
        (node.title, node.lines[0].text) for node in picture.nodes if node.kind == "problem"
    ] == [
        ("steps 'gone'", "the policy has no such steps"),
        ("steps 'empty'", "tenants reject an empty list"),
        ("no baseline", "the tenant rejects the request"),
    ]


def test_a_map_shows_how_policies_point_to_each_other() -> None:
    rules = [make_rule(policy_id="b"), make_rule(policy_id="b"), make_rule(policy_id="gone")]
    first = make_policy("a", "A", escalate("b"), rules=rules)
    second = make_policy("b", "B", {"accept": {}})
    picture = draw_map([first, second], [first, second])
    assert list_targets(picture, "handover") == [
        ("A", "B", "rules[0], rules[1]"),
        ("A", "gone", "rules[2]"),
    ]
    assert list_targets(picture, "escalation") == [("A", "B", "no answer: baseline")]
    assert picture.nodes[-1].lines[0].text == "not among the given policies"


def test_an_outline_has_the_same_content_in_words() -> None:
    rules = [make_rule(step_key="x"), make_rule(policy_id="b")]
    policy = make_policy(
        "a", "A", make_approval(manager={"fallback": True, "fallback_user_ids": ["u-ada"]}),
        rules=rules, more_steps={"x": {"steps": [escalate("b")]}},
    )  # fmt: skip
    lines = list(outline.list_lines(outline.build(draw(policy))))
    assert lines == [
        "A",
        "grant policy",
        "rules[0]: true",
        "matches: steps 'x'",
        "1. approval: manager",
        "no answer after 1h: continue with policy b (not among the given policies)",
        "the request is accepted",
        "step 1: no answer after 1h: b",
        "rules[1]: true",
        "matches: b",
        "baseline: steps 'grant'",
        "1. approval: manager",
        "fallback: ada@example.com",
        "the request is accepted",
    ]


def test_an_outline_of_drawn_policies_ends_although_they_form_a_cycle() -> None:
    policy = make_policy("a", "A", escalate("a"), rules=[make_rule(policy_id="a")])
    [item] = outline.build(draw(policy))
    assert [each.policy_id for each in item.items[1].items] == ["a"]


def test_edges_lead_to_nodes_of_the_picture() -> None:
    policy = make_policy("a", "A", escalate("b"), rules=[make_rule(policy_id="c")])
    picture = draw(policy)
    ends = {end for edge in picture.edges for end in (edge.source, edge.target)}
    assert ends == {node.id for node in picture.nodes}
    assert all(isinstance(edge, Edge) for edge in picture.list_edges(picture.nodes[0].id))
