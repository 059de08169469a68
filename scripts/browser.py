"""A browser for the tests of pages: found, or installed from the distribution.

Run `python -m scripts.browser` to install one if there is none. It may import the standard library
only.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scripts import commands

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

VARIABLE = "CHROMIUM"
"""The variable that names the browser to use."""
# Chrome first: where Ubuntu restricts user namespaces, only Chrome's own package may use a sandbox.
PROGRAMS = ("google-chrome-stable", "google-chrome", "chrome", "chromium", "chromium-browser")
MAC_PROGRAMS = (
    "Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "Applications/Chromium.app/Contents/MacOS/Chromium",
)
PACKAGES = ("chromium", "fonts-liberation")
INSTALL_SECONDS = 600
START_SECONDS = 60


class NoBrowserError(Exception):
    """No browser is usable; the text gives the reason and what to install."""


def find(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the path of a Chromium or Chrome that starts.

    Raises:
        NoBrowserError: There is none, or the one that `CHROMIUM` names does not start.
    """
    if named := environment.get(VARIABLE):
        path = shutil.which(named, path=environment.get("PATH"))
        if path is None or not _starts(path, environment):
            message = (
                f"{VARIABLE} is {named!r}, which does not start. Set it to a Chromium or Chrome."
            )
            raise NoBrowserError(message)
        return Path(path)
    for path in _list_candidates(environment):
        if _starts(path, environment):
            return Path(path)
    message = (
        "There is no Chromium or Chrome. Install one of them (on Debian: apt install chromium; "
        f"on macOS: brew install --cask google-chrome), or set {VARIABLE} to its path."
    )
    raise NoBrowserError(message)


def ensure(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the path of a browser, after installing one with `apt-get` if there is none.

    Raises:
        NoBrowserError: There is none, and it cannot be installed.
    """
    try:
        return find(environment)
    except NoBrowserError:
        prefix = _find_installer(environment)
        if environment.get(VARIABLE) or prefix is None:
            raise
    try:
        # Chromium works without the packages that it recommends; text needs a font.
        for step in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
            commands.run(
                [*prefix, "apt-get", "-q", *step],
                "installing Chromium with apt-get",
                env={**environment, "DEBIAN_FRONTEND": "noninteractive"},
                timeout=INSTALL_SECONDS,
            )
    except commands.CommandError as error:
        message = f"{error}\nInstall Chromium or Chrome, or set {VARIABLE} to its path."
        raise NoBrowserError(message) from error
    return find(environment)


def main() -> int:
    """Provide a browser, and report it in one line."""
    try:
        path = ensure()
    except NoBrowserError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"Ready: {path} for the tests of pages\n")
    return 0


def _list_candidates(environment: Mapping[str, str]) -> Iterable[str]:
    """Yield the paths of installed browsers."""
    for program in PROGRAMS:
        if path := shutil.which(program, path=environment.get("PATH")):
            yield path
    for folder in (Path("/"), Path(environment.get("HOME", "/"))):
        for program in MAC_PROGRAMS:
            if (folder / program).exists():
                yield str(folder / program)


def _starts(path: str, environment: Mapping[str, str]) -> bool:
    """Return whether a program prints its version: Ubuntu's `chromium-browser` may not."""
    try:
        printed = commands.read_output([path, "--version"], env=environment, timeout=START_SECONDS)
    except commands.CommandError:
        return False
    return bool(commands.parse_version(printed))


def _find_installer(environment: Mapping[str, str]) -> list[str] | None:
    """Return what precedes `apt-get` in a command line; None if it cannot be used."""
    search = environment.get("PATH")
    if not shutil.which("apt-get", path=search):
        return None
    if os.geteuid() == 0:
        return []
    try:
        commands.read_output(["sudo", "--non-interactive", "true"], env=environment)
    except commands.CommandError:
        return None
    return ["sudo", "--non-interactive"]


if __name__ == "__main__":
    sys.exit(main())
