"""`c1policy import` over real HTTP: the selection, the files, the messages and the exit code."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pulumi_c1policy._cli.main import app
from pulumi_c1policy._emulator import Emulator

PAGE = Path(__file__).parents[3] / "docs" / "adopting.md"
TERRAFORM = {"managed_by": "terraform", "iac_workspace": "prod"}


@pytest.fixture
def run(
    c1_tenant: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Result]:
    """Run the command in an empty folder, with the tenant's credentials."""
    monkeypatch.chdir(tmp_path)
    for name, value in c1_tenant.environment.items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: CliRunner().invoke(app, ["import", *arguments])


def create(tenant: Emulator, name: str, **fields: Any) -> str:
    """Create a policy as a person in the product; return its id."""
    kind = str(fields.get("policyType", "POLICY_TYPE_GRANT"))
    steps: dict[str, Any] = {kind.removeprefix("POLICY_TYPE_").lower(): {"steps": [{"accept": {}}]}}
    base = {"displayName": name, "policyType": kind, "policySteps": steps}
    return str(tenant.add_policy({**base, **fields})["id"])


def read_entries() -> dict[str, Any]:
    """Read the entries of the import file, by resource name."""
    found = json.loads(Path("import.json").read_text())["resources"]
    return {entry["name"]: entry for entry in found}


def is_folder_empty() -> bool:
    return not list(Path().iterdir())


def test_policies_are_selected_by_id_or_display_name(
    run: Callable[..., Result], c1_tenant: Emulator
) -> None:
    one, other = create(c1_tenant, "One"), create(c1_tenant, "The other")
    create(c1_tenant, "Not this")
    done = run(one, "The other")
    assert (done.exit_code, done.stderr) == (0, "")
    assert {name: entry["id"] for name, entry in read_entries().items()} == {
        "one": one,
        "the-other": other,
    }
    assert "the_other = c1.Policy(" in Path("policies.py").read_text()
    assert "Not this" not in Path("policies.py").read_text()


def test_a_thousand_policies_are_read_in_pages(
    run: Callable[..., Result], c1_tenant: Emulator
) -> None:
    for number in range(1000):
        create(c1_tenant, f"Policy {number % 500}", scope={"appId": "app"} if number % 2 else {})
    assert run("--all").exit_code == 0
    assert len(read_entries()) == 1000
    builtin = sum(record.builtin for record in c1_tenant.policies)
    pages = -(-(1000 + builtin) // 100)
    paths = Counter(request.path for request in c1_tenant.requests)
    # One more request asks for the name of the app.
    assert paths == {
        "/auth/v1/token": 1,
        "/api/v1/search/policies": pages,
        "/api/v1/search/apps": 1,
    }


def test_a_type_selects_its_policies(run: Callable[..., Result], c1_tenant: Emulator) -> None:
    create(c1_tenant, "Grants")
    create(c1_tenant, "Revokes", policyType="POLICY_TYPE_REVOKE")
    create(c1_tenant, "Certifies", policyType="POLICY_TYPE_CERTIFY")
    assert run("--type", "POLICY_TYPE_REVOKE", "--type", "certify").exit_code == 0
    assert sorted(read_entries()) == ["certifies", "revokes"]
    wrong = run("--type", "revok")
    assert wrong.exit_code == 2
    assert "no policy type POLICY_TYPE_REVOK" in wrong.stderr.replace("\n", "")


def test_policies_that_cannot_be_adopted_are_left_out_with_a_reason(
    run: Callable[..., Result], c1_tenant: Emulator
) -> None:
    create(c1_tenant, "Good")
    create(c1_tenant, "No baseline", policySteps={})
    theirs = create(c1_tenant, "Terraform's", annotations=TERRAFORM)
    create(c1_tenant, "Points", policySteps={}, baselinePolicyId=theirs)
    done = run("--all")
    assert done.exit_code == 0
    assert sorted(read_entries()) == ["good", "points"]
    assert (
        "    # Policy Terraform's, which is not declared here.\n" in Path("policies.py").read_text()
    )
    lines = done.stderr.splitlines()
    assert all(line.startswith("left out: ") for line in lines)
    assert any("'No baseline'" in line and "[no-baseline]" in line for line in lines)
    assert any('"Terraform\'s"' in line and "managed by terraform" in line for line in lines)
    assert sum("Policy.get" in line for line in lines) == sum(r.builtin for r in c1_tenant.policies)


NOT_ADOPTED: dict[str, tuple[dict[str, Any], str]] = {
    "no-baseline": ({"policySteps": {}}, "[no-baseline]"),
    "terraform": ({"annotations": TERRAFORM}, "managed by terraform in the workspace 'prod'"),
}


@pytest.mark.parametrize(("fields", "message"), NOT_ADOPTED.values(), ids=NOT_ADOPTED)
def test_nothing_is_written_if_a_named_policy_cannot_be_adopted(
    run: Callable[..., Result], c1_tenant: Emulator, fields: dict[str, Any], message: str
) -> None:
    create(c1_tenant, "Good")
    create(c1_tenant, "Bad", **fields)
    done = run("Good", "Bad")
    assert done.exit_code == 1
    assert "left out: 'Bad'" in done.stderr
    assert message in done.stderr
    assert "Nothing was written" in done.stderr
    assert is_folder_empty()


def test_take_over_adopts_a_policy_of_another_tool(
    run: Callable[..., Result], c1_tenant: Emulator
) -> None:
    create(c1_tenant, "Theirs", annotations={**TERRAFORM, "team": "it"})
    done = run("Theirs", "--take-over")
    assert done.exit_code == 0, done.stderr
    assert "'Theirs' is still managed by terraform in the workspace 'prod'" in done.stdout
    assert 'annotations={"team": "it"},' in Path("policies.py").read_text()
    assert read_entries()["theirs"]["outputs"]["annotations"] == {**TERRAFORM, "team": "it"}


def test_an_ambiguous_or_unknown_name_is_an_error(
    run: Callable[..., Result], c1_tenant: Emulator
) -> None:
    ids = [create(c1_tenant, "Same"), create(c1_tenant, "Same")]
    several = run("Same")
    assert several.exit_code == 2
    assert "2 policies have the display name 'Same'." in several.stderr
    assert all(policy_id in several.stderr for policy_id in ids)
    none = run("Sam")
    assert none.exit_code == 2
    assert "The tenant has no policy 'Sam'." in none.stderr
    assert "did you mean 'Same'?" in none.stderr
    assert is_folder_empty()
    assert run(*ids).exit_code == 0
    assert sorted(read_entries()) == ["same", "same-2"]


def test_the_name_of_another_resource_of_a_stack_is_not_used_again(
    run: Callable[..., Result], c1_tenant: Emulator
) -> None:
    kept = {"managed_by": "pulumi", "iac_resource_address": "c1policy.Policy/same"}
    create(c1_tenant, "Same", annotations=kept)
    create(c1_tenant, "Same")
    assert run("--all").exit_code == 0
    assert list(read_entries()) == ["same-2"]


def test_a_deleted_policy_does_not_exist(run: Callable[..., Result], c1_tenant: Emulator) -> None:
    c1_tenant.set_quirks(deleted_get="deleted_at")
    gone = create(c1_tenant, "Gone")
    c1_tenant.product_delete(gone)
    assert run(gone).exit_code == 2
    done = run("--all")
    assert done.exit_code == 1
    assert "Nothing was written" in done.stderr.splitlines()[-1]
    assert is_folder_empty()


def test_an_existing_file_is_overwritten_with_force_only(
    run: Callable[..., Result], c1_tenant: Emulator
) -> None:
    create(c1_tenant, "One")
    for name in ("policies.py", "import.json"):
        Path(name).write_text("mine")
        done = run("--all")
        assert done.exit_code == 2
        assert name in done.stderr
        assert Path(name).read_text() == "mine"
        assert c1_tenant.requests == []
        Path(name).unlink()
    Path("policies.py").write_text("mine")
    assert run("--all", "--force").exit_code == 0
    assert "one = c1.Policy(" in Path("policies.py").read_text()


USAGE = {
    "nothing-named": ([], "Name policies, or use --all or --type."),
    "names-and-all": (["One", "--all"], "Name policies, or use --all or --type."),
    "no-module": (["--all", "--program", "my-policies.py"], "Python cannot import my-policies.py."),
    "no-python": (["--all", "--program", "policies.txt"], "Python cannot import policies.txt."),
    "no-folder": (["--all", "--program", "no/policies.py"], "There is no folder no."),
}


@pytest.mark.parametrize(("arguments", "message"), USAGE.values(), ids=USAGE)
def test_wrong_usage_is_one_message(
    run: Callable[..., Result], c1_tenant: Emulator, arguments: list[str], message: str
) -> None:
    create(c1_tenant, "One")
    done = run(*arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert "Traceback" not in done.output
    assert is_folder_empty()


def test_the_error_names_the_missing_credential(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONDUCTORONE_CLIENT_SECRET")
    done = run("--all")
    assert done.exit_code == 2
    assert "CONDUCTORONE_CLIENT_SECRET" in done.stderr


def test_the_files_contain_no_credentials_and_the_tenant_is_only_read(
    run: Callable[..., Result], c1_tenant: Emulator
) -> None:
    create(c1_tenant, "One")
    assert run("--all").exit_code == 0
    both = Path("policies.py").read_text() + Path("import.json").read_text()
    for secret in (c1_tenant.client_secret, c1_tenant.client_id, c1_tenant.access_token, "secret"):
        assert secret not in both
    paths = {request.path for request in c1_tenant.requests}
    assert paths == {"/auth/v1/token", "/api/v1/search/policies"}


def test_the_page_shows_the_output_and_the_program(
    run: Callable[..., Result], c1_tenant: Emulator
) -> None:
    low_risk = create(c1_tenant, "Low risk")
    waiting = {"grant": {"steps": [{"wait": {"duration": {"duration": "7200s"}}}]}}
    rule = {"condition": "subject.department == 'Sales'", "policyId": low_risk}
    create(c1_tenant, "Everyday requests", policySteps=waiting, rules=[rule])
    Path("Pulumi.yaml").write_text("name: shop\n")
    done = run("Everyday requests", "Low risk")
    _, start, program = Path("policies.py").read_text().partition("import pulumi_c1policy")
    assert done.stdout in PAGE.read_text()
    assert f"```python\n{start}{program}```" in PAGE.read_text()


def test_the_output_lists_the_next_commands(
    run: Callable[..., Result], c1_tenant: Emulator
) -> None:
    create(c1_tenant, "One")
    Path("Pulumi.yaml").write_text("name: shop\n")
    done = run("--all", "--file", "my import.json")
    assert done.stdout == NEXT
    (folder := Path("elsewhere")).mkdir()
    Path("Pulumi.yaml").unlink()
    done = run("--all", "--program", "elsewhere/__main__.py", "--file", "elsewhere/import.json")
    assert "echo" not in done.stdout
    assert f"pulumi import --file {folder.absolute()}/import.json " in done.stdout


NEXT = """\
1 policies: policies.py declares them, my import.json is their state.

Next, in the folder of the project's Pulumi.yaml, with Pulumi 3.254 or later:

    echo 'import policies' >> __main__.py
    pulumi import --file 'my import.json' --generate-code=false --protect=false --yes
    pulumi preview --diff
    pulumi up

The preview shows updates of `annotations` only: the ownership annotations of this stack.
"""


def test_severity_adopts_a_policy_that_a_rule_would_refuse(
    run: Callable[..., Result], c1_tenant: Emulator
) -> None:
    create(c1_tenant, "Bare", policySteps={})
    assert run("Bare").exit_code == 1
    assert run("Bare", "--severity", "no-baseline=warning").exit_code == 0
    assert sorted(read_entries()) == ["bare"]


def _make_provision_steps(config: Any) -> dict[str, Any]:
    """Return steps with free-form data in a provision step, and a step that a program can write."""
    account = {"connectorId": "c", "config": config, "schemaId": "s"}
    provision = {"provisionPolicy": {"connector": {"account": account}}}
    return {"grant": {"steps": [{"provision": provision}, {"accept": {}}]}}


def _nest(levels: int, kind: type = list) -> Any:
    value: Any = "end"
    for _ in range(levels):
        value = {"a": value} if kind is dict else [value]
    return value


UNWRITABLE = {
    "beyond a double": (10**400, "contains a number beyond the range of a double"),
    "infinite": (float("1e999"), "contains a number beyond the range of a double"),
    "lists": (_nest(300), "is nested more than 100 levels deep"),
    "objects": (_nest(300, dict), "is nested more than 100 levels deep"),
}


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[Any], None]]:
    """Serve one page of policies to every request; the fixture sets the policies."""
    page = {"text": b""}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(200)
            self.send_header("Content-Length", str(len(page["text"])))
            self.end_headers()
            self.wfile.write(page["text"])

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    def set_policies(policies: list[dict[str, Any]]) -> None:
        # `json` writes `Infinity`, which no parser accepts; 1e999 is valid and beyond a double.
        text = json.dumps({"list": policies})
        page["text"] = text.replace("Infinity", "1e999").encode()

    monkeypatch.chdir(tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("CONDUCTORONE_SERVER_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("CONDUCTORONE_ACCESS_TOKEN", "token")
        yield set_policies
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("value", "why"), UNWRITABLE.values(), ids=UNWRITABLE.keys())
@pytest.mark.parametrize("known", [True, False], ids=["in data", "in a newer field"])
def test_a_policy_that_no_program_can_contain_is_left_out(
    answering: Callable[[Any], None], value: Any, why: str, known: bool
) -> None:
    steps: dict[str, Any] = {"grant": {"steps": [{"accept": {}}]}}
    fine: dict[str, Any] = {"id": "2fine", "displayName": "Fine", "policyType": "POLICY_TYPE_GRANT"}
    fine |= {"policySteps": steps}
    odd = fine | {"id": "2odd", "displayName": "Odd"}
    odd |= (
        {"policySteps": _make_provision_steps({"x": value})}
        if known
        else {"newerField": {"x": value}}
    )
    answering([fine, odd])
    done = CliRunner().invoke(app, ["import", "--all"])
    assert done.exit_code == 1, done.output
    [line] = [line for line in done.stderr.splitlines() if "2odd" in line]
    assert why in line
    assert line.startswith("left out: ")
    assert list(read_entries()) == ["fine"]
    named = CliRunner().invoke(app, ["import", "--force", "2odd"])
    assert named.exit_code == 1
    assert "Nothing was written" in named.stderr
