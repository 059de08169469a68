"""The step from an answer with an error status to a failure. It sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pulumi_c1policy import errors
from pulumi_c1policy._client import (
    answer_shapes,
    bodies,
    dpop,
    retries,
    settings,
    statuses,
    text_cleaner,
)
from pulumi_c1policy._client.answer_models import ErrorBody
from pulumi_c1policy._client.answers import NOT_THE_API, Answer, format_request_id
from pulumi_c1policy._client.credentials import AccessToken, ClientSecret, Credential, OidcExchange
from pulumi_c1policy._client.outcomes import Call, Failure, OutcomeKind

_STILL_IN_USE = (
    "Correct what the tenant names (for example, a policy that still points to this one), then run "
    "the command again."
)
_ADVICE: Final[Mapping[type[errors.APIError], str]] = {
    errors.AnswerError: NOT_THE_API,
    errors.InvalidRequestError: "Correct the value that the tenant names. Nothing was changed.",
    errors.PermissionDeniedError: (
        "Give the credential's owner a role that may manage policies, or use another credential."
    ),
    errors.NotFoundError: (
        "Check the policy's id, and that the settings name the tenant that has this policy."
    ),
    errors.ConflictError: (
        "Check the policy in the tenant, or run `pulumi up --refresh`, and try again."
    ),
    errors.RateLimitError: "Try again later, or raise c1policy:requestDeadline.",
    errors.ServerError: (
        "Try again later. If the error remains, give the request id to ConductorOne's support."
    ),
    errors.StatusError: "Check c1policy:serverUrl: the API documents no such status.",
}
# For these, the advice about the request is wrong if a gateway wrote the answer.
_ABOUT_THE_REQUEST = frozenset(
    {errors.InvalidRequestError, errors.PermissionDeniedError, errors.ConflictError}
)
_NO_EXPLANATION = "no explanation was given"
_MAX_SHOWN_BYTES = 16 * text_cleaner.MAX_LENGTH


def describe(
    answer: Answer, credential: Credential, cleaner: text_cleaner.Cleaner, now: float
) -> Failure:
    """Return the failure for an answer with a status of 400 or above.

    Args:
        answer: The answer.
        credential: The credential of the request; the advice names its setting.
        cleaner: The cleaner of the tenant's text.
        now: Seconds since 1970, for `Retry-After`.
    """
    call, body = answer.call, _parse_body(answer.body)
    request_id = answer.find_request_id(cleaner)
    summary = (
        f"{call} was answered {answer.status} {statuses.describe(answer.status, body.code)}: "
        f"{_quote_explanation(answer, body, cleaner)}."
    )
    if _demands_dpop(answer, body):
        return Failure(
            errors.AuthenticationError,
            f"{summary} The tenant demands DPoP of this credential.{format_request_id(request_id)}",
            dpop.ADVICE,
            call=call,
            status=answer.status,
            code=body.code,
            request_id=request_id,
        )
    meaning = statuses.interpret(call.kind, answer.status, body)
    headers = answer.headers
    wait = retries.parse_retry_after(headers.get("retry-after"), headers.get("date"), now)
    if meaning.rejection and call.kind in (OutcomeKind.CREATE, OutcomeKind.UPDATE):
        advice = meaning.rejection.advice
    else:
        advice = _choose_advice(call, meaning.error, credential, is_foreign=_is_foreign(answer))
    return Failure(
        meaning.error,
        f"{summary}{_format_wait(wait)}{format_request_id(request_id)}",
        advice,
        meaning.outcome,
        call,
        status=answer.status,
        code=body.code,
        request_id=request_id,
        retry_after=wait,
        in_progress=statuses.may_be_in_progress(answer.status, body.code),
    )


def is_expired_token(answer: Answer) -> bool:
    """Return whether a new access token may help: the answer is a 401 about the token."""
    if answer.status != 401:
        return False
    body = _parse_body(answer.body)
    meaning = statuses.interpret(answer.call.kind, answer.status, body)
    return meaning.rejection is None and not _demands_dpop(answer, body)


def _choose_advice(
    call: Call, error_type: type[errors.APIError], credential: Credential, *, is_foreign: bool
) -> str:
    if is_foreign and error_type in _ABOUT_THE_REQUEST:
        return NOT_THE_API
    is_mistake = error_type in (errors.InvalidRequestError, errors.ConflictError)
    if call.kind is OutcomeKind.DELETE and is_mistake:
        return _STILL_IN_USE
    if error_type is not errors.AuthenticationError:
        return _ADVICE[error_type]
    match credential:
        case AccessToken():
            return f"Get a new access token and {settings.advise_to_set('accessToken')}."
        case OidcExchange():
            return f"Get a new OIDC token and {settings.advise_to_set('oidcToken')}."
        case ClientSecret():
            return (
                "Check this machine's clock, and that the API client still exists. For a new "
                f"client secret, {settings.advise_to_set('clientSecret')}."
            )


def _quote_explanation(answer: Answer, body: ErrorBody, cleaner: text_cleaner.Cleaner) -> str:
    """Return the tenant's own explanation, cleaned, without a full stop."""
    text = body.message or body.error_description or body.error
    if text is None:
        if answer.is_html:
            return "an HTML page, probably of a proxy"
        value = bodies.parse(answer.body)
        if value is None or isinstance(value, str):
            text = value or answer.body[:_MAX_SHOWN_BYTES].decode("utf-8", "replace")
    parts = [text or "", *body.list_violations()]
    return cleaner.clean("; ".join(filter(None, parts))).rstrip(".") or _NO_EXPLANATION


def _is_foreign(answer: Answer) -> bool:
    """Return whether the body of an error is one that the API never sends."""
    return bool(answer.body.strip()) and not isinstance(bodies.parse(answer.body), dict)


def _demands_dpop(answer: Answer, body: ErrorBody) -> bool:
    challenges = answer.headers.get_list("www-authenticate")
    return dpop.is_demanded(answer.call.kind, answer.status, challenges, body)


def _parse_body(body: bytes) -> ErrorBody:
    try:
        return answer_shapes.read_model(ErrorBody, bodies.parse(body))
    except answer_shapes.ShapeError:
        return ErrorBody()


def _format_wait(seconds: float | None) -> str:
    if seconds is None or seconds < 1:
        return ""
    return f" The tenant asks to wait for {seconds:.0f} seconds."
