"""How failures and warnings reach the person: a sentence, not a traceback.

Pulumi's dynamic server answers every exception of a provider with `traceback.format_exc()`. It looks
that name up in its own module at each call, so a stand-in there can answer for our errors and
hand every other provider's to the original. With `PULUMI_C1POLICY_DEBUG=1` the traceback is shown.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Any, ParamSpec, Protocol, TypeVar

from pulumi.runtime import rpc

from pulumi_c1policy import _text
from pulumi_c1policy._lifecycle.planning.state_codec import LOST_MARKS
from pulumi_c1policy._pulumi import owner
from pulumi_c1policy._pulumi.owner import OWNER
from pulumi_c1policy.errors import C1PolicyError

_log = logging.getLogger("pulumi_c1policy")
_at_hand = threading.local()
_P = ParamSpec("_P")
_R = TypeVar("_R")
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
            return shown(str(error))
        return traceback.format_exc(limit, chain)


def shown(text: str) -> str:
    """Return a text as the engine's log may hold it."""
    return _text.terminal(_text.without_secrets(text))


def install() -> None:
    """Let this process's dynamic server show our errors as sentences. Does nothing elsewhere."""
    main = sys.modules.get("__main__")
    if hasattr(main, _SERVER) and getattr(main, "traceback", None) is traceback:
        main.traceback = _Traceback("traceback")  # type: ignore[union-attr]


def discreet(index: int) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Decorate a call of the engine: no text that it shows quotes a secret of its inputs.

    Args:
        index: The place of the inputs among the call's arguments, `self` included.
    """

    def decorate(call: Callable[_P, _R]) -> Callable[_P, _R]:
        @functools.wraps(call)
        def wrapped(*arguments: _P.args, **named: _P.kwargs) -> _R:
            inputs: Any = arguments[index]
            with _text.hiding(owner.secret_texts(inputs)):
                return call(*arguments, **named)

        return wrapped

    return decorate


@contextlib.contextmanager
def named(verb: str, properties: Mapping[str, Any], policy_id: str = "") -> Iterator[None]:
    """Put the verb and the policy before the text of any error, and of the block's warnings."""
    outer, _at_hand.name = getattr(_at_hand, "name", ""), _which(properties, policy_id)
    try:
        yield
    except C1PolicyError as error:
        error.summary = _text.without_secrets(error.summary)
        error.advice = _text.without_secrets(error.advice)
        error.summary = f"Cannot {verb} the policy {_which(properties, policy_id)}: {error.summary}"
        raise
    finally:
        _at_hand.name = outer


def warn_at_hand(message: str) -> None:
    """Show a warning about the policy of the operation at hand, which it names."""
    warn(f"policy {getattr(_at_hand, 'name', '')}: {message}")


def inform(message: str) -> None:
    """Show an information in the engine's output, once per process."""
    _inform_once(message)


def warn(message: str) -> None:
    """Show a warning in the engine's output, once per process, beside the resource at hand."""
    _warn_once(shown(message), urn_at_hand())


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
def _inform_once(message: str) -> None:
    log = _engine_log()
    if log is not None:
        log(message, "", is_warning=False)


class _Log(Protocol):
    def __call__(self, message: str, urn: str, *, is_warning: bool = True) -> None: ...


@cache
def _engine_log() -> _Log | None:
    """A function that logs with the engine, whose address is our first argument."""
    main = sys.modules.get("__main__")
    if not hasattr(main, _SERVER) or len(sys.argv) < 2:
        return None
    import grpc
    from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

    engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(sys.argv[1]))

    def log(message: str, urn: str, *, is_warning: bool = True) -> None:
        severity = engine_pb2.WARNING if is_warning else engine_pb2.INFO
        request = engine_pb2.LogRequest(severity=severity, message=message, urn=urn)
        with contextlib.suppress(grpc.RpcError):
            engine.Log(request, timeout=5)

    return log
