"""The material of a case: policies of this run, and objects of the tenant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from acceptance.fact import Contradicted, NotTried, expect
from acceptance.http import POLICIES, SEARCH, Api, Json, read_json

FINAL = range(400, 501)


@dataclass
class Context:
    """One run against one tenant.

    Attributes:
        api: The tenant.
        run_id: The text that every policy of the run has in its name.
        environment: The `CONDUCTORONE_*` variables that lead another tool to the tenant.
        users: Made-up ids that the tenant takes as users; empty where it must be asked.
        group: A made-up entitlement; empty where the tenant must be asked.
        compiles: The tenant compiles expressions.
        made: The ids of the policies that the run made.
    """

    api: Api
    run_id: str
    environment: dict[str, str] = field(default_factory=dict)
    users: tuple[str, ...] = ()
    group: Json = field(default_factory=dict)
    compiles: bool = True
    made: list[str] = field(default_factory=list)

    def make_name(self, text: str) -> str:
        """Return a display name that carries the run id."""
        return f"[{self.run_id}] {text}"

    def build_body(self, kind: str = "grant", **fields: Any) -> Json:
        """Return the body of a policy of a type, with other fields; None omits a field."""
        plain = {
            "displayName": self.make_name("plain"),
            "description": "Made by the conformance suite of pulumi-c1policy. Safe to delete.",
            "policyType": f"POLICY_TYPE_{kind.upper()}",
            "policySteps": {kind: {"steps": [{"reject": {}}]}},
        }
        return {key: value for key, value in {**plain, **fields}.items() if value is not None}

    def send_create(self, body: Json) -> httpx.Response:
        """Send a create, and remember its policy for the clean-up."""
        expect(self.run_id in str(body.get("displayName", "")), "a policy without the run id")
        answer = self.api.call("POST", POLICIES, body)
        made = read_json(answer).get("policy")
        if isinstance(made, dict) and made.get("id"):
            self.made.append(made["id"])
        return answer

    def create(self, kind: str = "grant", **fields: Any) -> Json:
        """Create a policy and return it.

        Raises:
            Contradicted: The tenant rejects it.
        """
        answer = self.send_create(self.build_body(kind, **fields))
        return _read_policy(answer, "a create")

    def send_rejected_create(
        self, kind: str = "grant", text: str = "", **fields: Any
    ) -> httpx.Response:
        """Send a create that must be rejected.

        Raises:
            Contradicted: It is accepted, or rejected with another text.
        """
        return expect_rejection(self.send_create(self.build_body(kind, **fields)), text)

    def send_update(self, policy_id: str, fields: Json, mask: str | None = None) -> httpx.Response:
        """Send an update of a policy of this run.

        It has a name with the run id, also where the mask leaves it out: a tenant that writes more
        than the mask says must not lose what the clean-up goes by.
        """
        expect(policy_id in self.made, "an update of a policy that the run did not make")
        body: Json = {"policy": {"displayName": self.make_name("plain"), **fields}}
        if mask is not None:
            body["updateMask"] = mask
        return self.api.call("POST", f"{POLICIES}/{policy_id}", body)

    def update(self, policy_id: str, mask: str | None, **fields: Any) -> Json:
        """Update a policy, and return what a read gives then.

        Raises:
            Contradicted: The tenant rejects it.
        """
        _read_policy(self.send_update(policy_id, fields, mask), "an update")
        return self.read(policy_id)

    def read(self, policy_id: str) -> Json:
        """Read a policy."""
        return _read_policy(self.api.call("GET", f"{POLICIES}/{policy_id}"), "a read")

    def delete(self, policy_id: str) -> httpx.Response:
        """Send a delete of a policy of this run."""
        expect(policy_id in self.made, "a deletion of a policy that the run did not make")
        return self.api.call("DELETE", f"{POLICIES}/{policy_id}", {})

    def read_pages(self, path: str, limit: int = 0, **asked: Any) -> list[list[Json]]:
        """Return the pages of a list (GET, snake_case query) or of a search (POST, JSON body).

        Args:
            path: The endpoint.
            limit: The number of pages to stop after; 0 is all.
            asked: The question.
        """
        found: list[list[Json]] = []
        token = ""
        is_search = path == SEARCH
        while len(found) < 1000:
            key = "pageToken" if is_search else "page_token"
            question = asked | ({key: token} if token else {})
            answer = (
                self.api.call("POST", path, question)
                if is_search
                else self.api.call("GET", path, params=question)
            )
            expect(answer.status_code == 200, f"a listing answers HTTP {answer.status_code}")
            held = read_json(answer)
            found.append(held.get("list") or [])
            token = held.get("nextPageToken") or ""
            if not token or len(found) == limit:
                return found
        raise Contradicted("a listing does not end")

    def read_ids(self, path: str = SEARCH, **asked: Any) -> set[str]:
        """Return the ids on all pages of a list or a search."""
        return {row.get("id", "") for page in self.read_pages(path, **asked) for row in page}

    def find_user_ids(self, count: int) -> list[str]:
        """Return ids of users.

        Raises:
            NotTried: The tenant does not show so many.
        """
        found = list(self.users)
        if not found:
            rows = self._search_objects("users", min(max(count, 10), 100))
            found = [row["user"]["id"] for row in rows if (row.get("user") or {}).get("id")]
        if len(found) < count:
            raise NotTried(f"needs {count} users that the credential can see")
        return found[:count]

    def find_group(self) -> Json:
        """Return an entitlement as `appId` and `appEntitlementId`.

        Raises:
            NotTried: The tenant shows none.
        """
        if self.group:
            return self.group
        for row in self._search_objects("entitlements", 10):
            held = row.get("appEntitlement") or {}
            if held.get("id") and held.get("appId"):
                return {"appId": held["appId"], "appEntitlementId": held["id"]}
        raise NotTried("needs an entitlement that the credential can see")

    def _search_objects(self, kind: str, count: int) -> list[Json]:
        answer = self.api.call("POST", f"/api/v1/search/{kind}", {"pageSize": count})
        return read_json(answer).get("list") or [] if answer.status_code == 200 else []


def expect_rejection(answer: httpx.Response, text: str = "", status: int = 0) -> httpx.Response:
    """Check that an answer is a final rejection: 4xx or 500, with a text where one is known.

    Raises:
        Contradicted: It is not.
    """
    expect(answer.status_code in FINAL, f"expected a rejection, got HTTP {answer.status_code}")
    wanted = status or answer.status_code
    expect(answer.status_code == wanted, f"expected HTTP {status}, got {answer.status_code}")
    message = str(read_json(answer).get("message", ""))
    expect(text in message, f"expected {text!r} in the rejection, got: {message}")
    return answer


def _read_policy(answer: httpx.Response, operation: str) -> Json:
    held = read_json(answer)
    told = f"{operation} answers HTTP {answer.status_code}: {held.get('message', '')}"
    expect(answer.status_code == 200, told)
    policy = held.get("policy")
    if not isinstance(policy, dict):
        raise Contradicted(f"{operation} answers without a policy")
    return policy
