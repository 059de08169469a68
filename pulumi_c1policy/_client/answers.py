"""The result of an HTTP exchange: a JSON object, or one of our errors.

This module alone words errors about answers. It reads httpx's answers and sends nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import pydantic

from pulumi_c1policy import errors
from pulumi_c1policy._client import (
    bodies,
    connections,
    dpop,
    envelopes,
    retries,
    server_texts,
    settings,
    statuses,
)
from pulumi_c1policy._client.credentials import AccessToken, ClientSecret, Credential, OidcExchange
from pulumi_c1policy._client.retries import Failure, Kind, Outcome

_MAX_REQUEST_ID = 128
_REQUEST_ID_HEADERS = (
    "x-request-id",
    "request-id",
    "x-correlation-id",
    "x-amzn-requestid",
    "x-amzn-trace-id",
    "x-trace-id",
)
_STILL_IN_USE = (
    "Put right what the tenant names (such as a policy that still points to this one), then run "
    "the command again."
)
_NOT_THE_API = (
    "Check c1policy:serverUrl and the proxy settings (HTTPS_PROXY, NO_PROXY): what answered is "
    "not the ConductorOne API."
)
_MOVED = (
    "Set c1policy:serverUrl (environment: CONDUCTORONE_SERVER_URL) to the address of the tenant "
    "itself, and check the proxy settings."
)
_MOVED_OR_ID = (
    "Correct the policy's id if it is malformed; else set c1policy:serverUrl (environment: "
    "CONDUCTORONE_SERVER_URL) to the address of the tenant itself, and check the proxy settings."
)
_ADVICE: Final[Mapping[type[errors.APIError], str]] = {
    errors.AnswerError: _NOT_THE_API,
    errors.InvalidRequestError: "Correct the value that the tenant names; nothing was changed.",
    errors.PermissionDeniedError: (
        "Give the credential's owner a role that may manage policies, or use another credential."
    ),
    errors.NotFoundError: (
        "Check the policy's id, and that the settings name the tenant that has this policy."
    ),
    errors.ConflictError: (
        "Look at the policy in the tenant, or run `pulumi up --refresh`, and try again."
    ),
    errors.RateLimitError: "Try again later, or raise c1policy:requestDeadline.",
    errors.ServerError: (
        "Try again later; if it stays so, give the request id to ConductorOne's support."
    ),
    errors.StatusError: "Check c1policy:serverUrl; this status is none that the API documents.",
}


# Advice for answers that may not come from the API itself.
_OUR_FAULT = frozenset(
    {errors.InvalidRequestError, errors.PermissionDeniedError, errors.ConflictError}
)
_NOTHING_SAID = "no explanation was given"


@dataclass(frozen=True, slots=True)
class Call:
    """A request, as far as its errors name it.

    Attributes:
        kind: The kind of the request.
        method: Its HTTP method.
        path: Its path, without its query.
        has_id: Its path contains an id.
    """

    kind: Kind
    method: str
    path: str
    has_id: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer that was read to its end, and the call that it answers."""

    call: Call
    status: int
    headers: httpx.Headers
    body: bytes


class Reader:
    """A reader of the answers to one client's requests."""

    def __init__(self, credential: Credential, cleaner: server_texts.Cleaner) -> None:
        self._credential = credential
        self._cleaner = cleaner

    def read(self, answer: Answer, now: float) -> dict[str, Any] | Failure:
        """Return the JSON object in an answer, or the failure that the answer is."""
        call = answer.call
        if answer.status >= 400:
            return self._refused(call, answer, now)
        if 300 <= answer.status < 400:
            return self._redirected(call, answer)
        if not answer.body.strip() and call.kind is Kind.DELETE:
            return {}
        value = bodies.parse(answer.body)
        if isinstance(value, dict):
            return value
        if server_texts.is_html(_content_type(answer), answer.body):
            return self.unreadable(call, "an HTML page, probably of a proxy", answer)
        if not answer.body.strip():
            return self.unreadable(call, "an empty body", answer)
        what = "a body that is not JSON, or cut off" if value is None else "JSON of another shape"
        return self.unreadable(call, what, answer)

    def unreadable(self, call: Call, what: str, answer: Answer | None = None) -> Failure:
        """Return the failure for an answer that cannot be one of the API."""
        ambiguous = retries.is_ambiguous(call.kind, Outcome.UNREADABLE)
        status = answer.status if answer else None
        said = f"status {status} and {what}" if answer else what
        request_id = self._request_id(answer)
        error = errors.AnswerError(
            f"{call} was answered with {said}, which the API never sends.{_named(request_id)}",
            retries.LOOK_FIRST if ambiguous else _NOT_THE_API,
            method=call.method,
            path=call.path,
            status=status,
            request_id=request_id,
            ambiguous=ambiguous,
        )
        return Failure(call.kind, Outcome.FINAL, error)

    def unanswered(self, call: Call, cause: Exception) -> Failure:
        """Return the failure for a request without an answer."""
        outcome, what, advice = connections.explain(cause)
        if outcome is Outcome.UNREADABLE:
            return self.unreadable(call, what)
        ambiguous = retries.is_ambiguous(call.kind, outcome)
        error = errors.NoAnswerError(
            f"{call} got no answer: {what}.",
            retries.LOOK_FIRST if ambiguous else advice,
            method=call.method,
            path=call.path,
            ambiguous=ambiguous,
        )
        error.__cause__ = cause
        return Failure(call.kind, outcome, error)

    def unsettled(self, call: Call) -> Failure:
        """Return the failure for a write that was never sent, because each look became outdated."""
        error = errors.NoAnswerError(
            f"{call} was not sent: other requests held it back each time after the policy was "
            "read.",
            "Try again; if the tenant is slow, raise c1policy:requestDeadline.",
            method=call.method,
            path=call.path,
        )
        return Failure(call.kind, Outcome.NOT_SENT, error)

    def _redirected(self, call: Call, answer: Answer) -> Failure:
        try:
            target = urlsplit(answer.headers.get("location", ""))
            host = target.hostname or "another path"
        except ValueError:
            host = "an invalid address"
        request_id = self._request_id(answer)
        error = errors.AnswerError(
            f"{call} was answered with a redirect ({answer.status}) to "
            f"{self._cleaner.clean(host)}. Redirects are not followed, so that no credential goes "
            f"to another place.{_named(request_id)}",
            _MOVED_OR_ID if call.has_id else _MOVED,
            method=call.method,
            path=call.path,
            status=answer.status,
            request_id=request_id,
        )
        return Failure(call.kind, Outcome.FINAL, error)

    def _refused(self, call: Call, answer: Answer, now: float) -> Failure:
        body = _error_body(answer.body)
        if _demands_dpop(call, answer, body):
            return self._bearer_refused(call, answer, body)
        meaning = statuses.interpret(call.kind, answer.status, body)
        cls: type[errors.APIError] = meaning.error
        is_foreign = _is_foreign(answer.body) or cls is errors.AnswerError
        ambiguous = retries.is_ambiguous(call.kind, meaning.outcome)
        if ambiguous:
            advice = retries.LOOK_FIRST
        elif meaning.refusal and call.kind in (Kind.CREATE, Kind.UPDATE):
            advice = meaning.refusal.advice
        else:
            advice = self._advice(call, cls, is_foreign=is_foreign)
        request_id = self._request_id(answer)
        headers = answer.headers
        wait = retries.parse_retry_after(headers.get("retry-after"), headers.get("date"), now)
        error = cls(
            f"{call} was answered {answer.status} {statuses.name_error(answer.status, body.code)}: "
            f"{self._words(answer, body)}.{_asked(wait)}{_named(request_id)}",
            advice,
            method=call.method,
            path=call.path,
            status=answer.status,
            code=body.code,
            request_id=request_id,
            ambiguous=ambiguous,
        )
        return Failure(call.kind, meaning.outcome, error, wait)

    def may_renew(self, answer: Answer) -> bool:
        """Return whether a new access token may help: the answer is a 401 about the old one."""
        call = answer.call
        if answer.status != 401:
            return False
        body = _error_body(answer.body)
        is_refusal = statuses.interpret(call.kind, answer.status, body).refusal is not None
        return not (is_refusal or _demands_dpop(call, answer, body))

    def bound_token(self, call: Call) -> Failure:
        """Return the failure for an access token that cannot be sent as a bearer token."""
        error = errors.AuthenticationError(
            f"{call} was answered with an access token that is bound to a key (DPoP).",
            dpop.ADVICE,
            method=call.method,
            path=call.path,
            status=200,
        )
        return Failure(call.kind, Outcome.FINAL, error)

    def _bearer_refused(self, call: Call, answer: Answer, body: envelopes.ErrorBody) -> Failure:
        request_id = self._request_id(answer)
        error = errors.AuthenticationError(
            f"{call} was answered {answer.status} {statuses.name_error(answer.status, body.code)}: "
            f"{self._words(answer, body)}. The tenant demands DPoP of this credential."
            f"{_named(request_id)}",
            dpop.ADVICE,
            method=call.method,
            path=call.path,
            status=answer.status,
            code=body.code,
            request_id=request_id,
        )
        return Failure(call.kind, Outcome.FINAL, error)

    def _advice(self, call: Call, cls: type[errors.APIError], *, is_foreign: bool) -> str:
        if is_foreign and cls in _OUR_FAULT:
            return _NOT_THE_API
        if call.kind is Kind.DELETE and cls in (errors.InvalidRequestError, errors.ConflictError):
            return _STILL_IN_USE
        if cls is not errors.AuthenticationError:
            return _ADVICE[cls]
        match self._credential:
            case AccessToken():
                return f"Get a new access token and {settings.explain_setting('accessToken')}."
            case OidcExchange():
                return f"Get a new OIDC token and {settings.explain_setting('oidcToken')}."
            case ClientSecret():
                return (
                    "Check this machine's clock and that the API client still exists; for a new "
                    f"client secret, {settings.explain_setting('clientSecret')}."
                )

    def _words(self, answer: Answer, body: envelopes.ErrorBody) -> str:
        said = body.message or body.error_description or body.error
        if said is None:
            if server_texts.is_html(_content_type(answer), answer.body):
                return "an HTML page, probably of a proxy"
            value = bodies.parse(answer.body)
            if value is None or isinstance(value, str):
                said = value or answer.body[: 16 * server_texts.MAX_LENGTH].decode(
                    "utf-8", "replace"
                )
        words = [said or "", *body.violations()]
        return self._cleaner.clean("; ".join(filter(None, words))).rstrip(".") or _NOTHING_SAID

    def _request_id(self, answer: Answer | None) -> str | None:
        if answer is None:
            return None
        found = (answer.headers.get(name) for name in _REQUEST_ID_HEADERS)
        text = self._cleaner.clean(next((value for value in found if value), ""))
        return text[:_MAX_REQUEST_ID] or None


def _is_foreign(body: bytes) -> bool:
    """Return whether the body of an error is one that the API never sends."""
    return bool(body.strip()) and not isinstance(bodies.parse(body), dict)


def _demands_dpop(call: Call, answer: Answer, body: envelopes.ErrorBody) -> bool:
    challenges = answer.headers.get_list("www-authenticate")
    return dpop.is_demanded(call.kind, answer.status, challenges, body)


def _error_body(body: bytes) -> envelopes.ErrorBody:
    try:
        return envelopes.ErrorBody.model_validate(bodies.parse(body))
    except pydantic.ValidationError:
        return envelopes.ErrorBody()


def _content_type(answer: Answer) -> str:
    value: str = answer.headers.get("content-type", "")
    return value


def _asked(wait: float | None) -> str:
    return f" It asks to wait for {wait:.0f} seconds." if wait and wait >= 1 else ""


def _named(request_id: str | None) -> str:
    return f" (request id {request_id})" if request_id else ""
