"""Programs of every shape: inline, of several modules, with components, from any folder, with
others.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.cli import ROOT, Stack, list_creates, list_deletes, make_update

TEAMS = """
    import pulumi
    from pulumi_c1policy import Policy


    class Team(pulumi.ComponentResource):
        def __init__(self, name, opts=None, kind="org:access:Team"):
            super().__init__(kind, name, {}, opts)
            self.policy = Policy(
                "access",
                display_name=f"Access of {name}",
                policy_type="POLICY_TYPE_GRANT",
                policy_steps={"grant": {"steps": [{"accept": {}}]}},
                opts=pulumi.ResourceOptions(parent=self),
            )
            self.register_outputs({"id": self.policy.id})


    class Squad(Team):
        def __init__(self, name, opts=None):
            super().__init__(name, opts, "org:access:Squad")
"""

USES_TEAMS = """
    from org.teams import Squad, Team

    red = Team("red")
    Squad("blue", pulumi.ResourceOptions(parent=red))
    Squad("green")
    Policy(
        "access",
        display_name="Everybody",
        policy_type="POLICY_TYPE_GRANT",
        baseline_policy_id=red.policy.id,
    )
"""


def test_policies_in_components_of_other_modules_have_different_ownership_annotations(
    stack: Any,
) -> None:
    teams: Stack = stack(USES_TEAMS, org__teams=TEAMS, org____init__="")
    names = ["Access of blue", "Access of green", "Access of red", "Everybody"]
    assert teams.preview().ok().requests == ()
    assert teams.up().ok().writes == list_creates(*names)
    addresses = {
        name: teams.read_live(name)["annotations"]["iac_resource_address"] for name in names
    }
    assert len(set(addresses.values())) == 4
    assert addresses["Everybody"] == "c1policy.Policy/access"
    teams.expect_no_changes()
    teams.expect_no_changes("--refresh")
    assert teams.destroy().ok().writes == list_deletes(*names)


ONE = """
    import helpers

    Policy("one", display_name=helpers.NAME, policy_type="POLICY_TYPE_GRANT", policy_steps=helpers.STEPS)
"""
HELPERS = 'NAME = "One"\nSTEPS = {"grant": {"steps": [{"accept": {}}]}}\n'


def test_a_program_runs_from_any_folder_and_in_a_subfolder(stack: Any, tmp_path: Path) -> None:
    one: Stack = stack(ONE, helpers=HELPERS)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    # A module of the same name in the folder that the command is run from is not the program's.
    (elsewhere / "pulumi_c1policy.py").write_text("raise RuntimeError('the wrong module')\n")
    folder = ("--cwd", str(one.folder))
    assert one.run(
        "up", "--yes", "--skip-preview", *folder, cwd=elsewhere
    ).ok().writes == list_creates("One")
    one.run("preview", "--refresh", "--expect-no-changes", *folder, cwd=elsewhere).ok()

    program = one.folder / "code" / "policies"
    program.mkdir(parents=True)
    for name in ("__main__.py", "helpers.py"):
        (one.folder / name).rename(program / name)
    settings = (one.folder / "Pulumi.yaml").read_text()
    (one.folder / "Pulumi.yaml").write_text(settings.replace("{", '{"main": "code/policies", ', 1))
    one.expect_no_changes("--refresh")
    (program / "helpers.py").write_text(HELPERS.replace("One", "Two"))
    assert one.up("--refresh").ok().writes == [make_update("Two", "displayName")]
    assert one.run(
        "destroy", "--yes", "--skip-preview", *folder, cwd=elsewhere
    ).ok().writes == list_deletes("Two")


INLINE = """
import sys

import pulumi
from pulumi import automation

from pulumi_c1policy import Policy


def program():
    policy = Policy(
        "inline",
        display_name=pulumi.Config().require("name"),
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={"grant": {"steps": [{"accept": {}}]}},
    )
    pulumi.export("id", policy.id)


settings = automation.LocalWorkspaceOptions(
    project_settings=automation.ProjectSettings(
        name="inline",
        runtime=automation.ProjectRuntimeInfo("python", {"virtualenv": sys.prefix}),
    )
)
stack = automation.create_or_select_stack("dev", project_name="inline", program=program, opts=settings)
stack.set_config("name", automation.ConfigValue("First"))
first = stack.up()
assert first.summary.resource_changes["create"] == 2, first.summary
assert stack.preview().change_summary == {"same": 2}
stack.set_config("name", automation.ConfigValue("Second"))
assert stack.up(refresh=True).summary.resource_changes == {"same": 1, "update": 1}
assert stack.refresh().summary.result == "succeeded"
assert stack.preview(expect_no_changes=True).change_summary == {"same": 2}
stack.destroy()
print("policy", first.outputs["id"].value)
"""


def test_an_inline_program_of_the_automation_api_goes_through_the_whole_lifecycle(
    stack: Any, tmp_path: Path
) -> None:
    other: Stack = stack("")
    script = tmp_path / "deploy.py"
    script.write_text(INLINE)
    elsewhere = tmp_path / "work"
    elsewhere.mkdir()
    other.tenant.clear_requests()
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=elsewhere,
        env=other.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    policy_id = done.stdout.split()[-1]
    path = f"/api/v1/policies/{policy_id}"
    writes = [
        (r.method, r.path, r.update_mask)
        for r in other.tenant.requests
        if r.method != "GET" and r.path.startswith("/api/v1/policies")
    ]
    assert writes == [
        ("POST", "/api/v1/policies", None),
        ("POST", path, "displayName"),
        ("DELETE", path, None),
    ]


TOY = """
    from pulumi import dynamic


    class ToyProvider(dynamic.ResourceProvider):
        def create(self, props):
            if props["fails"]:
                raise ValueError("the toy broke")
            return dynamic.CreateResult("toy-1", {**props, "made": True})

        def update(self, _id, _olds, news):
            if news["fails"]:
                raise ValueError("the toy broke")
            return dynamic.UpdateResult({**news, "made": True})


    class Toy(dynamic.Resource):
        made: object

        def __init__(self, name, fails, opts=None):
            super().__init__(ToyProvider(), name, {"fails": fails, "made": None}, opts)
"""
WITH_TOY = """
    from toys import Toy

    Policy(
        "one",
        display_name="One",
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={"grant": {"steps": [{"accept": {}}]}},
    )
    pulumi.export("made", Toy("toy", fails=False).made)
"""


def test_another_dynamic_provider_works_beside_ours_and_keeps_its_tracebacks(stack: Any) -> None:
    both: Stack = stack(WITH_TOY, toys=TOY)
    assert both.up().ok().writes == list_creates("One")
    both.expect_no_changes("--refresh")
    both.write(WITH_TOY.replace("fails=False", "fails=True").replace('"One"', '""'))
    assert both.preview().failed().requests == ()
    both.write(WITH_TOY.replace("fails=False", "fails=True").replace('"One"', '"Two"'))
    failed = both.up().failed()
    assert "ValueError: the toy broke" in failed.output
    assert "Traceback (most recent call last)" in failed.output
    assert "in update" in failed.output


def test_the_quickstart_runs_from_the_root_of_the_repository(stack: Any) -> None:
    elsewhere: Stack = stack("")
    settings = (ROOT / "Pulumi.yaml").read_text()
    assert "main: examples/quickstart" in settings
    folder = elsewhere.folder / "root"
    folder.mkdir()
    for name in ("examples", ".venv", "Pulumi.yaml"):
        os.symlink(ROOT / name, folder / name)
    elsewhere.run("stack", "init", "root", "--cwd", str(folder)).ok()
    done = elsewhere.up("--stack", "root", "--cwd", str(folder)).ok()
    assert len(done.writes) == 3
    options = ("--refresh", "--stack", "root", "--cwd", str(folder))
    elsewhere.expect_no_changes(*options)
    assert len(elsewhere.destroy("--stack", "root", "--cwd", str(folder)).ok().writes) == 3
