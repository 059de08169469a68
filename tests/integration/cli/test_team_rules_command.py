"""`c1policy validate --rules` with rule files, correct and wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pulumi_c1policy._cli.main import app

EXAMPLE = Path(__file__).parents[3] / "examples" / "policy-pack" / "rules.py"
POLICY: dict[str, Any] = {
    "display_name": "A",
    "policy_type": "POLICY_TYPE_GRANT",
    "policy_steps": {"grant": {"steps": [{"approval": {"manager": {}}}]}},
    "annotations": {"team": "identity"},
}
HEADER = "from pulumi_c1policy.team_rules import CheckedPolicy, Problem, Problems, warning\n\n"
RULE = HEADER + (
    "def no_grants(policy: CheckedPolicy) -> Problems:\n"
    '    yield policy.problem("is a grant; use another type", "policy_type")\n'
)


def validate(folder: Path, rules: str, *options: str, **fields: Any) -> Result:
    (folder / "policy.json").write_text(json.dumps(POLICY | fields))
    (folder / "rules.py").write_text(rules)
    files = ["--policy", str(folder / "policy.json"), "--rules", str(folder / "rules.py")]
    return CliRunner().invoke(app, ["validate", *files, *options])


def test_a_problem_is_an_error_with_its_path_and_its_rule(tmp_path: Path) -> None:
    result = validate(tmp_path, EXAMPLE.read_text())
    assert result.exit_code == 1
    assert result.stdout == (
        'error: A: policy_steps["grant"].steps[0].approval has no fallback; set `fallback` and '
        "`fallback_user_ids` [every-grant-has-a-fallback]\n"
        "1 policies checked, 0 would be refused, 1 break team rules.\n"
    )


def test_a_policy_that_follows_the_rules_is_accepted(tmp_path: Path) -> None:
    fallback = {"fallback": True, "fallback_user_ids": ["u1"]}
    steps = {"grant": {"steps": [{"approval": {"manager": fallback}}]}}
    result = validate(tmp_path, EXAMPLE.read_text(), policy_steps=steps)
    assert result.exit_code == 0, result.output
    assert result.stdout == "1 policies checked, 0 would be refused, 0 break team rules.\n"


def test_a_warning_stops_nothing(tmp_path: Path) -> None:
    result = validate(tmp_path, RULE.replace("def no_", "@warning\ndef no_"))
    assert result.exit_code == 0
    assert result.stdout.startswith("warning: A: policy_type is a grant; use another type [no-gra")


@pytest.mark.parametrize(
    ("setting", "code", "start"),
    [
        ("no-grants=off", 0, "1 policies checked"),
        ("no-grants=warning", 0, "warning: A: "),
        ("no-grants@A=off", 0, "1 policies checked"),
        ("no-grants@B=off", 1, "error: A: "),
    ],
)
def test_a_severity_applies_to_a_team_rule(
    tmp_path: Path, setting: str, code: int, start: str
) -> None:
    result = validate(tmp_path, RULE, "--severity", setting)
    assert result.exit_code == code
    assert result.stdout.startswith(start)


def test_a_misspelt_severity_names_the_team_rule(tmp_path: Path) -> None:
    result = validate(tmp_path, RULE, "--severity", "no-grant=off")
    assert result.exit_code == 2
    assert "'no-grants'" in result.output


def test_a_rule_that_raises_names_its_line_and_no_value(tmp_path: Path) -> None:
    rules = RULE.replace('"is a grant; use another type"', "str(int(policy.description))")
    result = validate(tmp_path, rules, description="canary-secret")
    assert result.exit_code == 2
    assert result.stderr == (
        "The team rule no-grants fails for the policy 'A' with ValueError at "
        f"{tmp_path}/rules.py, line 4: "
        '`yield policy.problem(str(int(policy.description)), "policy_type")`.\n'
        "Correct the rule; the policy is not checked by it.\n"
    )


def test_a_rule_that_exits_does_not_end_the_command_as_a_success(tmp_path: Path) -> None:
    rules = RULE.replace(
        'yield policy.problem("is a grant; use another type"', "raise SystemExit(0"
    )
    result = validate(tmp_path, rules)
    assert result.exit_code == 2
    assert "fails for the policy 'A' with SystemExit" in result.stderr


def test_a_rule_that_is_off_does_not_run(tmp_path: Path) -> None:
    rules = RULE.replace('"is a grant; use another type"', "str(1 / 0)")
    assert validate(tmp_path, rules, "--severity", "no-grants=off").exit_code == 0


@pytest.mark.parametrize(("body", "kind"), [("yield 'text'", "str"), ("return None", "NoneType")])
def test_a_result_that_is_no_problem_is_an_error(tmp_path: Path, body: str, kind: str) -> None:
    rules = f"{HEADER}def a_rule(policy: CheckedPolicy) -> Problems:\n    {body}\n"
    result = validate(tmp_path, rules)
    assert result.exit_code == 2
    assert f"line 3 returns or yields {kind} instead of problems." in result.stderr


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (HEADER + "x = 1 / 0\n", "cannot be imported: line 3: ZeroDivisionError"),
        (HEADER + "def x(:\n", "cannot be imported: SyntaxError"),
        (HEADER + "raise SystemExit(0)\n", "cannot be imported: line 3: SystemExit"),
        ("import no_such_module\n", "cannot be imported: line 1: ModuleNotFoundError"),
        (HEADER, "has no team rules"),
        (HEADER + "def _rule(policy: CheckedPolicy) -> Problems: ...\n", "has no team rules"),
        (HEADER + "def x(policy): ...\n", "line 3: the function x does not annotate its param"),
        (
            HEADER + "def x(policy: CheckedPolicy): ...\n",
            "does not annotate its result as Problems",
        ),
        (HEADER + "def x(policy: CheckedPolicy) -> bool: ...\n", "does not annotate its result"),
        (HEADER + "def x() -> Problems: ...\n", "does not take one policy"),
        (HEADER + "def x(*policy: CheckedPolicy) -> Problems: ...\n", "does not take one policy"),
        (HEADER + "def x(policy: 'Unknown') -> Problems: ...\n", "cannot be evaluated (NameError"),
        (
            HEADER + "async def x(policy: CheckedPolicy) -> Problems: ...\n",
            "the function x is async",
        ),
        (
            "import functools\n"
            + HEADER
            + "@functools.cache\ndef x(policy: CheckedPolicy) -> Problems: ...\n",
            "is wrapped by _lru_cache_wrapper",
        ),
        (
            HEADER + "def x(policy: CheckedPolicy) -> Problems: ...\nX = x\n",
            "another function of",
        ),
        (
            HEADER + "def dead_rule(policy: CheckedPolicy) -> Problems: ...\n",
            "dead_rule has the id of a built-in rule",
        ),
    ],
)
def test_a_file_without_usable_rules_is_an_error(tmp_path: Path, rules: str, message: str) -> None:
    result = validate(tmp_path, rules)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert str(tmp_path / "rules.py") in result.stderr


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    result = validate(tmp_path, RULE, "--rules", str(tmp_path / "other.py"))
    assert result.exit_code == 2
    assert "other.py is not a file." in result.stderr


def test_rules_and_helpers_of_a_module_beside_the_file_can_be_imported(tmp_path: Path) -> None:
    (tmp_path / "acme_rules.py").write_text(f"{RULE}\n\ndef is_for_it() -> bool: ...\n")
    rules = "from __future__ import annotations\nfrom acme_rules import is_for_it, no_grants\n"
    result = validate(tmp_path, rules)
    assert result.exit_code == 1, result.output
    assert "[no-grants]" in result.stdout


def test_the_text_of_a_policy_cannot_look_like_another_finding(tmp_path: Path) -> None:
    rules = RULE.replace('"is a grant; use another type"', "policy.description")
    result = validate(tmp_path, rules, description="is bad\nerror: B: has no owner")
    assert result.stdout.splitlines()[0] == (
        "error: A: policy_type is bad error: B: has no owner [no-grants]"
    )


def test_a_problem_of_the_whole_policy_has_no_path(tmp_path: Path) -> None:
    rules = RULE.replace(', "policy_type")', ")")
    assert "error: A: is a grant; use another" in validate(tmp_path, rules).stdout
