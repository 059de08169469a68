"""A tenant with many policies that counts requests, and the engine's four threads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from pulumi_c1policy._emulator import Emulator, RecordedRequest
from pulumi_c1policy._lifecycle.planning.prior import record_answer
from pulumi_c1policy._lifecycle.planning.state_codec import to_state
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import decode, encode
from tests.support.engine import WORKSPACE

Inputs = dict[str, Any]
State = dict[str, Inputs]
_Result = TypeVar("_Result")

THREADS = 4


def make_inputs(number: int, **fields: Any) -> Inputs:
    """Return the checked inputs of one policy."""
    return {
        "display_name": f"Access {number}",
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": {"grant": {"steps": [{"accept": {}}]}},
        "annotations": {
            "managed_by": "pulumi",
            "iac_workspace": WORKSPACE,
            "iac_resource_address": f"c1policy.Policy/access-{number}",
        },
        **fields,
    }


def run_concurrently(calls: Iterable[Callable[[], _Result]]) -> list[_Result]:
    """Make the calls, four at a time, as the engine does."""
    with ThreadPoolExecutor(THREADS) as threads:
        return [call.result() for call in [threads.submit(call) for call in calls]]


class CountingTenant:
    """A tenant with the policies of a stack, and the requests of one process of the provider."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    def fill(self, count: int, **fields: Any) -> State:
        """Add this number of policies of the stack; return their outputs by id."""
        return dict(self._add(make_inputs(number, **fields)) for number in range(count))

    def fill_with_others(self, count: int) -> None:
        """Add this number of policies of another stack."""
        ownership = make_inputs(0)["annotations"] | {"iac_workspace": "somebody/else"}
        for number in range(count):
            self._add(make_inputs(number, annotations=ownership))

    def requests(self) -> Counter[str]:
        """Count the requests of each kind."""
        return Counter(map(_classify, self.emulator.requests))

    def _add(self, inputs: Inputs) -> tuple[str, Inputs]:
        policy_id = self.emulator.policies.create(encode(POLICY, inputs)).id
        answer = decode(POLICY, self.emulator.policy(policy_id))
        return policy_id, to_state(record_answer(inputs, answer))


def _classify(request: RecordedRequest) -> str:
    if request.path.endswith("/token"):
        return "token"
    if request.path.endswith("/search/policies"):
        return "search" if "refs" in (request.body or {}) else "page"
    if request.method == "GET" and request.path.endswith("/policies"):
        return "page"
    if request.path.endswith(("/search/apps", "/search/entitlements")):
        return "usage"
    names = {"GET": "get", "DELETE": "delete"}
    return names.get(request.method) or ("update" if request.update_mask else "create")
