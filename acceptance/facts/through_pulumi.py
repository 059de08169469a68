"""Facts through the real Pulumi CLI: this project's own program against the tenant."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from acceptance.context import Context
from acceptance.fact import Fact, NotTried, expect

_OURS = "this project"
_TIMEOUT_SECONDS = 180
_PROGRAM = """\
import pulumi
from pulumi_c1policy import Policy

policy = Policy(
    "policy",
    display_name={name!r},
    description="Made by the conformance suite of pulumi-c1policy. Safe to delete.",
    policy_type="POLICY_TYPE_GRANT",
    policy_steps={{
        "grant": {{"steps": [{{"approval": {{"manager": {{}}}}}}]}},
        "auto": {{"steps": [{{"accept": {{}}}}]}},
    }},
    rules=[{{"condition": 'subject.department == "Engineering"', "step_key": "auto"}}],
)
pulumi.export("id", policy.id)
"""
_Pulumi = Callable[..., str]


@contextmanager
def _deploy(context: Context) -> Iterator[tuple[_Pulumi, str]]:
    """Deploy the program in a throw-away stack; give the CLI and the id of the policy."""
    if not shutil.which("pulumi"):
        raise NotTried("no Pulumi CLI on PATH")
    with tempfile.TemporaryDirectory(prefix="c1policy-acceptance-") as name:
        folder = Path(name)
        (folder / "state").mkdir()
        options = {"virtualenv": sys.prefix}
        project = {"name": "acceptance", "runtime": {"name": "python", "options": options}}
        (folder / "Pulumi.yaml").write_text(json.dumps(project))
        (folder / "__main__.py").write_text(_PROGRAM.format(name=context.make_name("by Pulumi")))
        pulumi = _make_cli(context, folder)
        pulumi("stack", "init", "run")
        try:
            pulumi("up", "--yes", "--skip-preview")
            yield pulumi, pulumi("stack", "output", "id").strip()
        finally:
            pulumi("destroy", "--yes", "--skip-preview", check=False)


def _make_cli(context: Context, folder: Path) -> _Pulumi:
    # Nothing of the user's is touched: state, credentials and plugins lie in the folder.
    hidden = ("PULUMI_", "CONDUCTORONE_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(hidden)}
    environment = {
        **kept,
        **context.environment,
        "PULUMI_BACKEND_URL": f"file://{folder}/state",
        "PULUMI_CONFIG_PASSPHRASE": "for this run only",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }

    def run(*arguments: str, check: bool = True) -> str:
        try:
            done = subprocess.run(
                ["pulumi", *arguments, "--non-interactive", "--color=never"],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=_TIMEOUT_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise NotTried(f"`pulumi {arguments[0]}` takes too long") from error
        told = f"`pulumi {arguments[0]}` fails: {(done.stdout + done.stderr)[-600:]}"
        expect(not check or done.returncode == 0, told)
        return done.stdout

    return run


def _deploy_without_diff(context: Context) -> None:
    with _deploy(context) as (pulumi, _):
        pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
        pulumi("preview", "--expect-no-changes")


def _destroy(context: Context) -> None:
    with _deploy(context) as (pulumi, policy_id):
        expect(not context.read(policy_id).get("deletedAt"), "deleted before its time")
        pulumi("destroy", "--yes", "--skip-preview")
        expect(bool(context.read(policy_id).get("deletedAt")), "not deleted")


FACTS = (
    Fact(
        "pulumi-no-diff",
        "A policy that `pulumi up` makes reads back without a diff: a refresh and a preview have "
        "nothing to do.",
        "inferred",
        _OURS,
        _deploy_without_diff,
    ),
    Fact("pulumi-destroy", "`pulumi destroy` deletes the policy.", "inferred", _OURS, _destroy),
)
