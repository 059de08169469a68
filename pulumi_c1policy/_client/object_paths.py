"""The paths of single objects of the API. It sends nothing."""

from __future__ import annotations

from urllib.parse import quote

from pulumi_c1policy.errors import NotFoundError


def build_path(collection: str, object_id: str, method: str, noun: str) -> str:
    """Return the path of an object in a collection.

    Args:
        collection: The path of the collection.
        object_id: The id.
        method: The method of the request, for the error.
        noun: The object, for the error.

    Raises:
        NotFoundError: No object can have this id. A tenant answers "", "/" and "." with a redirect
            to the collection, and no URL can hold half a surrogate pair.
    """
    if not object_id.strip("./ ") or _has_surrogates(object_id):
        raise NotFoundError(
            f"There is no {noun} with the id {object_id!a}.",
            f"Use the {noun}'s id as the tenant shows it.",
            method=method,
        )
    return f"{collection}/{quote(object_id, safe='')}"


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
