"""Reviews of policies with any valid fields."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from pulumi_c1policy import _text
from pulumi_c1policy._review import comment, review_reports
from pulumi_c1policy._review.policy_facts import FactSources
from pulumi_c1policy._simulate.known_policies import read_policy
from tests.support.strategies import accepted_policies
from tests.unit.review.review_cases import pair


@given(accepted_policies())
def test_a_policy_is_not_weaker_than_itself(inputs: dict[str, Any]) -> None:
    policy = read_policy(inputs, id="p")
    [found] = review_reports.review_all(pair(policy, policy)).policies
    assert (found.kind, found.changes, found.verdict.word) == ("unchanged", (), "not-weakened")


@given(accepted_policies(), accepted_policies())
def test_any_two_policies_have_a_verdict_and_a_comment(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    policies = pair(read_policy(old, id="p"), read_policy(new, id="p"))
    review = review_reports.review_all(policies, seconds=2)
    review = review_reports.add_facts(review, policies, FactSources(), lambda _: None)
    text = comment.render_comment(review)
    assert text.startswith(comment.MARKER)
    assert len(text) < comment.MAX_LENGTH
    assert review_reports.to_json(review).isascii()
    assert _text.escape_for_terminal(text).count("<!--") == 1
