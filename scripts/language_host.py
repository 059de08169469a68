"""A replacement of Pulumi's Python language host.

Pulumi publishes its engine as a Go module but not this helper, so a CLI that `make setup` builds
from source could not run a Python program. It is installed only beside such a CLI, never over the
real one, and serves the calls that run a program or a policy pack; to convert, pack or generate
code is "unimplemented". It imports nothing of this package, so that it can run any program.
`start_language_host.py` starts it without the SDK around the protocol.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
from concurrent import futures
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

if TYPE_CHECKING:
    from collections.abc import Iterator

# The executor exits with this status after it has shown the program's error itself.
ALREADY_REPORTED = 32
# The time that a program gets to finish after its signal.
GRACE_SECONDS = 5
MAX_MESSAGE_BYTES = 400 * 1024 * 1024
MAX_OUTPUT_BYTES = 64 * 1024
POLICY_PACK = "analyzer"
"""The kind of plugin that is a policy pack, as the engine names it."""


class PythonNotFoundError(Exception):
    """No Python was found to run the program with; the text goes to the user unchanged."""


def find_program_python(info: language_pb2.ProgramInfo) -> Path:
    """Return the Python of a program's `virtualenv` option, else $PULUMI_PYTHON_CMD, else python3.

    Raises:
        PythonNotFoundError: It does not exist.
    """
    virtualenv = MessageToDict(info.options).get("virtualenv")
    if virtualenv:
        python = Path(info.root_directory, virtualenv, "bin", "python")
        if not python.is_file():
            raise PythonNotFoundError(
                f"Pulumi.yaml names the virtual environment {virtualenv!r}, but there is no "
                f"{python}."
            )
        return python
    command = os.environ.get("PULUMI_PYTHON_CMD") or "python3"
    found = shutil.which(command)
    if found is None:
        raise PythonNotFoundError(f"There is no {command} on PATH to run the program with.")
    return Path(found)


def build_executor_arguments(request: language_pb2.RunRequest, engine: str) -> list[str]:
    """Return the executor's command line for one run; unset values are left out."""
    settings = {
        "monitor": request.monitor_address,
        "engine": engine,
        "project": request.project,
        "root_directory": request.info.root_directory,
        "stack": request.stack,
        "pwd": request.pwd,
        "dry_run": "true" if request.dryRun else "false",
        "parallel": str(request.parallel),
        "organization": request.organization,
    }
    options = [part for key, value in settings.items() if value for part in (f"--{key}", value)]
    program = request.info.entry_point or request.program or "."
    return [*options, program, *request.args]


def build_policy_pack_command(request: language_pb2.RunPluginRequest, python: Path) -> list[str]:
    """Return the command that serves a policy pack to the engine whose address is an argument."""
    # The SDK in the environment of the pack has the runner; its arguments are engine and program.
    program = request.info.program_directory
    return [str(python), "-u", "-m", "pulumi.policy", *request.args, program]


def build_program_environment(request: language_pb2.RunRequest, python: Path) -> dict[str, str]:
    """Return the program's environment, with its virtual environment and the stack's config."""
    environment = dict(os.environ)
    if (python.parent.parent / "pyvenv.cfg").is_file():
        environment.pop("PYTHONHOME", None)
        environment["VIRTUAL_ENV"] = str(python.parent.parent)
        path = os.environ.get("PATH", os.defpath)
        environment["PATH"] = f"{python.parent}{os.pathsep}{path}"
    environment["PULUMI_CONFIG"] = json.dumps(dict(request.config))
    environment["PULUMI_CONFIG_SECRET_KEYS"] = json.dumps(list(request.configSecretKeys))
    return environment


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """A server for the engine of one CLI command."""

    def __init__(self, executor: Path, engine: str) -> None:
        """Serve the engine at this address, or at the one in a handshake."""
        self._executor = executor
        self._engine = engine
        self._programs: set[subprocess.Popen[bytes]] = set()

    def Handshake(
        self, request: language_pb2.LanguageHandshakeRequest, _context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        """Learn the engine's address."""
        self._engine = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(
        self, _request: Empty, _context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """Report no version: this host works with the CLI beside it."""
        return plugin_pb2.PluginInfo()

    def GetRequiredPackages(
        self, _request: language_pb2.GetRequiredPackagesRequest, _context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """Name no plugins to download: dynamic providers need none."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(
        self, _request: language_pb2.GetRequiredPluginsRequest, _context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPluginsResponse:
        """Name no plugins to download, to an engine that uses the older call."""
        return language_pb2.GetRequiredPluginsResponse()

    def GetProgramDependencies(
        self, _request: language_pb2.GetProgramDependenciesRequest, _context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        """List nothing: only `pulumi about` shows it."""
        return language_pb2.GetProgramDependenciesResponse()

    def InstallDependencies(
        self, _request: language_pb2.InstallDependenciesRequest, _context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Install nothing: `make setup` did."""
        return iter(())

    def RuntimeOptionsPrompts(
        self, _request: language_pb2.RuntimeOptionsRequest, _context: grpc.ServicerContext
    ) -> language_pb2.RuntimeOptionsResponse:
        """Ask the user nothing."""
        return language_pb2.RuntimeOptionsResponse()

    def About(
        self, request: language_pb2.AboutRequest, context: grpc.ServicerContext
    ) -> language_pb2.AboutResponse:
        """Report the Python that runs the program."""
        try:
            python = find_program_python(request.info)
        except PythonNotFoundError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        answer = subprocess.run([python, "--version"], check=False, capture_output=True, text=True)
        version = answer.stdout.removeprefix("Python ").strip()
        return language_pb2.AboutResponse(executable=str(python), version=version)

    def Run(
        self, request: language_pb2.RunRequest, context: grpc.ServicerContext
    ) -> language_pb2.RunResponse:
        """Run the program to its end. The engine shows its output."""
        try:
            python = find_program_python(request.info)
        except PythonNotFoundError as error:
            return language_pb2.RunResponse(error=str(error))
        program = subprocess.Popen(
            [python, "-u", self._executor, *build_executor_arguments(request, self._engine)],
            env=build_program_environment(request, python),
            stdin=subprocess.DEVNULL,
        )
        self._programs.add(program)
        context.add_callback(lambda: end_program(program))
        status = program.wait()
        self._programs.discard(program)
        if status == ALREADY_REPORTED:
            return language_pb2.RunResponse(bail=True)
        if status:
            return language_pb2.RunResponse(error=f"program exited with code {status}")
        return language_pb2.RunResponse()

    def RunPlugin(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Run a policy pack until the engine ends the call, and pass its output on."""
        if request.kind != POLICY_PACK:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"This host runs no {request.kind}.")
        try:
            python = find_program_python(request.info)
        except PythonNotFoundError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        plugin = subprocess.Popen(
            build_policy_pack_command(request, python),
            cwd=request.pwd,
            env=dict(each.split("=", 1) for each in request.env) or None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        self._programs.add(plugin)
        context.add_callback(lambda: end_program(plugin))
        while plugin.stdout and (text := os.read(plugin.stdout.fileno(), MAX_OUTPUT_BYTES)):
            yield language_pb2.RunPluginResponse(stdout=text)
        self._programs.discard(plugin)
        yield language_pb2.RunPluginResponse(exitcode=plugin.wait())

    def Cancel(self, _request: Empty, _context: grpc.ServicerContext) -> Empty:
        """End the running program: the deployment failed, or was cancelled."""
        for program in list(self._programs):
            end_program(program)
        return Empty()


def end_program(program: subprocess.Popen[bytes]) -> None:
    """End a program, by force after a grace period; a program that has ended is left alone."""
    if program.poll() is not None:
        return
    # Not SIGINT, which Python would answer with a traceback among the deployment's own messages.
    program.terminate()
    try:
        program.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        program.kill()


def serve(host: LanguageHost) -> None:
    """Serve until the engine, which is this process's parent, goes away."""
    options = [("grpc.max_receive_message_length", MAX_MESSAGE_BYTES)]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4), options=options)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    parent = os.getppid()
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    # A killed engine does not say goodbye: without this check, each would leave a host behind.
    while server.wait_for_termination(timeout=1) and os.getppid() == parent:
        pass


def main() -> None:
    """Serve the engine that started this process; its address is the last argument."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--executor", type=Path, required=True, help="pulumi-language-python-exec")
    parser.add_argument("--tracing", help="ignored")
    parser.add_argument("engine", nargs="?", default="", help="the engine's address")
    arguments, _ = parser.parse_known_args()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: os._exit(0))
    serve(LanguageHost(arguments.executor, arguments.engine))


if __name__ == "__main__":
    main()
