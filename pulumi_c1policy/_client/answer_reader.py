"""The step from an HTTP answer to a JSON object or a failure. It sends nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pulumi_c1policy._client import bodies, error_answers
from pulumi_c1policy._client.answers import Answer, describe_unreadable, format_request_id
from pulumi_c1policy._client.credentials import Credential
from pulumi_c1policy._client.outcomes import Failure, OutcomeKind
from pulumi_c1policy._client.text_cleaner import Cleaner
from pulumi_c1policy.errors import AnswerError

_SERVER_URL = "c1policy:serverUrl (environment: CONDUCTORONE_SERVER_URL)"
_MOVED = f"Set {_SERVER_URL} to the address of the tenant itself, and check the proxy settings."
_MOVED_OR_ID = (
    f"Correct the policy's id if it is malformed; otherwise, set {_SERVER_URL} to the address of "
    "the tenant itself, and check the proxy settings."
)


@dataclass(frozen=True, slots=True)
class AnswerReader:
    """The reader of the answers to one client's requests.

    Attributes:
        credential: The credential of the client; an error names its setting.
        cleaner: The cleaner of all text that a server wrote.
    """

    credential: Credential
    cleaner: Cleaner

    def read(self, answer: Answer | Failure, now: float) -> dict[str, Any] | Failure:
        """Return the JSON object of an answer, or the failure that the answer is.

        Args:
            answer: The answer. A failure is returned as it is.
            now: Seconds since 1970.
        """
        if isinstance(answer, Failure):
            return answer
        if answer.status >= 400:
            return error_answers.describe(answer, self.credential, self.cleaner, now)
        if 300 <= answer.status < 400:
            return self._describe_redirect(answer)
        is_empty = not answer.body.strip()
        if is_empty and answer.call.kind is OutcomeKind.DELETE:
            return {}
        value = bodies.parse(answer.body)
        if isinstance(value, dict):
            return value
        if answer.is_html:
            what = "an HTML page, probably of a proxy"
        elif is_empty:
            what = "an empty body"
        elif value is None:
            what = "a body that is not JSON, or cut off"
        else:
            what = "JSON of another shape"
        request_id = answer.find_request_id(self.cleaner)
        return describe_unreadable(answer.call, what, status=answer.status, request_id=request_id)

    def _describe_redirect(self, answer: Answer) -> Failure:
        try:
            target = urlsplit(answer.headers.get("location", ""))
            host = target.hostname or "another path"
        except ValueError:
            host = "an invalid address"
        request_id = answer.find_request_id(self.cleaner)
        return Failure(
            AnswerError,
            f"{answer.call} was answered with a redirect ({answer.status}) to "
            f"{self.cleaner.clean(host)}. Redirects are not followed, because the credential "
            f"belongs to this server only.{format_request_id(request_id)}",
            _MOVED_OR_ID if answer.call.has_id else _MOVED,
            call=answer.call,
            status=answer.status,
            request_id=request_id,
        )
