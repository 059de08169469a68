"""The build of the Pulumi CLI from its published Go modules, if Pulumi's site is unreachable.

It runs before anything is installed, so it may import the standard library only.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from scripts import commands

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = "3.259.0"
# The go directive of that version's modules; since 1.21 a go command can fetch a later one itself.
OLDEST_GO = "1.25.11"
OLDEST_GO_THAT_UPGRADES = "1.21"

CLI = "pulumi"
EXECUTOR = "pulumi-language-python-exec"
DYNAMIC_PROVIDER = "pulumi-resource-pulumi-python"

MODULE = "github.com/pulumi/pulumi/pkg/v3"
SDK_MODULE = "github.com/pulumi/pulumi/sdk/v3"
# `go install` rejects a module with replace directives; this one repeats the necessary one.
GO_MOD = f"""\
module pulumi-cli

go {OLDEST_GO}

require (
	{MODULE} v{VERSION}
	{SDK_MODULE} v{VERSION}
)

replace github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e
"""


class TooOldError(Exception):
    """The go command can neither build the CLI nor fetch one that can."""


def build(go: Path, target: Path, environment: Mapping[str, str]) -> None:
    """Put the CLI and the two helper scripts of its SDK into the folder `target`, all or nothing.

    Raises:
        TooOldError: The go command is too old.
        CommandError: The go command failed.
    """
    environment = prepare_environment(go, environment)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        Path(folder, "go.mod").write_text(GO_MOD)
        result = Path(folder, "result")
        version_flag = f"-X {SDK_MODULE}/go/common/version.Version={VERSION}"
        result.mkdir()
        options = ["-C", folder, "-mod=mod"]
        flags = ["-ldflags", f"-s -w {version_flag}", "-o", str(result / CLI)]
        commands.run(
            [go, "build", *options, *flags, f"{MODULE}/cmd/pulumi"],
            "building the Pulumi CLI (about 5 minutes, once per machine)",
            env=environment,
        )
        sdk = commands.read_output(
            [go, "list", *options, "-m", "-f", "{{.Dir}}", SDK_MODULE], env=environment
        )
        for name in (f"cmd/{EXECUTOR}", f"dist/{DYNAMIC_PROVIDER}"):
            source = Path(sdk.strip(), "python", name)
            # The module cache is read-only, and nothing in it is executable.
            shutil.copyfile(source, result / source.name)
            (result / source.name).chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)
        result.rename(target)


def prepare_environment(go: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the build, in which an older go command may fetch a newer one.

    Raises:
        TooOldError: It is too old for that as well.
        CommandError: It does not run.
    """
    # "local" makes it report its own version, not that of one that it would fetch.
    own = commands.read_output(
        [go, "env", "GOVERSION"], env={**environment, "GOTOOLCHAIN": "local"}
    )
    version = commands.parse_version(own)
    if version >= commands.parse_version(OLDEST_GO):
        return dict(environment)
    if version >= commands.parse_version(OLDEST_GO_THAT_UPGRADES):
        return {**environment, "GOTOOLCHAIN": "auto"}
    raise TooOldError(f"{go} is {own.strip()}, and it takes {OLDEST_GO}")
