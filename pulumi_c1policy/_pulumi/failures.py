"""Failures and warnings as sentences instead of tracebacks.

Pulumi's dynamic server answers every exception of a provider with `traceback.format_exc()`. It
looks that name up in its own module at each call. A replacement there answers for our errors, and
passes those of other providers on to the original. `PULUMI_C1POLICY_DEBUG=1` shows the traceback.
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
from pulumi_c1policy._pulumi import stack_ownership
from pulumi_c1policy._pulumi.stack_ownership import OWNER
from pulumi_c1policy.errors import C1PolicyError

_log = logging.getLogger("pulumi_c1policy")
_at_hand = threading.local()
_P = ParamSpec("_P")
_R = TypeVar("_R")
_SERVER = "DynamicResourceProviderServicer"


class _Traceback(ModuleType):
    """A replacement of the `traceback` module that changes the text of our errors only."""

    def __getattr__(self, name: str) -> object:
        return getattr(traceback, name)

    @staticmethod
    def format_exc(limit: int | None = None, chain: bool = True) -> str:
        """Return the sentence of an error of ours, or the usual text of any other error."""
        error = sys.exc_info()[1]
        if isinstance(error, C1PolicyError) and not os.environ.get("PULUMI_C1POLICY_DEBUG"):
            return escape_for_log(str(error))
        return traceback.format_exc(limit, chain)


def escape_for_log(text: str) -> str:
    """Return a text as the engine's log may contain it."""
    return _text.escape_terminal(_text.mask_secrets(text))


def install() -> None:
    """Make this process's dynamic server show our errors as sentences. No effect elsewhere."""
    main = sys.modules.get("__main__")
    if hasattr(main, _SERVER) and getattr(main, "traceback", None) is traceback:
        main.traceback = _Traceback("traceback")  # type: ignore[union-attr]


def hide_inputs(index: int) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Decorate a call of the engine, so that its messages never quote a secret of its inputs.

    Args:
        index: The position of the inputs among the call's arguments, `self` included.
    """

    def decorate(call: Callable[_P, _R]) -> Callable[_P, _R]:
        @functools.wraps(call)
        def wrapped(*arguments: _P.args, **wrap_errors: _P.kwargs) -> _R:
            inputs: Any = arguments[index]
            with _text.hide_secrets(stack_ownership.list_secret_texts(inputs)):
                return call(*arguments, **wrap_errors)

        return wrapped

    return decorate


@contextlib.contextmanager
def wrap_errors(verb: str, properties: Mapping[str, Any], policy_id: str = "") -> Iterator[None]:
    """Add the verb and the policy to the text of any error and warning of the block."""
    outer, _at_hand.name = getattr(_at_hand, "name", ""), _describe_policy(properties, policy_id)
    try:
        yield
    except C1PolicyError as error:
        error.summary = _text.mask_secrets(error.summary)
        error.advice = _text.mask_secrets(error.advice)
        error.summary = (
            f"Cannot {verb} the policy {_describe_policy(properties, policy_id)}: {error.summary}"
        )
        raise
    finally:
        _at_hand.name = outer


def warn_of_current(message: str) -> None:
    """Show a warning about the policy of the current operation, with its name."""
    warn(f"policy {getattr(_at_hand, 'name', '')}: {message}")


def inform(message: str) -> None:
    """Show an information in the engine's output, once per process."""
    _inform_once(message)


def warn(message: str) -> None:
    """Show a warning beside the current resource, once per process."""
    _warn_once(escape_for_log(message), get_current_urn())


def warn_of_run(message: str) -> None:
    """Show a warning about the whole run, once per process and beside no resource."""
    _warn_once(message, "")


def warn_of(properties: Mapping[str, Any], message: str, policy_id: str = "") -> None:
    """Show a warning about one policy, with its name."""
    warn(f"policy {_describe_policy(properties, policy_id)}: {message}")


def _describe_policy(properties: Mapping[str, Any], policy_id: str) -> str:
    """Return the address of a policy's resource, and its id; its display name may be a secret."""
    # After a takeover the ownership annotations may be those of the new manager.
    sources = (properties.get(name) for name in (OWNER, LOST_MARKS, "annotations"))
    found = (each.get("iac_resource_address") for each in sources if isinstance(each, Mapping))
    texts = (each for each in found if isinstance(each, str))
    address = next((each for each in texts if each and each != rpc.UNKNOWN), "")
    return " ".join(filter(None, [address, f"({policy_id})" if policy_id else ""]))


def get_current_urn() -> str:
    """Return the URN of the resource of this thread's call, which only the server itself gets."""
    main, frame = sys.modules.get("__main__"), sys._getframe()
    while (caller := frame.f_back) is not None:
        frame = caller
        if frame.f_globals is vars(main):
            return str(getattr(frame.f_locals.get("request"), "urn", ""))
    return ""


@cache
def _warn_once(message: str, urn: str) -> None:
    log = _connect_log()
    if log is None:
        _log.warning(message)
    else:
        log(message, urn)


@cache
def _inform_once(message: str) -> None:
    log = _connect_log()
    if log is not None:
        log(message, "", is_warning=False)


class _Log(Protocol):
    def __call__(self, message: str, urn: str, *, is_warning: bool = True) -> None: ...


@cache
def _connect_log() -> _Log | None:
    """Return a function that logs with the engine, whose address is the plugin's first argument."""
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
