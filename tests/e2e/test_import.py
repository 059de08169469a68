"""Adopting what exists: `c1policy import`, then `pulumi import`, preview, up and destroy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._lifecycle.planning.ownership import OWNERSHIP_KEYS
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import encode
from tests.e2e.policies import POLICIES
from tests.e2e.test_realistic import QUIRKS
from tests.support.cli import PROJECT, STACK, Outcome, Stack, list_deletes, make_update
from tests.support.leaves import ABSENT

MARKED = {f"annotations.{key}" for key in OWNERSHIP_KEYS}
ACCEPT: dict[str, Any] = {"grant": {"steps": [{"accept": {}}]}}


def grant(name: str, **fields: Any) -> dict[str, Any]:
    return {
        "displayName": name,
        "policyType": "POLICY_TYPE_GRANT",
        "policySteps": ACCEPT,
        **fields,
    }


def by_hand(tenant: Emulator, *policies: dict[str, Any]) -> list[str]:
    """Create policies as a person in the product; return their ids."""
    return [tenant.policies.create(policy).id for policy in policies]


def table(tenant: Emulator) -> list[str]:
    """Create one policy of every kind by hand; return their names."""
    ids: dict[str, str] = {}

    def resolved(value: Any) -> Any:
        if isinstance(value, dict) and value.keys() == {"$ref"}:
            return ids[value["$ref"]]
        if isinstance(value, dict):
            return {key: resolved(item) for key, item in value.items()}
        return [resolved(item) for item in value] if isinstance(value, list) else value

    for name, inputs in POLICIES.items():
        [ids[name]] = by_hand(tenant, encode(POLICY, resolved(inputs)))
    return [str(inputs["display_name"]) for inputs in POLICIES.values()]


def adopt(stack: Stack, *arguments: str) -> str:
    """Run `c1policy import`, which writes the program and the file; return its output."""
    done = subprocess.run(
        [Path(sys.executable).with_name("c1policy"), "import", *arguments],
        cwd=stack.folder,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def take_in(stack: Stack) -> Outcome:
    """Run `pulumi import` with the options that `c1policy import` prints."""
    options = ("--generate-code=false", "--protect=false", "--yes")
    return stack.run("import", "--file", "import.json", *options).ok()


@pytest.mark.slow
@pytest.mark.parametrize("quirks", ["emitted", "null"])
def test_an_update_of_the_ownership_annotations_alone_adopts_every_kind_of_policy(
    stack: Any, c1_tenant: Emulator, quirks: str
) -> None:
    c1_tenant.quirks = QUIRKS[quirks]
    names = table(c1_tenant)
    before = {record.id: c1_tenant.policy(record.id) for record in c1_tenant.policies}
    adopted: Stack = stack("import policies")
    adopt(adopted, "--all")
    assert take_in(adopted).requests == ()

    shown = adopted.preview().ok()
    assert shown.requests == ()
    assert len(shown.operations) == len(names)
    for name, steps in shown.operations.items():
        assert steps == ["update"]
        changes = shown.list_changes(name)
        assert changes.keys() in (MARKED, {"annotations"})
        assert {old for old, _ in changes.values()} == {ABSENT}

    assert adopted.preview("--refresh").ok().operations == shown.operations

    done = adopted.up().ok()
    assert done.writes == sorted((make_update(name, "annotations") for name in names), key=str)
    for policy_id, policy in before.items():
        after = c1_tenant.policy(policy_id)
        marks = {key: after.get("annotations", {}).pop(key, None) for key in OWNERSHIP_KEYS}
        is_ours = policy["displayName"] in names
        assert marks["iac_workspace"] == (f"{PROJECT}/{STACK}" if is_ours else None)
        assert {**after, "updatedAt": "", "annotations": after.get("annotations") or {}} == {
            "annotations": {},
            **policy,
            "updatedAt": "",
        }
    adopted.expect_no_changes("--refresh")
    assert sorted(w.policy for w in adopted.destroy().ok().writes) == sorted(names)
    assert adopted.list_names() == []


AWKWARD = (
    grant("Class"),
    grant("class"),
    grant("世界 🚀 नीति"),
    grant("24/7"),
    grant("!?"),
    grant(
        'It\'s "quoted"',
        description=(
            'Who says "no"?\nIt\'s a \\ backslash, and {braces} ${too}.\n\nGrüße, 世界 \u202e'
        ),
        rules=[
            {
                "condition": 'subject.department == "Sales"\n  && subject.jobTitle == \'Engineer of '
                "everything that is'",
                "policyKey": "Grüße, [0].x",
            }
        ],
        policySteps={**ACCEPT, "Grüße, [0].x": {"steps": [{"reject": {}}]}},
        annotations={"team": "it", "url": "https://x.example/?a=1&b=%20"},
    ),
)


def test_awkward_names_and_texts_are_adopted_unchanged(stack: Any, c1_tenant: Emulator) -> None:
    ids = by_hand(c1_tenant, *AWKWARD)
    adopted: Stack = stack("import policies")
    adopt(adopted, *ids)
    take_in(adopted)
    assert set(adopted.read_policies()) == {
        "class-policy",
        "class-policy-2",
        "世界-नीति",
        "policy-24-7",
        "policy",
        "it-s-quoted",
    }
    shown = adopted.preview().ok()
    assert all(steps == ["update"] for steps in shown.operations.values())
    done = adopted.up().ok()
    assert {write.mask for write in done.writes} == {"annotations"}
    assert len(done.writes) == len(AWKWARD)
    adopted.expect_no_changes("--refresh")


def test_policies_managed_by_terraform_are_adopted_on_request(
    stack: Any, c1_tenant: Emulator
) -> None:
    theirs = {"managed_by": "terraform", "iac_workspace": "prod", "iac_tool_version": "1.5.0"}
    [first, second] = by_hand(
        c1_tenant,
        grant("First", annotations={**theirs, "team": "it"}),
        grant("Second", policySteps={}, annotations=theirs),
    )
    c1_tenant.api_edit(second, {"baselinePolicyId": first, "policySteps": {}})
    adopted: Stack = stack("import policies")
    adopt(adopted, "First", "Second", "--take-over")
    take_in(adopted)
    shown = adopted.preview().ok()
    assert shown.list_changes("first") == {
        "annotations.managed_by": ("terraform", "pulumi"),
        "annotations.iac_workspace": ("prod", f"{PROJECT}/{STACK}"),
        "annotations.iac_resource_address": (ABSENT, "c1policy.Policy/first"),
        "annotations.iac_tool_version": ("1.5.0", ABSENT),
    }
    done = adopted.up().ok()
    assert done.writes == [
        make_update("First", "annotations"),
        make_update("Second", "annotations"),
    ]
    assert adopted.read_live("First")["annotations"] == {
        "managed_by": "pulumi",
        "iac_workspace": f"{PROJECT}/{STACK}",
        "iac_resource_address": "c1policy.Policy/first",
        "team": "it",
    }
    adopted.expect_no_changes("--refresh")
    assert adopted.destroy().ok().sent == list_deletes("Second", "First")


def test_the_first_update_detects_changes_since_the_import(stack: Any, c1_tenant: Emulator) -> None:
    edited, marked = by_hand(c1_tenant, grant("Edited"), grant("Marked"))
    adopted: Stack = stack("import policies")
    adopt(adopted, "--all")
    take_in(adopted)
    c1_tenant.product_edit(edited, {"description": "By hand."})
    c1_tenant.api_edit(marked, {"annotations": {"managed_by": "terraform"}})

    shown = adopted.preview("--refresh").ok()
    assert shown.list_changes("edited")["description"] == ("By hand.", ABSENT)
    adopted.refresh().ok()
    done = adopted.up("--refresh").failed()
    assert done.writes == [make_update("Edited", "annotations", "description")]
    [error] = done.errors
    assert "taken over by terraform" in error
    assert adopted.read_live("Marked")["annotations"] == {"managed_by": "terraform"}
