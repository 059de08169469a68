"""The limits of a review: time, ways, approvals, and the pairs of policies."""

from __future__ import annotations

from pulumi_c1policy._review import pairing
from pulumi_c1policy._review.review_reports import review_all
from pulumi_c1policy._review.verdict import decide
from pulumi_c1policy._simulate.known_policies import KnownPolicy
from tests.unit.review.review_cases import ACCEPT, MANAGER, OWNER, judge, make, pair, users

IT = "subject.department == 'IT'"


def test_a_policy_without_time_is_undecided() -> None:
    policies = pair(
        make([MANAGER], (IT, [MANAGER])),
        make([MANAGER], (f"{IT} && task.isGrantPermanent", [OWNER])),
    )
    found = decide(policies.pairs[0], policies, seconds=0)
    assert found.word == "undecided"
    assert "were not decided in 0 s" in found.reason


def test_a_chain_of_policies_is_followed() -> None:
    first = make([MANAGER], id="a", rules=[{"condition": IT, "policy_id": "b"}])
    before = make([MANAGER, OWNER], ("task.isGrantPermanent", [MANAGER]), id="b", display_name="Q")
    after = make([MANAGER], ("task.isGrantPermanent", [MANAGER]), id="b", display_name="Q")
    found = judge([first, before], [first, after])
    assert found.word == "weakened"
    assert found.way == "rules[0], Q: baseline"
    assert found.request is not None
    assert found.request.to_plain() == {
        "subject": {"department": "IT"},
        "task": {"isGrantPermanent": False},
    }


def test_a_policy_keeps_its_id_although_a_program_has_another() -> None:
    first = make([MANAGER], id="a", display_name="A", rules=[{"condition": IT, "policy_id": "b"}])
    second = make([MANAGER], id="b", display_name="B")
    renamed = make([MANAGER], id="x", display_name="A", rules=[{"condition": IT, "policy_id": "y"}])
    found = review_all(pair([first, second], [renamed, make([MANAGER], id="y", display_name="B")]))
    assert [(each.id, each.kind, each.verdict.word) for each in found.policies] == [
        ("a", "unchanged", "not-weakened"),
        ("b", "unchanged", "not-weakened"),
    ]


def test_an_escalation_to_a_changed_policy_is_for_a_person_to_judge() -> None:
    approval = {
        "manager": {},
        "escalation_enabled": True,
        "escalation": {"expiration": "1h", "replace_policy": {"policy_id": "b"}},
    }
    first = make([{"approval": approval}], id="a")
    second = make([MANAGER], id="b", display_name="Q")
    assert judge([first, second], [first, second]).word == "not-weakened"
    found = judge([first, second], [first, make([OWNER], id="b", display_name="Q")])
    assert found.word == "undecided"
    assert found.reason.endswith("the policy b takes over, which changes")


def test_more_approvals_than_can_be_paired_are_for_a_person_to_judge() -> None:
    steps = [users(f"u{number}") for number in range(9)]
    assert judge(make(steps), make(steps)).word == "not-weakened"
    assert judge(make(steps), make(steps[:-1])).word == "undecided"


def test_a_policy_with_too_many_ways_is_undecided() -> None:
    rules = [{"condition": f"subject.id == '{n}'", "policy_id": "b"} for n in range(16)]
    inner = [{"condition": f"subject.email == '{n}'", "policy_id": "c"} for n in range(16)]
    chain = [
        make([ACCEPT], id="a", display_name="A", rules=rules),
        make([ACCEPT], id="b", rules=inner, display_name="B"),
        make([ACCEPT], *((f"subject.username == '{n}'", [ACCEPT]) for n in range(16)), id="c"),
    ]
    found = judge(chain, chain)
    assert found.word == "undecided"
    assert found.reason == "requests have more than 400 ways"


def test_sixteen_rules_are_decided_in_time() -> None:
    def build(last: str) -> KnownPolicy:
        first = [f"subject.department == 'd{n}' || subject.jobTitle == 'j{n}'" for n in range(15)]
        return make([MANAGER], *((text, [MANAGER, OWNER]) for text in [*first, last]))

    old = build("subject.email.matches('^a.*@x[.]com$')")
    new = build("subject.email.matches('^a[a-z]*@x[.]com$')")
    assert judge(old, new).word == "weakened"
    assert judge(new, old).word == "not-weakened"


def test_a_policy_that_a_file_leaves_out_is_unchanged() -> None:
    first = make([MANAGER], id="a", display_name="A", rules=[{"condition": IT, "policy_id": "b"}])
    second = make([MANAGER], id="b", display_name="B")
    changed = make([MANAGER, OWNER], id="a", display_name="A", rules=first.tree["rules"])
    found = review_all(pairing.pair_all([first, second], [changed], is_whole=False))
    assert [(each.id, each.verdict.word) for each in found.policies] == [("a", "not-weakened")]


def test_the_example_of_self_approval_is_a_request_of_an_approver() -> None:
    old, new = users("u1", "u2"), users("u1", "u2", allow_self_approval=True)
    found = judge(make([MANAGER], (IT, [old])), make([MANAGER], (IT, [new])))
    assert found.request is not None
    assert found.request.to_plain() == {"subject": {"department": "IT", "id": "u1"}}
    always = judge(make([old]), make([new]))
    assert always.request is not None
    assert always.request.to_plain() == {"subject": {"id": "u1"}}


def test_ownership_annotations_are_no_change() -> None:
    marks = {"managed_by": "pulumi", "iac_workspace": "p/s", "iac_resource_address": "p/s/x"}
    [found] = review_all(pair(make([MANAGER], annotations=marks), make([MANAGER]))).policies
    assert (found.kind, found.changes) == ("unchanged", ())
    both = make([MANAGER], annotations={**marks, "team": "a"})
    [found] = review_all(pair(both, make([MANAGER], annotations={"team": "b"}))).policies
    assert found.changes == ("annotations[\"team\"] is 'b' instead of 'a'",)
