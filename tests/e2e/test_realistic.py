"""A table of realistic policies under the real CLI: no diff without a change, and exact diffs."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pulumi_c1policy._emulator import Emulator, Quirks
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.provision import PROVISION
from pulumi_c1policy._model.schema import Message, index_messages
from pulumi_c1policy._model.steps import ACTION
from tests.e2e.policies import POLICIES, PROGRAM, Inputs
from tests.support.cli import Stack, Write, list_creates
from tests.support.leaves import ABSENT

Tree = Any

QUIRKS = {
    "emitted": Quirks(),
    "omitted": Quirks(
        unset_fields="omitted",
        rule_key="both",
        deleted_get="deleted_at",
        shuffle_sets=True,
        timestamp_precision="seconds",
    ),
    "null": Quirks(
        unset_fields="null",
        rule_key="policy_key",
        shuffle_sets=True,
        duration_style="padded",
        newer_api=True,
    ),
    "null-everywhere": Quirks(unset_fields="null_everywhere", server_fills=True, newer_api=True),
}


@pytest.fixture
def declare(stack: Any) -> Callable[..., Stack]:
    """Create a stack of the table, or write another table into a stack."""

    def declared(table: dict[str, Inputs], into: Stack | None = None) -> Stack:
        written: Stack = into or stack(PROGRAM)
        (written.folder / "policies.json").write_text(json.dumps(table))
        return written

    return declared


def _list_fields(message: Message, tree: Tree) -> Iterator[tuple[str, str]]:
    """Yield every field of a tree, by the names of its message and itself."""
    for name, value in tree.items():
        field = message.fields[name]
        yield message.name, name
        if isinstance(field.type, Message):
            items = [value] if field.shape == "one" else value
            for item in items.values() if isinstance(items, dict) else items:
                yield from _list_fields(field.type, item)


def test_the_table_has_every_kind_of_step_approval_and_field() -> None:
    rejected = {*index_messages(PROVISION), *index_messages(ACTION)}
    said = {found for inputs in POLICIES.values() for found in _list_fields(POLICY, inputs)}
    kinds = {
        (message.name, member)
        for message in index_messages(POLICY).values()
        for group, members in message.oneofs.items()
        for member in members
        # One well-known form of a text stands for the others.
        if group != "well_known"
        and message.name not in rejected
        and not message.fields[member].refused_by
    }
    assert kinds - said == set()
    assert len(POLICIES) >= 16


@pytest.mark.parametrize("quirks", ["emitted", "null-everywhere"])
def test_an_unchanged_program_has_nothing_to_do(
    declare: Callable[..., Stack], c1_tenant: Emulator, quirks: str
) -> None:
    c1_tenant.quirks = QUIRKS[quirks]
    table = declare(POLICIES)
    done = table.up().ok()
    assert done.writes == sorted(
        list_creates(*(p["display_name"] for p in POLICIES.values())), key=str
    )
    assert table.expect_no_changes().requests == ()
    table.expect_no_changes("--refresh")
    assert table.refresh("--expect-no-changes").ok().writes == []
    table.expect_no_changes()
    table.import_state(table.export())
    table.expect_no_changes()
    # The tenant may change the form of its answers. Other tests change each form into each other
    # one, without the Pulumi CLI.
    names = [*QUIRKS]
    c1_tenant.quirks = QUIRKS[names[names.index(quirks) - 1]]
    table.expect_no_changes("--refresh")


def _steps(policy: Tree, key: str = "grant") -> Tree:
    return policy["policySteps"][key]["steps"]


def _set(place: Tree, key: Any, value: Any) -> None:
    place[key] = value


EDITS: dict[str, tuple[Callable[[Tree], Any], str, tuple[Any, Any], str]] = {
    # policy: the edit, the shown path, the live and the desired value, and the sent field
    "manager": (
        lambda p: _set(_steps(p)[0]["approval"]["manager"], "allowSelfApproval", True),
        "policy_steps.grant.steps[0].approval.manager.allow_self_approval",
        (True, False),
        "policySteps",
    ),
    "two-owners": (
        lambda p: _set(_steps(p)[0]["approval"], "allowReassignment", True),
        "policy_steps.grant.steps[0].approval.allow_reassignment",
        (True, ABSENT),
        "policySteps",
    ),
    "users-with-escalation": (
        lambda p: _set(_steps(p)[0]["approval"]["escalation"], "expiration", "1"),
        "policy_steps.grant.steps[0].approval.escalation.expiration",
        ("1", 86400),
        "policySteps",
    ),
    "group": (
        lambda p: _set(_steps(p)[0]["approval"]["group"], "allowSelfApproval", True),
        "policy_steps.grant.steps[0].approval.group.allow_self_approval",
        (True, ABSENT),
        "policySteps",
    ),
    "low-risk": (
        lambda p: _set(p, "description", "Written by hand."),
        "description",
        ("Written by hand.", ""),
        "description",
    ),
    "routes": (
        lambda p: p["rules"].pop(),
        "rules[3]",
        (ABSENT, POLICIES["routes"]["rules"][3]),
        "rules",
    ),
    "quarterly-review": (
        lambda p: p.pop("postActions"),
        "post_actions",
        (ABSENT, [{"certify_remediate_immediately": True}]),
        "postActions",
    ),
    "leavers": (
        lambda p: _set(_steps(p, "revoke")[0]["wait"]["duration"], "duration", "3600s"),
        "policy_steps.revoke.steps[0].wait.duration.duration",
        ("3600s", "24h"),
        "policySteps",
    ),
    "asks-for-texts": (
        lambda p: _set(_steps(p)[0]["form"]["form"]["fields"][0], "required", False),
        "policy_steps.grant.steps[0].form.form.fields[0].required",
        (ABSENT, True),
        "policySteps",
    ),
}


@pytest.mark.parametrize("quirks", ["emitted", "omitted"])
def test_a_preview_shows_an_edited_leaf_and_an_update_repairs_its_field(
    declare: Callable[..., Stack], c1_tenant: Emulator, quirks: str
) -> None:
    c1_tenant.quirks = QUIRKS[quirks]
    table = declare(POLICIES)
    table.up().ok()
    before = {}
    for name, (edit, *_) in EDITS.items():
        live = table.read_live(POLICIES[name]["display_name"])
        before[name] = live
        changed = copy.deepcopy(live)
        edit(changed)
        top = {key for key in live.keys() | changed.keys() if live.get(key) != changed.get(key)}
        c1_tenant.api_edit(live["id"], {key: changed.get(key) or [] for key in top})

    shown = table.preview("--refresh", "--diff").ok()
    assert {name: shown.list_changes(name) for name in shown.operations} == {
        name: {path: sides} for name, (_, path, sides, _) in EDITS.items()
    }
    assert shown.writes == []
    repaired = table.up("--refresh").ok()
    assert repaired.writes == sorted(
        (
            Write("POST", POLICIES[name]["display_name"], mask)
            for name, (_, _, _, mask) in EDITS.items()
        ),
        key=str,
    )
    for name, policy in before.items():
        after = table.read_live(policy["displayName"])
        assert {**after, "updatedAt": ""} == {**policy, "updatedAt": ""}, name
    table.expect_no_changes("--refresh")


def _first(policy: Inputs) -> Tree:
    return next(iter(policy["policy_steps"].values()))["steps"][0]


CHANGES: dict[str, tuple[Callable[[Inputs], Any], str, tuple[Any, Any], str]] = {
    # policy: the change of the program, the shown path, the values before and after, the sent field
    "manager": (
        lambda p: _first(p)["approval"]["manager"].pop("fallback"),
        "policy_steps.grant.steps[0].approval.manager.fallback",
        (True, ABSENT),
        "policySteps",
    ),
    "two-owners": (
        lambda p: p["annotations"].pop("team"),
        "annotations.team",
        ("platform", ABSENT),
        "annotations",
    ),
    "low-risk": (
        lambda p: _set(p, "display_name", "Harmless"),
        "display_name",
        ("Low risk", "Harmless"),
        "displayName",
    ),
    "routes": (
        lambda p: _set(p["rules"][2], "step_key", "contractors_only"),
        "rules[2].step_key",
        ("stepKey", "contractors_only"),
        "rules",
    ),
    "leavers": (
        lambda p: _set(_first(p)["wait"], "timeout_duration", "3d"),
        "policy_steps.revoke.steps[0].wait.timeout_duration",
        (ABSENT, "3d"),
        "policySteps",
    ),
    "quarterly-review": (
        lambda p: p.pop("post_actions"),
        "post_actions",
        ([{"certify_remediate_immediately": True}], ABSENT),
        "postActions",
    ),
    "asks-for-other-things": (
        lambda p: _set(_first(p)["form"]["form"]["fields"][2]["int64_field"], "default_value", 8),
        "policy_steps.grant.steps[0].form.form.fields[2].int64_field.default_value",
        (0, 8),
        "policySteps",
    ),
}


def test_a_preview_shows_a_changed_leaf_and_an_update_sends_its_field(
    declare: Callable[..., Stack], c1_tenant: Emulator
) -> None:
    c1_tenant.quirks = QUIRKS["null"]
    table = declare(POLICIES)
    table.up().ok()
    before = {record.id: c1_tenant.policy(record.id) for record in c1_tenant.policies}
    changed = copy.deepcopy(POLICIES)
    for name, (change, *_) in CHANGES.items():
        change(changed[name])
    declare(changed, table)
    shown = table.preview("--diff").ok()
    assert {name: shown.list_changes(name) for name in shown.operations} == {
        name: {path: sides} for name, (_, path, sides, _) in CHANGES.items()
    }
    done = table.up().ok()
    assert done.writes == sorted(
        (
            Write("POST", changed[name]["display_name"], mask)
            for name, (_, _, _, mask) in CHANGES.items()
        ),
        key=str,
    )
    sent = {write.policy: write.mask for write in done.writes}
    for policy_id, policy in before.items():
        after = c1_tenant.policy(policy_id)
        differs = {k for k in policy.keys() | after.keys() if policy.get(k) != after.get(k)}
        mask = sent.get(after["displayName"])
        assert differs == ({"updatedAt", mask} if mask else set())
    table.expect_no_changes("--refresh")
