"""How failures and warnings reach the person: a sentence, not a traceback.

Pulumi's dynamic server answers every exception of a provider with `traceback.format_exc()`. It looks
that name up in its own module at each call, so a stand-in there can answer for our errors and
hand every other provider's to the original. With `PULUMI_C1POLICY_DEBUG=1` the traceback is shown.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Any

from pulumi.runtime import rpc

from pulumi_c1policy._lifecycle.record import LOST_MARKS
from pulumi_c1policy._pulumi.owner import OWNER
from pulumi_c1policy.errors import C1PolicyError

_log = logging.getLogger("pulumi_c1policy")
_SERVER = "DynamicResourceProviderServicer"


class _Traceback(ModuleType):
    """The `traceback` module, but for the text of our own errors."""

    def __getattr__(self, name: str) -> object:
        return getattr(traceback, name)

    @staticmethod
    def format_exc(limit: int | None = None, chain: bool = True) -> str:
        """The sentence of an error of ours; the usual text of any other."""
        error = sys.exc_info()[1]
        if isinstance(error, C1PolicyError) and not os.environ.get("PULUMI_C1POLICY_DEBUG"):
            return str(error)
        return traceback.format_exc(limit, chain)


def install() -> None:
    """Let this process's dynamic server show our errors as sentences. Does nothing elsewhere."""
    main = sys.modules.get("__main__")
    if hasattr(main, _SERVER) and getattr(main, "traceback", None) is traceback:
        main.traceback = _Traceback("traceback")  # type: ignore[union-attr]


@contextlib.contextmanager
def named(verb: str, properties: Mapping[str, Any], policy_id: str = "") -> Iterator[None]:
    """Put the verb and the policy before the text of any error of ours."""
    try:
        yield
    except C1PolicyError as error:
        error.summary = f"Cannot {verb} the policy {_which(properties, policy_id)}: {error.summary}"
        raise


def warn(message: str) -> None:
    """Show a warning in the engine's output, once per process, beside the resource at hand."""
    _warn_once(message, urn_at_hand())


def warn_of_run(message: str) -> None:
    """Show a warning about the whole run, once per process and beside no resource."""
    _warn_once(message, "")


def warn_of(properties: Mapping[str, Any], message: str, policy_id: str = "") -> None:
    """Show a warning about one policy, which it names."""
    warn(f"policy {_which(properties, policy_id)}: {message}")


def _which(properties: Mapping[str, Any], policy_id: str) -> str:
    """The resource that keeps a policy, and its id; not the display name, which may be a secret."""
    # Who has taken a policy over may have put marks of theirs in the place of ours.
    sources = (properties.get(name) for name in (OWNER, LOST_MARKS, "annotations"))
    found = (each.get("iac_resource_address") for each in sources if isinstance(each, Mapping))
    texts = (each for each in found if isinstance(each, str))
    address = next((each for each in texts if each and each != rpc.UNKNOWN), "")
    return " ".join(filter(None, [address, f"({policy_id})" if policy_id else ""]))


def urn_at_hand() -> str:
    """The resource of the call that this thread answers, which only the server itself is told."""
    main, frame = sys.modules.get("__main__"), sys._getframe()
    while (caller := frame.f_back) is not None:
        frame = caller
        if frame.f_globals is vars(main):
            return str(getattr(frame.f_locals.get("request"), "urn", ""))
    return ""


@cache
def _warn_once(message: str, urn: str) -> None:
    log = _engine_log()
    if log is None:
        _log.warning(message)
    else:
        log(message, urn)


@cache
def _engine_log() -> Callable[[str, str], None] | None:
    """A function that logs a warning with the engine, whose address is our first argument."""
    main = sys.modules.get("__main__")
    if not hasattr(main, _SERVER) or len(sys.argv) < 2:
        return None
    import grpc
    from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

    engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(sys.argv[1]))

    def log(message: str, urn: str) -> None:
        request = engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=message, urn=urn)
        with contextlib.suppress(grpc.RpcError):
            engine.Log(request, timeout=5)

    return log
