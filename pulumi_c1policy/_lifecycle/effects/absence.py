"""The proof that an object is gone: a 404 of the API, and a search for its id that agrees.

One answer is not enough: a gateway may have sent it, and a replica may lag behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._lifecycle.planning import leftover_texts
from pulumi_c1policy._model.tree import Tree
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

    def search() -> Iterable[Tree]:
        found = client.search(refs=[policy_id], scope_view="POLICY_SCOPE_VIEW_ALL")
        return (each for each in found if each.get("id") == policy_id)

    return prove(client.wait, search, lambda: client.get(policy_id), not_found, "policy")


def prove(
    wait: Callable[[float], bool],
    search: Callable[[], Iterable[Tree]],
    get: Callable[[], Tree],
    not_found: NotFoundError,
    noun: str,
) -> bool:
    """Return whether an object that a GET did not find is gone; see `is_proven`.

    Args:
        wait: Waits; returns False when the client is closed.
        search: Searches for the object by its id; yields it if it is found.
        get: Reads the object.
        not_found: The answer to the GET.
        noun: The object, for errors.
    """
    for seconds in _WAITS_SECONDS:
        if not wait(seconds):
            raise not_found
        try:
            found = [*search()]
        except APIError as error:
            raise _make_unproven_error(not_found, error, noun) from error
        if all(each.get("deletedAt") for each in found):
            return True
        try:
            return bool(get().get("deletedAt"))
        except NotFoundError as again:
            not_found = again
    contradiction = leftover_texts.describe_contradiction(noun)
    raise AnswerError(*contradiction, method="GET", path=not_found.path, status=404)


def _make_unproven_error(not_found: NotFoundError, error: APIError, noun: str) -> APIError:
    summary, advice = leftover_texts.describe_unproven_absence(error, noun)
    unproven = error.replace(summary=summary, advice=advice)
    unproven.__cause__ = not_found
    return unproven
