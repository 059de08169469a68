"""The Pulumi CLI that a set-up uses, and the contents of `.tools/bin` afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts import pulumi_cli

if TYPE_CHECKING:
    from tests.unit.setup.conftest import Machine

BESIDE = Path()  # a folder relative to the machine's PATH folder: that folder itself
INSTALLER = """
while [ "$1" != --install-root ]; do shift; done
mkdir -p "$2/bin"
for name in pulumi pulumi-language-python pulumi-resource-pulumi-python; do
    printf '#!/bin/sh\\necho v3.259.0\\n' > "$2/bin/$name"
    chmod 755 "$2/bin/$name"
done
"""


def test_the_cli_of_the_user_is_used_and_nothing_shadows_it(machine: Machine) -> None:
    machine.install_pulumi(BESIDE, "3.254.0")
    machine.install_pulumi(machine.tools, "3.259.0")

    phrase = pulumi_cli.ensure(machine.root, machine.environment)

    assert phrase == f"Pulumi 3.254.0 ({machine.programs / 'pulumi'})"
    assert not machine.tools.exists()


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        pytest.param(
            lambda machine: machine.install_pulumi(BESIDE, "3.225.9"),
            "is only version 3.225.9",
            id="too old",
        ),
        pytest.param(
            lambda machine: machine.install(Path("pulumi"), "echo v3.259.0"),
            "has no pulumi-language-python beside it or on PATH",
            id="no language host",
        ),
        pytest.param(
            lambda machine: machine.install(Path("pulumi"), "exit 1"), "does not run", id="broken"
        ),
        pytest.param(lambda machine: None, "none is on PATH", id="none"),
    ],
)
def test_the_error_without_any_cli_names_the_reason_and_the_correction(
    machine: Machine, broken: object, reason: str
) -> None:
    assert callable(broken)
    broken(machine)

    with pytest.raises(pulumi_cli.NoCLIError) as raised:
        pulumi_cli.ensure(machine.root, machine.environment)

    message = str(raised.value)
    assert reason in message
    assert "https://get.pulumi.com/install.sh cannot be reached; Go is not installed." in message
    assert message.endswith(
        "Install Pulumi 3.254.0 or later (https://www.pulumi.com/docs/install/), "
        "or Go 1.25.11 or later to build it with, then run this again."
    )


def test_a_cli_of_another_clone_is_not_used(machine: Machine, tmp_path: Path) -> None:
    machine.install_pulumi(BESIDE, "3.259.0")
    (machine.programs / "pulumi-language-python").unlink()
    helper = machine.install(tmp_path / "other" / "scripts" / "python_helper.sh", ":")
    (machine.programs / "pulumi-language-python").symlink_to(helper)
    machine.install_pulumi(machine.tools, "3.258.0")

    assert pulumi_cli.ensure(machine.root, machine.environment) == "Pulumi 3.258.0 (.tools/bin)"


def test_the_own_tools_on_path_are_not_the_cli_of_the_user(machine: Machine) -> None:
    machine.install_pulumi(machine.tools, "3.258.0")
    path = f"{machine.tools}:{machine.programs}"

    phrase = pulumi_cli.ensure(machine.root, {**machine.environment, "PATH": path})

    assert phrase == "Pulumi 3.258.0 (.tools/bin)"
    assert machine.tools.exists()


def test_the_installer_is_preferred_to_a_build(go: Machine) -> None:
    go.install(Path("curl"), f"cat <<'END'\n{INSTALLER}\nEND")

    assert pulumi_cli.ensure(go.root, go.environment) == "Pulumi 3.259.0 (.tools/bin)"

    assert go.calls() == []
    assert not (go.tools / "pulumi-language-python").is_symlink()


@pytest.mark.parametrize(
    "curl",
    [
        pytest.param("exit 6", id="no network"),
        pytest.param("echo 'exit 1'", id="the installer fails"),
        pytest.param("echo :", id="the installer installs nothing"),
        pytest.param("echo '<html>Log in to the guest network</html>'", id="a captive portal"),
    ],
)
def test_a_cli_is_built_with_its_helpers_beside_it(go: Machine, curl: str) -> None:
    go.install(Path("curl"), curl)

    assert pulumi_cli.ensure(go.root, go.environment) == "Pulumi 3.259.0 (.tools/bin)"

    helper = (go.root / "scripts" / "python_helper.sh").resolve()
    assert (go.tools / "pulumi-language-python").resolve() == helper
    assert (go.tools / "pulumi-resource-pulumi-python").resolve() == helper
    assert (go.tools / "pulumi-language-python-exec").stat().st_mode & 0o111
    assert (go.tools.parent / "lib" / "pulumi-resource-pulumi-python").stat().st_mode & 0o111


def test_a_fresh_clone_uses_the_cached_build(go: Machine) -> None:
    pulumi_cli.ensure(go.root, go.environment)
    shutil.rmtree(go.root / ".tools")
    (go.programs / "go").unlink()

    assert pulumi_cli.ensure(go.root, go.environment) == "Pulumi 3.259.0 (.tools/bin)"


def test_a_build_survives_the_deletion_of_the_cache(go: Machine) -> None:
    pulumi_cli.ensure(go.root, go.environment)
    shutil.rmtree(go.cache)
    (go.programs / "go").unlink()

    assert pulumi_cli.ensure(go.root, go.environment) == "Pulumi 3.259.0 (.tools/bin)"


def test_a_cached_cli_that_does_not_run_is_built_again(go: Machine) -> None:
    go.install(go.cache / "pulumi", "exit 126")

    assert pulumi_cli.ensure(go.root, go.environment) == "Pulumi 3.259.0 (.tools/bin)"


def test_a_build_that_fails_leaves_nothing_in_the_cache(go: Machine) -> None:
    go.install(Path("go"), "[ $1 = env ] && echo go1.26.8 || { echo no space left >&2; exit 1; }")

    with pytest.raises(pulumi_cli.NoCLIError, match="no space left"):
        pulumi_cli.ensure(go.root, go.environment)

    assert list(go.cache.parent.iterdir()) == []


def test_a_build_stays_in_the_clone_if_the_home_is_not_writable(go: Machine) -> None:
    Path(go.environment["HOME"]).write_text("a file where a folder should be")

    assert pulumi_cli.ensure(go.root, go.environment) == "Pulumi 3.259.0 (.tools/bin)"
    assert pulumi_cli.ensure(go.root, go.environment) == "Pulumi 3.259.0 (.tools/bin)"


@pytest.mark.parametrize(
    ("version", "toolchain"),
    [
        pytest.param("1.26.0", "local", id="new enough: the user's choice stands"),
        pytest.param("1.25.11", "local", id="just new enough"),
        pytest.param("1.25.10", "auto", id="too old: a newer one may be downloaded"),
        pytest.param("1.21.0", "auto", id="the first version that downloads others"),
    ],
)
def test_an_older_go_may_download_the_needed_version(
    go: Machine, version: str, toolchain: str
) -> None:
    environment = {**go.environment, "GO_VERSION": version, "GOTOOLCHAIN": "local"}

    pulumi_cli.ensure(go.root, environment)

    assert f"build GOTOOLCHAIN={toolchain}" in go.calls()


def test_the_error_names_a_go_that_cannot_download_a_newer_version(go: Machine) -> None:
    with pytest.raises(pulumi_cli.NoCLIError, match=r"is go1\.20\.14, and it takes 1\.25\.11"):
        pulumi_cli.ensure(go.root, {**go.environment, "GO_VERSION": "1.20.14"})


def test_the_cache_follows_xdg() -> None:
    folder = pulumi_cli.find_cache_folder({"XDG_CACHE_HOME": "/caches", "HOME": "/home/ann"})
    assert folder.parent == Path("/caches/pulumi-c1policy")
