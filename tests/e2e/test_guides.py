"""The recipes of docs/quickstart.md, docs/refactoring.md and docs/leaving.md."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from textwrap import dedent

import httpx
import pytest

from tests.support.cli import ROOT, Stack, list_creates, make_update

Make = Callable[..., Stack]

ONE = """
    import pulumi_c1policy as c1

    c1.Policy(
        "engineering-access",
        display_name="Engineering access",
        **c1.on.grant(c1.approve.manager()),
    )
"""


def programs(page: str) -> list[str]:
    """Return the Python programs of a page in docs/."""
    return re.findall(r"```python\n(.*?)```", (ROOT / "docs" / page).read_text("utf-8"), re.DOTALL)


def urn(stack: Stack, name: str) -> str:
    """Return the URN of the resource with that name."""
    return str(stack.read_policies()[name]["urn"])


def test_the_quick_start_deploys_shows_drift_and_removes_it(stack: Make) -> None:
    (program,) = programs("quickstart.md")
    one = stack(program)
    assert one.up().ok().writes == list_creates("Engineering access")
    url = f"{one.tenant.url}/_emulator/api-edit/{one.id_of('Engineering access')}"
    # The headers of `curl -d`.
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = json.dumps({"description": "Changed elsewhere"})
    httpx.post(url, content=body, headers=headers, trust_env=False).raise_for_status()
    shown = one.preview("--refresh", "--diff").ok()
    assert [*shown.list_changes("engineering-access")] == ["description"]
    assert one.up("--refresh").ok().writes == [make_update("Engineering access", "description")]
    one.expect_no_changes("--refresh")


def test_the_quick_start_warns_of_the_user_that_the_emulated_tenant_does_not_have(
    stack: Make,
) -> None:
    (program,) = programs("quickstart.md")
    [warning] = stack(program).preview(PULUMI_C1POLICY_CHECK_IDS="").ok().warnings
    assert "[wrong-id]" in warning


def test_the_quick_start_finds_a_misspelt_field(stack: Make) -> None:
    (program,) = programs("quickstart.md")
    failed = stack(program.replace("department", "departmnt")).preview().failed()
    assert "did you mean `department`?" in failed.output


@pytest.mark.parametrize(
    ("recipe", "name"), [(0, "engineering"), (1, "engineering-access")], ids=["name", "parent"]
)
def test_an_alias_keeps_the_policy_and_changes_one_annotation(
    recipe: int, name: str, stack: Make
) -> None:
    one = stack(ONE)
    one.up().ok()
    before = one.id_of("Engineering access")
    one.write(programs("refactoring.md")[recipe])
    assert [*one.preview().ok().list_changes(name)] == ["annotations.iac_resource_address"]
    assert one.up().ok().writes == [make_update("Engineering access", "annotations")]
    assert one.id_of("Engineering access") == before
    one.expect_no_changes("--refresh")


def test_the_programs_for_several_stacks_and_tenants_run(stack: Make) -> None:
    *_, tenants = programs("refactoring.md")
    one = stack(tenants)
    one.set_config("securityTeam", '["2bKy9Pf34qY6Nb3wWD25RQ4F5ZR"]')
    assert one.up().ok().writes == list_creates("Engineering access")


def test_a_policy_that_leaves_the_state_stays_in_the_tenant(stack: Make) -> None:
    one = stack(ONE)
    one.up().ok()
    assert one.run("state", "delete", "--yes", urn(one, "engineering-access")).ok().requests == ()
    one.write("")
    one.expect_no_changes()
    assert one.list_names() == ["Engineering access"]


def test_a_removed_stack_leaves_its_policies_and_a_new_one_adopts_them(stack: Make) -> None:
    one = stack(ONE)
    one.up().ok()
    kept = one.id_of("Engineering access")
    assert one.run("stack", "rm", "--force", "--yes", "dev").ok().requests == ()
    assert one.list_names() == ["Engineering access"]
    one.run("stack", "init", "dev").ok()
    assert one.up("--refresh", PULUMI_C1POLICY_ON_LEFTOVER="adopt").ok().writes == []
    assert one.read_policies()["engineering-access"]["id"] == kept
    one.expect_no_changes("--refresh")


def test_two_programs_split_a_stack(stack: Make) -> None:
    two = dedent(ONE) + dedent(ONE.replace("ngineering", "state"))
    one = stack(two)
    one.up("--refresh").ok()
    one.run("stack", "init", "other", "--no-select").ok()
    moved = urn(one, "estate-access")
    one.run("state", "move", "--source", "dev", "--dest", "other", "--yes", moved).ok()
    one.write(ONE)
    one.expect_no_changes("--refresh")
    one.run("stack", "select", "other").ok()
    one.write(ONE.replace("ngineering", "state"))
    assert one.up("--refresh").ok().writes == [make_update("Estate access", "annotations")]
    one.expect_no_changes("--refresh")
