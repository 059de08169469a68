"""Programs, faults and bystanders that the tests of trust share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from pulumi_c1policy._emulator import Emulator, Fault, RecordedRequest
from tests.support.engine import WORKSPACE, Declared, Program

FaultTarget = dict[str, Any]
"""The requests that a fault befalls."""

CREATE: FaultTarget = {"method": "POST", "path": r"/api/v1/policies$"}
UPDATE: FaultTarget = {"method": "POST", "path": r"/api/v1/policies/[^/]+$"}
DELETE: FaultTarget = {"method": "DELETE"}
SEARCH: FaultTarget = {"path": "/search/policies"}
GET: FaultTarget = {"method": "GET", "path": r"/api/v1/policies/[^/]+$"}


def make_grant(
    description: str = "", /, *, options: Mapping[str, Any] = {}, **fields: Any
) -> Declared:
    """Return a grant policy with these fields."""
    inputs = {
        "display_name": "Access",
        "policy_type": "POLICY_TYPE_GRANT",
        "description": description,
        "policy_steps": {"grant": {"steps": [{"accept": {}}]}},
    }
    return Declared({**inputs, **fields}, options)


def make_revoke(**fields: Any) -> Declared:
    """Return a revoke policy of the same name."""
    steps: dict[str, Any] = {"revoke": {"steps": [{"accept": {}}]}}
    return make_grant(policy_type="POLICY_TYPE_REVOKE", policy_steps=steps, **fields)


ONE: Program = {"access": make_grant("One.")}


def make_lost_answers(**which: Any) -> dict[str, list[Fault]]:
    """Return faults that lose the answer to a request after its effect, by name."""
    return {
        "cut": [Fault(do="cut", after_effect=True, **which)],
        "truncated": [Fault(do="truncate", **which)],
        "a page": [Fault(do="html", after_effect=True, **which)],
        "502 page": [Fault(do="html", status=502, after_effect=True, **which)],
        **{
            str(status): [Fault(do="answer", status=status, after_effect=True, **which)]
            for status in (499, 500, 502, 503, 504, 520)
        },
    }


def make_failures(**which: Any) -> dict[str, list[Fault]]:
    """Return faults of requests without an effect that can be repeated, by name."""
    return {
        "cut": [Fault(do="cut", **which)],
        "502 page": [Fault(do="html", status=502, **which)],
        **{
            str(status): [Fault(do="answer", status=status, **which)]
            for status in (401, 429, 500, 502, 503)
        },
    }


def list_writes(tenant: Emulator) -> list[RecordedRequest]:
    """List the requests that create, update or delete a policy, in the order of arrival."""
    return [
        request
        for request in tenant.requests
        if request.path.startswith("/api/v1/policies") and request.method != "GET"
    ]


def count_searches(tenant: Emulator) -> int:
    """Count the searches."""
    return sum(request.path.endswith("/search/policies") for request in tenant.requests)


def list_live(tenant: Emulator, workspace: str = WORKSPACE) -> list[dict[str, Any]]:
    """List the live policies that a workspace manages, in the order of creation."""
    found = [tenant.policy(r.id) for r in tenant.policies if r.deleted_at is None]
    return [p for p in found if p.get("annotations", {}).get("iac_workspace") == workspace]


def make_policy(**fields: Any) -> dict[str, Any]:
    """Return a policy on the wire, as another client sends it."""
    plain = {
        "displayName": "Access",
        "policyType": "POLICY_TYPE_GRANT",
        "policySteps": {"grant": {"steps": [{"accept": {}}]}},
    }
    return {**plain, **fields}


def make_ownership(
    address: str = "c1policy.Policy/access", workspace: str = WORKSPACE
) -> dict[str, str]:
    """Return the ownership annotations of a resource."""
    return {
        "managed_by": "pulumi",
        "iac_workspace": workspace,
        "iac_resource_address": address,
    }


class OtherPolicies:
    """Policies of others, and the check that nothing changed them."""

    def __init__(self, tenant: Emulator) -> None:
        self._tenant = tenant
        self._before: dict[str, object] = {}
        self.keep()

    def add(self, **fields: Any) -> str:
        """Add a policy of others; return its id."""
        builtin = fields.pop("builtin", False)
        record = self._tenant.policies.create(make_policy(**fields), builtin=builtin)
        self.keep()
        return record.id

    def keep(self) -> None:
        """Treat all policies in the tenant as policies of others."""
        self._before = {record.id: record for record in self._tenant.policies}

    def assert_untouched(self) -> None:
        """Check that no policy of others changed in any field, times included."""
        now = {record.id: record for record in self._tenant.policies}
        assert {key: now.get(key) for key in self._before} == self._before


class LaggingNetwork(httpx.BaseTransport):
    """A network that answers every search like the first one."""

    def __init__(self) -> None:
        self._network = httpx.HTTPTransport()
        self._first: bytes | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._network.handle_request(request)
        if "/search/" not in request.url.path:
            return answer
        self._first = self._first or answer.read()
        return httpx.Response(200, content=self._first)

    def close(self) -> None:
        self._network.close()
