"""Errors and warnings of a run as sentences, without secrets and with the resource's name.

`PULUMI_C1POLICY_DEBUG=1` shows tracebacks and the debug lines of this package's log.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, ParamSpec, TypeVar

from pulumi.runtime import rpc

from pulumi_c1policy import _text
from pulumi_c1policy._lifecycle.planning.state_codec import LOST_OWNERSHIP, OWNERSHIP_INPUT
from pulumi_c1policy._pulumi import dynamic_server, stack_ownership
from pulumi_c1policy.errors import C1PolicyError

_DEBUG = "PULUMI_C1POLICY_DEBUG"
_log = logging.getLogger("pulumi_c1policy")
_operation = threading.local()
_P = ParamSpec("_P")
_R = TypeVar("_R")


def escape_for_log(text: str) -> str:
    """Return a text as the engine's log may contain it."""
    return _text.escape_for_terminal(_text.mask_secrets(text))


def install() -> None:
    """Show our errors as sentences if this process is a plugin; no effect elsewhere."""
    if dynamic_server.is_running() and os.environ.get(_DEBUG):
        _log.setLevel(logging.DEBUG)
        _log.addHandler(logging.StreamHandler())
    dynamic_server.replace_traceback(_format_error)


def _format_error(error: BaseException) -> str | None:
    """Return the sentence of an error of ours; None if the traceback is to be shown."""
    if isinstance(error, C1PolicyError) and not os.environ.get(_DEBUG):
        return escape_for_log(str(error))
    return None


def hide_inputs(index: int) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Decorate a method of the provider, so that its messages never quote a secret input.

    Args:
        index: The position of the inputs among the call's arguments, `self` included.
    """

    def decorate(call: Callable[_P, _R]) -> Callable[_P, _R]:
        @functools.wraps(call)
        def wrapped(*arguments: _P.args, **options: _P.kwargs) -> _R:
            inputs: Any = arguments[index]
            with _text.hide_secrets(stack_ownership.list_secret_texts(inputs)):
                return call(*arguments, **options)

        return wrapped

    return decorate


@contextlib.contextmanager
def wrap_errors(
    verb: str, properties: Mapping[str, Any], object_id: str = "", noun: str = "policy"
) -> Iterator[None]:
    """Add the verb and the resource to the text of any error and warning of the block.

    Args:
        verb: The operation.
        properties: The inputs or outputs of the resource.
        object_id: The id of the policy or attachment; "" if it is not known yet.
        noun: The kind of the resource, in messages.
    """
    described = _describe(properties, object_id)
    outer, _operation.name = getattr(_operation, "name", ""), f"{noun} {described}"
    try:
        yield
    except C1PolicyError as error:
        summary = f"Cannot {verb} the {noun} {described}: {_text.mask_secrets(error.summary)}"
        advice = _text.mask_secrets(error.advice)
        raise error.replace(summary=summary, advice=advice) from error
    finally:
        _operation.name = outer


def warn_of_current(message: str) -> None:
    """Show a warning about the resource of the current operation, with its name."""
    warn(f"{getattr(_operation, 'name', 'policy ')}: {message}")


def inform(message: str) -> None:
    """Show information in the engine's output, once per process."""
    _inform_once(escape_for_log(message))


def inform_of(properties: Mapping[str, Any], message: str, object_id: str = "") -> None:
    """Show information beside the current resource, with its name, once per process."""
    text = f"policy {_describe(properties, object_id)}: {message}"
    _inform_once(escape_for_log(text), dynamic_server.get_request_urn())


def warn(message: str) -> None:
    """Show a warning beside the current resource, once per process."""
    _warn_once(escape_for_log(message), dynamic_server.get_request_urn())


def warn_of_run(message: str) -> None:
    """Show a warning about the whole run, once per process and beside no resource."""
    _warn_once(escape_for_log(message), "")


def warn_of(
    properties: Mapping[str, Any], message: str, object_id: str = "", noun: str = "policy"
) -> None:
    """Show a warning about one resource, with its name."""
    warn(f"{noun} {_describe(properties, object_id)}: {message}")


def _describe(properties: Mapping[str, Any], object_id: str) -> str:
    """Return the address of a resource and the id of its object.

    The display name is left out, because it may be a secret.
    """
    # After a takeover the ownership annotations may be those of the new manager.
    sources = (properties.get(name) for name in (OWNERSHIP_INPUT, LOST_OWNERSHIP, "annotations"))
    found = (each.get("iac_resource_address") for each in sources if isinstance(each, Mapping))
    texts = (each for each in found if isinstance(each, str))
    address = next((each for each in texts if each and each != rpc.UNKNOWN), "")
    return " ".join(filter(None, [address, f"({object_id})" if object_id else ""]))


@cache
def _warn_once(message: str, urn: str) -> None:
    if not dynamic_server.log(message, urn):
        _log.warning(message)


@cache
def _inform_once(message: str, urn: str = "") -> None:
    if not dynamic_server.log(message, urn, is_warning=False):
        _log.info(message)
