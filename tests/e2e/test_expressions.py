"""Expressions at a preview: offline, by the tenant, without the checker, and warnings that are not
wanted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

PROGRAM = """
    Policy(
        "one",
        display_name="One",
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={{
            "grant": {{
                "steps": [
                    {{"approval": {{"expression": {{"expressions": ["{approver}"]}}}}}},
                ]
            }},
            "no": {{"steps": [{{"reject": {{}}}}]}},
        }},
        rules=[{{"condition": "{condition}", "step_key": "no"}}],
    )
"""
MANAGERS = "c1.directory.users.v1.GetManagers(subject)"
NOBODY = {
    "CONDUCTORONE_ACCESS_TOKEN": "",
    "CONDUCTORONE_CLIENT_ID": "",
    "CONDUCTORONE_CLIENT_SECRET": "",
}


def program(condition: str = "ip.isPrivate", approver: str = "appOwners") -> str:
    return PROGRAM.format(condition=condition, approver=approver)


def asked(outcome: Any) -> list[str]:
    """Return the endpoints to which expressions were sent."""
    ends = ("validate/cel", "test-account-provision-policy")
    return sorted(end for request in outcome.requests for end in ends if request.path.endswith(end))


@pytest.fixture
def no_checker(tmp_path: Path) -> dict[str, str]:
    """Return the variables of a process that cannot import the checker."""
    folder = tmp_path / "shadows"
    folder.mkdir()
    (folder / "cel_expr_python.py").write_text("raise ImportError\n")
    return {"PYTHONPATH": str(folder)}


def test_a_preview_puts_a_caret_under_the_mistake_and_sends_nothing(stack: Any) -> None:
    failed = stack(program("subject.departmnt == 'Sales'")).preview().failed()
    assert "rules[0].condition" in failed.output
    assert "did you mean `department`?" in failed.output
    lines = [line.rstrip() for line in failed.output.splitlines()]
    shown = next(i for i, line in enumerate(lines) if line.endswith("subject.departmnt == 'Sales'"))
    column = lines[shown].index("departmnt")
    assert lines[shown + 1].index("^") == column
    assert asked(failed) == []


def test_the_tenant_checks_expressions_if_the_config_enables_it(stack: Any) -> None:
    one = stack(program())
    assert asked(one.preview().ok()) == []
    one.set_config("c1policy:validateOnline", "true")
    assert asked(one.preview().ok()) == ["validate/cel"]


def test_the_config_turns_warnings_off(stack: Any) -> None:
    one = stack(program("subject.job_title == 'a'", MANAGERS))
    before = one.preview().ok().output
    assert "[old-spelling]" in before
    assert "[approver-can-be-empty]" in before
    one.set_config("c1policy:severity", "old-spelling=off,unreachable=off")
    after = one.preview().ok().output
    assert "[old-spelling]" not in after
    assert "[approver-can-be-empty]" in after


def test_the_tenant_checks_expressions_if_the_checker_is_not_installed(
    stack: Any, no_checker: dict[str, str]
) -> None:
    failed = stack(program("(ip.isPrivate")).preview(**no_checker).failed()
    assert "rules[0].condition" in failed.output
    assert "the tenant says: " in failed.output
    assert "[tenant]" in failed.output


def test_a_note_reports_unchecked_expressions(stack: Any, no_checker: dict[str, str]) -> None:
    note = stack(program("subject.departmnt == 'x'")).preview(**no_checker, **NOBODY).ok().output
    assert "Expressions went unchecked" in note
    assert "There are no credentials with which to ask the tenant." in note


def test_expressions_are_checked_offline_if_the_tenant_cannot_be_asked(stack: Any) -> None:
    one = stack(program())
    one.set_config("c1policy:validateOnline", "true")
    note = one.preview(**NOBODY).ok().output
    assert "only the offline check did: There are no credentials" in note
    assert "went unchecked" not in note


def test_a_policy_without_expressions_causes_no_note(stack: Any) -> None:
    one = stack(
        """
        Policy(
            "plain",
            display_name="Plain",
            policy_type="POLICY_TYPE_GRANT",
            policy_steps={"grant": {"steps": [{"accept": {}}]}},
        )
        """
    )
    one.set_config("c1policy:validateOnline", "true")
    shown = one.preview(**NOBODY).ok()
    assert shown.warnings == []
    assert shown.requests == ()
