"""The lookup of a user: `find_user`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

import pulumi

from pulumi_c1policy._model import object_matching
from pulumi_c1policy._pulumi import lookup_choice, program_lookups
from pulumi_c1policy._pulumi.lookup_choice import Candidate
from pulumi_c1policy._pulumi.program_lookups import Lookup, LookupTenant
from pulumi_c1policy.lookup_results import FindUserResult

if TYPE_CHECKING:
    from pulumi_c1policy._client.directory_models import User

# The number of users from which an error takes similar ones.
_MAX_OTHERS = 500


def find_user(*, email: str) -> FindUserResult:
    """Look up a user of the tenant by email.

    ```python
    c1.approve.users([c1.find_user(email="ada@example.com")])
    ```

    The token for mocks is `c1policy:index:findUser`.

    Args:
        email: The whole email, in any letter case. The primary email counts first, then others.

    Returns:
        The enabled user who has the email.

    Raises:
        RunError: No enabled user was found, or several: the message lists the candidates.
            Or there are no credentials, or the tenant does not answer.
    """
    lookup = Lookup("find_user", ("user", "users"), {"email": email}, "users")
    mocked = program_lookups.find_mocked(lookup)
    if mocked is not None:
        # A simulation accepts an email in place of an id.
        return FindUserResult(**{"id": email, "email": email} | mocked)
    with program_lookups.connect(lookup) as tenant:
        users = _search(tenant, email=email)
        # The filter for emails may be stricter than the comparison here.
        found = object_matching.match_email(users, email)
        found = found or object_matching.match_email(_search(tenant, query=email), email)
        user = _choose(lookup, tenant, found)
    return FindUserResult(id=user.id, email=user.email or email, display_name=user.display_name)


def find_user_output(*, email: pulumi.Input[str]) -> pulumi.Output[FindUserResult]:
    """Look up a user whose email is the output of another resource: see `find_user`.

    The result is unknown in a preview if the argument is.
    """
    return program_lookups.call_aside(find_user, email=email)


def _search(tenant: LookupTenant, **filters: str) -> list[User]:
    key = ("users", *filters.items())
    return tenant.read_once(key, lambda: [*tenant.client.directory.search_users(**filters)])


def _choose(lookup: Lookup, tenant: LookupTenant, found: list[User]) -> User:
    email = lookup.criteria["email"]
    enabled = [user for user in found if object_matching.is_enabled(user)]
    place = f"the tenant {tenant.name}"
    if found and not enabled:
        raise lookup_choice.refuse_candidates(
            lookup,
            f"finds no enabled user in {place}, only:",
            [_make_candidate(user) for user in found],
            "Enable the user in the tenant, or name another one.",
        )
    return lookup_choice.choose_one(
        lookup,
        place,
        [_make_candidate(user) for user in enabled],
        lambda: map(_make_candidate, _list_others(tenant, email)),
        name=email,
    )


def _list_others(tenant: LookupTenant, email: str) -> Iterable[User]:
    """Return users among whom one may have a similar email."""
    directory = tenant.client.directory
    local = email.partition("@")[0]
    near = islice(directory.search_users(query=local), _MAX_OTHERS) if local else ()
    return [*near] or islice(directory.search_users(), _MAX_OTHERS)


def _make_candidate(user: User) -> Candidate[User]:
    facts = (user.display_name, user.status or "UNKNOWN", user.job_title, user.department)
    return Candidate(user, user.id, user.email, facts)
