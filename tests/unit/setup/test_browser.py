"""The browser that the tests of pages use, and the message without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import browser
from tests.unit.setup.conftest import Machine

INSTALL = """
echo "$@" >> "$LOG"
if [ "$2" = install ]; then
    printf '#!/bin/sh\\necho Chromium 156.0\\n' > "${0%/*}/chromium"
    chmod 755 "${0%/*}/chromium"
fi
"""


@pytest.fixture
def apt(machine: Machine) -> Machine:
    """Return a machine of Debian on which the user is root, or may become it."""
    machine.install(Path("apt-get"), INSTALL)
    machine.install(Path("sudo"), 'shift; [ "$1" = true ] || exec "$@"')
    return machine


def test_an_installed_browser_is_used(apt: Machine) -> None:
    program = apt.install(Path("google-chrome"), "echo Google Chrome 150.0.1")
    assert browser.ensure(apt.environment) == program
    assert apt.calls() == []


def test_a_program_that_does_not_start_is_passed_over(machine: Machine) -> None:
    machine.install(Path("chromium-browser"), "echo install the snap; exit 1")
    program = machine.install(Path("google-chrome"), "echo Google Chrome 150.0.1")
    assert browser.find(machine.environment) == program


def test_chrome_is_found_in_the_applications_of_a_mac(machine: Machine) -> None:
    home = Path(machine.environment["HOME"])
    path = home / "Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    machine.install(path, "echo Google Chrome 150.0.1")
    assert browser.find(machine.environment) == path


def test_a_browser_is_installed_on_debian(apt: Machine) -> None:
    assert browser.ensure(apt.environment) == apt.programs / "chromium"
    assert [call.split()[1] for call in apt.calls()] == ["update", "install"]
    assert "chromium" in apt.calls()[1]


def test_a_failed_installation_shows_its_output(apt: Machine) -> None:
    apt.install(Path("apt-get"), "echo no network; exit 100")
    with pytest.raises(browser.NoBrowserError, match=r"(?s)no network.*CHROMIUM"):
        browser.ensure(apt.environment)


@pytest.mark.parametrize("ensure", [browser.find, browser.ensure])
def test_a_machine_without_a_browser_gets_a_sentence(machine: Machine, ensure: object) -> None:
    assert callable(ensure)
    with pytest.raises(browser.NoBrowserError, match="Install one of them"):
        ensure(machine.environment)


def test_the_named_browser_is_used_or_nothing(apt: Machine) -> None:
    apt.install(Path("chromium"), "echo Chromium 156.0")
    named = apt.install(Path("mine"), "echo Chromium 100.0")
    assert browser.find(apt.environment | {"CHROMIUM": str(named)}) == named
    named.unlink()
    with pytest.raises(browser.NoBrowserError, match=r"CHROMIUM is '.*mine', which does not start"):
        browser.ensure(apt.environment | {"CHROMIUM": str(named)})
