"""Facts that the real Pulumi CLI shows with this package: what previews is accepted, and rests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from acceptance.fact import Fact, NotTried, expect
from acceptance.tenant import MARK, Tenant

_OURS = "this package, through the Pulumi CLI"
_PROGRAM = """
from pulumi_c1policy import Policy

Policy(
    "acceptance",
    display_name={name!r},
    policy_type="POLICY_TYPE_GRANT",
    description="Made by the acceptance suite.",
    policy_steps={{
        "grant": {{"steps": [{{"approval": {{"manager": {{}}, "require_denial_reason": True}}}}]}},
        "low_risk": {{"steps": [{{"accept": {{}}}}]}},
    }},
    rules=[{{"condition": "subject.department == 'Nobody'", "step_key": "low_risk"}}],
    annotations={{"purpose": "acceptance"}},
)
"""


def _deployed(tenant: Tenant, *then: str) -> None:
    """Deploy a program, run another command, and destroy the stack."""
    if shutil.which("pulumi") is None:
        raise NotTried("there is no Pulumi CLI on PATH")
    with tempfile.TemporaryDirectory(prefix="c1policy-acceptance-") as name:
        folder = Path(name)
        (folder / "state").mkdir()
        (folder / "Pulumi.yaml").write_text(
            f"name: acceptance\nruntime: {{name: python, options: {{virtualenv: {sys.prefix}}}}}\n"
        )
        program = _PROGRAM.format(name=f"{MARK} {tenant.run_id} cli")
        (folder / "__main__.py").write_text(program)
        environment = _environment(tenant, folder)
        _pulumi(folder, environment, "stack", "init", tenant.run_id)
        try:
            _pulumi(folder, environment, "up", "--yes")
            if then:
                _pulumi(folder, environment, *then)
        finally:
            _pulumi(folder, environment, "destroy", "--yes")


def _environment(tenant: Tenant, folder: Path) -> dict[str, str]:
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("PULUMI_", "CONDUCTORONE_"))}
    return ours | {
        "PULUMI_BACKEND_URL": f"file://{folder}/state",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "acceptance",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "CONDUCTORONE_SERVER_URL": tenant.settings.server_url,
        "CONDUCTORONE_ACCESS_TOKEN": tenant.http.headers["Authorization"].removeprefix("Bearer "),
    }


def _pulumi(folder: Path, environment: dict[str, str], *arguments: str) -> None:
    done = subprocess.run(
        ["pulumi", *arguments, "--non-interactive"],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        timeout=300,
    )
    expect(done.returncode == 0, f"`pulumi {arguments[0]}` ended with {done.returncode}")


FACTS = (
    Fact("cli-accepted", "A program that previews is accepted.", "inferred", _OURS, _deployed),
    Fact(
        "cli-rests",
        "A further preview with refresh has nothing to do.",
        "inferred",
        _OURS,
        lambda tenant: _deployed(tenant, "preview", "--refresh", "--expect-no-changes"),
    ),
)
