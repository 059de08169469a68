"""`c1policy check-expression`, called with arguments and with `--jsonl`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from pulumi_c1policy._cli.check_expression import check_expression
from tests.unit.cel.corpus import MANAGERS

APP = typer.Typer(pretty_exceptions_enable=False)
APP.command()(check_expression)


def run(*arguments: str, stdin: str | bytes = "") -> Any:
    return CliRunner().invoke(APP, arguments, input=stdin, catch_exceptions=False)


def parse_answers(*lines: object, arguments: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    done = run("--jsonl", *arguments, stdin="".join(f"{text}\n" for text in texts))
    assert done.exit_code == 0
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_an_accepted_expression_exits_with_0() -> None:
    done = run("--place", "rule-condition", "subject.department == 'Sales'")
    assert (done.exit_code, done.stdout) == (0, "accepted\n")


def test_a_rejected_expression_exits_with_1_and_shows_the_position() -> None:
    done = run("--place", "rule-condition", "subject.departmnt == 'Sales'")
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "error: `User` has no field `departmnt`; did you mean `department`? [unknown-field]",
        "  subject.departmnt == 'Sales'",
        "          ^",
    ]


def test_a_warning_is_printed_and_exits_with_0() -> None:
    done = run("--place", "approver", MANAGERS)
    assert done.exit_code == 0
    assert done.stdout.startswith("warning: ")
    assert done.stdout.endswith("accepted\n")


@pytest.mark.parametrize("option", [["--fallback"], ["--severity", "approver-can-be-empty=off"]])
def test_a_warning_can_be_turned_off(option: list[str]) -> None:
    assert run("--place", "approver", *option, MANAGERS).stdout == "accepted\n"


def test_a_dash_reads_the_expression_from_standard_input() -> None:
    done = run("--place", "rule-condition", "-", stdin="ip.is4 &&\nip.isPrivat\n")
    assert done.exit_code == 1
    assert "(line 2)" in done.stdout


@pytest.mark.parametrize(
    "arguments", [[], ["ip.is4"], ["--place", "nowhere", "ip.is4"], ["--place", "approver"]]
)
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.usefixtures("no_checker")
def test_a_missing_checker_exits_with_2_and_prints_the_install_command() -> None:
    done = run("--place", "rule-condition", "ip.is4")
    assert done.exit_code == 2
    assert "pip install" in done.stderr


def test_each_input_line_gets_an_output_line_in_order() -> None:
    assert parse_answers(
        {"expr": "ip.is4", "place": "rule-condition"},
        {"expr": "subject.job_title == 'a'", "place": "rule-condition"},
        {"expr": "subject.emial", "place": "account-config"},
    ) == [
        {"accepted": True, "severity": None, "message": None, "column": None},
        {
            "accepted": True,
            "severity": "warning",
            "message": "`job_title` is the old spelling; write `jobTitle`",
            "column": 9,
        },
        {
            "accepted": False,
            "severity": "error",
            "message": "`User` has no field `emial`; did you mean `email`?",
            "column": 9,
        },
    ]


def test_an_error_is_reported_before_an_earlier_warning() -> None:
    (answer,) = parse_answers(
        {"expr": "subject.job_title == 'a' && subject.emial == 'a'", "place": "rule-condition"}
    )
    assert (answer["severity"], answer["column"]) == ("error", 37)


def test_a_message_names_the_line_of_the_expression() -> None:
    (answer,) = parse_answers({"expr": "ip.is4 &&\n  ip.isPrivat", "place": "rule-condition"})
    assert answer["message"].startswith("line 2: ")
    assert answer["column"] == 6


def test_the_place_option_is_the_default_of_input_lines() -> None:
    (answer,) = parse_answers({"expr": "ip.is4"}, arguments=("--place", "rule-condition"))
    assert answer["accepted"]


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "",
        "[]",
        "5",
        "[" * 100_000,
        '{"place": "approver"}',
        '{"expr": 5, "place": "approver"}',
        '{"expr": "subject"}',
        '{"expr": "subject", "place": "nowhere"}',
        '{"expr": "subject", "place": ["approver"]}',
        '{"expr": "\\ud800", "place": "approver"}',
    ],
    ids=lambda line: line[:40] or "blank",
)
def test_an_invalid_input_line_gets_an_error_and_the_next_is_answered(line: str) -> None:
    bad, good = parse_answers(line, {"expr": "subject", "place": "approver"})
    assert (bad["accepted"], bad["severity"]) == (False, "error")
    assert bad["message"]
    assert good["accepted"]


def test_an_input_line_that_is_not_utf_8_gets_an_error() -> None:
    done = run("--jsonl", stdin=b'\xff\xfe\n{"expr": "subject", "place": "approver"}')
    assert [json.loads(line)["accepted"] for line in done.stdout.splitlines()] == [False, True]


ASKED = b'{"expr": "ip.is4", "place": "rule-condition"}\n'


@pytest.fixture
def editor() -> Iterator[subprocess.Popen[bytes]]:
    """Provide a running command, as an editor starts it."""
    code = "from pulumi_c1policy._cli.main import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "check-expression", "--jsonl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        yield process


def test_each_line_is_answered_before_the_next_is_sent(editor: subprocess.Popen[bytes]) -> None:
    assert editor.stdin is not None
    assert editor.stdout is not None
    for _ in range(3):
        editor.stdin.write(ASKED)
        editor.stdin.flush()
        assert json.loads(editor.stdout.readline())["accepted"]
    editor.stdin.close()
    assert editor.wait() == 0


def test_a_closed_output_ends_the_command_without_a_traceback(
    editor: subprocess.Popen[bytes],
) -> None:
    assert editor.stdin is not None
    assert editor.stdout is not None
    assert editor.stderr is not None
    editor.stdout.close()
    with suppress(BrokenPipeError):
        editor.stdin.write(ASKED * 10_000)
        editor.stdin.close()
    assert editor.stderr.read() == b""
    assert editor.wait() != 0


def test_windows_line_ends_and_other_keys_are_accepted() -> None:
    lines = [ASKED.strip(), b"", b"  ", b"\xef\xbb\xbf" + ASKED.strip(), ASKED[:-2] + b', "id": 7}']
    done = run("--jsonl", stdin=b"\r\n".join(lines))
    accepted = [json.loads(line)["accepted"] for line in done.stdout.splitlines()]
    assert accepted == [True, False, False, True, True]


@pytest.mark.usefixtures("no_checker")
def test_a_missing_checker_accepts_every_line_with_a_warning_and_exits_with_2() -> None:
    done = run("--jsonl", stdin='{"expr": "subjct", "place": "approver"}\n' * 2)
    assert done.exit_code == 2
    for line in done.stdout.splitlines():
        answer = json.loads(line)
        assert (answer["accepted"], answer["severity"]) == (True, "warning")
        assert answer["message"].startswith("not checked: ")
