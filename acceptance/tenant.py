"""The tenant under test: requests, the policies that the run makes, and their removal.

Every policy that is made carries the run's id in its name. Nothing else is ever written to.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any, Self

import httpx

from acceptance.fact import Contradicted, expect
from pulumi_c1policy._client import credentials
from pulumi_c1policy._client.settings import Settings

POLICIES = "/api/v1/policies"
SEARCH = "/api/v1/search/policies"
MARK = "c1policy acceptance"
_ATTEMPTS = 6
_LONGEST_WAIT = 30.0

Json = dict[str, Any]


class Tenant:
    """A tenant, and what this run has made in it."""

    def __init__(self, settings: Settings, run_id: str) -> None:
        """Get a token; nothing else is sent.

        Args:
            settings: The address and the credential.
            run_id: The id that every policy of this run has in its name.
        """
        self.settings = settings
        self.run_id = run_id
        self.http = httpx.Client(base_url=settings.server_url, timeout=30, follow_redirects=False)
        self.made: list[str] = []
        self.http.headers["Authorization"] = f"Bearer {self._token()}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.clean()
        finally:
            self.http.close()

    def _token(self) -> str:
        credential = self.settings.credential
        if isinstance(credential, credentials.AccessToken):
            return credential.token.reveal()
        answer = self.token(credentials.token_form(credential, self.settings.audience, time.time()))
        answer.raise_for_status()
        token: str = answer.json()["access_token"]
        return token

    def token(self, form: Mapping[str, str], **headers: str) -> httpx.Response:
        """Ask the token endpoint; credentials go into the body, never into a header."""
        url = f"{self.settings.server_url}/auth/v1/token"
        return httpx.post(url, data=dict(form), headers=headers, timeout=30)

    def send(self, method: str, path: str, body: object = None, **query: str) -> httpx.Response:
        """Send a request, and again where the tenant asks to slow down."""
        for _ in range(_ATTEMPTS):
            answer = self.http.request(method, path, json=body, params=query or None)
            if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                break
            wait = answer.headers.get("retry-after", "")
            time.sleep(min(float(wait) if wait.isdigit() else 1.0, _LONGEST_WAIT))
        return answer

    def name(self) -> str:
        """A name that tells the run."""
        return f"{MARK} {self.run_id} {len(self.made) + 1}"

    def body(self, *steps: Json, **fields: Any) -> Json:
        """A policy to send: of type grant, with these baseline steps."""
        plain: Json = {
            "displayName": self.name(),
            "policyType": "POLICY_TYPE_GRANT",
            "policySteps": {"grant": {"steps": list(steps) or [{"approval": {"manager": {}}}]}},
        }
        return {key: value for key, value in (plain | fields).items() if value is not None}

    def try_create(self, body: Json) -> httpx.Response:
        """Send a create; what it makes is removed at the end."""
        answer = self.send("POST", POLICIES, body)
        if answer.is_success:
            self.made.append(answer.json()["policy"]["id"])
        return answer

    def create(self, *steps: Json, **fields: Any) -> Json:
        """Make a policy that the tenant is expected to take."""
        answer = self.try_create(self.body(*steps, **fields))
        expect(answer.is_success, f"a create was answered {answer.status_code}")
        return self.get(str(answer.json()["policy"]["id"]))

    def get(self, policy_id: str) -> Json:
        """Read a policy, without its unset fields."""
        answer = self.send("GET", f"{POLICIES}/{policy_id}")
        expect(answer.is_success, f"a GET was answered {answer.status_code}")
        found: Json = _set_fields(answer.json()["policy"])
        return found

    def update(self, policy_id: str, fields: Json, mask: str) -> httpx.Response:
        """Send an update."""
        return self.send("POST", f"{POLICIES}/{policy_id}", {"policy": fields, "updateMask": mask})

    def search(self, **body: Any) -> Iterator[Json]:
        """Yield the policies that a search finds, from every page."""
        token = ""
        while True:
            answer = self.send("POST", SEARCH, {**body, **({"pageToken": token} if token else {})})
            expect(answer.is_success, f"a search was answered {answer.status_code}")
            page = answer.json()
            yield from page.get("list") or []
            token = page.get("nextPageToken") or ""
            if not token:
                return

    def clean(self) -> None:
        """Delete what this run has made, the last first: it may point to the earlier ones."""
        for policy_id in reversed(self.made):
            self.send("DELETE", f"{POLICIES}/{policy_id}")
        self.made.clear()

    def clean_run(self, run_id: str) -> list[str]:
        """Delete what another run left; return the ids.

        A policy is deleted only if a fresh read shows that its name carries the run's id.
        """
        found = [
            str(row["id"])
            for row in self.search(scopeView="POLICY_SCOPE_VIEW_ALL", pageSize=100)
            if _is_of(row, run_id)
        ]
        deleted: list[str] = []
        for _ in range(len(found)):  # One that another points to goes after that one.
            for policy_id in [each for each in found if each not in deleted]:
                if not _is_of(self.get(policy_id), run_id):
                    continue
                if self.send("DELETE", f"{POLICIES}/{policy_id}").is_success:
                    deleted.append(policy_id)
        return deleted


def _is_of(policy: Json, run_id: str) -> bool:
    name = str(policy.get("displayName") or "")
    return name.startswith(f"{MARK} {run_id} ") and not policy.get("systemBuiltin")


def _set_fields(value: Any) -> Any:
    """`value` without what means unset; the members of a oneof may be empty objects."""
    if isinstance(value, dict):
        return {
            key: _set_fields(item)
            for key, item in value.items()
            if item is not None and item not in (False, "", [])
        }
    return [_set_fields(item) for item in value] if isinstance(value, list) else value


def refused(answer: httpx.Response, text: str = "", *statuses: int) -> None:
    """Hold that a request was refused.

    Args:
        answer: The answer.
        text: Words of the message, in any case. Default: any.
        statuses: The statuses that count. Default: any 4xx, and 500.
    """
    allowed = statuses or (*range(400, 500), 500)
    if answer.status_code not in allowed:
        raise Contradicted(f"answered {answer.status_code}")
    if text.lower() not in answer.text.lower():
        raise Contradicted("refused with another text")
