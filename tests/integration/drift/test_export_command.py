"""`c1policy export` over real HTTP: the files, the replacement of an export, and the exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pulumi_c1policy._cli.main import app
from pulumi_c1policy._emulator import Emulator, Fault, Quirks
from tests.support.exports import make_policy

Run = Callable[..., Result]


@pytest.fixture
def tenant(module_tenant: Emulator) -> Emulator:
    """An empty tenant."""
    module_tenant.reset()
    return module_tenant


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the export, which does not exist yet."""
    return tmp_path / "backup"


@pytest.fixture
def run(tenant: Emulator, folder: Path) -> Run:
    """Export into the folder, with the tenant's credentials."""

    def invoke(*arguments: str, **environment: str) -> Result:
        return CliRunner().invoke(
            app,
            ["export", "--out", str(folder), *arguments],
            env=tenant.environment | environment,
        )

    return invoke


def add(tenant: Emulator, name: str, **fields: Any) -> str:
    """Add a policy without ownership annotations; return its id."""
    return str(tenant.add_policy(make_policy(name, annotations={}, **fields))["id"])


def read_files(folder: Path) -> dict[str, bytes]:
    """Return the content of all files by their path in the folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read_policies(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the exported policies by id."""
    found = [json.loads(path.read_bytes()) for path in (folder / "policies").iterdir()]
    return {each["id"]: each for each in found}


def export(run: Run, *arguments: str) -> str:
    """Export; return what the command prints."""
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_each_policy_has_a_file_with_a_readable_name(
    run: Run, tenant: Emulator, folder: Path
) -> None:
    policy_id = add(tenant, "Admin access (EMEA)", description="Grüße")
    export(run, "--all")
    text = (folder / "policies" / f"admin-access-emea-{policy_id}.json").read_text("utf-8")
    assert json.loads(text) == {
        "displayName": "Admin access (EMEA)",
        "description": "Grüße",
        "policyType": "POLICY_TYPE_GRANT",
        "policySteps": {"grant": {"steps": [{"accept": {}}]}},
        "id": policy_id,
    }
    assert "Grüße" in text
    assert text.endswith("}\n")
    builtin = {record.id for record in tenant.policies if record.builtin}
    assert {i for i, p in read_policies(folder).items() if p.get("systemBuiltin")} == builtin


def test_a_second_export_without_a_change_writes_identical_bytes(
    run: Run, tenant: Emulator, folder: Path
) -> None:
    add_company(tenant)
    export(run, "--all")
    first = read_files(folder)
    times = {path: (folder / path).stat().st_mtime_ns for path in first}
    assert ": 0 files written, 0 removed." in export(run, "--all")
    assert read_files(folder) == first
    assert {path: (folder / path).stat().st_mtime_ns for path in first} == times


def test_another_spelling_of_the_tenant_changes_no_byte(
    run: Run, tenant: Emulator, folder: Path
) -> None:
    approval = {"users": {"userIds": ["b", "a", "c"]}}
    wait = {"name": "pause", "duration": {"duration": "3600s"}}
    add(
        tenant,
        "one",
        policySteps={"grant": {"steps": [{"approval": approval}, {"wait": wait}]}},
        rules=[{"condition": "true", "stepKey": "grant"}],
    )
    export(run, "--all")
    first = read_files(folder)
    for quirks in (
        Quirks(unset_fields="omitted", rule_key="both", shuffle_sets=True),
        Quirks(unset_fields="null", rule_key="policy_key", duration_style="padded"),
        Quirks(pages="over_full", timestamp_precision="seconds"),
    ):
        tenant.quirks = quirks
        export(run, "--all")
        assert read_files(folder) == first


def test_chosen_policies_are_exported_alone(run: Run, tenant: Emulator, folder: Path) -> None:
    one, other = add(tenant, "One"), add(tenant, "The other")
    add(tenant, "Not this")
    export(run, one, "The other")
    assert set(read_policies(folder)) == {one, other}


def add_company(tenant: Emulator) -> dict[str, str]:
    """Add a policy, and an app and an entitlement that use it; return the ids."""
    policy = add(tenant, "used")
    shop = tenant.add_app("Shop", grantPolicyId=policy)
    admin = tenant.add_entitlement(shop, "Admin", grantPolicyId=policy, emergencyGrantEnabled=True)
    tenant.add_entitlement(shop, "Plain")
    return {"policy": policy, "app": shop, "entitlement": admin}


def test_the_apps_and_entitlements_that_use_a_policy_are_exported(
    run: Run, tenant: Emulator, folder: Path
) -> None:
    ids = add_company(tenant)
    assert "and 2 attachments" in export(run, "used")
    found = read_files(folder / "attachments")
    assert {name: json.loads(data) for name, data in found.items()} == {
        f"shop-{ids['app']}.json": {
            "id": ids["app"],
            "displayName": "Shop",
            "grantPolicyId": ids["policy"],
        },
        f"admin-{ids['app']}-{ids['entitlement']}.json": {
            "appId": ids["app"],
            "id": ids["entitlement"],
            "displayName": "Admin",
            "grantPolicyId": ids["policy"],
            "emergencyGrantEnabled": True,
        },
    }


def test_no_attachments_sends_no_search_for_them(run: Run, tenant: Emulator, folder: Path) -> None:
    add_company(tenant)
    tenant.clear_requests()
    export(run, "--all", "--no-attachments")
    assert {request.path for request in tenant.requests} == {
        "/auth/v1/token",
        "/api/v1/search/policies",
    }
    assert not (folder / "attachments").exists() or not read_files(folder / "attachments")


def test_a_policy_that_is_gone_loses_its_file(run: Run, tenant: Emulator, folder: Path) -> None:
    gone, renamed = add(tenant, "gone"), add(tenant, "old name")
    export(run, "--all")
    tenant.product_delete(gone)
    tenant.api_edit(renamed, {"displayName": "new name"})
    assert ": 1 files written, 2 removed." in export(run, "--all")
    names = {path.name for path in (folder / "policies").iterdir()}
    assert f"new-name-{renamed}.json" in names
    assert not names & {f"gone-{gone}.json", f"old-name-{renamed}.json"}


def test_a_policy_that_the_list_leaves_out_keeps_its_file(
    run: Run, tenant: Emulator, folder: Path
) -> None:
    scoped = add(tenant, "scoped", scope={"appId": tenant.add_app("Shop")})
    export(run, "--all")
    tenant.set_faults(Fault(do="answer", status=403, path="/api/v1/search/policies"))
    export(run, "--all")
    assert scoped in read_policies(folder)


def test_foreign_files_stay(run: Run, tenant: Emulator, folder: Path) -> None:
    policy_id = add(tenant, "one")
    (folder / "policies").mkdir(parents=True)
    (folder / "policies" / "mine.json").write_text("{}")
    (folder / "README.md").write_text("ours")
    export(run, "--all")
    tenant.product_delete(policy_id)
    export(run, "--all")
    assert (folder / "policies" / "mine.json").read_text() == "{}"
    assert (folder / "README.md").read_text() == "ours"


def test_a_foreign_file_in_the_way_is_an_error(run: Run, tenant: Emulator, folder: Path) -> None:
    foreign = folder / "policies" / f"one-{add(tenant, 'one')}.json"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("{}")
    before = read_files(folder)
    done = run("--all")
    assert done.exit_code == 1
    assert str(foreign) in done.stderr.replace("\n", "")
    assert read_files(folder) == before


def test_a_manifest_that_names_files_elsewhere_is_refused(
    run: Run, tenant: Emulator, folder: Path, tmp_path: Path
) -> None:
    add(tenant, "one")
    export(run, "--all")
    victim = tmp_path / "victim.json"
    victim.write_text("{}")
    manifest = folder / "c1policy-export.json"
    found = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(found | {"policies": {"x": "../../victim.json"}}))
    assert run("--all").exit_code == 1
    assert victim.exists()


def test_an_export_that_fails_changes_no_file(run: Run, tenant: Emulator, folder: Path) -> None:
    ids = add_company(tenant)
    export(run, "--all")
    before = read_files(folder)
    tenant.api_edit(ids["policy"], {"description": "new"})
    tenant.set_faults(Fault(do="answer", status=403, path="/api/v1/search/entitlements"))
    done = run("--all")
    assert done.exit_code == 1
    assert read_files(folder) == before
    assert {path.name for path in folder.iterdir()} == {
        "attachments",
        "c1policy-export.json",
        "policies",
    }


def test_the_next_export_repairs_an_interrupted_one(
    run: Run, tenant: Emulator, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = add(tenant, "gone")
    for index in range(5):
        add(tenant, f"p{index}")
    export(run, "--all")
    tenant.product_delete(gone)
    for record in [each for each in tenant.policies if not each.builtin and each.id != gone]:
        tenant.api_edit(record.id, {"description": "new", "displayName": f"{record.id} renamed"})
    real, moved = Path.replace, []

    def replace(self: Path, target: Path) -> Path:
        moved.append(target)
        if len(moved) == 4:
            raise KeyboardInterrupt
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        assert run("--all").exit_code != 0
    against = ["drift", "--against", str(folder)]
    done = CliRunner().invoke(app, against, env=tenant.environment)
    assert done.exit_code == 1
    assert "interrupted" in done.stderr
    assert "--force" in run(next(each.id for each in tenant.policies if each.builtin)).stderr
    export(run, "--all")
    repaired = read_files(folder)
    export(run, "--all", "--force")
    assert read_files(folder) == repaired
    builtin = sum(record.builtin for record in tenant.policies)
    assert len(read_policies(folder)) == len([*(folder / "policies").iterdir()]) == 5 + builtin


def test_an_export_of_other_policies_or_another_tenant_is_replaced_by_force_only(
    run: Run, tenant: Emulator, folder: Path
) -> None:
    one = add(tenant, "one")
    add(tenant, "two")
    export(run, "--all")
    before = read_files(folder)
    for arguments in (("one",), ("--all", "--no-attachments")):
        done = run(*arguments)
        assert done.exit_code == 1
        assert "--force" in done.stderr
        assert read_files(folder) == before
    export(run, "one", "--force")
    assert set(read_policies(folder)) == {one}

    manifest = folder / "c1policy-export.json"
    host = tenant.url.partition("//")[2]
    manifest.write_text(manifest.read_text().replace(host, "acme.conductor.one"))
    done = run("one")
    assert done.exit_code == 1
    assert "acme.conductor.one" in done.stderr
    export(run, "one", "--force")


@pytest.mark.parametrize(
    "arguments",
    [(), ("--all", "one"), ("--al",), ("nothing",), ("--all", "--out", "README.md/x")],
    ids=" ".join,
)
def test_a_mistake_ends_with_one(run: Run, tenant: Emulator, arguments: tuple[str, ...]) -> None:
    add(tenant, "one")
    done = run(*arguments)
    assert done.exit_code == 1, done.output
    assert "Traceback" not in done.output


def test_a_file_in_place_of_the_folder_ends_with_one(
    run: Run, tenant: Emulator, folder: Path
) -> None:
    folder.write_text("")
    done = run("--all")
    assert done.exit_code == 1
    assert str(folder) in done.stderr.replace("\n", "")


def test_a_long_export_tells_its_progress(run: Run, tenant: Emulator, folder: Path) -> None:
    for index in range(1000):
        add(tenant, f"p{index}")
    done = run("--all")
    assert "1,000 policies read" in done.stderr
    assert "1,000 policies read" not in done.stdout
