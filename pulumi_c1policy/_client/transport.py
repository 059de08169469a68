"""The transport: it adds the token, the pace, the deadline and the retries to each request.

It knows none of the API's calls.
"""

from __future__ import annotations

import json
import threading
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import httpx

from pulumi_c1policy._client import answers, credentials, deadlines, error_answers, retries
from pulumi_c1policy._client.access_tokens import AccessToken, StaticToken, TokenCache, TokenSource
from pulumi_c1policy._client.answer_reader import AnswerReader
from pulumi_c1policy._client.answers import Answer
from pulumi_c1policy._client.api_requests import ApiRequest, Body, Look, SendNothing
from pulumi_c1policy._client.clock import ClientClock
from pulumi_c1policy._client.exchange import Exchanges
from pulumi_c1policy._client.outcomes import Call, Failure, Outcome, unwrap
from pulumi_c1policy._client.pace import Pace
from pulumi_c1policy._client.settings import Settings
from pulumi_c1policy._client.text_cleaner import Cleaner
from pulumi_c1policy._client.token_endpoint import TokenEndpoint
from pulumi_c1policy.errors import NoAnswerError

# A look is older than this only if something delayed the write.
_MAX_LOOK_AGE_SECONDS = 0.25
_MAX_LOOKS = 5


class Transport:
    """The sender of a client's requests; threads share it."""

    def __init__(
        self,
        settings: Settings,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: ClientClock | None = None,
    ) -> None:
        """Open the pool; nothing is sent before the first request.

        Args:
            settings: The server, the credential and the deadline.
            transport: The transport for httpx instead of the network, for tests.
            clock: The time, for tests.

        Raises:
            SettingsError: SSL_CERT_FILE or a proxy in the environment cannot be used.
        """
        self._settings = settings
        self._clock = clock or ClientClock()
        self._closed = threading.Event()
        self._pace = Pace(self._clock, self._closed)
        cleaner = Cleaner(credentials.list_secrets(settings.credential))
        self._reader = AnswerReader(settings.credential, cleaner)
        self._exchanges = Exchanges(settings.server_url, self._clock, self._closed, transport)
        self._tokens = self._build_token_source(settings.credential)

    def send(self, request: ApiRequest) -> dict[str, Any] | Failure:
        """Return the JSON object that answers a request, after all attempts that are safe.

        Raises:
            C1PolicyError: The decision of a look raised it.
        """
        deadline = min(self._clock.monotonic() + self._settings.deadline, deadlines.get_deadline())
        attempt = partial(self._attempt, request, deadline)
        return retries.repeat(attempt, deadline, self._clock, self._pace)

    def get_token_seconds(self) -> float:
        """Return the seconds for which the access token is valid, of a new one if there is none.

        The result is infinite for an access token of the settings, whose end is not known.

        Raises:
            APIError: The tenant issued no access token.
        """
        now = self._clock.monotonic()
        deadline = min(now + self._settings.deadline, deadlines.get_deadline())
        return unwrap(self._tokens.get(deadline)).ends_at - now

    def clean(self, text: str) -> str:
        """Return a text of the tenant as one short printable line, with every secret masked."""
        return self._reader.cleaner.clean(text)

    def share_deadline(self) -> AbstractContextManager[None]:
        """Make the requests of a block share one deadline, that of the settings."""
        return self.limit_time(self._settings.deadline)

    def limit_time(self, seconds: float, share: float = 1.0) -> AbstractContextManager[None]:
        """End the requests of a block after this time, or after a share of the deadline."""
        return deadlines.limit_time(self._clock, min(seconds, share * self._settings.deadline))

    def start_stopwatch(self) -> deadlines.Stopwatch:
        """Return a stopwatch for requests that share one deadline, such as those of a list."""
        return deadlines.Stopwatch(self._clock, self._settings.deadline)

    def close(self) -> None:
        """End every wait, and close the pool when the requests under way have their answers."""
        self._exchanges.close()

    def cut(self) -> None:
        """Cut the connections in use, which ends every wait for an answer."""
        self._exchanges.cut()

    def wait(self, seconds: float) -> bool:
        """Wait; return False, at once, when the client is closed."""
        return self._pace.wait(seconds)

    def _attempt(self, request: ApiRequest, deadline: float) -> dict[str, Any] | Failure:
        for may_renew in (True, False):
            if held := self._pace.wait_turn(deadline):
                return held
            token = self._tokens.get(deadline)
            if isinstance(token, Failure):
                return token
            answer = self._exchange(request, token, deadline)
            # A request with an expired token had no effect: send any kind again, once.
            if not (
                may_renew
                and isinstance(answer, Answer)
                and error_answers.is_expired_token(answer)
                and self._tokens.discard(token)
            ):
                break
        if isinstance(answer, SendNothing):
            return answer.answer
        if isinstance(answer, Answer) and request.budget and not request.budget.spend(answer.body):
            return answers.describe_unreadable(request.call, "more pages than fit into memory")
        return self._read(answer)

    def _exchange(
        self, request: ApiRequest, token: AccessToken, deadline: float
    ) -> Answer | Failure | SendNothing:
        """Return the answer to one attempt: to the request, or to a look that failed."""
        if request.look is None:
            whole = self._build(request, request.body, token)
            return self._exchanges.send(request.call, whole, deadline)
        return self._exchange_verified(request, request.look, token, deadline)

    def _exchange_verified(
        self, request: ApiRequest, look: Look, token: AccessToken, deadline: float
    ) -> Answer | Failure | SendNothing:
        """Send a write right after a look that allows it; see "One verified write" in the docs."""
        for _ in range(_MAX_LOOKS):
            if held := self._pace.wait_turn(deadline):
                return held
            seen = self._see(look, token, deadline)
            value = self._read(seen)
            if isinstance(value, Failure):
                return seen
            decision = look.decide(value)
            if not isinstance(decision, Body):
                return decision
            if self._pace.is_held():
                continue
            whole = self._build(request, decision.value, token)
            look_again = partial(
                self._look_again, look, decision, token, deadline, self._clock.monotonic()
            )
            try:
                return self._exchanges.send(request.call, whole, deadline, look_again)
            except _StaleLookError as stale:
                if stale.answer is not None:
                    return stale.answer
        return _describe_unsettled(request.call)

    def _look_again(
        self,
        look: Look,
        decision: Body,
        token: AccessToken,
        deadline: float,
        seen_at: float,
        is_new: bool,
    ) -> None:
        """Look once more if the write was delayed: its connection is new, or the look is old.

        Raises:
            _StaleLookError: The write must not be sent: the decision changed, or another thread
                was told to wait.
        """
        if is_new or self._clock.monotonic() - seen_at > _MAX_LOOK_AGE_SECONDS:
            seen = self._see(look, token, deadline)
            value = self._read(seen)
            if isinstance(value, Failure):
                raise _StaleLookError(seen)
            if look.decide(value) != decision:
                raise _StaleLookError
        if self._pace.is_held():
            raise _StaleLookError

    def _see(self, look: Look, token: AccessToken, deadline: float) -> Answer | Failure:
        whole = self._build(ApiRequest(look.call), None, token)
        return self._exchanges.send(look.call, whole, deadline)

    def _build(self, request: ApiRequest, body: object, token: AccessToken) -> httpx.Request:
        headers = {"Authorization": f"Bearer {token.secret.reveal()}"}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            # ASCII, because the text may hold half a surrogate pair, which UTF-8 cannot express.
            # The tenant then names the mistake.
            content = json.dumps(body, allow_nan=False).encode("ascii")
        return self._exchanges.build_request(
            request.call.method,
            f"{self._settings.server_url}{request.call.path}",
            params=request.params or None,
            content=content,
            headers=headers,
        )

    def _build_token_source(self, credential: credentials.Credential) -> TokenSource:
        if isinstance(credential, credentials.AccessToken):
            return StaticToken(credential.token)
        endpoint = TokenEndpoint(
            self._settings, self._exchanges, self._reader, self._clock, self._pace
        )
        fetch = partial(endpoint.fetch_token, credential)
        return TokenCache(fetch, self._clock, self._closed)

    def _read(self, answer: Answer | Failure) -> dict[str, Any] | Failure:
        return self._reader.read(answer, self._clock.wall())


class _StaleLookError(Exception):
    """A look that is too old to write on; nothing was sent.

    Attributes:
        answer: The answer to the newer look, if it is an error.
    """

    def __init__(self, answer: Answer | Failure | None = None) -> None:
        super().__init__()
        self.answer = answer


def _describe_unsettled(call: Call) -> Failure:
    """Return the failure for a write before which every look became too old."""
    return Failure(
        NoAnswerError,
        f"{call} was not sent: other requests delayed it each time after the policy was read.",
        "Try again; if the tenant is slow, raise c1policy:requestDeadline.",
        Outcome.NOT_SENT,
        call,
    )
