"""The requests of Terraform and the vendor's provider about one entitlement of an emulated tenant.

`python -m benchmarks.entitlement TERRAFORM PROVIDER` prints them step by step: the source of the
comparison in docs/attaching.md. The tests hold the other side of that table.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pulumi_c1policy._emulator import Emulator

APP, ENTITLEMENT = "shop", "admins"
_ADDRESS = f"conductorone_app_entitlement.{ENTITLEMENT}"


@dataclass
class Configuration:
    """A folder with one entitlement in Terraform, and the tenant that it is about."""

    tenant: Emulator
    folder: Path
    terraform: Path

    def write(self, **fields: object) -> None:
        """Write the configuration with these fields of the entitlement."""
        resource = {"app_id": APP, "id": ENTITLEMENT, **fields}
        source = {"conductorone": {"source": "conductorone/conductorone"}}
        whole = {
            "terraform": {"required_providers": source},
            "resource": {"conductorone_app_entitlement": {ENTITLEMENT: resource}},
        }
        (self.folder / "main.tf.json").write_text(json.dumps(whole))

    def run(self, title: str, *arguments: str) -> None:
        """Run Terraform; print its requests and the fields of the entitlement that changed."""
        before = self.tenant.entitlement(APP, ENTITLEMENT)
        self.tenant.clear_requests()
        settings = {
            **self.tenant.environment,
            "SSL_CERT_FILE": str(self.tenant.ca_file),
            "TF_CLI_CONFIG_FILE": str(self.folder / "cli.tfrc"),
            "TF_IN_AUTOMATION": "1",
        }
        name, *rest = arguments
        done = subprocess.run(
            [self.terraform, name, "-no-color", "-input=false", *rest],
            cwd=self.folder,
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{title}: {done.stdout}{done.stderr}")
        print(f"\n{title}")
        for request in self.tenant.requests:
            if request.path.startswith("/api/"):
                sent = (request.body or {}).get("entitlement", {})
                about = f" mask {request.update_mask}, fields {sorted(sent)}" if sent else ""
                print(f"  {request.method}{about}")
        after = self.tenant.entitlement(APP, ENTITLEMENT)
        for name in sorted({*before, *after} - {"updatedAt"}):
            if before.get(name) != after.get(name):
                print(f"  {name}: {before.get(name)!r} -> {after.get(name)!r}")


def main() -> None:
    """Play the steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("terraform", type=Path, help="a Terraform binary")
    parser.add_argument("provider", type=Path, help="the vendor's provider for it")
    asked = parser.parse_args()
    with Emulator(tls=True) as tenant, tempfile.TemporaryDirectory() as folder:
        override = f'"conductorone/conductorone" = "{asked.provider.resolve().parent}"'
        settings = f"provider_installation {{\n dev_overrides {{ {override} }}\n direct {{}}\n}}\n"
        (Path(folder) / "cli.tfrc").write_text(settings)
        play(Configuration(tenant, Path(folder), asked.terraform.resolve()))


def play(made: Configuration) -> None:
    """Attach a policy to an entitlement that has policies, change the attachment, and end it."""
    theirs, ours, emergency, other = (
        _add_policy(made.tenant, name) for name in ("theirs", "ours", "emergency", "other")
    )
    made.tenant.add_app("Shop", id=APP)
    fields = {"description": "Administrators", "durationGrant": "3600s", "grantPolicyId": theirs}
    made.tenant.add_entitlement(APP, "Admins", id=ENTITLEMENT, **fields)
    edit = partial(made.tenant.edit_entitlement, APP, ENTITLEMENT)

    made.write(grant_policy_id=ours)
    made.run("attach without an import", "apply", "-auto-approve")
    (made.folder / "terraform.tfstate").unlink()
    edit({**fields, "displayName": "Admins"})
    own_id = json.dumps({"app_id": APP, "id": ENTITLEMENT})
    made.run("import", "import", _ADDRESS, own_id)
    made.run("attach after the import", "apply", "-auto-approve")
    made.run("preview without a change", "plan")

    edit({"description": "Changed by a person"})
    made.run("preview after an edit of another field", "plan")
    both = {"emergency_grant_policy_id": emergency, "emergency_grant_enabled": True}
    made.write(grant_policy_id=ours, **both)
    made.run("attach one more, without a refresh", "apply", "-auto-approve", "-refresh=false")

    edit({"grantPolicyId": other})
    made.write(grant_policy_id=theirs, **both)
    made.run("change it, without a refresh", "apply", "-auto-approve", "-refresh=false")

    made.write(grant_policy_id=theirs)
    made.run("drop a field", "apply", "-auto-approve")
    made.run("destroy", "destroy", "-auto-approve")


def _add_policy(tenant: Emulator, name: str) -> str:
    steps: dict[str, Any] = {"grant": {"steps": [{"accept": {}}]}}
    policy = {"displayName": name, "policyType": "POLICY_TYPE_GRANT", "policySteps": steps}
    return tenant.policies.create(policy).id


if __name__ == "__main__":
    main()
