"""Tests of the policies of this program: run `pytest examples/policy-tests`."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from pulumi_c1policy.testing import Undecided, policies, simulate

HERE = Path(__file__).parent
DIRECTORY = json.loads((HERE / "directory.json").read_text())


@pytest.fixture(scope="module")
def declared():
    return policies(HERE)


@pytest.fixture
def ask(declared):
    """Return a function that simulates a person's request for an admin role in production."""

    def simulate_request(subject, *, ip="192.0.2.1", permanent=False):
        return simulate(
            declared["production-access"],
            subject=subject,
            entitlement={"id": "admin", "appId": "production"},
            task={"isGrantPermanent": permanent},
            ip=ip,
            directory=DIRECTORY,
            policies=declared.values(),
        )

    return simulate_request


def test_a_manager_in_sre_approves(ask):
    assert ask("ada@example.com").approvers == (("grace@example.com",),)


def test_security_approves_the_request_of_the_app_owner(ask):
    result = ask("grace@example.com")
    assert result.approvers == (("security@example.com",),)
    assert result.approvals[0].is_fallback
    assert result.approvals[0].escalation.after == timedelta(hours=4)


def test_the_contractors_policy_decides_for_a_contractor(ask):
    result = ask("bob@example.com")
    assert result.matched_rule == 0
    assert result.routes[-1].policy == "Contractors in production"
    assert result.approvers == (("security@example.com",), ("grace@example.com",))


def test_a_permanent_grant_to_a_contractor_is_rejected(ask):
    assert ask("bob@example.com", permanent=True).ending == "rejected"


@pytest.mark.parametrize(
    ("ip", "matched"),
    [("10.1.2.3", 1), ("192.0.2.1", None)],
)
def test_a_person_on_call_needs_no_approval_in_the_office(ask, ip, matched):
    result = ask("linus@example.com", ip=ip)
    assert result.matched_rule == matched
    assert (result.approvers == ()) is (matched == 1)


def test_no_approval_is_skipped(ask):
    for user in DIRECTORY["users"]:
        assert ask(user["email"]).skipped == ()


def test_a_rule_about_an_unknown_field_is_undecided(declared):
    result = simulate(declared["production-access"], subject={"id": "u-new"})
    assert isinstance(result.matched_rule, Undecided)
    assert "`subject.employmentType` is not given" in result.undecided[0]
