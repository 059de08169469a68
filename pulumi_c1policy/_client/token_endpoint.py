"""The request that exchanges a credential for an access token."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from pulumi_c1policy._client import answer_shapes, answers, credentials, dpop, retries
from pulumi_c1policy._client.access_tokens import AccessToken
from pulumi_c1policy._client.answer_models import TokenAnswer
from pulumi_c1policy._client.answer_reader import AnswerReader
from pulumi_c1policy._client.clock import ClientClock
from pulumi_c1policy._client.exchange import Exchanges
from pulumi_c1policy._client.outcomes import Call, Failure, OutcomeKind
from pulumi_c1policy._client.pace import Pace
from pulumi_c1policy._client.settings import Settings
from pulumi_c1policy.errors import AuthenticationError

_CALL: Final = Call(OutcomeKind.TOKEN, "POST", "/auth/v1/token")
_DEFAULT_LIFETIME_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """The token endpoint of a tenant, and the parts of the client that a request to it needs."""

    settings: Settings
    exchanges: Exchanges
    reader: AnswerReader
    clock: ClientClock
    pace: Pace

    def fetch_token(
        self, credential: credentials.OidcExchange | credentials.ClientSecret, deadline: float
    ) -> AccessToken | Failure:
        """Request an access token; repeat the request like a read.

        A failure is final for the caller: it was repeated here already.
        """
        attempt = partial(self._attempt, credential, deadline)
        result = retries.repeat(attempt, deadline, self.clock, self.pace)
        return result.as_final() if isinstance(result, Failure) else result

    def _attempt(
        self, credential: credentials.OidcExchange | credentials.ClientSecret, deadline: float
    ) -> AccessToken | Failure:
        if held := self.pace.wait_turn(deadline):
            return held
        cleaner = self.reader.cleaner
        form = credentials.build_token_form(credential, self.settings.audience, self.clock.wall())
        cleaner.hide(form.get("client_assertion", ""))
        requested_at = self.clock.monotonic()
        request = self.exchanges.build_request("POST", self.settings.token_url, data=form)
        answer = self.exchanges.send(_CALL, request, deadline)
        value = self.reader.read(answer, self.clock.wall())
        if isinstance(value, Failure):
            return value
        if dpop.is_bound(value):
            return _describe_bound_token()
        token = _parse(value)
        if token is None:
            return answers.describe_unreadable(_CALL, "JSON without a usable access token")
        cleaner.hide(token.access_token)
        lifetime = _DEFAULT_LIFETIME_SECONDS if token.expires_in is None else token.expires_in
        return AccessToken.from_answer(token.access_token, requested_at, lifetime)


def _parse(value: dict[str, Any]) -> TokenAnswer | None:
    try:
        return answer_shapes.read_model(TokenAnswer, value)
    except answer_shapes.ShapeError:
        return None


def _describe_bound_token() -> Failure:
    """Return the failure for an access token that cannot be sent as a bearer token."""
    return Failure(
        AuthenticationError,
        f"{_CALL} was answered with an access token that is bound to a key (DPoP).",
        dpop.ADVICE,
        call=_CALL,
        status=200,
    )
