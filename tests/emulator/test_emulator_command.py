"""`c1policy emulator` serves until it is interrupted."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

# Only this command, so that the test does not depend on the registration of the others.
SCRIPT = (
    "import typer\n"
    "from pulumi_c1policy._cli.emulator import emulator\n"
    "app = typer.Typer()\n"
    "app.command()(emulator)\n"
    "app()\n"
)
# A None entry makes the import fail as if the package were not installed.
WITHOUT_CEL = f"import sys\nsys.modules['cel_expr_python'] = None\n{SCRIPT}"


@contextmanager
def run_command(*options: str, script: str = SCRIPT) -> Iterator[subprocess.Popen[str]]:
    """Run the command."""
    # Tests run in parallel, so the default port may be taken.
    port = () if "--port" in options else ("--port", "0")
    with subprocess.Popen(
        [sys.executable, "-c", script, *options, *port],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_COLOR": "1", "PYTHONWARNINGS": "error"},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def read_first_line(process: subprocess.Popen[str]) -> str:
    """Read the first line that the command prints."""
    assert process.stdout
    line = process.stdout.readline()
    assert line, process.communicate(timeout=10)[1]
    return line


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_json_is_one_line_and_a_signal_ends_the_command(number: signal.Signals) -> None:
    with run_command("--json") as process:
        facts = json.loads(read_first_line(process))
        assert sorted(facts) == ["accessToken", "clientId", "clientSecret", "serverUrl"]
        headers = {"Authorization": f"Bearer {facts['accessToken']}"}
        assert httpx.get(f"{facts['serverUrl']}/api/v1/policies", headers=headers).is_success
        process.send_signal(number)
        rest, errors = process.communicate(timeout=10)
        assert (process.returncode, rest, errors) == (0, "", "")


def test_the_output_with_tls_names_the_authority() -> None:
    with run_command("--json", "--tls") as process:
        facts = json.loads(read_first_line(process))
        context = ssl.create_default_context(cafile=facts["caFile"])
        assert httpx.get(facts["serverUrl"], verify=context).status_code == 200
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
        assert not os.path.exists(facts["caFile"])


def test_a_directory_file_is_served(tmp_path: Path) -> None:
    file = tmp_path / "directory.json"
    file.write_text(json.dumps({"users": [{"id": "u1", "email": "ada@example.com"}]}))
    with run_command("--json", "--directory", str(file)) as process:
        facts = json.loads(read_first_line(process))
        headers = {"Authorization": f"Bearer {facts['accessToken']}"}
        found = httpx.get(f"{facts['serverUrl']}/api/v1/users/u1", headers=headers).json()
        assert found["userView"]["user"]["email"] == "ada@example.com"


@pytest.mark.parametrize("text", ["{", '{"people": []}'], ids=["no-json", "no-table"])
def test_the_error_for_a_wrong_directory_file_names_the_option(text: str, tmp_path: Path) -> None:
    file = tmp_path / "directory.json"
    file.write_text(text)
    with run_command("--directory", str(file)) as process:
        shown, errors = process.communicate(timeout=20)
    assert (process.returncode, shown) == (2, "")
    assert "--directory" in errors


def test_each_quirk_is_an_option() -> None:
    options = ["--unset-fields", "omitted", "--timestamp-precision", "seconds", "--newer-api"]
    options += ["--pages", "empty", "--builtin-edits", "partly", "--no-cel-ip", "--check-ids"]
    with run_command("--json", *options) as process:
        facts = json.loads(read_first_line(process))
        shown = httpx.get(f"{facts['serverUrl']}/_emulator/policies").json()["policies"]
        assert "scope" not in shown[0]
        assert "." not in shown[0]["createdAt"]
        assert shown[-1]["policyType"] == "POLICY_TYPE_ROTATE"
        in_force = httpx.post(f"{facts['serverUrl']}/_emulator/quirks", json={}).json()
        assert {name: in_force[name] for name in ("pages", "builtin_edits", "cel_ip")} == {
            "pages": "empty",
            "builtin_edits": "partly",
            "cel_ip": False,
        }
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)


def test_the_command_prints_the_variables_to_export() -> None:
    with run_command() as process:
        assert "http://127.0.0.1:" in read_first_line(process)
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(4)]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
    exported = [line.split("=")[0] for line in lines if line.startswith("export ")]
    assert exported == [
        "export CONDUCTORONE_SERVER_URL",
        "export CONDUCTORONE_CLIENT_ID",
        "export CONDUCTORONE_CLIENT_SECRET",
    ]


@pytest.mark.parametrize(("script", "said"), [(SCRIPT, False), (WITHOUT_CEL, True)])
def test_the_command_reports_a_missing_expression_compiler(script: str, said: bool) -> None:
    with run_command(script=script) as process:
        read_first_line(process)
        assert process.stdout
        head = [process.stdout.readline() for _ in range(7)]
        assert head[-1].startswith("Requests so far")
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
    assert ("checked for brackets and quotes only" in rest) is said


def test_a_taken_port_is_reported_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with run_command("--port", str(taken.getsockname()[1])) as process:
            printed, errors = process.communicate(timeout=10)
            assert (process.returncode, printed) == (1, "")
            assert "Cannot listen" in errors
            assert "Traceback" not in errors
