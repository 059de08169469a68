"""The common part of the lookups: connection, cache, mocks, threads and errors.

A lookup runs in the program's process, not in the plugin. It asks the tenant at once, so it works
in a preview as well. `lookups/` has the public functions, a few lines for each kind of object, and
`lookup_choice.py` chooses among the objects that were found.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import pulumi
from pulumi.runtime import config as program_config
from pulumi.runtime import get_root_resource, mocks, settings

from pulumi_c1policy._model.schema import to_camel_case
from pulumi_c1policy._pulumi import failures
from pulumi_c1policy._pulumi.config_keys import NAMESPACE
from pulumi_c1policy.errors import APIError, C1PolicyError

if TYPE_CHECKING:
    from pulumi_c1policy._client.policy_client import PolicyClient

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Lookup:
    """One call of a lookup function.

    Attributes:
        function: The name of the public function.
        noun: The kind of object, in the singular and the plural.
        criteria: The arguments by name, without those that are None.
        reads: The kinds of objects that the credential must be allowed to read; empty for policies.
    """

    function: str
    noun: tuple[str, str]
    criteria: Mapping[str, Any]
    reads: str = ""

    def __str__(self) -> str:
        """Return the call as the program writes it."""
        return format_call(self.function, **self.criteria)

    @property
    def token(self) -> str:
        """The token of the function for mocks, such as `c1policy:index:getPolicy`."""
        return f"{NAMESPACE}:index:{to_camel_case(self.function)}"

    def refuse(self, problem: str, advice: str) -> pulumi.RunError:
        """Return the error that ends the program without a traceback.

        Args:
            problem: The problem, as the end of a sentence that begins with the call.
            advice: What to do, in a sentence that reads alone.
        """
        return pulumi.RunError(failures.escape_for_log(f"{self} {problem}\n{advice}"))

    def advise_on(self, error: C1PolicyError) -> str:
        """Return the advice after an error of a request, or of the settings."""
        if not self.reads:
            return error.advice
        by_hand = f"rite the id of the {self.noun[0]} instead of {self.function}(...)."
        if isinstance(error, APIError) and error.status in (403, 404):
            return f"Use a credential that may read {self.reads}, or w{by_hand}"
        return f"{error.advice} Or w{by_hand}"


@dataclass
class LookupTenant:
    """The tenant of one run of the program, and the answers to its lookups; threads share it.

    Attributes:
        name: The host of the tenant.
        client: The client.
        answers: The result of each read, by its key; a read under way has no result yet.
    """

    name: str
    client: PolicyClient
    answers: dict[object, Future[Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read_once(self, key: object, read: Callable[[], _T]) -> _T:
        """Return the result of a read, which is sent once per run.

        A thread that wants a read under way waits for its result, or its error. A read that failed
        is sent again when it is wanted again.
        """
        with self._lock:
            known: Future[_T] | None = self.answers.get(key)
            own: Future[_T] = known or self.answers.setdefault(key, Future())
        if known is not None:
            return _await(known)
        try:
            own.set_result(read())
        except BaseException as error:
            with self._lock:
                del self.answers[key]
            own.set_exception(error)
            raise
        return own.result()


def _await(answer: Future[_T]) -> _T:
    try:
        return answer.result()
    except C1PolicyError as error:
        # An exception of another thread has the traceback of that thread.
        raise error.replace() from error


# A program of the automation API shares its process with others; each run has its own stack.
_tenants: weakref.WeakKeyDictionary[pulumi.Resource, LookupTenant] = weakref.WeakKeyDictionary()
_connecting = threading.Lock()


@contextmanager
def connect(lookup: Lookup) -> Iterator[LookupTenant]:
    """Provide the tenant of the stack's config and environment.

    Raises:
        RunError: There are no usable credentials, or a request of the block failed.
    """
    try:
        with _connecting:
            tenant = _connect()
        yield tenant
    except C1PolicyError as error:
        raise lookup.refuse(f"failed: {error.summary}", lookup.advise_on(error)) from error


def _connect() -> LookupTenant:
    root = get_root_resource()
    if root is not None and root in _tenants:
        return _tenants[root]
    # These imports are slow, and most programs look nothing up.
    from pulumi_c1policy._client import settings as client_settings
    from pulumi_c1policy._client.policy_client import PolicyClient

    keys = client_settings.ENVIRONMENT
    config = {key: program_config.get_config(f"{NAMESPACE}:{key}") for key in keys}
    loaded = client_settings.load(config, os.environ)
    tenant = LookupTenant(loaded.tenant, PolicyClient(loaded))
    if root is not None:
        _tenants[root] = tenant
        weakref.finalize(root, tenant.client.close)
    return tenant


def find_mocked(lookup: Lookup, **more: str) -> dict[str, Any] | None:
    """Return the answer of the program's mocks; None if the program runs in an engine.

    `pulumi.runtime.set_mocks` sets the mocks. They answer a lookup as they answer a function of
    Pulumi, in `Mocks.call`.

    Args:
        lookup: The call.
        **more: Facts that the call's arguments contain beside the criteria.
    """
    monitor = settings.get_monitor()
    if not isinstance(monitor, mocks.MockMonitor):
        return None
    answer: Any = monitor.mocks.call(
        mocks.MockCallArgs(lookup.token, {**lookup.criteria, **more}, "")
    )
    # Mocks of former releases of Pulumi return no failures beside the answer.
    found = answer[0] if isinstance(answer, tuple) else answer
    return dict(found or {})


def make_mocked_id(name: str) -> str:
    """Return an invented id of an object that mocks do not know."""
    return f"{name}_id"


def call_aside(function: Callable[..., _T], **arguments: Any) -> pulumi.Output[_T]:  # noqa: ANN401
    """Return the result of a lookup whose arguments may be outputs.

    The lookup runs in a thread, so that several run side by side. Its result is unknown in a
    preview if an argument is.

    Args:
        function: The lookup.
        **arguments: Its arguments; those that are None are left out.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    # The thread gets the context of the program, which contains the stack.
    return pulumi.Output.all(**given).apply(lambda known: asyncio.to_thread(function, **known))


def format_call(function: str, **arguments: object) -> str:
    """Return a call as a program writes it."""
    listed = ", ".join(f"{name}={quote(value)}" for name, value in arguments.items())
    return f"{function}({listed})"


def quote(value: object) -> str:
    """Quote a value of the program or of the tenant; line breaks in it become escapes."""
    return json.dumps(value, ensure_ascii=False)
