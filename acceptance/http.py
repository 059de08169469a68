"""The API over raw HTTP: one token, waits after a 429, and outages distinct from answers."""

from __future__ import annotations

import secrets
import ssl
import time
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt

from acceptance.fact import NotTried
from pulumi_c1policy._client import credentials
from pulumi_c1policy._client.settings import Settings
from pulumi_c1policy._client.tenant_address import is_loopback

POLICIES = "/api/v1/policies"
SEARCH = "/api/v1/search/policies"

_TIMEOUT_SECONDS = 30.0
_MAX_ATTEMPTS = 6
_MAX_WAIT_SECONDS = 300.0
_OUTAGES = frozenset({408, 429, 499, 502, 503, 504})
_OUTAGE_CODES = frozenset({4, 14})
_TOKEN_SHARE = 0.5
_DEFAULT_TOKEN_SECONDS = 600.0

Json = dict[str, Any]


class Unavailable(NotTried):
    """The tenant gave no answer of its own: an outage, a rate limit or a broken connection."""


class Api:
    """A client of one tenant that sends one request at a time."""

    def __init__(self, settings: Settings, *, pause: float = 0.0) -> None:
        """Open the client; nothing is sent before the first request.

        Args:
            settings: The server and the credential.
            pause: Seconds between two requests.
        """
        self.settings = settings
        self._pause = pause
        self._token, self._renew_at = "", 0.0
        parts = urlsplit(settings.server_url)
        # Plain HTTP needs no authorities, and reading them takes long.
        plain = parts.scheme == "http"
        verify = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else httpx.create_ssl_context()
        self.client = httpx.Client(
            base_url=settings.server_url,
            verify=verify,
            timeout=_TIMEOUT_SECONDS,
            follow_redirects=False,
            trust_env=not is_loopback(parts.hostname or ""),
            headers={"Accept": "application/json", "User-Agent": "pulumi-c1policy-acceptance"},
        )

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """Send a request with the token.

        Args:
            method: The HTTP method.
            path: The path from the root of the server.
            body: The JSON body; None sends none.
            options: Further arguments of `httpx.Client.request`.

        Raises:
            NotTried: The answer does not concern the fact: an outage, or no permission.
        """
        if body is not None:
            options["json"] = body
        headers = {"Authorization": f"Bearer {self._get_token()}", **options.pop("headers", {})}
        answer = self.send(method, path, headers=headers, **options)
        if answer.status_code in {401, 403}:
            raise NotTried(f"the credential is rejected: HTTP {answer.status_code}")
        return answer

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request without a token of ours; repeat it while the tenant answers 429.

        Raises:
            Unavailable: The tenant gave no answer of its own.
        """
        for attempt in range(_MAX_ATTEMPTS):
            if self._pause:
                time.sleep(self._pause)
            try:
                answer = self.client.request(method, path, **options)
            except httpx.HTTPError as error:
                raise Unavailable(f"no answer: {type(error).__name__}") from error
            if answer.status_code != 429 or attempt == _MAX_ATTEMPTS - 1:
                break
            time.sleep(_compute_wait(answer, attempt))
        if answer.status_code in _OUTAGES or _read_grpc_code(answer) in _OUTAGE_CODES:
            raise Unavailable(f"an outage or a rate limit: HTTP {answer.status_code}")
        return answer

    def request_token(self, form: dict[str, str]) -> httpx.Response:
        """Ask the token endpoint."""
        return self.send("POST", "/auth/v1/token", data=form)

    def build_form(self) -> dict[str, str]:
        """Return the form of a right token request.

        Raises:
            NotTried: The credential is an access token, for which there is no form.
        """
        credential = self.settings.credential
        if isinstance(credential, credentials.AccessToken):
            raise NotTried("needs a client id and its secret instead of an access token")
        return credentials.build_token_form(credential, self.settings.audience, time.time())

    def build_assertion_form(self, *, ends_in: float = 120, **claims: str) -> dict[str, str]:
        """Return the form of a token request whose assertion has other claims.

        Args:
            ends_in: Seconds from now to the end of the assertion.
            claims: Claims that differ from those of a right assertion.

        Raises:
            NotTried: The credential signs no assertion.
        """
        credential = self.settings.credential
        if not isinstance(credential, credentials.ClientSecret):
            raise NotTried("needs a client id and its secret")
        now = int(time.time())
        whole = {
            "iss": credential.client_id,
            "sub": credential.client_id,
            "aud": self.settings.audience,
            "iat": now,
            "nbf": now - 120,
            "exp": now + int(ends_in),
            **claims,
        }
        key = jwt.algorithms.OKPAlgorithm.from_jwk(credential.key.reveal())
        headers = {"nonce": secrets.token_urlsafe(16)}
        signed = jwt.encode(whole, key, algorithm="EdDSA", headers=headers)  # type: ignore[arg-type]
        return {**self.build_form(), "client_assertion": signed}

    def _get_token(self) -> str:
        credential = self.settings.credential
        if isinstance(credential, credentials.AccessToken):
            return credential.token.reveal()
        if time.monotonic() >= self._renew_at:
            answer = self.request_token(self.build_form())
            held = read_json(answer)
            if answer.status_code != 200 or not isinstance(held.get("access_token"), str):
                raise NotTried(f"the token endpoint answers HTTP {answer.status_code}")
            lifetime = held.get("expires_in")
            is_number = isinstance(lifetime, int | float)
            seconds = float(lifetime) if is_number else _DEFAULT_TOKEN_SECONDS  # type: ignore[arg-type]
            self._token = held["access_token"]
            self._renew_at = time.monotonic() + seconds * _TOKEN_SHARE
        return self._token


def read_json(answer: httpx.Response) -> Json:
    """Return the JSON object of an answer, or an empty one."""
    try:
        value = answer.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _read_grpc_code(answer: httpx.Response) -> object:
    return read_json(answer).get("code") if answer.status_code >= 500 else None


def _compute_wait(answer: httpx.Response, attempt: int) -> float:
    text = answer.headers.get("retry-after", "")
    try:
        seconds = float(text) if text else float(2**attempt)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - time.time()
        except ValueError:
            seconds = float(2**attempt)
    return min(max(seconds, 0.0), _MAX_WAIT_SECONDS)
