"""The common part of the lookups: connection, cache, mocks, choice and errors.

A lookup runs in the program's process, not in the plugin. It asks the tenant at once, so it works
in a preview as well. `lookups.py` has the public functions, a few lines for each kind of object.
"""

from __future__ import annotations

import json
import os
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pulumi
from pulumi.runtime import config as program_config
from pulumi.runtime import get_root_resource, mocks, settings

from pulumi_c1policy._pulumi import failures
from pulumi_c1policy._pulumi.config_keys import NAMESPACE
from pulumi_c1policy.errors import C1PolicyError

if TYPE_CHECKING:
    from pulumi_c1policy._client.policy_client import PolicyClient

_MAX_SHOWN = 10
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Lookup:
    """One call of a lookup function.

    Attributes:
        function: The name of the public function.
        noun: The kind of object, in the singular and the plural.
        criteria: The arguments by name, without those that are None.
    """

    function: str
    noun: tuple[str, str]
    criteria: Mapping[str, str]

    def __str__(self) -> str:
        """Return the call as the program writes it."""
        return format_call(self.function, **self.criteria)

    def refuse(self, problem: str, advice: str) -> pulumi.RunError:
        """Return the error that ends the program without a traceback.

        Args:
            problem: The problem, as the end of a sentence that begins with the call.
            advice: What to do, in a sentence that reads alone.
        """
        return pulumi.RunError(failures.escape_for_log(f"{self} {problem}\n{advice}"))


@dataclass
class Tenant:
    """The tenant of one run of the program, and the objects that lookups have read.

    Attributes:
        name: The host of the tenant.
        client: The client.
        cache: The objects of each kind, by the kind or by kind and id.
    """

    name: str
    client: PolicyClient
    cache: dict[object, Any] = field(default_factory=dict)

    def read_once(self, key: object, read: Callable[[], _T]) -> _T:
        """Return the result of a read, which is sent once per run."""
        if key not in self.cache:
            self.cache[key] = read()
        return cast("_T", self.cache[key])


# A program of the automation API shares its process with others; each run has its own stack.
_tenants: weakref.WeakKeyDictionary[pulumi.Resource, Tenant] = weakref.WeakKeyDictionary()


@contextmanager
def connect(lookup: Lookup) -> Iterator[Tenant]:
    """Provide the tenant of the stack's config and environment.

    Raises:
        RunError: There are no usable credentials, or a request of the block failed.
    """
    try:
        yield _connect()
    except C1PolicyError as error:
        raise lookup.refuse(f"failed: {error.summary}", error.advice) from error


def _connect() -> Tenant:
    root = get_root_resource()
    if root is not None and root in _tenants:
        return _tenants[root]
    # These imports are slow, and most programs look nothing up.
    from pulumi_c1policy._client import settings as client_settings
    from pulumi_c1policy._client.policy_client import PolicyClient

    keys = client_settings.ENVIRONMENT
    config = {key: program_config.get_config(f"{NAMESPACE}:{key}") for key in keys}
    loaded = client_settings.load(config, os.environ)
    tenant = Tenant(loaded.tenant, PolicyClient(loaded))
    if root is not None:
        _tenants[root] = tenant
        weakref.finalize(root, tenant.client.close)
    return tenant


def find_mocked(token: str, lookup: Lookup) -> dict[str, Any] | None:
    """Return the answer of the program's mocks; None if the program runs in an engine.

    `pulumi.runtime.set_mocks` sets the mocks. They answer a lookup as they answer a function of
    Pulumi, in `Mocks.call`.

    Args:
        token: The token of the function, such as `c1policy:index:getPolicy`.
        lookup: The call.
    """
    monitor = settings.get_monitor()
    if not isinstance(monitor, mocks.MockMonitor):
        return None
    answer: Any = monitor.mocks.call(mocks.MockCallArgs(token, dict(lookup.criteria), ""))
    # Mocks of former releases of Pulumi return no failures beside the answer.
    found = answer[0] if isinstance(answer, tuple) else answer
    return dict(found or {})


def choose_one(
    lookup: Lookup,
    tenant: str,
    found: Sequence[_T],
    others: Sequence[_T],
    identify: Callable[[_T], tuple[str, str]],
    describe: Callable[[_T], str],
) -> _T:
    """Return the only object that a lookup by name has found.

    Args:
        lookup: The call.
        tenant: The host of the tenant.
        found: The objects that match.
        others: All objects, from which the message takes similar ones.
        identify: Return an object's id and name.
        describe: Return what tells an object apart from others of the same name.

    Raises:
        RunError: No object was found, or several.
    """
    if len(found) == 1:
        return found[0]
    singular, plural = lookup.noun
    if found:
        problem = f"finds {len(found)} {plural} in the tenant {tenant}:"
        candidates = found
    else:
        problem = f"finds no {singular} in the tenant {tenant}."
        candidates = _find_similar(lookup.criteria["display_name"], others, identify)
        if candidates:
            problem += f" Similar {plural}:"
    lines = [f"  {_format_candidate(each, identify, describe)}" for each in candidates]
    hidden = len(lines) - _MAX_SHOWN
    more = [f"  and {hidden} more"] if hidden > 0 else []
    text = "\n".join([problem, *lines[:_MAX_SHOWN], *more])
    raise lookup.refuse(text, _advise(lookup, [identify(each)[0] for each in candidates]))


def _find_similar(
    name: str, others: Sequence[_T], identify: Callable[[_T], tuple[str, str]]
) -> Sequence[_T]:
    names = {identify(each)[1].casefold() for each in others}
    near = get_close_matches(name.casefold(), names, n=3)
    return [each for each in others if identify(each)[1].casefold() in near]


def _format_candidate(
    each: _T, identify: Callable[[_T], tuple[str, str]], describe: Callable[[_T], str]
) -> str:
    object_id, name = identify(each)
    return f"{object_id}: {quote(name)}, {describe(each)}"


def _advise(lookup: Lookup, ids: Sequence[str]) -> str:
    if not ids:
        return f"Correct the arguments of {lookup}, or create the {lookup.noun[0]} first."
    call = format_call(lookup.function, id=ids[0])
    return f"Look the {lookup.noun[0]} up by its id, for example `{call}`."


def format_call(function: str, **arguments: str) -> str:
    """Return a call as a program writes it."""
    listed = ", ".join(f"{name}={quote(value)}" for name, value in arguments.items())
    return f"{function}({listed})"


def quote(text: str) -> str:
    """Quote a text of the program or of the tenant; line breaks in it become escapes."""
    return json.dumps(text, ensure_ascii=False)
