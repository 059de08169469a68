"""Policies that hand requests to each other: what the program shows of them is judged at
preview.
"""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

from tests.support.cli import Stack, list_creates

ONE_AND_OTHER = """
    from pulumi_c1policy import approve, on, otherwise, when

    one = Policy("one", display_name="One", **on.grant(approve.manager()))
    Policy("other", display_name="Other", **on.grant(otherwise(policy=one)))
"""


def _back(other: str) -> str:
    return ONE_AND_OTHER.replace(
        "on.grant(approve.manager())",
        f"on.grant(when('true', policy='{other}'), approve.manager())",
    )


def test_a_preview_refuses_a_cycle(stack: Callable[..., Stack]) -> None:
    policies = stack(ONE_AND_OTHER)
    assert policies.up().ok().writes == list_creates("One", "Other")
    policies.write(_back(policies.id_of("Other")))
    outcome = policies.preview().failed()
    assert any(
        "leads through other policies back to this one" in error for error in outcome.errors
    ), outcome.output
    assert outcome.requests == ()


def test_a_preview_refuses_a_link_to_a_policy_of_another_type(stack: Callable[..., Stack]) -> None:
    policies = stack(ONE_AND_OTHER)
    policies.up().ok()
    revoke = """
        Policy("third", display_name="Third", **on.revoke(otherwise(policy=one)))
    """
    policies.write(dedent(ONE_AND_OTHER) + dedent(revoke))
    outcome = policies.preview().failed()
    assert "whose type is POLICY_TYPE_GRANT" in outcome.output
    assert "baseline_policy_id" in outcome.output
    assert outcome.requests == ()
