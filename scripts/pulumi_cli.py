"""A usable Pulumi CLI: found, or put into `.tools/bin`.

The ways are tried in the order of their cost: the user's own CLI, one that this clone or another
one on this machine got before, Pulumi's installer, a build from the published Go modules. It runs
before anything is installed, so it may import the standard library only.
"""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from scripts import commands, go_build, lock
from scripts.go_build import CLI, DYNAMIC_PROVIDER, EXECUTOR, VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

# Before 3.226.0 the language host does not see the `pulumi-plugin.json` of a package that is
# installed editable: at each command it would try to download a plugin named c1policy. Before
# 3.254.0 a file for `pulumi import` may not contain the state of a resource, which adopts policies.
OLDEST = (3, 254, 0)

LANGUAGE_HOST = "pulumi-language-python"
# A built CLI gets a link to this script of the clone for the two helpers that run Python.
PYTHON_HELPER = Path("scripts", "python_helper.sh")

INSTALLER = "https://get.pulumi.com/install.sh"
CONNECT_SECONDS = 5
FETCH_SECONDS = 10
INSTALL_SECONDS = 300


class NoCLIError(Exception):
    """No CLI is usable; the text gives the reason of each way, and the programs to install."""


class _UnavailableError(Exception):
    """One way does not provide a CLI; the text is a clause with the reason."""


def ensure(root: Path, environment: Mapping[str, str] = os.environ) -> str:
    """Make a Pulumi CLI usable for the clone at `root` and return a phrase that names it.

    Raises:
        NoCLIError: No way led to one.
    """
    tools = Tools(root, environment)
    reasons = []
    for way in (
        tools.use_path,
        tools.use_earlier_setup,
        tools.use_cache,
        tools.run_installer,
        tools.build_from_source,
    ):
        try:
            return way()
        except _UnavailableError as reason:
            reasons.append(str(reason))
    oldest = ".".join(map(str, OLDEST))
    raise NoCLIError(
        f"There is no usable Pulumi CLI: {'; '.join(filter(None, reasons))}.\n"
        f"Install Pulumi {oldest} or later (https://www.pulumi.com/docs/install/), "
        f"or Go {go_build.OLDEST_GO} or later to build it with, then run this again."
    )


class Tools:
    """The `.tools` of one clone and the ways to fill it."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        """Work for the clone at `root` with this PATH, HOME and the like."""
        self._root = root
        self._environment = environment
        self._path = root / ".tools"
        self._bin = self._path / "bin"
        self._cache = find_cache_folder(environment)

    def use_path(self) -> str:
        """Use the user's own CLI, and remove any beside it that could shadow it."""
        found = self._find_program(CLI)
        if found is None:
            raise _UnavailableError("none is on PATH")
        version = self._read_usable_version(found)
        host = found.with_name(LANGUAGE_HOST)
        if not host.exists():
            host = self._find_program(LANGUAGE_HOST) or host
        if not host.exists():
            raise _UnavailableError(f"{found} has no {LANGUAGE_HOST} beside it or on PATH")
        if host.resolve().name == PYTHON_HELPER.name:
            raise _UnavailableError(f"{found} belongs to another clone")
        self._clear()
        return f"Pulumi {version} ({found})"

    def use_earlier_setup(self) -> str:
        """Use the CLI that an earlier set-up put into `.tools/bin`."""
        if not (self._bin / CLI).exists():
            raise _UnavailableError("")
        version = self._read_usable_version(self._bin / CLI)
        if not (self._bin / LANGUAGE_HOST).exists() or not (self._bin / DYNAMIC_PROVIDER).exists():
            raise _UnavailableError(f"{self._bin} lacks a helper")
        return self._describe(version)

    def use_cache(self) -> str:
        """Use the CLI that a set-up of any clone on this machine built before."""
        if not (self._cache / CLI).exists():
            raise _UnavailableError("")
        version = self._read_usable_version(self._cache / CLI)
        self._clear()
        library = self._path / "lib"
        library.mkdir(parents=True)
        self._bin.mkdir()
        for name, folder in ((CLI, self._bin), (EXECUTOR, self._bin), (DYNAMIC_PROVIDER, library)):
            link_or_copy(self._cache / name, folder / name)
        for name in (LANGUAGE_HOST, DYNAMIC_PROVIDER):
            (self._bin / name).symlink_to(Path("..", "..", PYTHON_HELPER))
        return self._describe(version)

    def run_installer(self) -> str:
        """Run Pulumi's own installer, if its site can be reached."""
        script = self._fetch_installer()
        self._clear()
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "install.sh")
            file.write_text(script)
            options = ["--version", VERSION, "--install-root", str(self._path), "--no-edit-path"]
            try:
                commands.run(
                    ["sh", file, *options],
                    f"installing Pulumi {VERSION}",
                    env=self._environment,
                    timeout=INSTALL_SECONDS,
                )
            except commands.CommandError as error:
                self._clear()
                raise _UnavailableError(f"{INSTALLER} failed") from error
        return self.use_earlier_setup()

    def build_from_source(self) -> str:
        """Build it from the Go modules into this machine's cache, then use it from there."""
        go = self._find_program("go")
        if go is None:
            raise _UnavailableError("Go is not installed")
        try:
            self._cache.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            self._cache = self._path / "cache" / self._cache.name
            self._cache.parent.mkdir(parents=True, exist_ok=True)
        with lock.hold_lock(self._cache.parent):
            with contextlib.suppress(_UnavailableError):
                return self.use_cache()  # Another clone's build, which this one waited for.
            try:
                go_build.build(go, self._cache, self._environment)
            except (commands.CommandError, go_build.TooOldError) as error:
                raise _UnavailableError(f"Go could not build it ({error})") from error
            return self.use_cache()

    def _clear(self) -> None:
        for name in ("bin", "lib"):
            shutil.rmtree(self._path / name, ignore_errors=True)

    def _describe(self, version: str) -> str:
        return f"Pulumi {version} ({self._bin.relative_to(self._root)})"

    def _find_program(self, name: str) -> Path | None:
        """Find a program on PATH, without this clone's own `.tools/bin`."""
        folders = self._environment.get("PATH", os.defpath).split(os.pathsep)
        others = [folder for folder in folders if Path(folder).resolve() != self._bin.resolve()]
        found = shutil.which(name, path=os.pathsep.join(others))
        return Path(found) if found else None

    def _read_usable_version(self, cli: Path) -> str:
        """Return the version that a CLI reports."""
        try:
            environment = {**self._environment, "PULUMI_SKIP_UPDATE_CHECK": "true"}
            version = commands.parse_version(
                commands.read_output([cli, "version"], env=environment)
            )
        except commands.CommandError as error:
            raise _UnavailableError(f"{cli} does not run") from error
        text = ".".join(map(str, version))
        if version < OLDEST:
            raise _UnavailableError(f"{cli} is only version {text or 'unknown'}")
        return text

    def _fetch_installer(self) -> str:
        """Return Pulumi's installer script; a closed network answers within a few seconds."""
        seconds = str(CONNECT_SECONDS)
        downloads = (
            ["curl", "-fsSL", "--connect-timeout", seconds, INSTALLER],
            ["wget", "-q", "-t", "1", "-T", seconds, "-O", "-", INSTALLER],
        )
        # The script downloads with one of these two itself, so it needs one of them.
        for command in downloads:
            if self._find_program(command[0]) is None:
                continue
            try:
                return commands.read_output(command, env=self._environment, timeout=FETCH_SECONDS)
            except commands.CommandError:
                break
        raise _UnavailableError(f"{INSTALLER} cannot be reached")


def find_cache_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder in which this machine keeps a built CLI for all clones."""
    home = environment.get("HOME") or Path.home()
    base = environment.get("XDG_CACHE_HOME") or Path(home, ".cache")
    kind = f"{platform.system()}-{platform.machine()}".lower()
    return Path(base, "pulumi-c1policy", f"pulumi-{VERSION}-{kind}")


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second name, which outlives the first; across file systems make a copy."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copy2(source, target)
