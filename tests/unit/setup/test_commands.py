"""The output of the commands of a set-up."""

from __future__ import annotations

import pytest

from scripts import commands


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v3.259.0\n", (3, 259, 0)),
        ("v3.260.0-alpha.1756115471", (3, 260, 0)),
        ("go1.26.8", (1, 26, 8)),
        ("go1.26rc1", (1, 26)),
        ("devel", ()),
        ("", ()),
    ],
)
def test_a_version_is_parsed_into_numbers(text: str, expected: tuple[int, ...]) -> None:
    assert commands.parse_version(text) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(9.9, "9s"), (60, "1m00s"), (80, "1m20s"), (3600, "60m00s")]
)
def test_a_duration_is_printed_in_words(seconds: float, expected: str) -> None:
    assert commands.format_elapsed(seconds) == expected


def test_a_quick_command_prints_nothing_and_returns_its_output(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert commands.run(["echo", "built"], "building") == "built\n"
    assert capfd.readouterr() == ("", "")


def test_a_failure_shows_the_end_of_the_output_of_the_command() -> None:
    script = "i=0; while [ $i -lt 100 ]; do i=$((i+1)); echo line $i; done; exit 3"
    with pytest.raises(commands.CommandError) as raised:
        commands.run(["sh", "-c", script], "counting")
    lines = str(raised.value).splitlines()
    assert lines[0] == "Failed at counting:"
    assert lines[1:] == [f"line {number}" for number in range(71, 101)]


@pytest.mark.parametrize("call", [lambda c: commands.run(c, "trying"), commands.read_output])
def test_a_missing_program_is_a_failure(call: object) -> None:
    assert callable(call)
    with pytest.raises(commands.CommandError, match="No such file"):
        call(["/nonexistent/program"])


def test_a_slow_command_is_announced_and_ended_at_its_timeout(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(commands, "LOG_INTERVAL_SECONDS", 0.5)
    with pytest.raises(commands.CommandError, match="Gave up waiting forever"):
        commands.run(["tail", "-f", "/dev/null"], "waiting forever", timeout=0.1)
    assert capfd.readouterr().err == "still waiting forever … 0s\n"
