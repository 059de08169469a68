"""The command line as a whole: its version, its help, its completion and both ways to start it."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from importlib import metadata
from typing import Any, get_type_hints

import pytest
import typer
from typer.testing import CliRunner

from pulumi_c1policy._cli.main import app
from pulumi_c1policy._cli.quirk_options import QuirkOptions
from pulumi_c1policy._emulator.quirks import Quirks

COMMANDS = [
    "check-expression",
    "doctor",
    "drift",
    "emulator",
    "import",
    "review",
    "simulate",
    "usage",
    "validate",
]
VERSION = f"pulumi-c1policy {metadata.version('pulumi-c1policy')}\n"


def test_the_version_is_that_of_the_package() -> None:
    done = CliRunner().invoke(app, ["--version"])
    assert (done.exit_code, done.stdout) == (0, VERSION)


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=str)
def test_the_short_and_the_long_option_show_the_same_help(command: list[str]) -> None:
    short, long = (CliRunner().invoke(app, [*command, option]) for option in ("-h", "--help"))
    assert short.exit_code == 0
    assert short.stdout == long.stdout
    assert "Usage: " in short.stdout


def test_the_help_lists_every_command() -> None:
    shown = CliRunner().invoke(app, []).output
    assert all(f" {name} " in shown for name in COMMANDS)


def list_options(command: list[str]) -> set[str]:
    """Return the names of the options that a command shows."""
    root: Any = typer.main.get_command(app)
    found = root.commands[command[0]] if command else root
    shown = [each for each in found.params if each.param_type_name == "option" and not each.hidden]
    return {name for each in shown for name in (*each.opts, *each.secondary_opts)}


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=str)
def test_the_help_cuts_no_name_in_a_narrow_terminal(command: list[str], columns: int) -> None:
    shown = CliRunner().invoke(app, [*command, "--help"], terminal_width=columns).output
    assert list_options(command) <= set(re.split(r"[\s,/]+", shown))


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=str)
def test_the_help_fits_into_80_columns(command: list[str]) -> None:
    first, *lines = CliRunner().invoke(app, [*command, "--help"]).output.splitlines()
    assert max(map(len, [first, *lines])) <= 80
    assert [line for line in lines if line.endswith(("...", "…"))] == []


def test_every_quirk_is_an_option_with_the_same_values_and_default() -> None:
    assert get_type_hints(QuirkOptions) == get_type_hints(Quirks)
    assert dataclasses.asdict(QuirkOptions()) == dataclasses.asdict(Quirks())


def test_the_package_runs_as_a_module_under_the_name_of_the_command() -> None:
    start = [sys.executable, "-m", "pulumi_c1policy"]
    done = subprocess.run([*start, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == VERSION
    done = subprocess.run([*start, "import", "-h"], capture_output=True, text=True, check=True)
    assert "Usage: c1policy import" in done.stdout


def test_the_shell_completes_commands() -> None:
    environment = {
        "_C1POLICY_COMPLETE": "complete_bash",
        "COMP_WORDS": "c1policy v",
        "COMP_CWORD": "1",
    }
    done = CliRunner().invoke(app, [], env=environment, prog_name="c1policy")
    assert done.stdout.split() == ["validate"]
