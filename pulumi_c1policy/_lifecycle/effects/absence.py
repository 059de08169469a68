"""The proof that a policy is gone: a 404 of the API, and a search for its id that agrees.

One answer is not enough: a gateway may have sent it, and a replica may lag behind.
"""

from __future__ import annotations

from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._lifecycle.planning import leftover_texts
from pulumi_c1policy.errors import AnswerError, APIError, NotFoundError

_WAITS_SECONDS = (0.0, 0.5, 1.5, 3.0)
"""The wait before each further look; GET and search may lag behind each other."""


def is_proven(client: PolicyClient, policy_id: str, not_found: NotFoundError) -> bool:
    """Return whether a policy that a GET did not find is gone: a search does not find it either.

    Args:
        client: The client to look through.
        policy_id: The policy's id.
        not_found: The answer to the GET.

    Returns:
        False if a later GET finds the policy.

    Raises:
        APIError: The answers contradict each other, or the search failed.
    """
    for seconds in _WAITS_SECONDS:
        if not client.wait(seconds):
            raise not_found
        try:
            found = [*client.search(refs=[policy_id], scope_view="POLICY_SCOPE_VIEW_ALL")]
        except APIError as error:
            raise _make_unproven_error(not_found, error) from error
        if not any(each.get("id") == policy_id and not each.get("deletedAt") for each in found):
            return True
        try:
            return bool(client.get(policy_id).get("deletedAt"))
        except NotFoundError as again:
            not_found = again
    raise AnswerError(
        *leftover_texts.describe_contradiction(), method="GET", path=not_found.path, status=404
    )


def _make_unproven_error(not_found: NotFoundError, error: APIError) -> APIError:
    summary, advice = leftover_texts.describe_unproven_absence(error)
    unproven = error.replace(summary=summary, advice=advice)
    unproven.__cause__ = not_found
    return unproven
