"""The emulator as a server: a thread of this process on a loopback port.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import asyncio
import copy
import socket
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

import uvicorn
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from pulumi_c1policy._emulator import app, certificates, expression_compiler
from pulumi_c1policy._emulator.directory_file import Tables, check
from pulumi_c1policy._emulator.faults import Fault
from pulumi_c1policy._emulator.faulty import CUT
from pulumi_c1policy._emulator.journal import RecordedRequest
from pulumi_c1policy._emulator.middleware import Middleware
from pulumi_c1policy._emulator.quirks import Quirks
from pulumi_c1policy._emulator.render import render
from pulumi_c1policy._emulator.seeding import Seeding
from pulumi_c1policy._emulator.state import PolicyStore
from pulumi_c1policy._emulator.tenant import Tenant
from pulumi_c1policy._emulator.wire_schema import POLICY

Page: TypeAlias = Callable[[Tenant], Sequence[Route]]
"""Returns the routes of a page about a tenant."""

HOST = "127.0.0.1"
_START_DEADLINE = 10.0


class _Server(uvicorn.Server):
    """Uvicorn without its ticks of a tenth of a second, so that a stop is immediate."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self.ready.set()
        await self._stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for sock in sockets or ():
            sock.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
            # Otherwise uvicorn would answer 500 for a request that waits for a slow answer.
            if not connection.transport.is_closing():
                connection.transport.abort()
        # One turn of the loop lets closed connections end.
        await asyncio.sleep(0)

    def stop(self) -> None:
        """End the server's loop, from any thread."""
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)


class _Connection(H11Protocol):
    """Uvicorn's connection, which the application can cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Offer the cut to every request of this connection."""
        super().connection_made(transport)
        application = self.app

        async def with_cut(scope: Scope, receive: Receive, send: Send) -> None:
            await application({**scope, "extensions": {CUT: transport.abort}}, receive, send)

        self.app = with_cut


class Emulator(Seeding):
    """A ConductorOne tenant on a loopback port, for the length of a `with` block.

    Example:
        with Emulator() as tenant:
            httpx.get(f"{tenant.url}/api/v1/policies", headers=tenant.headers)
    """

    def __init__(
        self,
        quirks: Quirks | None = None,
        *,
        port: int = 0,
        tls: bool = False,
        expires_in: int = 3600,
        seed: int = 0,
        faults: Sequence[Fault] = (),
        middleware: Sequence[Middleware] = (),
        directory: Tables | None = None,
        page: Page | None = None,
    ) -> None:
        """Describe a tenant; nothing listens before `start`.

        Args:
            quirks: The tenant's quirks.
            port: The loopback port; 0 uses a free one.
            tls: Serve https with a temporary certificate, whose authority is `ca_file`.
            expires_in: The lifetime of issued access tokens in seconds.
            seed: The seed of the policies' ids, and of the chance of faults.
            faults: The faults from the start.
            middleware: ASGI layers between the faults and the API, outermost first.
            directory: The users, apps, groups and entitlements from the start: lists of objects, as
                `c1policy simulate --directory` reads them.
            page: Returns the routes of a page for people; none by default.

        Raises:
            ValueError: The directory has an unknown table or a wrong value.
        """
        self._directory = {} if directory is None else directory
        check(self._directory)
        self._quirks = quirks
        self._port = port
        self._tls = tls
        self._expires_in = expires_in
        self._seed = seed
        self._faults = faults
        self._middleware = middleware
        self._page = page
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._tenant: Tenant | None = None
        self._files: tempfile.TemporaryDirectory[str] | None = None

    def start(self) -> Self:
        """Listen, and return when requests are answered.

        Raises:
            OSError: The port is taken.
        """
        if self._thread is not None:
            raise RuntimeError("the emulator is already running")
        # Without the protocol asyncio does not disable Nagle's algorithm: 40 ms for every answer.
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((HOST, self._port))
        except OSError:
            sock.close()
            raise
        self._tenant = Tenant(
            f"{HOST}:{sock.getsockname()[1]}",
            self._quirks,
            expires_in=self._expires_in,
            seed=self._seed,
            faults=self._faults,
            directory=self._directory,
        )
        server = _Server(self._config(self._tenant))
        thread = threading.Thread(
            target=server.run, args=([sock],), name="c1policy-emulator", daemon=True
        )
        thread.start()
        if not server.ready.wait(_START_DEADLINE):
            raise RuntimeError("the emulator did not start")
        self._server, self._thread = server, thread
        return self

    def stop(self) -> None:
        """Close the port and every connection; a second stop has no effect."""
        if self._server is None or self._thread is None:
            return
        self._server.stop()
        self._thread.join()
        self._server = self._thread = None
        if self._files is not None:
            self._files.cleanup()
            self._files = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def tenant(self) -> Tenant:
        """The tenant's internals: its store, clock, tokens and journal."""
        if self._tenant is None:
            raise RuntimeError("the emulator is not running; call start() first")
        return self._tenant

    @property
    def url(self) -> str:
        """The server URL, without `/api/v1`."""
        _, _, host = self.client_id.partition("@")
        return f"{'https' if self._tls else 'http'}://{host.partition('/')[0]}"

    @property
    def client_id(self) -> str:
        """The client id, which contains this tenant's host and port."""
        return self.tenant.tokens.client_id

    @property
    def client_secret(self) -> str:
        """The client secret that belongs to the client id."""
        return self.tenant.tokens.client_secret

    @property
    def access_token(self) -> str:
        """A token that is always valid."""
        return self.tenant.tokens.access_token

    @property
    def oidc_token(self) -> str:
        """Return a fresh OIDC token that this tenant exchanges for an access token."""
        return self.tenant.tokens.oidc_token()

    @property
    def headers(self) -> dict[str, str]:
        """Headers that authenticate a plain HTTP client."""
        return {"Authorization": f"Bearer {self.access_token}"}

    @property
    def environment(self) -> dict[str, str]:
        """The `CONDUCTORONE_*` variables that lead a tool to this tenant."""
        return {
            "CONDUCTORONE_SERVER_URL": self.url,
            "CONDUCTORONE_CLIENT_ID": self.client_id,
            "CONDUCTORONE_CLIENT_SECRET": self.client_secret,
        }

    @property
    def ca_file(self) -> Path | None:
        """The PEM file of the authority behind the certificate; None without TLS."""
        return Path(self._files.name) / certificates.AUTHORITY if self._files else None

    @property
    def compiles_expressions(self) -> bool:
        """True if the `cel` extra is installed; without it only brackets and quotes are checked."""
        return expression_compiler.is_available()

    @property
    def quirks(self) -> Quirks:
        """The active quirks."""
        return self.tenant.quirks

    @quirks.setter
    def quirks(self, quirks: Quirks) -> None:
        self.tenant.quirks = quirks

    @property
    def policies(self) -> PolicyStore:
        """The stored policies, builtin and deleted ones included."""
        return self.tenant.policies

    @property
    def requests(self) -> list[RecordedRequest]:
        """The requests that reached the tenant, in order of arrival."""
        return self.tenant.journal.list_entries()

    def clear_requests(self) -> None:
        """Forget the requests so far."""
        self.tenant.journal.clear()

    def reset(self) -> None:
        """Return to the state after the start; URL and credentials stay."""
        self.tenant.reset()

    def set_quirks(self, **changes: str | float | bool) -> None:
        """Change some quirks from now on, until `reset`."""
        self.quirks = self.quirks.replace(**changes)

    def set_faults(self, *faults: Fault, seed: int = 0) -> None:
        """Replace all faults from now on, until `reset`."""
        self.tenant.faults.replace(faults, seed)

    def advance(self, seconds: float) -> None:
        """Move the tenant's clock."""
        self.tenant.clock.advance(seconds)

    def expire_tokens(self) -> None:
        """Make every issued token invalid; `access_token` stays valid."""
        self.tenant.tokens.revoke_issued()

    def policy(self, policy_id: str) -> dict[str, Any]:
        """Return a policy as JSON with unset fields left out, deleted or not.

        Raises:
            KeyError: There never was such a policy.
        """
        record = self.policies.find(policy_id)
        if record is None:
            raise KeyError(policy_id)
        return copy.deepcopy(render(POLICY, record.stored, Quirks(unset_fields="omitted")))

    def add_policy(self, policy: dict[str, Any]) -> dict[str, Any]:
        """Store a policy as if it had always existed.

        No rule of writing applies: it may contain a provision step, or lack its baseline.

        Returns:
            The stored policy, as `policy` returns it.
        """
        return self.policy(self.tenant.add(policy).id)

    def product_edit(
        self, policy_id: str, changes: dict[str, Any], *, checked: bool = True
    ) -> dict[str, Any]:
        """Let a person change top-level fields in the product, which removes the ownership
        annotations.

        With `checked=False` no rule of writing applies.
        """
        self.tenant.edit(policy_id, changes, by_product=True, checked=checked)
        return self.policy(policy_id)

    def product_delete(self, policy_id: str) -> None:
        """Let a person delete a policy in the product."""
        self.tenant.delete_in_product(policy_id)

    def api_edit(
        self, policy_id: str, changes: dict[str, Any], *, checked: bool = True
    ) -> dict[str, Any]:
        """Let another API client change top-level fields; the ownership annotations stay.

        With `checked=False` no rule of writing applies.
        """
        self.tenant.edit(policy_id, changes, by_product=False, checked=checked)
        return self.policy(policy_id)

    def _config(self, tenant: Tenant) -> uvicorn.Config:
        tls: dict[str, Any] = {}
        if self._tls:
            self._files = tempfile.TemporaryDirectory(prefix="c1policy-emulator-")
            certificate = certificates.write(Path(self._files.name), HOST)
            tls = {"ssl_certfile": str(certificate), "ssl_keyfile": str(certificate)}
        return uvicorn.Config(
            app.build(tenant, self._middleware, self._page(tenant) if self._page else ()),
            loop="asyncio",
            http=_Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            date_header=False,
            server_header=False,
            **tls,
        )
